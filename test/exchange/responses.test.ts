// Every row of the response table through the public API: whole, byte by byte, split at each position, with bytes
// behind it, and cut short at each position.
import { positions, splitAt, splitEvery } from '../cases/feeds';
import type { Feed } from '../cases/feeds';
import { judge, judgeCut } from '../cases/judge';
import { largeRows, responses } from '../cases/responses';
import type { Outcome, Row } from '../cases/row';
import { isRefusal } from '../cases/row';
import { callRow } from './play';
import { manners, SlicedDriver } from './slicedDriver';
import type { Manner } from './slicedDriver';

/** Plays a row once per feed, all at the same time. */
async function playAll(row: Row, manner: Manner, feeds: Feed[]): Promise<Outcome[]> {
  const driver = new SlicedDriver(manner, (host) => feeds[+host.substr(1)]);
  const outcomes: Outcome[] = feeds.map(() => ({ error: 'it never settled' }));
  const calls = feeds.map((_, i) =>
    callRow(row, 'http://n' + i + '/', { driver: 'sliced', timeout: 0, idle_timeout: 0 }).then((got) => {
      outcomes[i] = got;
    }),
  );
  let done = false;
  void Promise.all(calls).then(() => (done = true));
  for (let turn = 0; turn < 20 && !done; turn++) await new Promise((go) => setTimeout(go, 2));
  driver.remove();
  outcomes.forEach((got, i) => {
    const connection = (got as any).connection;
    if (!got.error) got.keepable = !!connection;
    if (!driver.sockets[i]) return;
    if (got.error && !driver.sockets[i].closed) got.error = 'the socket is still open: ' + got.error;
    if (!got.error && !connection && !driver.sockets[i].closed) got.error = 'the socket is still open';
    if (driver.sockets[i].complaint) got.error = driver.sockets[i].complaint;
    if (driver.sockets[i].written.substr(-4) !== '\r\n\r\n') got.error = 'the request was not sent';
  });
  return outcomes;
}

function complain(outcomes: Outcome[], judgeOne: (got: Outcome, i: number) => string): string[] {
  const complaints = outcomes.map(judgeOne).filter((text) => text);
  return complaints.length > 3 ? [...complaints.slice(0, 3), complaints.length + ' in all'] : complaints;
}

describe.each(manners)('$name', (manner) => {
  it.each(responses)('$name', async (row) => {
    const fin = !!row.fin;
    const bytes = row.input;
    const feeds = [
      { slices: [bytes], fin },
      { slices: splitEvery(bytes, 1), fin },
    ];
    for (const at of positions(bytes.length)) feeds.push({ slices: splitAt(bytes, at), fin });
    const outcomes = await playAll(row, manner, feeds);
    expect(complain(outcomes, (got, i) => judge(row, got) && judge(row, got) + ', feed ' + i)).toEqual([]);
    // where the RFC leaves a choice it is made once, not per split
    const kinds = new Set(outcomes.map((got) => got.error || 'answer'));
    expect([...kinds]).toHaveLength(1);
  });

  const exact = responses.filter((row) => !row.fin && !isRefusal(row.want) && !row.orRefused);
  it.each(exact)('with bytes behind it: $name', async (row) => {
    const behind = row.surplus || 'HTTP/1.1 500 Evil\r\nContent-Length: 4\r\n\r\nevil';
    const bytes = row.input + behind;
    const feeds = [
      { slices: [bytes], fin: false },
      { slices: [bytes], fin: true },
    ];
    feeds.push({ slices: splitEvery(bytes, 1), fin: false }, { slices: [row.input, behind], fin: false });
    for (const at of positions(bytes.length)) feeds.push({ slices: splitAt(bytes, at), fin: false });
    const outcomes = await playAll(row, manner, feeds);
    // such a connection would give the wrong answer to the next request
    const wanted = { ...row, want: { ...row.want, keepable: false } };
    expect(complain(outcomes, (got) => judge(wanted, got))).toEqual([]);
  });

  it.each(responses.filter((row) => row.input))('cut short: $name', async (row) => {
    const cuts = positions(row.input.length).filter((at) => at < row.input.length);
    const outcomes = await playAll(
      row,
      manner,
      cuts.map((at) => ({ slices: [row.input.substr(0, at)], fin: true })),
    );
    expect(complain(outcomes, (got, i) => judgeCut(row, cuts[i], got))).toEqual([]);
  });

  it.each(largeRows)('$name', async (row) => {
    const fin = !!row.fin;
    const sizes = [536, 1460, 65536, row.input.length, 4099];
    const outcomes = await playAll(
      row,
      manner,
      sizes.map((n) => ({ slices: splitEvery(row.input, n), fin })),
    );
    expect(complain(outcomes, (got) => judge(row, got))).toEqual([]);
  });
});
