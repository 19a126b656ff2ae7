// A peer that closes, resets or falls silent in every state, and peers that never stop: real sockets.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import type { Peer } from '../servers/raw';
import { HandDriver, netError } from './handDriver';
import { refused, turns } from './expect';

let server: RawServer;
let hand: HandDriver;
beforeEach(async () => {
  server = await RawServer.start();
  hand = new HandDriver();
});
afterEach(async () => {
  hand.remove();
  await server.stop();
});

const ok = 'HTTP/1.1 200 OK\r\n';

/** How far a peer gets, and the phase the call is in then. */
const states: { name: string; phase: string[]; sends?: string; early?: boolean; untilClose?: boolean }[] = [
  { name: 'before the request is read', phase: ['send', 'headers'], early: true },
  { name: 'after the request', phase: ['headers'] },
  { name: 'in the status line', phase: ['headers'], sends: 'HTTP/1.' },
  { name: 'after an interim answer', phase: ['headers'], sends: 'HTTP/1.1 100 Continue\r\n\r\n' },
  { name: 'behind the status line', phase: ['headers'], sends: ok },
  { name: 'in a header', phase: ['headers'], sends: ok + 'Content-Le' },
  { name: 'before the empty line', phase: ['headers'], sends: ok + 'Content-Length: 5\r\n' },
  { name: 'before the body', phase: ['body'], sends: ok + 'Content-Length: 5\r\n\r\n' },
  { name: 'in the body', phase: ['body'], sends: ok + 'Content-Length: 5\r\n\r\nHELL' },
  { name: 'in a chunk size', phase: ['body'], sends: ok + 'Transfer-Encoding: chunked\r\n\r\n1' },
  { name: 'in a chunk', phase: ['body'], sends: ok + 'Transfer-Encoding: chunked\r\n\r\n5\r\nHEL' },
  { name: 'behind a chunk', phase: ['body'], sends: ok + 'Transfer-Encoding: chunked\r\n\r\n5\r\nHELLO\r\n' },
  { name: 'in the trailers', phase: ['body'], sends: ok + 'Transfer-Encoding: chunked\r\n\r\n0\r\nX: y' },
  { name: 'in a body until close', phase: ['body'], sends: ok + '\r\nHELLO', untilClose: true },
];

const inTheBody = states.find(({ name }) => name === 'in the body')!;

function stage(state: (typeof states)[number], then: (peer: Peer) => void | Promise<void>): void {
  server.script = async (peer) => {
    if (!state.early) await peer.head();
    await peer.send(state.sends || '');
    await then(peer);
  };
}

it.each([
  ['get', true],
  ['put', true],
  ['post', false],
  ['patch', false],
] as const)('%s cut short: worth another try is %s', async (verb, retryable) => {
  stage(inTheBody, (peer) => peer.fin());
  const call = requests[verb](server.url(), verb === 'get' ? {} : { data: 'x' });
  await refused(call, { type: 'IOError', code: 'ETRUNCATED', phase: 'body', retryable });
});

describe.each(states)('$name', (state) => {
  if (!state.untilClose)
    it('closed', async () => {
      stage(state, (peer) => peer.fin());
      await refused(requests.get(server.url()), { type: 'IOError', phase: state.phase });
      await server.allGone();
    });

  it.each(['kept', 'streamed'])('reset, %s', async (how) => {
    stage(state, (peer) => peer.rst());
    const options = how === 'kept' ? {} : { stream_callback: () => {}, stream_chunk: 2 };
    await refused(requests.get(server.url(), options), { type: 'IOError', phase: state.phase });
  });

  describe.each(['idle_timeout', 'timeout'])('silent until %s', (limit) => {
    // no time passes before the peer has said what it says
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
    afterEach(() => void jest.useRealTimers());

    it('ends the call', async () => {
      const silent = new Promise<void>((go) => stage(state, () => go()));
      const options = { timeout: 0, idle_timeout: 0, [limit]: 400 };
      const want = { type: 'IOError', code: 'ETIMEDOUT', phase: state.phase } as const;
      const ended = refused(requests.get(server.url(), options), want);
      await silent;
      await turns(4);
      await jest.advanceTimersByTimeAsync(500);
      await ended;
      await server.allGone();
    });
  });
});

it('refused', async () => {
  const port = server.port;
  await server.stop();
  const e = await refused(requests.get('http://127.0.0.1:' + port + '/'), {
    type: 'HTTPConnectionError',
    code: 'ECONNREFUSED',
    phase: 'connect',
    retryable: true,
  });
  expect(e.message).toMatch(/\S/);
  server = await RawServer.start();
});

it('a name that does not exist (RFC 6761: .invalid never does)', async () => {
  await refused(requests.get('http://no-such-name.invalid/'), { type: 'HTTPConnectionError', phase: 'dns' });
});

