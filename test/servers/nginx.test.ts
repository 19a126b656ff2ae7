// Against nginx: ranges, conditions, chunked coding, uploads, kept connections.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as requests from '../../src/node/index';
import { noise, refused } from '../exchange/expect';
import { describeInstalled, InstalledServer, isInstalled } from './installed';

const SIZE = 10 << 20;

function config(port: number, folder: string): string {
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path "${folder}/tmp";`,
  );
  return `
    daemon off;
    master_process off;
    pid "${folder}/pid";
    error_log stderr;
    events {}
    http {
      access_log off;
      default_type application/octet-stream;
      ${temps.join('\n')}
      server {
        listen 127.0.0.1:${port};
        root "${folder}/www";
        client_max_body_size 100m;
        keepalive_requests 1000;
        location /ssi/ { ssi on; ssi_types *; alias "${folder}/www/"; }
        location /put/ { dav_methods PUT DELETE; create_full_put_path on; root "${folder}/www"; }
        location /small/ { client_max_body_size 1k; dav_methods PUT; root "${folder}/www"; }
        location /moved { return 301 /large; }
        location /empty { return 204; }
        location /teapot { return 418 "short and stout"; }
        location /drop { return 444; }
        location /last { keepalive_timeout 0; alias "${folder}/www/text"; }
      }
    }`;
}

const nginx = isInstalled('nginx', '-v') ? 'nginx' : isInstalled('/usr/sbin/nginx', '-v') ? '/usr/sbin/nginx' : '';

describeInstalled('nginx', !!nginx, () => {
  const server = new InstalledServer();
  const large = noise(SIZE);
  const keep = { headers: { Connection: 'keep-alive' } };

  beforeAll(async () => {
    await server.start((port, folder) => {
      chmodSync(folder, 0o755);
      mkdirSync(join(folder, 'www/put'), { recursive: true });
      writeFileSync(join(folder, 'www/large'), large);
      writeFileSync(join(folder, 'www/text'), 'plain text\n');
      writeFileSync(join(folder, 'www/page'), '<!--# set var="x" value="y" -->' + '0123456789'.repeat(2000));
      writeFileSync(join(folder, 'nginx.conf'), config(port, folder));
      return [nginx, '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
    });
  });
  afterAll(() => server.stop());

  it('10 MB in a stream', async () => {
    let at = 0;
    const r = await requests.get(server.url('/large'), {
      stream_chunk: 4096,
      stream_callback(chunk) {
        if (!large.subarray(at, at + chunk.length).equals(chunk)) throw new Error('wrong bytes at ' + at);
        at += chunk.length;
      },
    });
    expect([at, r.received, r.total]).toEqual([SIZE, SIZE, SIZE]);
  });

  it('10 MB in ranges on one connection', async () => {
    let connection: any = null;
    const step = 1 << 20;
    for (let at = 0; at < SIZE; at += step) {
      const headers = { ...keep.headers, Range: `bytes=${at}-${at + step - 1}` };
      const r = await requests.get(server.url('/large'), { headers, connection, max_content: step });
      expect(r.status).toBe(206);
      expect(r.headers['content-range']).toBe(`bytes ${at}-${at + step - 1}/${SIZE}`);
      expect(large.subarray(at, at + step).equals(r.content)).toBe(true);
      connection = r.connection;
      expect(connection).not.toBe(null);
    }
    connection.close();
  });

  it('a range behind the end', async () => {
    const r = await requests.get(server.url('/text'), { headers: { Range: 'bytes=1000-' } });
    expect(r.status).toBe(416);
  });

  it('several ranges', async () => {
    const r = await requests.get(server.url('/text'), { headers: { Range: 'bytes=0-1,4-5' } });
    expect(r.status).toBe(206);
    expect(r.headers['content-type']).toMatch(/^multipart\/byteranges/);
    expect(r.content.length).toBe(r.total);
  });

  it('HEAD', async () => {
    const r = await requests.head(server.url('/large'), keep);
    expect([r.status, r.total, r.received]).toEqual([200, SIZE, 0]);
    const next = await requests.get(server.url('/text'), { connection: r.connection });
    expect(next.text()).toBe('plain text\n');
  });

  it('304 by ETag and by date', async () => {
    const first = await requests.get(server.url('/text'));
    const { etag, 'last-modified': date } = first.headers;
    for (const headers of [{ 'If-None-Match': etag }, { 'If-Modified-Since': date }]) {
      const r = await requests.get(server.url('/text'), { headers: { ...headers, ...keep.headers } });
      expect([r.status, r.content.length]).toEqual([304, 0]);
      r.connection!.close();
    }
  });

  it('chunked', async () => {
    const r = await requests.get(server.url('/ssi/page'), { ...keep, max_content: 30000 });
    expect(r.headers['transfer-encoding']).toBe('chunked');
    expect(r.total).toBe(-1);
    expect(r.text()).toBe('0123456789'.repeat(2000));
    const next = await requests.get(server.url('/ssi/page'), { connection: r.connection, stream_callback: () => {} });
    expect(next.received).toBe(20000);
  });

  it('a hundred GETs on one connection', async () => {
    let connection: any = null;
    for (let i = 0; i < 100; i++) {
      const r = await requests.get(server.url('/text'), { ...keep, connection });
      expect(r.text()).toBe('plain text\n');
      connection = r.connection;
      expect(connection).not.toBe(null);
    }
    connection.close();
  });

  it('a server that wants no more requests', async () => {
    expect((await requests.get(server.url('/last'), keep)).connection).toBe(null);
  });

  it.each([0, 1, 512, 5 << 20])('PUT of %d bytes, and back', async (n) => {
    const fd = requests.fd.bytes(new Uint8Array(noise(n)));
    const up = await requests.upload(server.url('/put/' + n), fd, { method: 'PUT' });
    expect([201, 204]).toContain(up.status);
    expect(readFileSync(join(server.folder, 'www/put/' + n)).equals(noise(n))).toBe(true);
    const down = await requests.get(server.url('/put/' + n), { max_content: n });
    expect(noise(n).equals(down.content)).toBe(true);
    expect((await requests.delete(server.url('/put/' + n))).status).toBe(204);
    expect((await requests.get(server.url('/put/' + n))).status).toBe(404);
  });

  it('413 before the body is sent', async () => {
    const fd = { size: () => 50 << 20, read: (n: number) => new Uint8Array(n) };
    const r = await requests.upload(server.url('/small/x'), fd, { method: 'PUT', ...keep });
    expect(r.status).toBe(413);
    expect(r.connection).toBe(null);
  });

  it('Expect: 100-continue', async () => {
    const r = await requests.put(server.url('/put/expect'), { data: 'body', headers: { Expect: '100-continue' } });
    expect(r.status).toBe(201);
    expect(readFileSync(join(server.folder, 'www/put/expect'), 'latin1')).toBe('body');
  });

  it.each([
    ['/moved', 301],
    ['/empty', 204],
    ['/teapot', 418],
    ['/nothing', 404],
  ])('%s is %d', async (path, status) => {
    const r = await requests.get(server.url(path), keep);
    expect(r.status).toBe(status);
    r.connection!.close();
  });

  it('405', async () => {
    const r = await requests.post(server.url('/text'), { data: 'x' });
    expect(r.status).toBe(405);
    expect(() => r.raise_for_status()).toThrow(/405/);
  });

  it('a connection that is dropped', async () => {
    await refused(requests.get(server.url('/drop')), { type: 'IOError', phase: 'headers' });
  });

  it('headers above its limit', async () => {
    const r = await requests.get(server.url('/text'), { headers: { X: 'x'.repeat(50000) } });
    expect(r.status).toBe(400);
  });
});
