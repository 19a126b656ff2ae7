// The whole response table in the real interpreter: whole, byte by byte, and split in two by a seed.
import { rmSync } from 'node:fs';
import { feeding, feeds } from '../cases/feeds';
import { judge } from '../cases/judge';
import { responses } from '../cases/responses';
import type { Outcome, Row } from '../cases/row';
import { RawServer } from '../servers/raw';
import { outcomeOf, settingsOf } from './digest';
import { describeEngines, isSmall, runIn } from './harness';
import { inMemory, inStorage, linuxModules, script } from './program';

const BATCH = 40;
/** answers that need the memory which the modules take up when they are not in Storage */
const LARGE = 2000;

function batchesOf(rows: Row[]): { first: string; rows: Row[] }[] {
  const batches: { first: string; rows: Row[] }[] = [];
  for (let i = 0; i < rows.length; i += BATCH) batches.push({ first: rows[i].name, rows: rows.slice(i, i + BATCH) });
  return batches;
}

/** Plays rows in an interpreter and says what was wrong. */
async function play(engine: string, rows: Row[], feed: string, modules: string, cwd?: string) {
  const all = rows.map(({ input, fin = false }, n) => ({ slices: feeds[feed](input, n), fin }));
  const server = await RawServer.start(feeding((path) => all[+path.slice(1)]));
  const values = settingsOf(rows, server.url('/'));
  const settings = Object.entries(values).map(([name, value]) => `var ${name}=${JSON.stringify(value)};\n`);
  const program = modules + settings.join('') + script('rows.js');
  const { stdout, failed, timedOut } = await runIn(engine, program, { cwd });
  await server.stop();
  const told: { [n: number]: Outcome } = {};
  const noise: string[] = [];
  for (const line of stdout.split('\n')) {
    const parts = /^#(\d+) (\{.*)$/.exec(line);
    if (parts) told[+parts[1]] = outcomeOf(rows[+parts[1]], JSON.parse(parts[2]));
    else if (line) noise.push(line);
  }
  const judged = rows.map((row, n) => [row.name, told[n] ? judge(row, told[n]) : 'nothing was told']);
  const complaints = judged.filter((pair) => pair[1]).map((pair) => pair.join(': '));
  return { complaints, noise, failed, timedOut };
}

const nothing = { complaints: [], noise: [], failed: false, timedOut: false };

describeEngines('the response table', (engine) => {
  // where memory cannot grow, text and modules and a program of this size do not fit side by side
  const inRam = !isSmall(engine);
  let cwd = '';
  beforeAll(async () => void (cwd = await inStorage(engine, linuxModules())));
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  describe.each(['whole', 'byte by byte', 'split in two'])('%s', (feed) => {
    const batches = batchesOf(responses.filter((row) => row.input.length <= LARGE));
    it.each(batches)('from "$first"', async ({ rows }) => {
      const [modules, folder] = inRam ? [inMemory(linuxModules())] : ['', cwd];
      expect(await play(engine, rows, feed, modules, folder)).toEqual(nothing);
    });
  });

  it.each(['whole', 'byte by byte'])('the large ones, with the modules in Storage, %s', async (feed) => {
    const rows = responses.filter((row) => row.input.length > LARGE);
    expect(await play(engine, rows, feed, '', cwd)).toEqual(nothing);
  });
});
