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
const calls: { [name: string]: () => Promise<any> } = {
  'a GET': () => requests.get(reference.url('/bytes/2000')),
  'a HEAD': () => requests.head(reference.url('/bytes/2000')),
  'a POST': () => requests.post(reference.url('/echo'), { json: { a: 1 } }),
  'a kept connection': () => requests.get(reference.url('/chunked/2000'), keep).then((r) => r.connection!.close()),
  'a stream': () => requests.get(reference.url('/chunked/5000'), { stream_callback: () => {} }),
  'a stream that waits': () => requests.get(reference.url('/bytes/5000'), { stream_callback: () => turns(1) }),
  'a stream that throws': () =>
    requests.get(reference.url('/bytes/5000'), {
      stream_callback() {
        throw new Error('mine');
      },
    }),
  'a body that is too large': () => requests.get(reference.url('/bytes/30000')),
  'an upload': () =>
    requests.upload(reference.url('/echo'), requests.fd.file(join(folder, 'file')), { max_content: 9000 }),
  'an upload that ends early': () => requests.upload(raw.url('/early'), requests.fd.file(join(folder, 'file'))),
  'an upload that is reset': () => requests.upload(raw.url('/rst'), requests.fd.file(join(folder, 'file'))),
  'an upload with a bad header': () =>
    requests.upload(raw.url('/'), requests.fd.file(join(folder, 'file')), { headers: { a: '\n' } }),
  'a reset': () => requests.get(raw.url('/rst')),
  'an early end': () => requests.get(raw.url('/fin')),
  'half a body': () => requests.get(raw.url('/half')),
  garbage: () => requests.get(raw.url('/garbage')),
  silence: () => requests.get(raw.url('/silence'), { timeout: 15 }),
  'a bad URL': () => requests.get('nonsense'),
  'nobody there': () => requests.get('http://127.0.0.1:' + closed + '/'),
};

it.each(Object.keys(calls))('%s, fifty times', async (name) => {
  await calls[name]().catch(() => {});
  await raw.allGone();
  raw.clear();
  await turns(5);
  const files = readdirSync('/proc/self/fd').length;
  const before = busy();
  const fates = new Set<string>();
  for (let i = 0; i < 50; i++)
    fates.add(
      await calls[name]().then(
        () => 'answered',
        // a busy machine may have no connection yet when the time is up: a timeout by another name
        (e) => e.code,
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
  expect(fates.size).toBe(1);
});
