// A program in the interpreter whose firmware has the driver "w5500", on a virtual chip, as its network.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { ROOT } from '../cli/workshop';
import { isSmall, runIn } from '../engine/harness';
import type { Outcome } from '../engine/harness';
import { inStorage } from '../engine/program';
import type { Lan, VirtualW5500 } from '../fakes/virtualW5500';
import { SOCK_LISTEN } from '../fakes/virtualW5500/registers';
import { connectPipes } from '../w5500/spiPipes';
import { liveWorld } from '../w5500/world';

/** Printable, and each place of it tells where it is: bodies are made of this over and over. */
export const BLOCK = Array.from({ length: 997 }, (_, i) => String.fromCharCode(33 + ((i * 7 + (i >> 5)) % 90))).join(
  '',
);

/** Waits until a socket of the chip listens. The program `run` cannot end before. */
export async function listens(chip: VirtualW5500, run: Promise<Outcome>): Promise<void> {
  let ended: Outcome | undefined;
  void run.then((outcome) => (ended = outcome));
  while (!chip.sockets.some((s) => s.status === SOCK_LISTEN)) {
    if (ended) throw new Error('the program has ended: ' + ended.stdout);
    await new Promise((turn) => setTimeout(turn, 5));
  }
}

const bundles = new Map<string, Promise<string>>();

/** A script of this folder with the modules it uses, made once for all interpreters. */
function bundled(script: string): Promise<string> {
  let made = bundles.get(script);
  if (!made) {
    made = bundle({ app: join(__dirname, script), board: 'linux', root: ROOT }).then(({ code }) => code);
    bundles.set(script, made);
  }
  return made;
}

export interface Wired {
  chip: VirtualW5500;
  lan: Lan;
}

export interface Setup {
  /** global variables of the program */
  values: Record<string, unknown>;
  /** before the program starts */
  prepare?: (wired: Wired) => void | Promise<void>;
}

/** Runs a script; gives the lines that it printed. The chip must have been used well. */
export async function runWired(engine: string, script: string, { values, prepare }: Setup): Promise<string[]> {
  const code = await bundled(script);
  const { chip, lan } = liveWorld();
  const pipes = connectPipes(chip);
  // the small one has no room for the text of it all
  const small = isSmall(engine);
  const cwd = small ? await inStorage(engine, { app: code }) : undefined;
  try {
    if (prepare) await prepare({ chip, lan });
    const globals = Object.entries(values).map(([name, value]) => `var ${name}=${JSON.stringify(value)};\n`);
    const text = [pipes.program, ...globals, small ? 'require("app");' : code].join('');
    const { stdout, timedOut } = await runIn(engine, text, { cwd });
    expect(chip.violations).toEqual([]);
    expect(lan.complaints).toEqual([]);
    const lines = stdout.split('\n').filter((line) => line);
    return timedOut ? [...lines, 'it did not end'] : lines;
  } finally {
    if (cwd) rmSync(cwd, { recursive: true, force: true });
    pipes.close();
    lan.close();
  }
}
