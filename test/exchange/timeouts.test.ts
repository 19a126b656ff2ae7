// The two limits, with a clock that is moved by hand.
import * as requests from '../../src/node/index';
import { refused, turns, watch } from './expect';
import { HandDriver, netError } from './handDriver';

let hand: HandDriver;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  hand = new HandDriver();
});
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  hand.remove();
});

const url = 'http://host.example/';
const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n';

/** Moves the clock in small steps, so that timers set by timers come in. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < 20; i++) await jest.advanceTimersByTimeAsync(ms / 20);
}

async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await jest.advanceTimersByTimeAsync(0);
    await turns(1);
  }
}

it('the default timeout is 30 s: the whole call', async () => {
  const seen = watch(requests.get(url, { driver: 'hand' }));
  hand.socket.open().data(head);
  for (let s = 0; s < 29; s++) {
    hand.socket.data('x');
    await pass(1000);
  }
  expect(seen.settled).toBe(0);
  hand.socket.data('x');
  await pass(2000);
  expect(seen.settled).toBe(1);
  await refused(Promise.reject(seen.error), { type: 'IOError', code: 'ETIMEDOUT', phase: 'body' });
  expect(hand.socket.closed).toBe(true);
});

it('counts the time in which the program was at something else', async () => {
  const options = { driver: 'hand', timeout: 1000, idle_timeout: 400, stream_callback: () => {} };
  const seen = watch(requests.get(url, options));
  hand.socket.open().data(head);
  let ms = 0;
  for (; ms < 900; ms += 500) {
    expect(seen.settled).toBe(0);
    hand.socket.data('x');
    await pass(50);
    // no timer is served meanwhile
    jest.setSystemTime(Date.now() + 450);
  }
  await pass(100);
  expect(seen.error).toMatchObject({ code: 'ETIMEDOUT', message: expect.stringMatching(/^timeout of 1000 ms/) });
});

it.each([3600000, -3600000])('a clock that is set, by %d ms, ends nothing and prolongs nothing', async (by) => {
  const seen = watch(requests.get(url, { driver: 'hand', timeout: 1000, idle_timeout: 400 }));
  hand.socket.open();
  for (let i = 0; i < 9; i++) {
    hand.socket.data(head[i]);
    jest.setSystemTime(Date.now() + by);
    await pass(100);
  }
  expect(seen.settled).toBe(0);
  await pass(150);
  expect(seen.error).toMatchObject({ code: 'ETIMEDOUT' });
});

it.each([{}, { idle_timeout: 0 }, { idle_timeout: 60000 }])('every timer is called at once, %j', async (options) => {
  // firmware that sets its clock behind the interpreter's back, as by SNTP
  const seen = watch(requests.get(url, { driver: 'hand', timeout: 4000, ...options }));
  hand.socket.open().data(head);
  await pass(800);
  jest.setSystemTime(Date.now() + 1e12);
  jest.runOnlyPendingTimers();
  await pass(2000);
  expect(seen.settled).toBe(0);
  await pass(1200);
  expect(seen.error).toMatchObject({ code: 'ETIMEDOUT', message: expect.stringMatching(/^timeout of 4000 ms/) });
});

it('says how long it was, and how far it came', async () => {
  const options = { driver: 'hand', timeout: 500 };
  const began = watch(requests.get(url, options));
  hand.socket.open().data('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n' + 'x'.repeat(24));
  await pass(600);
  expect(began.error.message).toBe('timeout of 500 ms after 24 of 100 bytes of body');
  const silent = watch(requests.get(url, options));
  hand.sockets[1].open();
  await pass(600);
  expect(silent.error.message).toBe('timeout of 500 ms');
  const chunked = watch(requests.get(url, options));
  hand.socket.open().data('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
  await pass(600);
  expect(chunked.error.message).toBe('timeout of 500 ms after 5 bytes of body');
  const begun = watch(requests.get(url, options));
  hand.socket.open().data('HTTP/1.1 200 OK\r\n');
  await pass(600);
  expect(begun.error.message).toBe('timeout of 500 ms');
});

it('the default idle_timeout is 10 s', async () => {
  const seen = watch(requests.get(url, { driver: 'hand' }));
  hand.socket.open().data(head);
  await pass(9000);
  expect(seen.settled).toBe(0);
  await pass(4000);
  expect(seen.settled).toBe(1);
  await refused(Promise.reject(seen.error), { type: 'IOError', code: 'ETIMEDOUT', phase: 'body' });
  expect(hand.socket.closed).toBe(true);
});

it('idle_timeout is never early', async () => {
  const seen = watch(requests.get(url, { driver: 'hand', idle_timeout: 1000 }));
  hand.socket.open();
  // it is checked every 125 ms
  await jest.advanceTimersByTimeAsync(120);
  hand.socket.data(head);
  await jest.advanceTimersByTimeAsync(990);
  expect(seen.settled).toBe(0);
  await jest.advanceTimersByTimeAsync(150);
  expect(seen.error).toMatchObject({ code: 'ETIMEDOUT' });
});

it('a byte now and then is not idle', async () => {
  const seen = watch(requests.get(url, { driver: 'hand', timeout: 0, idle_timeout: 1000 }));
  hand.socket.open();
  for (const byte of head + 'x'.repeat(999)) {
    hand.socket.data(byte);
    await jest.advanceTimersByTimeAsync(700);
  }
  expect(seen.settled).toBe(0);
  hand.socket.data('x');
  await settle();
  expect(seen.value.received).toBe(1000);
});

it.each([512, 0])('nor are bytes of a long body, which take the fast way, pieces of %d', async (stream_chunk) => {
  const options = { driver: 'hand', timeout: 0, idle_timeout: 1000, stream_chunk, stream_callback() {} };
  const seen = watch(requests.get(url, options));
  hand.socket.open().data('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n');
  for (let i = 0; i < 20; i++) {
    hand.socket.data('x'.repeat(200));
    await jest.advanceTimersByTimeAsync(700);
  }
  expect(!!hand.socket.events.sink).toBe(true);
  expect(seen.settled).toBe(0);
  await pass(1300);
  expect(seen.error.message).toBe('idle_timeout: not a byte in 1000 ms');
});

it('bytes that are sent are not idle', async () => {
  const data = new Uint8Array(5000);
  const seen = watch(requests.post(url, { driver: 'hand', timeout: 0, idle_timeout: 1000, data }));
  hand.socket.open(100);
  for (let i = 0; i < 50; i++) {
    await jest.advanceTimersByTimeAsync(700);
    hand.socket.offer(100);
  }
  expect(seen.settled).toBe(0);
  hand.socket.data('HTTP/1.1 204 No Content\r\n\r\n');
  await settle();
  expect(seen.value.status).toBe(204);
});

it('bytes that cannot be sent are idle', async () => {
  const data = new Uint8Array(5000);
  const seen = watch(requests.post(url, { driver: 'hand', idle_timeout: 1000, data }));
  hand.socket.open(600);
  await pass(3000);
  await refused(Promise.reject(seen.error), { type: 'IOError', code: 'ETIMEDOUT', phase: 'send' });
});

it('the time in which a promise of the callback is pending is not idle, the time behind it is', async () => {
  let go = () => {};
  const stream_callback = () => new Promise<void>((resolve) => (go = resolve));
  const options = { driver: 'hand', timeout: 0, idle_timeout: 1000, stream_chunk: 10, stream_callback };
  const seen = watch(requests.get(url, options));
  hand.socket.open().data(head + 'x'.repeat(10));
  await pass(5000);
  go();
  await pass(900);
  expect(seen.settled).toBe(0);
  await pass(400);
  expect(seen.error.message).toBe('idle_timeout: not a byte in 1000 ms');
});

it('0 means none', async () => {
  const seen = watch(requests.get(url, { driver: 'hand', timeout: 0, idle_timeout: 0 }));
  hand.socket.open().data(head);
  await pass(1e8);
  expect(seen.settled).toBe(0);
  hand.socket.data('x'.repeat(1000));
  await settle();
  expect(seen.value.received).toBe(1000);
});

it('idle_timeout 0 with a timeout', async () => {
  const seen = watch(requests.get(url, { driver: 'hand', timeout: 60000, idle_timeout: 0 }));
  hand.socket.open().data(head);
  await pass(55000);
  expect(seen.settled).toBe(0);
  await pass(10000);
  await refused(Promise.reject(seen.error), { type: 'IOError', code: 'ETIMEDOUT' });
});

it.each(['dns', 'connect', 'tls'] as const)('not connected in time, in phase %s', async (phase) => {
  const seen = watch(requests.get('https://host.example/', { driver: 'hand', timeout: 5000 }));
  hand.socket.phase = phase;
  await pass(6000);
  await refused(Promise.reject(seen.error), { type: 'HTTPConnectionError', code: 'ETIMEDOUT', phase, retryable: true });
  expect(hand.socket.closed).toBe(true);
});

it('a callback that never settles ends with the timeout', async () => {
  const seen = watch(
    requests.get(url, {
      driver: 'hand',
      timeout: 5000,
      stream_callback: () => new Promise(() => {}),
      stream_chunk: 10,
    }),
  );
  hand.socket.open().data(head + 'x'.repeat(10));
  await pass(6000);
  await refused(Promise.reject(seen.error), { type: 'IOError', code: 'ETIMEDOUT', phase: 'body' });
  expect(hand.socket.closed).toBe(true);
});

it('a connect that throws', async () => {
  hand.refuse = netError('ENETUNREACH', 'connect');
  const seen = watch(requests.get(url, { driver: 'hand' }));
  await settle();
  await refused(Promise.reject(seen.error), { type: 'HTTPConnectionError', code: 'ENETUNREACH', phase: 'connect' });
});

it.each(['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT'])('a connect that ends in %s', async (code) => {
  const seen = watch(requests.get(url, { driver: 'hand' }));
  hand.socket.end(netError(code, code === 'ENOTFOUND' ? 'dns' : 'connect'));
  await settle();
  const phase = code === 'ENOTFOUND' ? 'dns' : 'connect';
  await refused(Promise.reject(seen.error), { type: 'HTTPConnectionError', code, phase });
});

it('a peer that closes before it is connected', async () => {
  const seen = watch(requests.get(url, { driver: 'hand' }));
  hand.socket.end(null);
  await settle();
  await refused(Promise.reject(seen.error), { type: 'HTTPConnectionError', code: 'ECONNRESET', retryable: true });
});

it('no link', async () => {
  hand.linked = false;
  const seen = watch(requests.get(url, { driver: 'hand' }));
  await settle();
  await refused(Promise.reject(seen.error), { type: 'HTTPConnectionError', retryable: true });
  expect(hand.sockets).toHaveLength(0);
});

it('leaves no timer after an answer', async () => {
  const seen = watch(requests.get(url, { driver: 'hand' }));
  hand.socket.open().data(head + 'x'.repeat(1000));
  await settle();
  expect(seen.settled).toBe(1);
  await pass(100000);
  expect(seen.settled).toBe(1);
});

it('a kept connection has no timer', async () => {
  const seen = watch(requests.get(url, { driver: 'hand', headers: { Connection: 'keep-alive' } }));
  hand.socket.open().data(head + 'x'.repeat(1000));
  await settle();
  await pass(1e6);
  expect(seen.value.connection).not.toBe(null);
  seen.value.connection.close();
  expect(hand.socket.closed).toBe(true);
});