it('400 KB of headers', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send(ok);
    for (let i = 0; i < 400 && !peer.ended; i++) await peer.send('X-' + i + ': ' + 'x'.repeat(1016) + '\r\n');
    await peer.send('Content-Length: 0\r\n\r\n');
  };
  await refused(requests.get(server.url()), { type: 'HTTPResponseError', phase: 'headers' });
  await server.allGone();
});

it('400 KB of one header', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send(ok + 'X: ');
    for (let i = 0; i < 400 && !peer.ended; i++) await peer.send('x'.repeat(1024));
  };
  await refused(requests.get(server.url(), { keep_headers: [] }), { type: 'HTTPResponseError', phase: 'headers' });
  await server.allGone();
});

it('400 KB of headers where the caller allows them', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send(ok + ('X: ' + 'x'.repeat(1019) + '\r\n').repeat(400) + 'Content-Length: 2\r\n\r\nok');
  };
  const r = await requests.get(server.url(), { max_headers: 500000, keep_headers: ['content-length'] });
  expect(r.text()).toBe('ok');
  expect(r.headers).toEqual({ 'content-length': '2' });
});

it('a storm of interim answers', async () => {
  server.script = async (peer) => {
    await peer.head();
    while (!peer.ended) await peer.send('HTTP/1.1 100 Continue\r\n\r\n'.repeat(20));
  };
  await refused(requests.get(server.url()), { type: 'HTTPResponseError', phase: 'headers' });
  await server.allGone();
});

it('a storm of empty lines', async () => {
  server.script = async (peer) => {
    await peer.head();
    while (!peer.ended) await peer.send('\r\n'.repeat(500));
  };
  await refused(requests.get(server.url()), { type: 'HTTPResponseError' });
  await server.allGone();
});

it('a body without end', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send(ok + '\r\n');
    while (!peer.ended) await peer.send('x'.repeat(5000));
  };
  await refused(requests.get(server.url()), { type: 'HTTPResponseError', phase: 'body' });
  await server.allGone();
});

it('chunk extensions without end', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send(ok + 'Transfer-Encoding: chunked\r\n\r\n1;');
    while (!peer.ended) await peer.send('x'.repeat(5000));
  };
  await refused(requests.get(server.url(), { stream_callback: () => {} }), {
    type: 'HTTPResponseError',
    phase: 'body',
  });
  await server.allGone();
});

it('trailers without end', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send(ok + 'Transfer-Encoding: chunked\r\n\r\n0\r\n');
    while (!peer.ended) await peer.send('X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n');
  };
  await refused(requests.get(server.url()), { type: 'HTTPResponseError', phase: 'body' });
  await server.allGone();
});

it('an answer of garbage closes the connection', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.send('SSH-2.0-OpenSSH\r\n');
  };
  await refused(requests.get(server.url()), { type: 'HTTPResponseError', phase: 'headers', retryable: false });
  await server.allGone();
});

const long = 'x'.repeat(9000);
const chunked = ok + 'Transfer-Encoding: chunked\r\n\r\n';
it.each([
  ['SSH-2.0-' + long.substr(0, 99) + '\r\n', 'bad status line "SSH-2.0-' + long.substr(0, 32) + '"'],
  [ok + 'a b: c\r\n\r\n', 'bad header "a b: c"'],
  [ok + ' a: b\r\n\r\n', 'bad header " a: b"'],
  [ok + 'a: \x01\r\n', 'control character in "a: \\u0001"'],
  [ok + 'Transfer-Encoding: gzip\r\n\r\n', 'unknown Transfer-Encoding "gzip"'],
  [ok + 'Content-Length: 5x\r\n\r\n', 'bad Content-Length "5x"'],
  [chunked + '5x\r\n', 'bad chunk size "5x"'],
  [chunked + '000000000005\r\nhello\r\n0000000000005\r\n', 'bad chunk size "0000000000005"'],
  [chunked + '1\r\nabc', 'no CRLF after a chunk but "bc"'],
  [ok + 'a: ' + long, 'more than max_headers = 8192 bytes of headers at "a: ' + long.substr(0, 37) + '"'],
  [ok + 'Content-Length: 16385\r\n\r\n', 'body: 16385 bytes are more than max_content = 16384'],
])('says what is wrong with an answer, row %#', async (answer, message) => {
  const call = requests.get('http://host.example/', { driver: 'hand' });
  hand.socket.open().data(answer);
  const e = await refused(call, { type: 'HTTPResponseError' });
  expect(e.message).toBe(message);
});

it('a byte at a time is slow, not wrong', async () => {
  server.script = async (peer) => {
    await peer.head();
    await peer.drip(ok + 'Transfer-Encoding: chunked\r\n\r\n5\r\nHELLO\r\n0\r\n\r\n');
  };
  const r = await requests.get(server.url());
  expect(r.text()).toBe('HELLO');
  await server.allGone();
});

