// One connection for many requests, and every way in which it may not be used again.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { HandDriver } from './handDriver';
import { refused, turns } from './expect';

let server: RawServer;
const keep = { headers: { Connection: 'Keep-Alive' } };

/** Answers every request on a connection with its path. */
beforeEach(async () => {
  server = await RawServer.start(async (peer) => {
    for (;;) {
      const path = (await peer.request()).split(' ')[1];
      if (!path) return peer.fin();
      await peer.send('HTTP/1.1 200 OK\r\nContent-Length: ' + path.length + '\r\n\r\n' + path);
    }
  });
});
afterEach(() => server.stop());

it('a hundred GETs are one connection', async () => {
  let connection: any = null;
  for (let i = 0; i < 100; i++) {
    const r = await requests.get(server.url('/' + i), { ...keep, connection });
    expect(r.text()).toBe('/' + i);
    connection = r.connection;
    expect(connection).not.toBe(null);
  }
  expect(server.connections).toBe(1);
  connection.close();
  await server.allGone();
});

it('every verb, framing and option on one connection', async () => {
  const calls: ((connection: any) => Promise<requests.Response>)[] = [
    (connection) => requests.get(server.url('/a'), { ...keep, connection }),
    (connection) => requests.post(server.url('/b'), { ...keep, connection, data: new Uint8Array(5000) }),
    (connection) => requests.put(server.url('/c'), { ...keep, connection, json: { a: 1 } }),
    (connection) => requests.upload(server.url('/d'), requests.fd.bytes('x'.repeat(3000)), { ...keep, connection }),
    (connection) =>
      requests.get(server.url('/e'), { ...keep, connection, stream_chunk: 1, stream_callback: () => turns(1) }),
    (connection) => requests.delete(server.url('/f'), { ...keep, connection }),
  ];
  let connection: any = null;
  for (const call of calls) {
    const r = await call(connection);
    expect(r.status).toBe(200);
    connection = r.connection;
    expect(connection).not.toBe(null);
  }
  expect(server.connections).toBe(1);
});

it('answers without a body, chunked ones and interim ones in between', async () => {
  const answers = [
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\ny',
    '\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz',
  ];
  server.script = async (peer) => {
    for (const answer of answers) {
      await peer.request();
      await peer.send(answer);
    }
  };
  let connection: any = null;
  const texts: string[] = [];
  for (let i = 0; i < answers.length; i++) {
    const r = await requests.get(server.url(), { ...keep, connection });
    texts.push(r.status + r.text());
    connection = r.connection;
    expect(connection).not.toBe(null);
  }
  expect(texts).toEqual(['204', '304', '200x', '200', '200y', '200z']);
  expect(server.connections).toBe(1);
});

it('closes when the last request does not ask for more', async () => {
  const first = await requests.get(server.url('/1'), keep);
  const last = await requests.get(server.url('/2'), { connection: first.connection });
  expect(last.text()).toBe('/2');
  expect(last.connection).toBe(null);
  await server.allGone();
  expect(server.connections).toBe(1);
});

it('connection: null makes a new one', async () => {
  await requests.get(server.url('/1'), { connection: null });
  expect(server.connections).toBe(1);
});

