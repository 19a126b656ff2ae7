// stream_callback: the pieces, their order, and what happens when it throws or meddles.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { noise, watch } from './expect';
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

it.each([1, 2, 100, 512, 4096, 65535])('pieces of %d bytes', async (stream_chunk) => {
  const pieces: Buffer[] = [];
  let before = 0;
  const r = await requests.get(server.url(), {
    stream_chunk,
    stream_callback(chunk, response) {
      expect(chunk instanceof Uint8Array).toBe(true);
      pieces.push(Buffer.from(chunk));
      before += chunk.length;
      if (response.received !== before) throw new Error('received is ' + response.received + ', not ' + before);
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

it('a response without content yet is one with empty content', async () => {
  const seen = new Set<string>();
  await requests.get(server.url(), {
    stream_callback(chunk, response) {
      if (response.received < body.length) seen.add(response.text() + response.content.length);
    },
  });
  expect([...seen]).toEqual(['0']);
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

  it.each([512, 0])('in the middle of a long run, pieces of %d', async (stream_chunk) => {
    const hand = new HandDriver();
    const mine = new Error('mine');
    let pieces = 0;
    const stream_callback = () => {
      if (++pieces === 5) throw mine;
    };
    const call = requests.get('http://hand/', { driver: 'hand', stream_chunk, stream_callback });
    hand.socket.open().data('HTTP/1.1 200 OK\r\nContent-Length: 5120\r\n\r\n');
    for (let n = 0; n < 10; n++) hand.socket.data('x'.repeat(512));
    hand.remove();
    await expect(call).rejects.toBe(mine);
    expect([pieces, hand.socket.closed]).toEqual([5, true]);
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

  it.each([1, 255, 256, 300, 512])('breaks the connection: its last piece, of %d bytes', async (stream_chunk) => {
    const hand = new HandDriver();
    let pieces = 0;
    const call = requests.get('http://hand/', {
      driver: 'hand',
      stream_chunk,
      stream_callback() {
        if (++pieces === 9) hand.socket.end(netError('ECONNRESET'));
      },
    });
    hand.socket.open().data('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
    for (let at = 0; at < 10000; at += 2000) hand.socket.data(body.toString('latin1', at, at + 2000));
    await expect(call).rejects.toMatchObject({ code: 'ECONNRESET' });
    hand.remove();
    expect(pieces).toBe(9);
  });

  it('breaks the connection and throws: no timer is cleared twice, as its number may be that of another', async () => {
    const hand = new HandDriver();
    const cleared: unknown[] = [];
    const spy = jest.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => void cleared.push(timer));
    const call = requests.get('http://hand/', {
      driver: 'hand',
      stream_callback() {
        hand.socket.end(netError('ECONNRESET'));
        throw new Error('too late');
      },
    });
    hand.socket.open().data('HTTP/1.1 200 OK\r\nContent-Length: 512\r\n\r\n' + 'x'.repeat(512));
    spy.mockRestore();
    hand.remove();
    cleared.forEach(clearTimeout as any);
    await expect(call).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(cleared).toHaveLength(1);
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
