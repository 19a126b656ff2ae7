// What a Response offers.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { refused } from './expect';

let server: RawServer;
let answer = '';
beforeAll(async () => {
  server = await RawServer.start(async (peer) => {
    await peer.head();
    await peer.send(answer);
  });
});
afterAll(() => server.stop());

function sized(body: string, status = '200 OK'): string {
  const bytes = Buffer.from(body, 'utf8').toString('latin1');
  return 'HTTP/1.1 ' + status + '\r\nContent-Length: ' + bytes.length + '\r\n\r\n' + bytes;
}

it('text() is UTF-8', async () => {
  answer = sized('a\u00e9\u20ac\ud83d\ude00');
  const r = await requests.get(server.url());
  expect(r.text()).toBe('a\u00e9\u20ac\ud83d\ude00');
  expect(r.text()).toBe('a\u00e9\u20ac\ud83d\ude00');
  expect(r.content).toBeInstanceOf(Uint8Array);
  expect(r.content.length).toBe(10);
});

it('json()', async () => {
  answer = sized('{"a":["\u00e9\u20ac",1,null]}');
  expect((await requests.get(server.url())).json()).toEqual({ a: ['\u00e9\u20ac', 1, null] });
});

it('json() behind a byte order mark, which text() keeps', async () => {
  answer = sized('\ufeff{"a":"\ufeff"}');
  const r = await requests.get(server.url());
  expect(r.json()).toEqual({ a: '\ufeff' });
  expect(r.text()).toBe('\ufeff{"a":"\ufeff"}');
});

it('json() of what is none throws', async () => {
  answer = sized('<html>');
  const r = await requests.get(server.url());
  expect(() => r.json()).toThrow();
  expect(r.text()).toBe('<html>');
});

it('an empty body', async () => {
  answer = sized('');
  const r = await requests.get(server.url());
  expect(r.text()).toBe('');
  expect(r.content).toBeInstanceOf(Uint8Array);
  expect(r.content.length).toBe(0);
  expect(r.received).toBe(0);
});

it.each(['5, 5', '5\r\nContent-Length: 5'])('the same Content-Length twice counts once: %j', async (length) => {
  answer = 'HTTP/1.1 200 OK\r\nContent-Length: ' + length + '\r\n\r\nhello';
  const r = await requests.get(server.url());
  expect([r.text(), r.total]).toEqual(['hello', 5]);
});

it('HEAD has empty content', async () => {
  answer = 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n';
  const r = await requests.head(server.url());
  expect(r.content.length).toBe(0);
  expect(r.text()).toBe('');
  expect(r.total).toBe(50);
});

it('connection is null by default', async () => {
  answer = sized('x');
  expect((await requests.get(server.url())).connection).toBe(null);
});

it.each([200, 204, 301, 304, 399])('raise_for_status of %d is silent', async (status) => {
  answer = 'HTTP/1.1 ' + status + ' x\r\nContent-Length: 0\r\n\r\n';
  const r = await requests.get(server.url());
  expect(r.status).toBe(status);
  expect(r.raise_for_status()).toBe(r);
});

it.each([
  [408, true, true],
  [429, true, true],
  [500, true, false],
  [502, true, false],
  [503, true, true],
  [504, true, false],
  [404, false, false],
  [501, false, false],
])('raise_for_status of %d: retryable for GET %s, for POST %s', async (status, get, post) => {
  answer = sized('why', status + ' x');
  for (const [method, retryable] of [
    ['GET', get],
    ['POST', post],
  ] as const) {
    const r = await requests.request(method, server.url());
    await refused(
      Promise.resolve().then(() => r.raise_for_status()),
      { type: 'HTTPResponseError', code: 'ESTATUS', retryable },
    );
  }
});

it.each([400, 404, 429, 499, 500, 503, 599])('raise_for_status of %d', async (status) => {
  answer = sized('why', status + ' Some Reason');
  const r = await requests.get(server.url());
  expect(r.text()).toBe('why');
  const e = await refused(
    Promise.resolve().then(() => r.raise_for_status()),
    { type: 'HTTPResponseError' },
  );
  expect(e.message).toBe(status + ' Some Reason');
});
