// The ordinary cases against an honest server.
import * as requests from '../../src/node/index';
import { noise } from '../exchange/expect';
import { ReferenceServer } from './reference';

let server: ReferenceServer;
beforeAll(async () => (server = await ReferenceServer.start()));
afterAll(() => server.stop());

const keep = { headers: { Connection: 'keep-alive' } };

it.each([
  ['GET', requests.get],
  ['POST', requests.post],
  ['PUT', requests.put],
  ['PATCH', requests.patch],
  ['DELETE', requests.delete],
  ['OPTIONS', requests.options],
] as [string, typeof requests.get][])('%s is understood', async (method, call) => {
  const r = await call(server.url('/echo'), { params: { a: 'b c' }, json: { d: '\u20ac' }, headers: { 'X-Own': 'e' } });
  const seen = r.json();
  expect(seen).toMatchObject({ method, url: '/echo?a=b%20c', nth: 1 });
  expect(seen.headers).toMatchObject({
    'x-own': 'e',
    'content-type': expect.stringMatching(/json/),
    connection: 'close',
  });
  expect(JSON.parse(Buffer.from(seen.body, 'latin1').toString())).toEqual({ d: '\u20ac' });
});

describe.each(['bytes', 'chunked', 'close', 'slow'])('/%s', (what) => {
  it.each([0, 1, 511, 512, 513, 5000])('%d bytes, kept', async (n) => {
    const r = await requests.get(server.url('/' + what + '/' + n), keep);
    expect(Buffer.from(r.content).equals(noise(n))).toBe(true);
    expect(r.total).toBe(what === 'chunked' || what === 'close' ? -1 : n);
    expect(r.connection === null).toBe(what === 'close');
    if (r.connection) r.connection.close();
  });

  it('100,000 bytes, streamed', async () => {
    const pieces: Buffer[] = [];
    const stream_callback = (chunk: Uint8Array) => void pieces.push(Buffer.from(chunk));
    const r = await requests.get(server.url('/' + what + '/100000'), { stream_callback });
    expect(Buffer.concat(pieces).equals(noise(100000))).toBe(true);
    expect(r.received).toBe(100000);
  });
});

it('a hundred requests of all kinds on one connection', async () => {
  const before = server.connections;
  let connection: any = null;
  for (let i = 0; i < 100; i++) {
    const path = ['/bytes/700', '/chunked/700', '/status/204', '/echo', '/etag'][i % 5];
    const method = i % 7 === 3 ? 'HEAD' : 'GET';
    const r = await requests.request(method, server.url(path), { ...keep, connection });
    if (method === 'GET' && i % 5 < 2) expect(Buffer.from(r.content).equals(noise(700))).toBe(true);
    if (method === 'HEAD') expect(r.content.length).toBe(0);
    connection = r.connection;
    expect(connection).not.toBe(null);
  }
  const last = await requests.get(server.url('/echo'), { connection });
  expect(last.json().nth).toBe(101);
  expect(server.connections - before).toBe(1);
});

it('a range', async () => {
  const r = await requests.get(server.url('/bytes/1000'), { headers: { Range: 'bytes=100-199' } });
  expect(r.status).toBe(206);
  expect(r.headers['content-range']).toBe('bytes 100-199/1000');
  expect(Buffer.from(r.content).equals(noise(1000).subarray(100, 200))).toBe(true);
});

it('304 where nothing has changed', async () => {
  const first = await requests.get(server.url('/etag'));
  const second = await requests.get(server.url('/etag'), { headers: { 'If-None-Match': first.headers.etag } });
  expect([first.status, second.status]).toEqual([200, 304]);
  expect(second.text()).toBe('');
});

it.each([200, 201, 204, 301, 304, 400, 404, 500, 503])('status %d', async (status) => {
  const r = await requests.get(server.url('/status/' + status));
  expect(r.status).toBe(status);
  expect(r.reason).toMatch(/\S/);
});

it('an upload of a megabyte', async () => {
  const r = await requests.upload(server.url('/echo'), requests.fd.bytes(new Uint8Array(noise(1 << 20))), {
    max_content: 10 << 20,
  });
  expect(r.json().body === noise(1 << 20).toString('latin1')).toBe(true);
});

it('twenty at once', async () => {
  const all = Array.from({ length: 20 }, (_, i) => requests.get(server.url('/chunked/' + i * 300)));
  for (const [i, r] of (await Promise.all(all)).entries())
    expect(Buffer.from(r.content).equals(noise(i * 300))).toBe(true);
});
