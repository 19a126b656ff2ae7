// The response table over the chip: each row on eight connections at once, every one of them fed in another way.
import { bytewise, feeding, positions, splitAt } from '../cases/feeds';
import type { Feed } from '../cases/feeds';
import { judge, judgeCut } from '../cases/judge';
import { largeRows, responses } from '../cases/responses';
import { isRefusal } from '../cases/row';
import type { Outcome, Row } from '../cases/row';
import { callRow } from '../exchange/play';
import { RawServer } from '../servers/raw';
import { bench, STATIC } from './bench';
import { register, unregister } from '../../src/net/registry';

let server: RawServer;
let feeds: Feed[] = [];

beforeAll(async () => {
  server = await RawServer.start(feeding((path) => feeds[+path.slice(1)]));
});
afterAll(() => server.stop());
afterEach(() => unregister('w5500'));

/** What becomes of each feed of a row; all sockets of the chip are free afterwards. `unkept`: no connection survives. */
async function play(row: Row, how: Feed[], irq: boolean, unkept = false): Promise<Outcome[]> {
  const b = bench({ irq, chip: { seed: row.name.length, linkUpMs: 1 } });
  register(b.driver);
  b.clock.skips = () => !b.lan.joined;
  await b.wait(b.driver.link(STATIC));
  feeds = how;
  server.clear();
  const url = (i: number) => `http://10.0.0.7:${server.port}/${i}`;
  const outcomes = await b.wait(Promise.all(how.map((_, i) => callRow(row, url(i), { driver: 'w5500' }))));
  // what comes behind an answer may come later than that, and then ends what was kept
  if (unkept) await b.until(() => outcomes.every((got: any) => !got.connection));
  for (const got of outcomes) {
    const { connection } = got as any;
    if (!got.error) got.keepable = !!connection;
    if (connection) connection.close();
  }
  await b.allFree();
  return outcomes;
}

/** `n` of the positions at which an input can be split, which ones differs from row to row. */
function some(row: Row, n: number, length = row.input.length): number[] {
  const all = positions(length);
  const first = row.name.length;
  return Array.from({ length: n }, (_, i) => all[(first + Math.floor((i * all.length) / n)) % all.length]);
}

function complain(outcomes: Outcome[], judgeOne: (got: Outcome, i: number) => string): string[] {
  return outcomes.map((got, i) => judgeOne(got, i) && `feed ${i}: ${judgeOne(got, i)}`).filter((text) => text);
}

/** each row in one of the two ways to hear from the chip, polled or with INTn */
const eitherWay = (rows: Row[]) => rows.map((row, i) => ({ name: row.name, row, irq: i % 2 > 0 }));

it.each(eitherWay(responses))('$name', async ({ row, irq }) => {
  const { input, fin = false } = row;
  const how = [[input], bytewise(input), ...some(row, 6).map((at) => splitAt(input, at))];
  const outcomes = await play(
    row,
    how.map((slices) => ({ slices, fin })),
    irq,
  );
  expect(complain(outcomes, (got) => judge(row, got))).toEqual([]);
  // where the RFC leaves a choice it is made once, not per split
  expect(new Set(outcomes.map((got) => got.error || 'answer')).size).toBe(1);
});

it.each(eitherWay(largeRows))('$name', async ({ row, irq }) => {
  const outcomes = await play(row, [{ slices: [row.input], fin: !!row.fin }], irq);
  expect(complain(outcomes, (got) => judge(row, got))).toEqual([]);
});

const exact = responses.filter((row) => !row.fin && !isRefusal(row.want) && !row.orRefused);
it.each(eitherWay(exact))('with bytes behind it: $name', async ({ row, irq }) => {
  const behind = row.surplus || 'HTTP/1.1 500 Evil\r\nContent-Length: 4\r\n\r\nevil';
  const bytes = row.input + behind;
  const how = [[bytes], [row.input, behind], splitAt(bytes, some(row, 1)[0])];
  const outcomes = await play(
    row,
    how.flatMap((slices) => [false, true].map((fin) => ({ slices, fin }))),
    irq,
    true,
  );
  const unkept = { ...row, want: { ...row.want, keepable: false } };
  expect(complain(outcomes, (got) => judge(unkept, got))).toEqual([]);
});

it.each(eitherWay(responses))('cut short: $name', async ({ row, irq }) => {
  const cuts = some(row, 8, row.input.length - 1);
  const outcomes = await play(
    row,
    cuts.map((at) => ({ slices: [row.input.substr(0, at)], fin: true })),
    irq,
  );
  expect(complain(outcomes, (got, i) => judgeCut(row, cuts[i], got))).toEqual([]);
});
