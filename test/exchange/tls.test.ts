// TLS under Node: verified by default, name and all.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';

const pem = (name: string): string => readFileSync(join(__dirname, '..', 'servers', `localhost.${name}.pem`), 'utf8');
const cert = pem('cert');
const key = pem('key');
let requested = 0;
const server = createServer(
  { key, cert, ca: cert, requestCert: true, rejectUnauthorized: false },
  (request, answer) => {
    requested++;
    answer.end((request.socket as TLSSocket).authorized ? 'known' : 'unknown');
  },
);
let port = 0;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requested = 0;
});

const get = (host: string, ctx?: object): Promise<string> =>
  requests.get(`https://${host}:${port}/`, { ctx }).then(
    (r) => `${r.status} ${r.text()}`,
    (e) => `${e.name} ${e.phase} ${e.code}`,
  );

it('a certificate that nobody vouches for is refused, and nothing is sent', async () => {
  expect(await get('localhost')).toBe('HTTPConnectionError tls DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(requested).toBe(0);
});

it('one that `ca` vouches for is taken', async () => {
  expect(await get('localhost', { ca: cert })).toBe('200 unknown');
  expect(await get('localhost', { ca: new Uint8Array(Buffer.from(cert)) })).toBe('200 unknown');
});

it('but not for another name', async () => {
  expect(await get('127.0.0.1', { ca: cert })).toBe('HTTPConnectionError tls ERR_TLS_CERT_ALTNAME_INVALID');
  expect(requested).toBe(0);
});

it('`verify: false` takes any', async () => {
  expect(await get('127.0.0.1', { verify: false })).toBe('200 unknown');
});

it('`cert` and `key` tell the server who we are', async () => {
  expect(await get('localhost', { ca: cert, cert, key })).toBe('200 known');
});

it('a kept connection that nobody verified is not taken for one that somebody did', async () => {
  const headers = { Connection: 'Keep-Alive' };
  const url = `https://localhost:${port}/`;
  const first = await requests.get(url, { ctx: { verify: false }, headers });
  const { connection } = first;
  for (const ctx of [undefined, {}, { ca: cert }, { verify: true }])
    await expect(requests.get(url, { ctx, headers, connection })).rejects.toMatchObject({
      name: 'HTTPConnectionError',
      code: 'ETLSUNVERIFIED',
      phase: 'tls',
      retryable: false,
    });
  expect(requested).toBe(1);
  const again = await requests.get(url, { ctx: { verify: false }, headers, connection });
  again.connection!.close();
  const verified = await requests.get(url, { ctx: { ca: cert }, headers });
  const last = await requests.get(url, { ctx: { verify: false }, headers, connection: verified.connection });
  expect(last.status).toBe(200);
  last.connection!.close();
  expect(requested).toBe(4);
});

it('a bad certificate stays bad', async () => {
  const bad = { phase: 'tls', retryable: false };
  await expect(requests.get(`https://localhost:${port}/`)).rejects.toMatchObject(bad);
  const ctx = { cert: 'no certificate' };
  await expect(requests.get(`https://localhost:${port}/`, { ctx })).rejects.toMatchObject({ code: 'ETLS', ...bad });
});

it('a kept connection is not taken for plain HTTP', async () => {
  const headers = { Connection: 'Keep-Alive' };
  const first = await requests.get(`https://localhost:${port}/`, { ctx: { ca: cert }, headers });
  await expect(requests.get(`http://localhost:${port}/`, { connection: first.connection })).rejects.toMatchObject({
    name: 'IOError',
  });
  first.connection!.close();
});

it('a server that wants to know us says no, when the handshake is over for us', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const strict = createServer({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: true, maxVersion });
    await new Promise<void>((done) => strict.listen(0, '127.0.0.1', done));
    const url = `https://localhost:${(strict.address() as AddressInfo).port}/`;
    await expect(requests.get(url, { ctx: { ca: cert } })).rejects.toMatchObject({
      name: 'HTTPConnectionError',
      phase: 'tls',
      retryable: false,
    });
    strict.closeAllConnections();
    strict.close();
  }
});

it('a server without TLS: the message has the reason and no source lines of OpenSSL', async () => {
  const plain = await RawServer.start((peer) => peer.send('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await expect(requests.get(`https://127.0.0.1:${plain.port}/`)).rejects.toMatchObject({
    name: 'HTTPConnectionError',
    code: expect.stringMatching(/^ERR_SSL_/),
    phase: 'tls',
    message: expect.stringMatching(/^TLS: [a-z ]+$/),
  });
  await plain.stop();
});
