// Bodies of many pieces, as firmware pushes them: in strings of any length, most of them in the middle of a run.
import * as fc from 'fast-check';
import * as requests from '../../src/node/index';
import { noise, turns } from './expect';
import { HandDriver } from './handDriver';
import { manners, SlicedDriver } from './slicedDriver';

const SEED = 90210;

interface Transfer {
  length: number;
  /** sizes of the chunks; none: Content-Length */
  chunks: readonly number[];
  packets: readonly number[];
  piece: number;
  /** every so many pieces the callback answers so; 0: never */
  every: number;
  answer: 'nothing' | 'a number' | 'a promise' | 'a thenable that is settled' | 'an exception';
}

const transfer: fc.Arbitrary<Transfer> = fc.record({
  length: fc.integer({ min: 0, max: 20000 }),
  chunks: fc.oneof(
    fc.constant([]),
    fc.array(fc.integer({ min: 1, max: 12000 }), { minLength: 1, maxLength: 4 }),
    fc.constant([512]),
    fc.constant([8192]),
  ),
  packets: fc.oneof(
    fc.constant([536]),
    fc.constant([512]),
    fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 6 }),
  ),
  piece: fc.constantFrom(0, 1, 255, 256, 300, 512, 536, 1000, 4096, 65535),
  every: fc.integer({ min: 1, max: 9 }),
  answer: fc.constantFrom('nothing', 'a number', 'a promise', 'a thenable that is settled', 'an exception'),
});

function onTheWire(t: Transfer, body: string): { head: number; input: string } {
  if (!t.chunks.length) {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: ' + body.length + '\r\n\r\n';
    return { head: head.length, input: head + body };
  }
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  let text = '';
  for (let at = 0, i = 0; at < body.length; i++) {
    const chunk = body.substr(at, t.chunks[i % t.chunks.length]);
    text += chunk.length.toString(16) + '\r\n' + chunk + '\r\n';
    at += chunk.length;
  }
  return { head: head.length, input: head + text + '0\r\n\r\n' };
}

function packetsOf(input: string, sizes: readonly number[]): string[] {
  const all: string[] = [];
  for (let at = 0, i = 0; at < input.length; i++) {
    all.push(input.substr(at, sizes[i % sizes.length]));
    at += all[i].length;
  }
  return all;
}

async function check(t: Transfer, manner: (typeof manners)[number]): Promise<void> {
  const body = noise(t.length, t.length + 1).toString('latin1');
  const { input } = onTheWire(t, body);
  const driver = new SlicedDriver(manner, () => ({ slices: packetsOf(input, t.packets), fin: false }));
  const pieces: string[] = [];
  let arrived = 0;
  let waiting = false;
  const mine = new Error('mine');
  const expected = t.answer === 'an exception' && t.every <= t.length / (t.piece || 1500);

  function stream_callback(chunk: Uint8Array, r: requests.Response): any {
    if (waiting) throw new Error('called while it waits');
    pieces.push(Buffer.from(chunk).toString('latin1'));
    arrived += chunk.length;
    if (r.received !== arrived) throw new Error('received is ' + r.received + ', not ' + arrived);
    if (pieces.length % t.every) return undefined;
    if (t.answer === 'an exception') throw mine;
    if (t.answer === 'a number') return arrived;
    if (t.answer === 'a thenable that is settled') return { then: (go: () => void) => go() };
    if (t.answer !== 'a promise') return undefined;
    waiting = true;
    return turns(1).then(() => void (waiting = false));
  }

  const options = { driver: 'sliced', stream_chunk: t.piece, stream_callback, max_content: 50000 };
  const outcome: any = await requests.get('http://host.example/', options).catch((e) => e);
  driver.remove();
  const joined = pieces.join('');
  if (outcome === mine) {
    expect(t.answer).toBe('an exception');
    expect(body.startsWith(joined)).toBe(true);
    return;
  }
  if (expected && t.piece) throw new Error('the exception was lost');
  if (outcome instanceof Error) throw outcome;
  expect(joined === body).toBe(true);
  expect(outcome.received).toBe(t.length);
  expect(Buffer.from(outcome.content).toString('latin1')).toBe(pieces.length ? pieces[pieces.length - 1] : '');
  if (t.piece) expect(pieces.slice(0, -1).every((piece) => piece.length === t.piece)).toBe(true);
  expect(driver.sockets[0].complaint).toBe('');
}

describe.each(manners)('$name', (manner) => {
  it('any body in any packets, whatever the callback answers', async () => {
    await fc.assert(
      fc.asyncProperty(transfer, (t) => check(t, manner)),
      { seed: SEED, numRuns: 400 },
    );
  });
});

