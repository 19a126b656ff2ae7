// stream_callback: the pieces, their order, and what happens when it throws, waits or meddles.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { noise, refused, turns, watch } from './expect';
import { HandDriver } from './handDriver';
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

it.each([1, 2, 100, 512, 4096, 65535])('pieces of %d bytes', async (stream_chunk) => {
  const pieces: Buffer[] = [];
  let before = 0;
  const r = await requests.get(server.url(), {
    stream_chunk,
    stream_callback(chunk, response) {
      expect(chunk instanceof Uint8Array).toBe(true);
      pieces.push(Buffer.from(chunk));
      before += chunk.length;
      if (response.received < before) throw new Error('received is ' + response.received + ', not ' + before);
      if (response.total !== body.length || response.status !== 200) throw new Error('a response not filled in');
    },
  });
  expect(Buffer.concat(pieces).equals(body)).toBe(true);
  const last = body.length % stream_chunk || stream_chunk;
  expect(pieces.map((p, i) => (i < pieces.length - 1 ? p.length - stream_chunk : p.length - last)).some((n) => n)).toBe(
    false,
  );
  expect(r.content.length).toBe(last);
  expect(Buffer.from(r.content).equals(body.subarray(body.length - last))).toBe(true);
  expect(r.received).toBe(body.length);
});

it('the default is 512', async () => {
  const sizes: number[] = [];
  await requests.get(server.url(), { stream_callback: (chunk) => void sizes.push(chunk.length) });
  expect(sizes.slice(0, -1).every((n) => n === 512)).toBe(true);
  expect(sizes[sizes.length - 1]).toBe(body.length % 512);
});

it('0: as they come, none empty', async () => {
  const pieces: Buffer[] = [];
  await requests.get(server.url(), {
    stream_chunk: 0,
    stream_callback: (chunk) => void pieces.push(Buffer.from(chunk)),
  });
  expect(Buffer.concat(pieces).equals(body)).toBe(true);
  expect(pieces.every((p) => p.length > 0)).toBe(true);
});

it('no piece of an empty body', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  };
  const stream_callback = jest.fn();
  const r = await requests.get(server.url(), { stream_callback });
  expect(stream_callback).not.toHaveBeenCalled();
  expect(r.content.length).toBe(0);
});

describe('a callback that throws', () => {
  it.each([new Error('mine'), new TypeError('mine'), { an: 'object' }, 'a string', 0, null, undefined])(
    '%p',
    async (mine) => {
      let calls = 0;
      const error = await requests
        .get(server.url(), {
          stream_callback() {
            if (++calls === 3) throw mine;
          },
        })
        .then(
          () => 'an answer',
          (e) => ({ e }),
        );
      expect(error).toEqual({ e: mine });
      expect((error as any).e).toBe(mine);
      await server.allGone();
      expect(calls).toBe(3);
    },
  );

  it('on the last piece', async () => {
    const mine = new Error('mine');
    const call = requests.get(server.url(), {
      headers: { Connection: 'keep-alive' },
      stream_callback(chunk, r) {
        if (r.received === r.total) throw mine;
      },
    });
    await expect(call).rejects.toBe(mine);
    await server.allGone();
  });

  it('on the first piece', async () => {
    const mine = new Error('mine');
    const call = requests.get(server.url(), {
      stream_callback() {
        throw mine;
      },
    });
    await expect(call).rejects.toBe(mine);
    await server.allGone();
  });
});

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

  it('more than max_content bytes end in an error', async () => {
    const stream_callback = () => new Promise(() => {});
    const call = requests.get(url, { driver: 'hand', stream_chunk: 100, stream_callback, max_content: 1000 });
    hand.socket.open().data(head);
    for (let i = 0; i < 5000; i += 500) hand.socket.data(text.substr(i, 500));
    await refused(call, { type: 'HTTPResponseError', phase: 'body' });
    expect(hand.socket.closed).toBe(true);
  });
});

describe('a callback that meddles', () => {
  it('closes response.connection, if there is one', async () => {
    let calls = 0;
    const call = requests.get(server.url(), {
      headers: { Connection: 'keep-alive' },
      stream_callback(chunk, r) {
        calls++;
        if (r.connection) r.connection.close();
      },
    });
    const seen = watch(call);
    await call.catch(() => {});
    expect(seen.settled).toBe(1);
    if (seen.value && seen.value.connection) seen.value.connection.close();
    await server.allGone();
    expect(calls).toBeGreaterThan(0);
  });

  it('makes another call', async () => {
    const inner: Promise<requests.Response>[] = [];
    const r = await requests.get(server.url(), {
      stream_chunk: 65535,
      stream_callback() {
        inner.push(requests.get(server.url(), { max_content: 200000 }));
      },
    });
    expect(r.received).toBe(body.length);
    expect((await Promise.all(inner)).map((i) => Buffer.from(i.content).equals(body))).toEqual([true, true]);
  });

  it('keeps its chunk only by copying it', async () => {
    const copies: string[] = [];
    const whole = await requests.get(server.url(), {
      stream_chunk: 30000,
      stream_callback(chunk) {
        copies.push(latin1(chunk));
        chunk.fill(0);
      },
    });
    expect(copies.join('')).toBe(body.toString('latin1'));
    expect(whole.received).toBe(body.length);
  });
});
