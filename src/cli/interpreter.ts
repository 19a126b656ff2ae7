// Runs a bundle in a real interpreter, and removes what the interpreter adds to its output.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { Failure } from './failure';

/** What ends a program from outside; the interpreter has to end with it. */
const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

const NAMES = ['espruino', 'espruino-linux', 'espruino-linux-release'];

/** The program of this name in the folders of the PATH. */
export function findOnPath(name: string): string | undefined {
  return (process.env.PATH || '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** The interpreter at `path`, or the one that ESPRUINO names, or one on the PATH. */
export function findEngine(path?: string): string {
  const wanted = path || process.env.ESPRUINO?.split(delimiter)[0];
  const names = wanted ? [wanted] : NAMES;
  const find = (name: string): string | undefined =>
    name.includes('/') ? [resolve(name)].find(isProgram) : findOnPath(name);
  const found = names.map(find).find(Boolean);
  if (!found) throw new Failure(`no interpreter at ${names.join(', ')}: name one with --engine PATH`);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The lines of output as the program wrote them, without banner, prompt and line editing. */
export class OutputFilter {
  private rest = '';
  private at: 'start' | 'banner' | 'gap' | 'program' = 'start';
  /** an uncaught error was reported */
  failed = false;

  /** the banner came: this is an interpreter */
  get greeted(): boolean {
    return this.at !== 'start';
  }

  constructor(private readonly write: (line: string) => void) {}

  push(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() as string;
    for (const line of lines) this.line(line, '\n');
  }

  end(): void {
    this.line(this.rest, '');
    this.rest = '';
  }

  private line(raw: string, end: string): void {
    // The console removes its prompt before each output: ">", carriage return, "erase below".
    // eslint-disable-next-line no-control-regex
    const text = raw.replace(/\r$/, '').replace(/>?\r\x1b\[J/g, '');
    // Below an error in a long line its place is marked, perhaps thousands of columns to the right.
    if (/^ {200,}\^$/.test(text)) return;
    // one empty line before the banner, one after it
    if (this.at === 'start' && text.startsWith(' ____ ')) this.at = 'banner';
    if (this.at === 'banner' && text.startsWith('http')) this.at = 'gap';
    else if (this.at === 'gap') {
      this.at = 'program';
      if (!text) return;
    }
    if (this.at !== 'program') return;
    if (/^(Uncaught |OUT OF MEMORY|Execution Interrupted|New interpreter error)/.test(text)) this.failed = true;
    if (text !== 'Uncaught undefined' && (end || text !== '>')) this.write(text + end);
  }
}

/** Runs a program, passes its output on, and returns the exit code: 1 if an error went uncaught. */
export function runInEngine(engine: string, code: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'espruino-requests-'));
  const file = join(folder, 'bundle.js');
  writeFileSync(file, code);
  return new Promise((done, fail) => {
    const filter = new OutputFilter((line) => process.stdout.write(line, 'latin1'));
    let isStopped = false;
    const stop = (signal: NodeJS.Signals): void => {
      isStopped = true;
      child.kill(signal);
    };
    const leave = (): void => {
      child.kill();
      rmSync(folder, { recursive: true });
    };
    // before there is a child, as that may be the one that signals
    for (const signal of SIGNALS) process.on(signal, stop);
    process.on('exit', leave);
    const child = spawn(engine, [file], { stdio: 'pipe' });
    child.stdout.setEncoding('latin1').on('data', (text) => filter.push(text));
    const complaints: Buffer[] = [];
    child.stderr.on('data', (data) => (filter.greeted ? process.stderr.write(data) : complaints.push(data)));
    child.on('error', (e) => fail(new Failure(`cannot run ${engine}: ${e.message}`)));
    child.on('close', (status, signal) => {
      filter.end();
      for (const name of SIGNALS) process.off(name, stop);
      process.off('exit', leave);
      rmSync(folder, { recursive: true });
      if (!filter.greeted && !signal) return fail(new Failure(`${engine} is no Espruino interpreter`));
      process.stderr.write(Buffer.concat(complaints));
      if (signal && !isStopped) process.stderr.write(`${engine} was killed by ${signal}\n`);
      done(signal ? 1 : status || (filter.failed ? 1 : 0));
    });
  });
}
