// The command line: `bundle` and `run`.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { bundle, UNDER_NODE } from './bundle';
import { runAtDesk } from './desk';
import { Failure } from './failure';
import { findEngine, runInEngine } from './interpreter';
import { traceTo } from '../node/virtual';

// This file becomes dist/node/cli.mjs.
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

async function make(app: string, board: string, readable?: boolean): Promise<string> {
  const { code, warnings } = await bundle({ app, board, root, readable });
  for (const warning of warnings) console.error(`warning: ${warning}`);
  return code;
}

function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (e: any) {
    throw new Failure(`cannot write ${file}: ${e.message}`);
  }
}

const program = new Command('espruino-requests')
  .version(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  .exitOverride();

program
  .command('bundle <app>')
  .description('one file of an application (.js or .ts) and the modules it uses, ready for the interpreter')
  .requiredOption('--board <board>', 'what it will run on')
  .requiredOption('--out <file>', 'where to write it')
  .option('--readable', 'do not minify')
  .action(async (app, { board, out, readable }) => {
    const code = await make(app, board, readable);
    writing(out, () => writeFileSync(out, code));
    console.log(`${out}: ${Buffer.byteLength(code)} bytes`);
  });

program
  .command('run <app>')
  .description(
    'runs the bundle of an application here: under Node (boards host, sim-w5500) or in an interpreter (board linux)',
  )
  .requiredOption('--board <board>', 'host, sim-w5500 or linux')
  .option('--engine <path>', 'the interpreter to run it in (default: espruino on the PATH)')
  .option(
    '--trace <file>',
    'board sim-w5500: SPI frames go to this file (VCD), frames and packets in words to <file>.txt',
  )
  .action(async (app, { board, engine, trace }) => {
    if (trace && board !== 'sim-w5500') throw new Failure('--trace goes with --board sim-w5500');
    if (UNDER_NODE.includes(board)) {
      if (engine) throw new Failure(`--engine goes with --board linux: board ${board} runs under Node`);
      const code = await make(app, board);
      if (trace) writing(trace, () => traceTo(trace));
      return runAtDesk(code, app);
    }
    if (board !== 'linux') {
      await make(app, board);
      throw new Failure(`board "${board}" cannot run here: use --board host, --board sim-w5500 or --board linux`);
    }
    const path = findEngine(engine);
    process.exitCode = await runInEngine(path, await make(app, board));
  });

try {
  await program.parseAsync();
} catch (e: any) {
  if (e instanceof Failure) console.error(e.message);
  else if (!(e instanceof CommanderError)) console.error(e);
  process.exitCode = e instanceof Failure ? e.exitCode : e instanceof CommanderError ? (e.exitCode ? 2 : 0) : 1;
}
