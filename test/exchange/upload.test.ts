// upload: sources of every size and honesty.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { counting } from './counting';
import { noise, refused } from './expect';
import { HandDriver, netError } from './handDriver';

let server: RawServer;
let got = '';
const done = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

beforeEach(async () => {
  server = await RawServer.start(async (peer) => {
    got = await peer.request();
    await peer.send(done);
    await peer.gone();
    got += peer.received;
    peer.fin();
  });
});
afterEach(() => server.stop());

const bodyOf = (request: string) => request.substr(request.indexOf('\r\n\r\n') + 4);

describe.each([true, false])('read as strings: %s', (asString) => {
  it.each([0, 1, 511, 512, 513, 100000, 10 << 20])('%d bytes', async (n) => {
    const bytes = noise(n);
    const fd = counting(bytes, asString);
    const r = await requests.upload(server.url('/up'), fd, { idle_timeout: 0 });
    await server.allGone();
    expect(r.status).toBe(200);
    expect(got.substr(0, 13)).toBe('POST /up HTTP');
    expect(got).toContain('\r\nContent-Length: ' + n + '\r\n');
    expect(bodyOf(got) === bytes.toString('latin1')).toBe(true);
    expect(fd.closed).toBe(1);
    expect(fd.largest).toBeLessThanOrEqual(16384);
  });
});

it('its defaults, and its options', async () => {
  for (const options of [undefined, { method: '', mime_type: '' }]) {
    await requests.upload(server.url(), requests.fd.bytes('abc'), options);
    await server.allGone();
    expect(got).toMatch(/^POST \/ HTTP\/1\.1\r\n/);
    expect(got).toMatch(/\r\nContent-Type: application\/octet-stream\r\n/i);
    server.clear();
  }
  await requests.upload(server.url(), requests.fd.bytes('abc'), {
    method: 'PUT',
    mime_type: 'text/csv',
    params: { a: 1 },
  });
  await server.allGone();
  expect(got).toMatch(/^PUT \/\?a=1 HTTP\/1\.1\r\n/);
  expect(got.match(/content-type:.*/gi)).toEqual(['Content-Type: text/csv']);
  expect(bodyOf(got)).toBe('abc');
});

it('a Content-Type of the caller goes before mime_type', async () => {
  await requests.upload(server.url(), requests.fd.bytes('abc'), {
    mime_type: 'text/csv',
    headers: { 'content-type': 'text/x' },
  });
  await server.allGone();
  expect(got.match(/content-type:.*/gi)).toEqual(['content-type: text/x']);
});

it('a source that gives little at a time', async () => {
  const bytes = noise(3000);
  const fd = counting(bytes);
  const read = fd.read;
  let i = 0;
  fd.read = function (n) {
    return read.call(this, Math.min(n, 1 + (i++ % 7)));
  };
  await requests.upload(server.url(), fd);
  await server.allGone();
  expect(bodyOf(got) === bytes.toString('latin1')).toBe(true);
});

it('one array lent again and again', async () => {
  const lent = new Uint8Array(64);
  let n = 0;
  const fd = {
    size: () => 64 * 200,
    read(max: number) {
      if (n === 200) return undefined;
      expect(max).toBeGreaterThanOrEqual(64);
      return lent.fill(n++);
    },
  };
  await requests.upload(server.url(), fd);
  await server.allGone();
  const body = bodyOf(got);
  expect(body.length).toBe(64 * 200);
  expect([...body].every((c, i) => c.charCodeAt(0) === i >> 6)).toBe(true);
});

describe('fd', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'upload-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([0, 1, 512, 70000])('file of %d bytes', async (n) => {
    const path = join(folder, 'f' + n);
    writeFileSync(path, noise(n));
    await requests.upload(server.url(), requests.fd.file(path));
    await server.allGone();
    expect(got).toContain('\r\nContent-Length: ' + n + '\r\n');
    expect(bodyOf(got) === noise(n).toString('latin1')).toBe(true);
  });

  it('storage, where the program has one', async () => {
    const text = noise(1500).toString('latin1');
    const files: { [name: string]: string } = { log: text };
    const read = (name: string, at = 0, n = 1e9) => files[name]?.substr(at, n);
    (globalThis as any).require = () => ({ read });
    try {
      const fd = requests.fd.storage('log');
      for (let i = 0; i < 2; i++) {
        await requests.upload(server.url(), fd);
        await server.allGone();
        expect(bodyOf(got) === text).toBe(true);
      }
      const e = await refused(requests.upload(server.url(), requests.fd.storage('none')), { type: 'IOError' });
      expect(e.message).toBe('cannot read the source: no file none');
    } finally {
      delete (globalThis as any).require;
    }
  });

  it('a folder is no file', async () => {
    await refused(requests.upload(server.url(), requests.fd.file(folder)), { type: 'IOError' });
  });

  it.each([
    new Uint8Array(noise(1500)),
    noise(1500)
      .toString('latin1')
      .replace(/[^ -~]/g, '.'),
  ])('bytes', async (data) => {
    await requests.upload(server.url(), requests.fd.bytes(data));
    await server.allGone();
    expect(bodyOf(got)).toBe(typeof data === 'string' ? data : Buffer.from(data).toString('latin1'));
  });
});

