// Real servers, where they are installed: started on a free loopback port, gone with the test.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether `command` runs at all. */
export function isInstalled(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 60000 }).status === 0;
}

/** The tests of a server that is there; says aloud when it is not. */
export function describeInstalled(name: string, installed: boolean, tests: () => void): void {
  if (installed) describe(name, tests);
  else {
    process.stderr.write(`\n*** ${name.toUpperCase()} IS NOT INSTALLED: ITS TESTS ARE SKIPPED ***\n\n`);
    describe.skip(`${name} (not installed)`, tests);
  }
}

/** A port on which nobody listens any more. */
export function freePort(): Promise<number> {
  return new Promise((go) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => go(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((go) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => go(true)).on('error', () => go(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** A program that serves a port, in a folder of its own. */
export class InstalledServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'server-'));
  port = 0;
  private child?: ChildProcess;
  private said = '';

  /** Starts it with what `command` gives for a port, and waits until it answers there. */
  async start(command: (port: number, folder: string) => string[]): Promise<void> {
    this.port = await freePort();
    const [program, ...args] = command(this.port, this.folder);
    const child = (this.child = spawn(program, args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] }));
    let gone = false;
    child.on('error', () => (gone = true));
    child.on('exit', () => (gone = true));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.said += text));
    for (let tries = 0; !(await answers(this.port)); tries++) {
      if (gone || tries > 5000) throw new Error(program + ' does not start: ' + this.said);
      await new Promise((go) => setTimeout(go, 20));
    }
  }

  url(path: string): string {
    return 'http://127.0.0.1:' + this.port + path;
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (child && child.exitCode === null) {
      const ended = new Promise((go) => child.on('exit', go));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
