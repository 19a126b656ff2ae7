// Running program texts in the interpreters that are installed here.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { findOnPath, OutputFilter } from '../../src/cli/interpreter';

const NAMES = ['espruino-linux', 'espruino-linux-release', 'espruino-linux-small'];

/** Interpreters on this machine: those that ESPRUINO names (separated like PATH), else the usual names on the PATH. */
export function findEngines(): string[] {
  const { ESPRUINO } = process.env;
  if (ESPRUINO) return ESPRUINO.split(delimiter).map((path) => resolve(path));
  return NAMES.map(findOnPath).filter((path) => path !== undefined);
}

const smallOnes = new Map<string, boolean>();

/**
 * Has an interpreter no more than some thousand variables, as on a board? It says so itself: `ESPRUINO` may give it any
 * name. The usual ones for Linux make blocks of 4096 as they need them.
 */
export function isSmall(engine: string): boolean {
  let small = smallOnes.get(engine);
  if (small === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'engine-'));
    const file = join(folder, 'program.js');
    writeFileSync(file, 'print("variables:" + process.memory().total);');
    const { stdout } = spawnSync(engine, [file], { cwd: folder, timeout: 20000, encoding: 'latin1' });
    rmSync(folder, { recursive: true, force: true });
    const total = Number(/variables:(\d+)/.exec(stdout || '')?.[1]);
    smallOnes.set(engine, (small = total % 4096 > 0));
  }
  return small;
}

export interface Outcome {
  /** what the program printed, one character a byte, without banner and prompt */
  stdout: string;
  /** exit status; -1 when it was stopped */
  status: number;
  /** an error went uncaught */
  failed: boolean;
  timedOut: boolean;
}

export interface RunOptions {
  /** default 200000: it only ends what hangs */
  timeoutMs?: number;
  /** folder to run in; default one of its own, removed afterwards */
  cwd?: string;
}

/** Runs a program text until it ends by itself, or until its time is up. */
export function runIn(engine: string, source: string, { timeoutMs = 200000, cwd }: RunOptions = {}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const file = join(folder, 'program.js');
  writeFileSync(file, source);
  return new Promise((done, fail) => {
    let stdout = '';
    let timedOut = false;
    const filter = new OutputFilter((line) => (stdout += line));
    const child = spawn(engine, [file], { cwd: cwd || folder, stdio: ['pipe', 'pipe', 'ignore'] });
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.setEncoding('latin1').on('data', (text) => filter.push(text));
    child.on('error', fail);
    child.on('close', (status) => {
      clearTimeout(timer);
      filter.end();
      rmSync(folder, { recursive: true, force: true });
      done({ stdout, status: status ?? -1, failed: filter.failed, timedOut });
    });
  });
}

/** The same tests in every interpreter that is there; says so aloud when there is none. */
export function describeEngines(name: string, tests: (engine: string) => void): void {
  const engines = findEngines();
  if (!engines.length) {
    process.stderr.write(
      `\n*** NO INTERPRETER FOUND: "${name}" IS SKIPPED. Put ${NAMES.join(', ')} on the PATH or set ESPRUINO. ***\n\n`,
    );
    describe.skip(`${name} (no interpreter found)`, () => tests('none'));
  }
  for (const engine of engines) describe(`${name} in ${basename(engine)}`, () => tests(engine));
}
