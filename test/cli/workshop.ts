// A folder with application files in it, and the command line to use on them.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

const CLI = join(ROOT, 'dist/node/cli.mjs');

export interface Run {
  status: number;
  stdout: string;
  stderr: string;
}

export class Workshop {
  private readonly running = new Set<ChildProcess>();
  readonly folder = mkdtempSync(join(tmpdir(), 'workshop-'));

  /** Writes a file and gives its path. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    // a folder that is gone stays so
    if (dirname(name) !== '.') mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** `npx espruino-requests ...` in this folder. */
  cli(...args: string[]): Promise<Run> {
    return this.run(process.execPath, CLI, ...args);
  }

  /** `npx espruino-requests ... | command`; the status is that of the former. */
  cliInto(command: string, ...args: string[]): Promise<Run> {
    const script = `{ "$@"; echo $? > status; } | ${command}; exit $(cat status)`;
    return this.run('sh', '-c', script, 'sh', process.execPath, CLI, ...args);
  }

  private run(program: string, ...args: string[]): Promise<Run> {
    return new Promise((done, fail) => {
      const run: Run = { status: -1, stdout: '', stderr: '' };
      const child = spawn(program, args, { cwd: this.folder });
      this.running.add(child);
      child.stdout.on('data', (text) => (run.stdout += text));
      child.stderr.on('data', (text) => (run.stderr += text));
      child.on('error', fail);
      child.on('close', (status) => {
        this.running.delete(child);
        done({ ...run, status: status ?? -1 });
      });
    });
  }

  close(): void {
    for (const child of this.running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
}