it('a source of bytes can be sent again', async () => {
  const fd = requests.fd.bytes('abc');
  for (let i = 0; i < 2; i++) {
    await requests.upload(server.url(), fd);
    await server.allGone();
    expect(bodyOf(got)).toBe('abc');
  }
});

it('what is sent is written in pieces of at most 512 bytes, whatever the room', async () => {
  const hand = new HandDriver();
  const call = requests.upload('http://host.example/', requests.fd.bytes('x'.repeat(2000)), { driver: 'hand' });
  const [head, ...pieces] = hand.socket.open().writes;
  hand.socket.data('HTTP/1.1 204 No Content\r\n\r\n');
  await call;
  hand.remove();
  expect(head).toBeLessThan(512);
  expect(pieces).toEqual([512, 512, 512, 464]);
});

it('a source is not read again after read() has ended the call', async () => {
  const hand = new HandDriver();
  const asked: string[] = [];
  const source = {
    size: () => 3,
    read(n: number) {
      asked.push('read ' + n);
      // as when it calls unlink()
      hand.socket.end(netError('ENETDOWN'));
      return 'abc';
    },
    close: () => void asked.push('close'),
  };
  const call = requests.upload('http://host.example/', source, { driver: 'hand' });
  hand.socket.open();
  await refused(call, { type: 'IOError', code: 'ENETDOWN', phase: 'send' });
  hand.remove();
  expect(asked).toEqual(['read 3', 'close']);
});

describe('a source that lies', () => {
  const lies: { [name: string]: [number, (n: number) => any] } = {
    'ends early with undefined': [
      1000,
      (() => {
        let i = 0;
        return () => (i++ ? undefined : 'x'.repeat(100));
      })(),
    ],
    'ends early with an empty string': [1000, () => ''],
    'ends early with an empty array': [1000, () => new Uint8Array(0)],
    'ends early with null': [1000, () => null],
    'is longer': [1000, (n) => 'x'.repeat(n)],
    'is longer than nothing': [0, (n) => 'x'.repeat(n)],
    'gives characters for bytes': [3, () => 'a\u20ac\u00e9'],
    'gives text of as many bytes': [6, () => 'a\u20ac\u00e9'],
    'gives characters for bytes, and no more of them': [3, (n) => (n === 3 ? 'a\u20ac\u00e9' : '')],
    'gives more than it was asked for': [1000, (n) => 'x'.repeat(n + 1)],
  };
  it.each(Object.keys(lies))('%s', async (name) => {
    const [size, read] = lies[name];
    await refused(requests.upload(server.url(), { size: () => size, read }), { type: 'IOError', phase: 'send' });
    await server.allGone();
  });

  it.each([
    [10, () => '', 'read(10) gave 0'],
    [10, () => undefined, 'read(10) gave 0'],
    [10, (n: number) => 'x'.repeat(n), 'read(1) gave 1'],
    [10, () => 'x'.repeat(11), 'read(10) gave 11'],
  ] as [number, (n: number) => string | undefined, string][])(
    'is told with the numbers: %d bytes, %s, %s',
    async (size, read, told) => {
      const e = await refused(requests.upload(server.url(), { size: () => size, read }), {
        type: 'IOError',
        code: 'EFILE',
      });
      expect(e.message).toBe('the source differs from its size(): ' + told);
    },
  );

  it.each([0, 1])('throws at read %d', async (n) => {
    let i = 0;
    const mine = new Error('card removed');
    const read = () => {
      if (i++ === n) throw mine;
      return 'x';
    };
    const e = await refused(requests.upload(server.url(), { size: () => 10, read }), {
      type: 'IOError',
      phase: 'send',
    });
    expect(e.message).toContain('card removed');
    const nothing = () => {
      throw null;
    };
    await refused(requests.upload(server.url(), { size: () => 10, read: nothing }), { type: 'IOError', code: 'EFILE' });
    await refused(requests.upload(server.url(), { size: nothing, read }), { type: 'IOError', code: 'EFILE' });
    const text = () => {
      throw 'worn out';
    };
    const other = await refused(requests.upload(server.url(), { size: () => 10, read: text }), { type: 'IOError' });
    expect(other.message).toBe('cannot read the source: worn out');
    await server.allGone();
  });
});
