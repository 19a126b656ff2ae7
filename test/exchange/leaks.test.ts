// After many calls of every fate nothing is left: no socket, no timer, no file.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as requests from '../../src/node/index';
import { freePort } from '../servers/installed';
import { RawServer } from '../servers/raw';
import { ReferenceServer } from '../servers/reference';
import { turns } from './expect';

/** The sockets and the like that keep Node busy, counted by kind; its own timers come and go. */
function busy(): { [kind: string]: number } {
  const kinds: { [kind: string]: number } = {};
  for (const kind of (process as any).getActiveResourcesInfo())
    if (/TCP|FSReq|GetAddr|TLS/.test(kind)) kinds[kind] = (kinds[kind] || 0) + 1;
  return kinds;
}

const timers = new Set<unknown>();
const { setTimeout: set, clearTimeout: clear } = globalThis;

beforeAll(() => {
  const counting = (go: (...args: any[]) => void, ms?: number, ...args: any[]) => {
    const id = set(() => {
      timers.delete(id);
      go(...args);
    }, ms);
    timers.add(id);
    return id;
  };
  globalThis.setTimeout = counting as any;
  globalThis.clearTimeout = ((id: any) => {
    timers.delete(id);
    clear(id);
  }) as any;
});
afterAll(() => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }));

let raw: RawServer;
let reference: ReferenceServer;
let folder: string;
let closed: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leaks-'));
  writeFileSync(join(folder, 'file'), 'x'.repeat(3000));
  closed = await freePort();
  reference = await ReferenceServer.start();
  raw = await RawServer.start(async (peer) => {
    const fate = (await peer.head()).split(/[ /]/)[2];
    if (fate === 'rst') await peer.rst();
    if (fate === 'fin') peer.fin();
    if (fate === 'garbage') await peer.send('garbage\r\n');
    if (fate === 'half') await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf');
    if (fate === 'half') peer.fin();
    if (fate === 'early') await peer.send('HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n');
    await peer.gone();
    peer.fin();
  });
});
afterAll(async () => {
  await raw.stop();
  await reference.stop();
  rmSync(folder, { recursive: true });
});

const keep = { headers: { Connection: 'keep-alive' } };
/** how each call ends, and the call */
const calls: { [name: string]: [fate: string, call: () => Promise<any>] } = {
  'a GET': ['answered', () => requests.get(reference.url('/bytes/2000'))],
  'a HEAD': ['answered', () => requests.head(reference.url('/bytes/2000'))],
  'a POST': ['answered', () => requests.post(reference.url('/echo'), { json: { a: 1 } })],
  'a kept connection': [
    'answered',
    () => requests.get(reference.url('/chunked/2000'), keep).then((r) => r.connection!.close()),
  ],
  'a stream': ['answered', () => requests.get(reference.url('/chunked/5000'), { stream_callback: () => {} })],
  'a stream that waits': [
    'answered',
    () => requests.get(reference.url('/bytes/5000'), { stream_callback: () => turns(1) }),
  ],
  'a stream that throws': [
    'mine',
    () =>
      requests.get(reference.url('/bytes/5000'), {
        stream_callback() {
          throw new Error('mine');
        },
      }),
  ],
  'a body that is too large': ['ELIMIT', () => requests.get(reference.url('/bytes/30000'))],
  'an upload': [
    'answered',
    () => requests.upload(reference.url('/echo'), requests.fd.file(join(folder, 'file')), { max_content: 9000 }),
  ],
  'an upload that ends early': [
    'answered',
    () => requests.upload(raw.url('/early'), requests.fd.file(join(folder, 'file'))),
  ],
  'an upload that is reset': [
    'ECONNRESET',
    () => requests.upload(raw.url('/rst'), requests.fd.file(join(folder, 'file'))),
  ],
  'an upload with a bad header': [
    'EINVAL',
    () => requests.upload(raw.url('/'), requests.fd.file(join(folder, 'file')), { headers: { a: '\n' } }),
  ],
  'a reset': ['ECONNRESET', () => requests.get(raw.url('/rst'))],
  'an early end': ['ETRUNCATED', () => requests.get(raw.url('/fin'))],
  'half a body': ['ETRUNCATED', () => requests.get(raw.url('/half'))],
  garbage: ['EPROTO', () => requests.get(raw.url('/garbage'))],
  silence: ['ETIMEDOUT', () => requests.get(raw.url('/silence'), { timeout: 15 })],
  'a bad URL': ['EINVAL', () => requests.get('nonsense')],
  'nobody there': ['ECONNREFUSED', () => requests.get('http://127.0.0.1:' + closed + '/')],
};

it.each(Object.keys(calls))('%s, fifty times', async (name) => {
  const [fate, call] = calls[name];
  await call().catch(() => {});
  await raw.allGone();
  raw.clear();
  await turns(5);
  const files = readdirSync('/proc/self/fd').length;
  const before = busy();
  const fates = new Set<string>();
  for (let i = 0; i < 50; i++)
    fates.add(
      await call().then(
        () => 'answered',
        // a busy machine may have no connection yet when the time is up: a timeout by another name
        (e) => e.code || e.message,
      ),
    );
  await raw.allGone();
  raw.clear();
  // the servers' own ends go a turn later
  for (let i = 0; i < 50 && (reference.open || JSON.stringify(busy()) !== JSON.stringify(before)); i++) await turns(4);
  expect(busy()).toEqual(before);
  expect(timers.size).toBe(0);
  expect(reference.open).toBe(0);
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(files + 2);
  expect([...fates]).toEqual([fate]);
});
