// Against httpbin: what a server makes of our requests.
import * as requests from '../../src/node/index';
import { describeInstalled, InstalledServer, isInstalled } from './installed';

const python = ['/usr/bin/python3', 'python3'].find((name) => isInstalled(name, '-c', 'import httpbin'));

describeInstalled('httpbin', !!python, () => {
  const server = new InstalledServer();
  beforeAll(() => server.start((port) => [python!, '-m', 'httpbin.core', '--host', '127.0.0.1', '--port', '' + port]));
  afterAll(() => server.stop());

  const json = async (call: Promise<requests.Response>) => (await call).raise_for_status().json();

  it('params and headers', async () => {
    const got = await json(
      requests.get(server.url('/get?a=1'), {
        params: { b: ['2', '3'], '\u00e9': '\u20ac &=' },
        headers: { 'X-Own': 'yes' },
      }),
    );
    expect(got.args).toEqual({ a: '1', b: ['2', '3'], '\u00e9': '\u20ac &=' });
    expect(got.headers).toMatchObject({ 'X-Own': 'yes', Host: '127.0.0.1:' + server.port });
  });

  it.each([
    ['post', requests.post],
    ['put', requests.put],
    ['patch', requests.patch],
    ['delete', requests.delete],
  ] as [string, typeof requests.post][])('%s of a form, JSON and text', async (path, call) => {
    const form = { a: 'b c', list: ['1', '2'], '\u00e9': '\u20ac+&' };
    expect((await json(call(server.url('/' + path), { data: form }))).form).toEqual(form);
    expect((await json(call(server.url('/' + path), { json: { a: ['\u20ac', null] } }))).json).toEqual({
      a: ['\u20ac', null],
    });
    expect((await json(call(server.url('/' + path), { data: 'text \u20ac' }))).data).toBe('text \u20ac');
  });

  it('an upload', async () => {
    const got = await json(
      requests.upload(server.url('/post'), requests.fd.bytes('a,b\n'.repeat(1000)), { mime_type: 'text/csv' }),
    );
    expect(got.data).toBe('a,b\n'.repeat(1000));
    expect(got.headers).toMatchObject({ 'Content-Type': 'text/csv', 'Content-Length': '4000' });
  });

  it('Basic authentication from the URL', async () => {
    const good = server.url('/basic-auth/me/p%40ss').replace('//', '//me:p%40ss@');
    expect((await json(requests.get(good))).authenticated).toBe(true);
    expect((await requests.get(server.url('/basic-auth/me/other'))).status).toBe(401);
  });

  it.each([200, 204, 304, 400, 404, 418, 503])('status %d', async (status) => {
    expect((await requests.get(server.url('/status/' + status))).status).toBe(status);
  });

  it('bytes', async () => {
    const r = await requests.get(server.url('/bytes/5000?seed=1'));
    expect(r.content.length).toBe(5000);
    const again: number[] = [];
    await requests.get(server.url('/bytes/5000?seed=1'), { stream_callback: (chunk) => void again.push(...chunk) });
    expect(again).toEqual([...r.content]);
  });

  it('a stream of lines', async () => {
    let text = '';
    await requests.get(server.url('/stream/20'), { stream_callback: (chunk) => void (text += Buffer.from(chunk)) });
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('a range', async () => {
    const r = await requests.get(server.url('/range/1000'), { headers: { Range: 'bytes=10-19' } });
    expect([r.status, r.text()]).toEqual([206, 'klmnopqrst']);
  });

  it('a redirect is not followed', async () => {
    const r = await requests.get(server.url('/redirect/1'));
    expect([r.status, r.headers.location]).toEqual([302, '/get']);
  });

  it('cookies', async () => {
    const r = await requests.get(server.url('/cookies/set?a=1&b=2'));
    expect(r.headers['set-cookie']!.map((cookie: string) => cookie.split(';')[0]).sort()).toEqual(['a=1', 'b=2']);
  });

  it('HEAD and OPTIONS', async () => {
    const head = await requests.head(server.url('/get'));
    expect([head.status, head.content.length]).toEqual([200, 0]);
    const options = await requests.options(server.url('/get'));
    expect(options.headers.allow).toMatch(/GET/);
  });
});
