// The response table through the host driver and real sockets: whole, byte by byte, and some splits from a seed.
import { bytewise, feeding, splitEvery } from '../cases/feeds';
import type { Feed } from '../cases/feeds';
import { judge } from '../cases/judge';
import { largeRows, responses } from '../cases/responses';
import type { Outcome, Row } from '../cases/row';
import { isRefusal } from '../cases/row';
import { RawServer } from '../servers/raw';
import { callRow } from './play';

const SPLITS = 3;
let seed = 20240607;

function random(n: number): number {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed % n;
}

/** Three slices, cut anywhere. */
function anySlices(input: string): string[] {
  const a = random(input.length + 1);
  const b = a + random(input.length - a + 1);
  return [input.substring(0, a), input.substring(a, b), input.substr(b)];
}

let server: RawServer;
const waiting: { [path: string]: Feed } = {};

beforeAll(async () => {
  server = await RawServer.start(feeding((path) => waiting[path]));
});
afterAll(() => server.stop());

async function play(row: Row, path: string, slices: string[]): Promise<Outcome> {
  waiting[path] = { slices, fin: !!row.fin };
  const got = await callRow(row, server.url(path));
  if (got.error) return got;
  got.keepable = !!(got as any).connection;
  if (got.keepable) (got as any).connection.close();
  return got;
}

it.each(responses)('$name', async (row) => {
  const feeds = [[row.input], bytewise(row.input)];
  for (let i = 0; i < SPLITS; i++) feeds.push(anySlices(row.input));
  server.clear();
  const outcomes = await Promise.all(feeds.map((slices, i) => play(row, '/' + i, slices)));
  expect(outcomes.map((got) => judge(row, got)).filter((text) => text)).toEqual([]);
  await server.allGone();
});

it.each(responses.filter((row) => row.fin && !isRefusal(row.want)))('reset instead of closed: $name', async (row) => {
  const own = await RawServer.start(async (peer) => {
    await peer.head();
    await peer.send(row.input);
    peer.rst();
  });
  const got = await callRow(row, own.url());
  expect(got).toMatchObject({
    error: row.orRefused ? expect.stringMatching(/^(IOError|HTTPResponseError)$/) : 'IOError',
  });
  await own.stop();
});

it.each(largeRows)('$name', async (row) => {
  const got = await play(row, '/large', splitEvery(row.input, 200000));
  expect(judge(row, got)).toBe('');
});