it.each([1, 2])('pieces as they arrive, the last one of %d bytes', async (last) => {
  const body = noise(5000).toString('latin1');
  const { head, input } = onTheWire({ chunks: [] } as unknown as Transfer, body);
  const end = input.length - last;
  const slices = [input.substr(0, head + 1000), input.substring(head + 1000, end), input.substr(end)];
  const driver = new SlicedDriver(manners[0], () => ({ slices, fin: false }));
  const pieces: number[] = [];
  const r = await requests.get('http://host.example/', {
    driver: 'sliced',
    stream_chunk: 0,
    stream_callback: (chunk) => void pieces.push(chunk.length),
  });
  driver.remove();
  expect([pieces, r.received]).toEqual([[1000, 4000 - last, last], 5000]);
});

it('of a piece that has begun the rest is wanted, and no more', async () => {
  const hand = new HandDriver();
  const call = requests.get('http://host.example/', { driver: 'hand', stream_callback() {} });
  const { events } = hand.socket.open();
  const wanted: number[] = [];
  for (const bytes of ['HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', 'x'.repeat(100), 'x'.repeat(412)]) {
    events.onData(bytes);
    wanted.push(events.want());
  }
  events.onData('x'.repeat(488));
  hand.remove();
  expect((await call).received).toBe(1000);
  expect(wanted).toEqual([512, 412, 488]);
});

it.each([
  [512, 5120],
  [512, 5121],
  [0, 5121],
])('in a long run in pieces of %d 512 bytes are wanted, also where %d bytes end with a piece', async (piece, total) => {
  const hand = new HandDriver();
  const options = { driver: 'hand', stream_chunk: piece, stream_callback() {} };
  const call = requests.get('http://host.example/', options);
  const { events } = hand.socket.open();
  events.onData(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
  const wanted: number[] = [];
  for (const n of [1, 1000, 1000, total - 2002]) {
    events.onData('x'.repeat(n));
    wanted.push(events.want());
  }
  events.onData('x');
  hand.remove();
  expect((await call).received).toBe(total);
  expect(wanted).toEqual([512, 512, 512, piece ? 1 : 512]);
});

it.each([2e12, 999999999999999])('a body of %d bytes is no shorter than any other', async (total) => {
  const hand = new HandDriver();
  const pieces: number[][] = [];
  const stream_callback = (chunk: Uint8Array, r: requests.Response) => void pieces.push([chunk.length, r.received]);
  const call = requests.get('http://host.example/', { driver: 'hand', stream_callback });
  const { socket } = hand;
  socket.open();
  socket.data(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
  for (const n of [700, 400, 500]) socket.data('x'.repeat(n));
  socket.end();
  hand.remove();
  await expect(call).rejects.toThrow(`closed by the peer after 1600 of ${total} bytes of body`);
  expect(pieces).toEqual([1, 2, 3].map((n) => [512, 512 * n]));
});

it('resume() follows wherever `sink` is set or removed', async () => {
  const hand = new HandDriver();
  const call = requests.get('http://host.example/', { driver: 'hand', stream_callback() {} });
  const { socket } = hand;
  const seen: [boolean, number][] = [];
  socket.open();
  for (const bytes of ['HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n', 'x'.repeat(4999), 'x']) {
    seen.push([!!socket.events.sink, socket.resumed]);
    socket.data(bytes);
  }
  hand.remove();
  expect((await call).received).toBe(5000);
  expect(seen).toEqual([
    [false, 0],
    [true, 1],
    [false, 2],
  ]);
});

it.each(manners)('without a length the last piece stays as `content`, however it came: $name', async (manner) => {
  const slices = ['HTTP/1.1 200 OK\r\n\r\n', 'a'.repeat(512), 'b'.repeat(512)];
  const driver = new SlicedDriver(manner, () => ({ slices, fin: true }));
  const r = await requests.get('http://host.example/', { driver: 'sliced', stream_callback() {} });
  driver.remove();
  expect([r.received, r.text()]).toEqual([1024, slices[2]]);
});

describe('a piece in the middle of a long body', () => {
  const packets = (input: string) => packetsOf(input, [536]);

  it('has `received` count up to its end, whatever has arrived behind it', async () => {
    const body = noise(10000).toString('latin1');
    const { input } = onTheWire({ chunks: [] } as unknown as Transfer, body);
    const seen: number[] = [];
    const driver = new SlicedDriver(manners[0], () => ({ slices: packets(input), fin: false }));
    const wanted: number[] = [];
    for (let at = 512; at < body.length + 512; at += 512) wanted.push(Math.min(at, body.length));
    await requests.get('http://host.example/', {
      driver: 'sliced',
      stream_callback: (_, r) => void seen.push(r.received),
    });
    driver.remove();
    expect(seen).toEqual(wanted);
  });

  it('may close the connection', async () => {
    const { input } = onTheWire({ chunks: [] } as unknown as Transfer, noise(20000).toString('latin1'));
    const driver = new SlicedDriver(manners[0], () => ({ slices: packets(input), fin: true }));
    let pieces = 0;
    const error: any = await requests
      .get('http://host.example/', {
        driver: 'sliced',
        stream_callback() {
          if (++pieces === 10) driver.sockets[0].events.onClose(null);
        },
      })
      .catch((e) => e);
    driver.remove();
    expect(error.code).toBe('ETRUNCATED');
  });
});
