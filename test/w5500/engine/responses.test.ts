// The response table over the chip, in the interpreter.
import { feeding, feeds } from '../../cases/feeds';
import { judge } from '../../cases/judge';
import { responses } from '../../cases/responses';
import { bodyStart, isRefusal } from '../../cases/row';
import type { Row } from '../../cases/row';
import { outcomeOf, settingsOf } from '../../engine/digest';
import { describeEngines, isSmall } from '../../engine/harness';
import { script as engineScript } from '../../engine/program';
import { RawServer } from '../../servers/raw';
import { makeWorld, STATIC } from '../world';
import { Interpreter } from './interpreter';
import { share } from './onEngines';
import { program, script, small } from './programs';

const BATCH = 30;

/** Some rows at a time; those that need much memory one by one. */
function batches(rows: Row[]): { first: string; rows: Row[] }[] {
  const all: Row[][] = [];
  rows.forEach((row, i) => {
    const last = all[all.length - 1];
    const alone = row.input.length > 4000 || (i && rows[i - 1].input.length > 4000);
    if (!last || alone || last.length === BATCH) all.push([row]);
    else last.push(row);
  });
  return all.map((some) => ({ first: some[0].name, rows: some }));
}

/** Plays rows in an interpreter, and says what was wrong. */
async function play(engine: string, rows: Row[], feed: string): Promise<string[]> {
  const all = rows.map(({ input, fin = false }, n) => ({ slices: feeds[feed](input, n), fin }));
  const server = await RawServer.start(feeding((path) => all[+path.slice(1)]));
  const settings = { ...settingsOf(rows, `http://10.0.0.7:${server.port}/`), LINK: STATIC };
  const text = await program(engine, 'require("rows");', {
    clock: await script('clock.js'),
    board: await script('rowsBoard.js'),
    rows: await small(engineScript('rows.js')),
  });
  for (const [name, value] of Object.entries(settings))
    text.text = `var ${name}=${JSON.stringify(value)};\n${text.text}`;
  const w = makeWorld({ chip: { seed: rows.length } });
  const board = new Interpreter(engine, text);
  const told: { [n: number]: string } = {};
  board.told = (line) => {
    const [, n, outcome] = /^#(\d+) (.*)/.exec(line)!;
    told[+n] = told[+n] ? 'told twice' : judge(rows[+n], outcomeOf(rows[+n], JSON.parse(outcome))) || 'fits';
  };
  board.watch(w);
  try {
    await w.until(() => Object.keys(told).length === rows.length, 1e7);
    await w.allFree();
  } finally {
    await board.end();
    w.lan.close();
    await server.stop();
  }
  expect([w.chip.violations, w.lan.complaints, board.printed]).toEqual([[], [], '']);
  return rows.map((row, n) => row.name + ': ' + told[n]).filter((line) => !line.endsWith(': fits'));
}

describeEngines('the response table over w5500', (engine) => {
  // headers of 8 KB are kept, printed and compared: too much for 4,095 variables with the driver in them
  const fits = (row: Row) => !isSmall(engine) || isRefusal(row.want) || bodyStart(row) < 8000;
  const mine = share(engine, responses.filter(fits));
  it.each(batches(mine))('whole, from "$first"', async ({ rows }) => {
    expect(await play(engine, rows, 'whole')).toEqual([]);
  });

  it.each(['byte by byte', 'split in two'])('%s', async (feed) => {
    expect(await play(engine, share(engine, mine).slice(0, BATCH), feed)).toEqual([]);
  });
});
