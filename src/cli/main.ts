// The command line: `bundle` and `run`.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { bundle } from './bundle';
import type { Bundle } from './bundle';
import { runAtDesk } from './desk';
import { Failure } from './failure';
import { findEngine, runInEngine } from './interpreter';
import { boardsIn, UNDER_NODE } from './library';
import { traceTo } from '../node/virtual';

// This file becomes dist/node/cli.mjs.
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

async function make(app: string, board: string, readable?: boolean): Promise<Bundle> {
  const made = await bundle({ app, board, root, readable }).catch((e) => {
    throw e instanceof RangeError ? new Failure(`${app} cannot be bundled: its parts are nested too deeply`) : e;
  });
  for (const warning of made.warnings) console.error(`warning: ${warning}`);
  return made;
}

/** Are these paths of one file? */
function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  return !!one && one.ino === other?.ino && one.dev === other.dev;
}

/** Writes files, unless one of them is an input of the bundle. */
function writing(paths: string[], { files }: Bundle, write: () => void): void {
  for (const path of paths)
    if (files.some((file) => isSame(file, path)))
      throw new Failure(`cannot write ${path}: it is one of the files that go into the bundle`);
  try {
    write();
  } catch (e: any) {
    throw new Failure(`cannot write ${paths[0]}: ${e.message}`);
  }
}

const program = new Command('espruino-requests')
  .version(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  .exitOverride();

program
  .command('bundle <app>')
  .description('puts an application (.js or .ts) and the modules that it uses into one file for the interpreter')
  .requiredOption('--board <board>', `what it will run on: ${boardsIn(root).sort().join(', ')}`)
  .requiredOption('--out <file>', 'where to write it, - for stdout')
  .option('--readable', 'do not minify')
  .action(async (app, { board, out, readable }) => {
    const made = await make(app, board, readable);
    const size = `${Buffer.byteLength(made.code)} bytes`;
    if (out === '-') {
      process.stdout.write(made.code);
      return console.error(size);
    }
    writing([out], made, () => writeFileSync(out, made.code));
    console.log(`${out}: ${size}`);
  });

/** At boot, the firmware calls a global `onInit` after the program. */
const boot = ({ code }: Bundle): string =>
  /\bonInit\b/.test(code) ? `${code}if (typeof onInit === 'function') onInit();\n` : code;

program
  .command('run <app>')
  .description(
    'bundles an application and runs it here: under Node (boards host, sim-w5500) or in an interpreter (board linux)',
  )
  .requiredOption('--board <board>', 'host, sim-w5500 or linux')
  .option(
    '--engine <path>',
    'the interpreter for board linux (default: $ESPRUINO, else espruino or espruino-linux on the PATH)',
  )
  .option(
    '--trace <file>',
    'board sim-w5500: write SPI frames to this file (VCD), and frames and packets in words to <file>.txt',
  )
  .action(async (app, { board, engine, trace }) => {
    if (trace && board !== 'sim-w5500') throw new Failure('--trace goes with --board sim-w5500');
    if (UNDER_NODE.includes(board)) {
      if (engine) throw new Failure(`--engine goes with --board linux: board ${board} runs under Node`);
      const made = await make(app, board);
      if (trace) writing([trace, `${trace}.txt`], made, () => traceTo(trace));
      return runAtDesk(boot(made), app);
    }
    if (board !== 'linux') {
      await make(app, board);
      throw new Failure(`board "${board}" cannot run here: use --board host, --board sim-w5500 or --board linux`);
    }
    const path = findEngine(engine);
    process.exitCode = await runInEngine(path, boot(await make(app, board)));
  });

// the reader of our output is gone, or there is no room for it
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (e: NodeJS.ErrnoException) => {
    if (e.code === 'EPIPE') process.exit();
    if (stream === process.stdout) console.error(`cannot write the output: ${e.message}`);
    process.exit(2);
  });

try {
  await program.parseAsync();
} catch (e: any) {
  // what the system refuses, too, is for the user to put right
  const isTold = e instanceof Failure || e.syscall;
  if (isTold) console.error(e.message);
  else if (!(e instanceof CommanderError)) console.error(e);
  process.exitCode = isTold || e.exitCode ? 2 : e instanceof CommanderError ? 0 : 1;
}
