// stream_callback that returns a promise: nothing is delivered, and where the driver can, nothing is read meanwhile.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { noise, refused, turns, watch } from './expect';
import { HandDriver, netError } from './handDriver';
import { latin1 } from './play';

const body = noise(100000);
let server: RawServer;

beforeEach(async () => {
  server = await RawServer.start(async (peer) => {
    await peer.head();
    await peer.send('HTTP/1.1 200 OK\r\nContent-Length: ' + body.length + '\r\n\r\n');
    await peer.send(body.toString('latin1'));
  });
});
afterEach(() => server.stop());

describe('a callback that returns a promise', () => {
  it('gets the next piece when it has settled', async () => {
    const pieces: Buffer[] = [];
    let busy = 0;
    const r = await requests.get(server.url(), {
      stream_chunk: 4096,
      async stream_callback(chunk) {
        if (busy++) throw new Error('called while it waits');
        pieces.push(Buffer.from(chunk));
        await turns(2);
        busy--;
      },
    });
    expect(Buffer.concat(pieces).equals(body)).toBe(true);
    expect(busy).toBe(0);
    expect(r.received).toBe(body.length);
  });

  it('settles before the call does', async () => {
    let done = 0;
    await requests.get(server.url(), {
      stream_chunk: 65535,
      stream_callback: () => turns(5).then(() => void done++),
    });
    expect(done).toBe(2);
  });

  it('any thenable will do, one that settles at once too', async () => {
    let n = 0;
    const stream_callback = (chunk: Uint8Array) => {
      n += chunk.length;
      return { then: (go: () => void) => go() };
    };
    await requests.get(server.url(), { stream_chunk: 100, stream_callback });
    expect(n).toBe(body.length);
  });

  it('what is no thenable is no promise', async () => {
    for (const value of [1, 'then', true, {}, { then: 1 }, [], () => 1]) {
      let n = 0;
      await requests.get(server.url(), {
        stream_chunk: 4096,
        stream_callback: (chunk) => ((n += chunk.length), value),
      });
      expect(n).toBe(body.length);
    }
  });

  it('and is rejected ends the call with that error', async () => {
    const mine = new Error('mine');
    let calls = 0;
    const stream_callback = () => (calls++, turns(1).then(() => Promise.reject(mine)));
    await expect(requests.get(server.url(), { stream_callback })).rejects.toBe(mine);
    await server.allGone();
    expect(calls).toBe(1);
  });

  it('on the last piece and is rejected', async () => {
    const mine = new Error('mine');
    const call = requests.get(server.url(), {
      headers: { Connection: 'keep-alive' },
      stream_callback: (chunk, r) => (r.received === r.total ? Promise.reject(mine) : undefined),
    });
    await expect(call).rejects.toBe(mine);
    await server.allGone();
  });

  it.each([
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n5\r\nHELLO\r\n0\r\n\r\n'],
    ['until close', '\r\nHELLO'],
  ])('on a last piece that is shorter, and is rejected: %s', async (_, rest) => {
    server.script = async (peer) => {
      await peer.head();
      await peer.send('HTTP/1.1 200 OK\r\n' + rest);
      await peer.fin();
    };
    const mine = new Error('mine');
    await expect(requests.get(server.url(), { stream_callback: () => Promise.reject(mine) })).rejects.toBe(mine);
    await server.allGone();
  });

  it('leaves what is not wanted with the peer', async () => {
    const large = Buffer.alloc(64 << 20);
    server.script = async (peer) => {
      await peer.head();
      await peer.send('HTTP/1.1 200 OK\r\nContent-Length: ' + large.length + '\r\n\r\n');
      peer.socket.write(large);
    };
    let calls = 0;
    let go = () => {};
    const call = requests.get(server.url(), {
      stream_callback(chunk, r) {
        if (++calls > 1) return;
        expect(r.received).toBeGreaterThanOrEqual(512);
        return new Promise<void>((settle) => (go = settle));
      },
    });
    while (!calls) await turns(1);
    await turns(200);
    expect(calls).toBe(1);
    expect(server.peers[0].socket.writableLength).toBeGreaterThan(0);
    go();
    expect((await call).received).toBe(large.length);
  });

  it.each(['Content-Length: 12', 'Transfer-Encoding: chunked', 'A: until close'])(
    'the peer closes meanwhile: %s',
    async (field) => {
      const text = 'HELLO WORLD!';
      server.script = async (peer) => {
        await peer.head();
        await peer.send('HTTP/1.1 200 OK\r\n' + field + '\r\n\r\n');
        await peer.send(/chunked/.test(field) ? '7\r\nHELLO W\r\n5\r\nORLD!\r\n0\r\n\r\n' : text);
        peer.fin();
      };
      let got = '';
      const r = await requests.get(server.url(), {
        stream_chunk: 5,
        stream_callback: (chunk) => ((got += latin1(chunk)), turns(20)),
      });
      expect(got).toBe(text);
      expect(r.received).toBe(12);
    },
  );

  it('the peer closes meanwhile, too early', async () => {
    server.script = async (peer) => {
      await peer.head();
      await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHELLO WORLD!');
      peer.fin();
    };
    let got = '';
    const call = requests.get(server.url(), {
      stream_chunk: 5,
      stream_callback: (chunk) => ((got += latin1(chunk)), turns(20)),
    });
    await refused(call, { type: 'IOError', phase: 'body' });
    expect(got.substr(0, 10)).toBe('HELLO WORL');
  });
});