it('fifty calls at once, each with its own fate', async () => {
  server.script = async (peer) => {
    const n = +(await peer.head()).split(/[ /]/)[2];
    if (n % 5 === 0) return peer.rst();
    if (n % 5 === 1) return peer.fin();
    if (n % 5 === 2) return peer.send('garbage\r\n');
    await peer.drip(ok + 'Content-Length: 2\r\n\r\n' + (n + 10));
  };
  const calls = Array.from({ length: 50 }, (_, n) =>
    requests.get(server.url('/' + n)).then(
      (r) => r.text(),
      (e) => e.name,
    ),
  );
  const got = await Promise.all(calls);
  const fates = [() => 'IOError', () => 'IOError', () => 'HTTPResponseError', String, String];
  expect(got).toEqual(got.map((_, n) => fates[n % 5](n + 10)));
});

describe('a driver whose write() throws', () => {
  it.each(['GET', 'POST'])('%s', async (method) => {
    const call = requests.request(method, 'http://host.example/', { driver: 'hand', data: 'body' });
    hand.socket.write = () => {
      throw netError('EIO', 'open');
    };
    hand.socket.open();
    await refused(call, { type: 'IOError', code: 'EIO', phase: 'send', retryable: method === 'GET' });
    expect(hand.socket.closed).toBe(true);
  });
});

it('a callback that ends its own call is not called again, and leaves nothing behind', async () => {
  hand.capabilities.pause = false;
  let calls = 0;
  const call = requests.get('http://host.example/', {
    driver: 'hand',
    stream_callback() {
      calls++;
      hand.socket.end(netError('ENETDOWN'));
    },
  });
  hand.socket.open().data('HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n' + 'x'.repeat(5000));
  await refused(call, { type: 'IOError', code: 'ENETDOWN' });
  expect([calls, hand.socket.resumed, hand.socket.events.sink]).toEqual([1, 0, undefined]);
});

it('a callback that ends its own call and then throws: the first error counts, and the source is closed once', async () => {
  let closed = 0;
  const source = { ...requests.fd.bytes('x'.repeat(5000)), close: () => void closed++ };
  const call = requests.upload('http://host.example/', source, {
    driver: 'hand',
    stream_callback() {
      hand.socket.end(netError('ENETDOWN'));
      throw new Error('mine');
    },
  });
  hand.socket.open(600).data('HTTP/1.1 413 no\r\nContent-Length: 3\r\n\r\nwhy');
  await refused(call, { type: 'IOError', code: 'ENETDOWN' });
  expect(closed).toBe(1);
});

it('an error without a code has one', async () => {
  hand.refuse = new Error('no luck');
  const call = requests.get('http://host.example/', { driver: 'hand' });
  const e = await refused(call, { type: 'HTTPConnectionError', code: 'EIO', phase: 'connect' });
  expect(e.message).toBe('no luck');
});

it('a name of 300 characters is none', async () => {
  const url = 'http://' + 'a.'.repeat(150) + 'test/';
  await refused(requests.get(url), { type: 'HTTPConnectionError', code: 'ENOTFOUND', phase: 'dns' });
});

it('a connection that breaks before the head was sent: that is while sending', async () => {
  const call = requests.get('http://host.example/', { driver: 'hand' });
  hand.socket.open(10).end(netError('ECONNRESET'));
  await refused(call, { type: 'IOError', code: 'ECONNRESET', phase: 'send' });
});

it('an early answer that breaks off: that is in its body, not while sending', async () => {
  const call = requests.upload('http://host.example/', requests.fd.bytes('x'.repeat(5000)), { driver: 'hand' });
  hand.socket.open(600).data('HTTP/1.1 413 no\r\nContent-Length: 100\r\n\r\n0123').end();
  await refused(call, { type: 'IOError', code: 'ETRUNCATED', phase: 'body' });
});

it('one that breaks off in its head: that is while sending', async () => {
  const call = requests.upload('http://host.example/', requests.fd.bytes('x'.repeat(5000)), { driver: 'hand' });
  hand.socket.open(600).data('HTTP/1.1 413 no\r\nContent-').end();
  await refused(call, { type: 'IOError', code: 'ETRUNCATED', phase: 'send' });
});

it('of a connection to be kept one byte more than the body is wanted, so that none goes unseen', async () => {
  for (const [headers, stream_chunk, wanted] of [
    [{ Connection: 'keep-alive' }, 512, [11, 0]],
    [{ Connection: 'keep-alive' }, 10, [11, 0]],
    [{ Connection: 'keep-alive' }, 9, [9, 2]],
    [{}, 512, [10, 0]],
  ] as const) {
    const call = requests.get('http://host.example/', { driver: 'hand', headers, stream_chunk, stream_callback() {} });
    const { events } = hand.socket.open();
    events.onData('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
    const asked = [events.want()];
    events.onData('0123456789'.substr(0, Math.min(10, stream_chunk)));
    asked.push(events.want());
    if (stream_chunk === 9) events.onData('9!');
    expect(asked).toEqual(wanted);
    const r = await call;
    expect(r.connection === null).toBe(stream_chunk === 9 || !('Connection' in headers));
  }
});