describe('refused with IOError before anything is sent', () => {
  it.each([
    ['another port', (url: string, other: string) => other],
    ['another host', (url: string) => url.replace('127.0.0.1', 'localhost')],
    ['another scheme', (url: string) => url.replace('http:', 'https:')],
  ])('%s', async (_, change) => {
    const other = await RawServer.start();
    const r = await requests.get(server.url('/1'), keep);
    const e = await refused(
      requests.get(change(server.url('/2'), other.url()), { ...keep, connection: r.connection }),
      {
        type: 'IOError',
      },
    );
    expect(e.message).toMatch(/connection/i);
    await turns();
    expect(other.connections).toBe(0);
    expect(server.connections).toBe(1);
    expect(server.peers[0].received).toBe('');
    await other.stop();
  });

  it('the other host keeps its connection', async () => {
    const r = await requests.get(server.url('/1'), keep);
    await refused(requests.get('http://localhost:1/', { connection: r.connection }), { type: 'IOError' });
    const again = await requests.get(server.url('/2'), { ...keep, connection: r.connection });
    expect(again.text()).toBe('/2');
    expect(server.connections).toBe(1);
  });

  it('closed by us', async () => {
    const r = await requests.get(server.url('/1'), keep);
    const connection = r.connection!;
    connection.close();
    connection.close();
    expect(r.connection).toBe(null);
    await server.allGone();
    await refused(requests.get(server.url('/2'), { connection }), { type: 'IOError' });
    expect(server.connections).toBe(1);
  });

  it('closed by the peer meanwhile', async () => {
    const r = await requests.get(server.url('/1'), keep);
    const connection = r.connection!;
    server.peers[0].fin();
    while (r.connection) await turns(1);
    await refused(requests.get(server.url('/2'), { connection }), { type: 'IOError' });
    expect(server.connections).toBe(1);
  });

  it('reset by the peer meanwhile', async () => {
    const r = await requests.get(server.url('/1'), keep);
    const connection = r.connection!;
    server.peers[0].rst();
    while (r.connection) await turns(1);
    await refused(requests.get(server.url('/2'), { connection }), { type: 'IOError' });
    expect(server.connections).toBe(1);
  });

  it('bytes that nobody asked for arrived meanwhile', async () => {
    const r = await requests.get(server.url('/1'), keep);
    const connection = r.connection!;
    await server.peers[0].send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    while (r.connection) await turns(1);
    await server.allGone();
    await refused(requests.get(server.url('/2'), { connection }), { type: 'IOError' });
  });

  it('bytes that nobody asked for arrived while the caller looked at the last piece', async () => {
    const look = async () => {
      await server.peers[0].send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
      await turns(20);
    };
    const r = await requests.get(server.url('/1'), { ...keep, stream_callback: look });
    for (let i = 0; r.connection && i < 1000; i++) await turns(1);
    expect(r.connection).toBe(null);
    await server.allGone();
  });

  it('in use by another call', async () => {
    const r = await requests.get(server.url('/1'), keep);
    const connection = r.connection;
    const second = requests.get(server.url('/2'), { ...keep, connection });
    await refused(requests.get(server.url('/3'), { ...keep, connection }), { type: 'IOError' });
    expect((await second).text()).toBe('/2');
    expect(server.connections).toBe(1);
  });

  it.each([5, 'x', {}, []])('no connection at all: %j', async (connection: any) => {
    const e = await requests.get(server.url('/1'), { connection }).then(
      () => 'an answer',
      (error) => error,
    );
    expect(e instanceof requests.IOError || (e instanceof TypeError && (e as any).code === 'EINVAL')).toBe(true);
    expect(server.connections).toBe(0);
  });
});

it('a caller who says close as well means it', async () => {
  const r = await requests.get(server.url('/1'), { headers: { Connection: 'keep-alive, close' } });
  expect(r.connection).toBe(null);
  await server.allGone();
});

it('a driver that is named is looked for, with a connection too', async () => {
  const r = await requests.get(server.url('/1'), keep);
  await refused(requests.get(server.url('/2'), { connection: r.connection, driver: 'nope' }), {
    type: 'HTTPConnectionError',
    code: 'ENODRIVER',
  });
  expect(r.connection).not.toBe(null);
  expect((await requests.get(server.url('/2'), { connection: r.connection, driver: 'host' })).status).toBe(200);
});

it('the peer closes as the next request is sent', async () => {
  server.script = async (peer) => {
    await peer.request();
    await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await peer.request();
    peer.fin();
  };
  const r = await requests.get(server.url(), keep);
  await refused(requests.get(server.url(), { ...keep, connection: r.connection }), { type: 'IOError' });
  expect(server.connections).toBe(1);
});

it('an error on a kept connection closes it', async () => {
  server.script = async (peer) => {
    await peer.request();
    await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await peer.request();
    await peer.send('garbage\r\n');
  };
  const r = await requests.get(server.url(), keep);
  const connection = r.connection!;
  await refused(requests.get(server.url(), { ...keep, connection }), { type: 'HTTPResponseError' });
  await server.allGone();
  await refused(requests.get(server.url(), { ...keep, connection }), { type: 'IOError' });
});

it('the old response shows what became of its connection', async () => {
  const first = await requests.get(server.url('/1'), keep);
  const second = await requests.get(server.url('/2'), { ...keep, connection: first.connection });
  expect(first.text()).toBe('/1');
  second.connection!.close();
  expect(first.connection).toBe(null);
  expect(second.connection).toBe(null);
});

it('a second answer in the same packet never becomes the answer to the next request', async () => {
  server.script = async (peer) => {
    await peer.request();
    await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyesHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    await peer.request();
    await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood');
  };
  const r = await requests.get(server.url(), keep);
  expect(r.text()).toBe('yes');
  await turns();
  expect(r.connection).toBe(null);
});

it('an answer before the head of the request was sent ends the connection', async () => {
  const hand = new HandDriver();
  const call = requests.get('http://host.example/', { driver: 'hand', ...keep });
  hand.socket.open(10).data('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  expect((await call).connection).toBe(null);
  expect(hand.socket.closed).toBe(true);
  hand.remove();
});

it('an answer before the whole request was sent ends the connection', async () => {
  server.script = async (peer) => {
    await peer.head();
    peer.stopReading();
    await peer.send('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
  };
  const r = await requests.post(server.url(), { ...keep, data: new Uint8Array(20 << 20) });
  expect(r.status).toBe(413);
  expect(r.connection).toBe(null);
});