it.each([7, 512, 0])('of a thenable only the first answer counts, pieces of %d', async (stream_chunk) => {
  let open = 0;
  let most = 0;
  let got = '';
  const r = await requests.get(server.url(), {
    stream_chunk,
    stream_callback(chunk) {
      most = Math.max(most, ++open);
      got += latin1(chunk);
      return {
        then(resolve: () => void, reject: (e: Error) => void) {
          setImmediate(() => {
            open--;
            resolve();
            resolve();
            reject(new Error('too late'));
          });
        },
      };
    },
  });
  expect(most).toBe(1);
  expect(r.received).toBe(body.length);
  expect(got).toBe(body.toString('latin1'));
});

it.each([7, 512, 0])('the callback is called on its own, pieces of %d', async (stream_chunk) => {
  const selves = new Set<unknown>();
  await requests.get(server.url(), {
    stream_chunk,
    stream_callback: function (this: unknown) {
      selves.add(this);
    },
  });
  expect([...selves]).toStrictEqual([undefined]);
});

describe('on a driver that cannot pause', () => {
  let hand: HandDriver;
  beforeEach(() => {
    hand = new HandDriver();
    hand.capabilities.pause = false;
  });
  afterEach(() => hand.remove());

  const url = 'http://host.example/';
  const text = body.toString('latin1', 0, 5000);
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n';

  it.each([1, 3, 512, 0])('up to max_content bytes are held, pieces of %d', async (stream_chunk) => {
    let go = () => {};
    let got = '';
    let first = true;
    const stream_callback = (chunk: Uint8Array) => {
      got += latin1(chunk);
      if (!first) return;
      first = false;
      return new Promise<void>((settle) => (go = settle));
    };
    const seen = watch(requests.get(url, { driver: 'hand', stream_chunk, stream_callback, max_content: 5000 }));
    hand.socket.open().data(head);
    for (let i = 0; i < 5000; i += 500) hand.socket.data(text.substr(i, 500));
    await turns();
    expect(seen.settled).toBe(0);
    expect(got.length).toBe(stream_chunk || 500);
    go();
    await turns();
    expect(seen.value.received).toBe(5000);
    expect(got).toBe(text);
  });

  it('a connection that breaks is told at once, unless there are bytes yet to be handed over', async () => {
    const reset = netError('ECONNRESET');
    const lost = { type: 'IOError', code: 'ECONNRESET', phase: 'body' } as const;
    const stream_callback = () => new Promise<void>(() => {});
    const call = requests.get(url, { driver: 'hand', stream_chunk: 500, stream_callback });
    hand.socket.open().data(head).data(text.substr(0, 700)).end(reset);
    await refused(call, lost);

    const direct = requests.get(url, { driver: 'hand', stream_chunk: 0, stream_callback });
    hand.socket.open().data(head).data(text.substr(0, 700)).end(reset);
    await refused(direct, lost);

    let pieces = 0;
    let go = () => {};
    const slowly = () => (pieces++, new Promise<void>((settle) => (go = settle)));
    const later = requests.get(url, { driver: 'hand', stream_chunk: 500, stream_callback: slowly });
    const seen = watch(later);
    hand.socket.open().data(head).data(text.substr(0, 500)).data(text.substr(500, 700)).end(reset);
    await turns();
    expect(seen.settled).toBe(0);
    go();
    await turns();
    go();
    await refused(later, lost);
    expect(pieces).toBe(2);
  });

  it.each([
    [5000, head, ''],
    [3000, head, ''],
    [3000, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n', '\r\n0\r\n\r\n'],
  ])('and not at all once the body is whole, pieces of %d', async (stream_chunk, before, after) => {
    let go = () => {};
    let got = 0;
    const stream_callback = (chunk: Uint8Array) => {
      got += chunk.length;
      return new Promise<void>((settle) => (go = settle));
    };
    const call = requests.get(url, { driver: 'hand', stream_chunk, stream_callback });
    hand.socket
      .open()
      .data(before + text + after)
      .end(netError('ECONNRESET'));
    await turns();
    go();
    await turns();
    go();
    expect((await call).received).toBe(5000);
    expect(got).toBe(5000);
  });

  it.each([
    [5, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nHELLO', 'HELLO'],
    [4, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHELL', '\r\n0\r\n\r\n'],
  ])('surplus bytes that arrive meanwhile end the connection, pieces of %d', async (stream_chunk, ...parts) => {
    let go: undefined | (() => void);
    const stream_callback = () => (go ? undefined : new Promise<void>((settle) => (go = settle)));
    const headers = { Connection: 'keep-alive' };
    const call = requests.get(url, { driver: 'hand', headers, stream_chunk, stream_callback });
    hand.socket.open();
    for (const bytes of [...parts, 'HTTP/1.1 404 Not Found\r\n']) hand.socket.data(bytes);
    go!();
    expect((await call).connection).toBeNull();
    expect(hand.socket.closed).toBe(true);
  });

  it.each<[string, string, { received?: number; code?: string }]>([
    ['A: until close', '', { received: 500 }],
    ['Content-Length: 5000', '', { code: 'ETRUNCATED' }],
    ['Transfer-Encoding: chunked', '5DC\r\n', { code: 'ETRUNCATED' }],
  ])('an end in order comes behind the bytes that wait: %s', async (field, before, outcome) => {
    let go = () => {};
    let got = '';
    const stream_callback = (chunk: Uint8Array) => {
      got += latin1(chunk);
      return new Promise<void>((settle) => (go = settle));
    };
    const call = requests.get(url, { driver: 'hand', stream_chunk: 300, stream_callback });
    const seen = watch(call);
    hand.socket
      .open()
      .data(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n${before}${text.substr(0, 500)}`)
      .end();
    await turns();
    expect([seen.settled, hand.socket.closed, got.length]).toEqual([0, false, 300]);
    go();
    await turns();
    go();
    expect(await call.catch((e) => e)).toMatchObject(outcome);
    expect(got).toBe(text.substr(0, outcome.received || 300));
  });

  it.each([5000, 700])('a callback that breaks its connection is not called again, %d bytes at a time', async (n) => {
    let calls = 0;
    const stream_callback = () => {
      if (++calls === 2) hand.socket.end(netError('ECONNRESET'));
      return Promise.resolve();
    };
    const call = requests.get(url, { driver: 'hand', stream_chunk: 100, stream_callback });
    hand.socket.open().data(head);
    for (let at = 0; at < 5000; at += n) hand.socket.data(text.substr(at, n));
    await refused(call, { type: 'IOError', code: 'ECONNRESET' });
    await turns();
    expect(calls).toBe(2);
  });

  it('a callback that breaks its connection and returns a promise: somebody listens if that is rejected', async () => {
    const heard: any[] = [];
    const stream_callback = () => {
      hand.socket.end(netError('ECONNRESET'));
      return { then: (...both: any[]) => void heard.push(...both) };
    };
    const call = requests.get(url, { driver: 'hand', stream_chunk: 100, stream_callback });
    hand.socket.open().data(head + text);
    await refused(call, { type: 'IOError', code: 'ECONNRESET' });
    expect(heard.map((one) => typeof one)).toEqual(['function', 'function']);
    heard.forEach((one) => one(new Error('mine')));
  });

  it.each([512, 0])('and so in the middle of a long run, pieces of %d', async (stream_chunk) => {
    const heard: any[] = [];
    let calls = 0;
    const stream_callback = () => {
      if (++calls < 4) return;
      hand.socket.end(netError('ECONNRESET'));
      return { then: (...both: any[]) => void heard.push(...both) };
    };
    const call = requests.get(url, { driver: 'hand', stream_chunk, stream_callback });
    hand.socket.open().data('HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n');
    for (let i = 0; i < 9; i++) hand.socket.data('x'.repeat(536));
    await refused(call, { type: 'IOError', code: 'ECONNRESET' });
    expect(calls).toBe(4);
    expect(heard.map((one) => typeof one)).toEqual(['function', 'function']);
  });

  it('more than max_content bytes end in an error', async () => {
    const stream_callback = () => new Promise(() => {});
    const call = requests.get(url, { driver: 'hand', stream_chunk: 100, stream_callback, max_content: 1000 });
    hand.socket.open().data(head);
    for (let i = 0; i < 5000; i += 500) hand.socket.data(text.substr(i, 500));
    const e = await refused(call, { type: 'HTTPResponseError', code: 'ELIMIT', phase: 'body' });
    expect(e.message).toBe('unread rest, as the driver cannot pause: 1400 bytes are more than max_content = 1000');
    expect([hand.socket.closed, hand.socket.hurried]).toEqual([true, true]);
  });
});
