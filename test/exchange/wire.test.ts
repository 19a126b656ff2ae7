// What the server sees of a request, byte for byte.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { noise } from './expect';

interface Seen {
  line: string;
  headers: { [name: string]: string };
  body: string;
}

let server: RawServer;
let raw = '';
beforeAll(async () => {
  server = await RawServer.start(async (peer) => {
    raw = await peer.request();
    await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await peer.gone();
    raw += peer.received;
    peer.fin();
  });
});
afterAll(() => server.stop());

/** Makes the call, waits until the server has seen all of it, and takes it apart. A header sent twice fails. */
async function seen(call: Promise<requests.Response>): Promise<Seen> {
  server.clear();
  await call;
  await server.allGone();
  const end = raw.indexOf('\r\n\r\n');
  const [line, ...fields] = raw.substring(0, end).split('\r\n');
  const headers: { [name: string]: string } = {};
  for (const field of fields) {
    const parts = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([^\r\n\0]*)$/.exec(field);
    if (!parts) throw new Error('not a header line: ' + JSON.stringify(field));
    const name = parts[1].toLowerCase();
    if (name in headers) throw new Error('sent twice: ' + name);
    headers[name] = parts[2];
  }
  return { line, headers, body: raw.substr(end + 4) };
}

const host = () => '127.0.0.1:' + server.port;
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

it('a GET and its default headers', async () => {
  const got = await seen(requests.get(server.url('/a?b')));
  expect(got.line).toBe('GET /a?b HTTP/1.1');
  expect(got.headers).toEqual({ host: host(), connection: 'close', 'user-agent': expect.stringMatching(/./) });
  expect(got.body).toBe('');
});

it.each([
  ['GET', requests.get],
  ['POST', requests.post],
  ['PUT', requests.put],
  ['PATCH', requests.patch],
  ['DELETE', requests.delete],
  ['HEAD', requests.head],
  ['OPTIONS', requests.options],
] as [string, typeof requests.get][])('%s', async (method, call) => {
  const got = await seen(call(server.url('/x')));
  expect(got.line).toBe(method + ' /x HTTP/1.1');
  // RFC 9110 section 8.6: an empty body is announced where one is expected
  expect(got.headers['content-length']).toBe(/^P/.test(method) ? '0' : undefined);
  expect(got.headers['transfer-encoding']).toBe(undefined);
  const withBody = await seen(call(server.url('/x'), { data: 'body' }));
  expect(withBody.line).toBe(method + ' /x HTTP/1.1');
  expect(withBody.headers['content-length']).toBe('4');
  expect(withBody.body).toBe('body');
});

it.each(['PROPFIND', 'M-SEARCH', 'purge', 'get'])('any token as a method: %s', async (method) => {
  expect((await seen(requests.request(method, server.url()))).line).toBe(method + ' / HTTP/1.1');
});

it('a value is made text once', async () => {
  let n = 0;
  const value: any = { toString: () => (n++ ? 'a\r\nEvil: 1' : 'a') };
  const got = await seen(requests.get(server.url('/x'), { headers: { 'X-A': value } }));
  expect(got.headers['x-a']).toBe('a');
  expect(n).toBe(1);
});

it.each([null, undefined])('nobody takes away what frames the message: %s', async (nothing) => {
  const headers: any = { 'content-length': nothing, HOST: nothing, 'User-Agent': nothing };
  const got = await seen(requests.post(server.url('/x'), { headers, data: 'body' }));
  expect(got.headers).toEqual({ host: host(), connection: 'close', 'content-length': '4' });
  expect(got.body).toBe('body');
  expect((await seen(requests.get(server.url('/x'), { headers }))).headers['content-length']).toBe(undefined);
});

describe('bodies', () => {
  it('an object is form-encoded', async () => {
    const data = { a: 1, 'b c': 'd&e=f+g', list: [1, 2], u: '\u00e9\u20ac' };
    const got = await seen(requests.post(server.url(), { data }));
    expect(got.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(got.body).toMatch(/^[!-~]*$/);
    expect([...new URLSearchParams(got.body)]).toEqual([
      ['a', '1'],
      ['b c', 'd&e=f+g'],
      ['list', '1'],
      ['list', '2'],
      ['u', '\u00e9\u20ac'],
    ]);
    expect(got.headers['content-length']).toBe('' + got.body.length);
  });

  it('an ArrayBuffer is sent as it is', async () => {
    const { buffer } = new Uint8Array([0, 255, 13, 10, 65]);
    for (const call of [
      requests.post(server.url(), { data: buffer }),
      requests.upload(server.url(), requests.fd.bytes(buffer)),
    ])
      expect((await seen(call)).body).toBe('\0\xff\r\nA');
  });

  it('an empty object', async () => {
    const got = await seen(requests.post(server.url(), { data: {} }));
    expect(got.headers['content-length']).toBe('0');
    expect(got.body).toBe('');
  });

  it('a string as it is', async () => {
    const got = await seen(requests.post(server.url(), { data: 'a=b\r\n\0' }));
    expect(got.headers['content-type']).not.toBe('application/x-www-form-urlencoded');
    expect(got.headers['content-length']).toBe('6');
    expect(got.body).toBe('a=b\r\n\0');
  });

  it('a string beyond ASCII is counted in bytes', async () => {
    const got = await seen(requests.post(server.url(), { data: '\u20ac\ud83d\ude00' }));
    expect(got.body).toBe(utf8('\u20ac\ud83d\ude00'));
    expect(got.headers['content-length']).toBe('7');
  });

  it('an empty string', async () => {
    const got = await seen(requests.post(server.url(), { data: '', json: 1 }));
    expect(got.headers['content-length']).toBe('0');
    expect(got.body).toBe('');
  });

  it.each([0, 1, 255, 511, 512, 513, 1024, 70000])('an array of %d bytes as it is', async (n) => {
    const bytes = noise(n);
    const got = await seen(requests.put(server.url(), { data: new Uint8Array(bytes) }));
    expect(got.headers['content-length']).toBe('' + n);
    expect(got.body === bytes.toString('latin1')).toBe(true);
  });

  it('a view into a larger array', async () => {
    const got = await seen(requests.put(server.url(), { data: new Uint8Array(noise(100)).subarray(10, 20) }));
    expect(got.body).toBe(noise(100).toString('latin1').substring(10, 20));
  });

  it.each([
    { a: [1, null, 'x'] },
    [],
    'text',
    0,
    -1.5,
    true,
    false,
    null,
    '',
    { 'k\u00e9y': '\u20ac \ud83d\ude00 "\\\n\u0001' },
  ])('JSON %j', async (json) => {
    const got = await seen(requests.post(server.url(), { json }));
    expect(got.headers['content-type']).toMatch(/^application\/json/);
    expect(got.headers['content-length']).toBe('' + got.body.length);
    expect(JSON.parse(Buffer.from(got.body, 'latin1').toString('utf8'))).toEqual(json);
  });

  it('data wins over json', async () => {
    const got = await seen(requests.post(server.url(), { data: 'data', json: { a: 1 } }));
    expect(got.body).toBe('data');
    expect(got.headers['content-type']).not.toBe('application/json');
  });

  it('json in a GET', async () => {
    expect((await seen(requests.get(server.url(), { json: 1 }))).body).toBe('1');
  });
});

describe('headers', () => {
  it('a name given replaces the default, whatever its case', async () => {
    const headers = { HOST: 'other', 'user-AGENT': 'me', CONNECTION: 'Keep-Alive', 'content-type': 'text/plain' };
    const got = await seen(requests.post(server.url(), { headers: { ...headers }, json: 1 }).then((r) => close(r)));
    expect(got.headers).toEqual({
      host: 'other',
      'user-agent': 'me',
      connection: 'Keep-Alive',
      'content-type': 'text/plain',
      'content-length': '1',
    });
  });

  it.each(['keep-alive', 'Keep-Alive', 'KEEP-ALIVE'])('Connection: %s is asked for as given', async (connection) => {
    const got = await seen(requests.get(server.url(), { headers: { Connection: connection } }).then((r) => close(r)));
    expect(got.headers.connection).toBe(connection);
  });

  it('numbers, empty values and odd names', async () => {
    const headers = { 'X-Number': 5, 'X-Empty': '', "!#$%&'*+-.^_`|~": 'token', 'X-Quoted': '"a:b", c' };
    const got = await seen(requests.get(server.url(), { headers }));
    expect(got.headers).toMatchObject({
      'x-number': '5',
      'x-empty': '',
      "!#$%&'*+-.^_`|~": 'token',
      'x-quoted': '"a:b", c',
    });
  });

  // U+010D and U+010A cut down to a byte are CR and LF
  it.each(['a\u010d\u010aX-Evil: 1', '\u20ac', 'h\u00e9', '\u{1f600}'])('%j is sent as UTF-8', async (value) => {
    const got = await seen(requests.get(server.url(), { headers: { 'X-Text': value } }));
    expect(Buffer.from(got.headers['x-text'], 'latin1').toString('utf8')).toBe(value);
    expect(got.headers['x-evil']).toBe(undefined);
  });

  it('a fitting Content-Length of the caller is sent once', async () => {
    const got = await seen(requests.post(server.url(), { headers: { 'content-length': '4' }, data: 'four' }));
    expect(got.headers['content-length']).toBe('4');
    expect(got.body).toBe('four');
  });

  it('what is given is not changed', async () => {
    const options = Object.freeze({ headers: Object.freeze({ A: 'b' }), params: Object.freeze({ c: 1 }) });
    await seen(requests.get(server.url(), options));
    await seen(requests.get(server.url(), options));
  });

  it('inherited names are no headers', async () => {
    const headers = Object.create({ 'X-Inherited': '1' });
    headers['X-Own'] = '2';
    const got = await seen(requests.get(server.url(), { headers }));
    expect(got.headers['x-inherited']).toBe(undefined);
    expect(got.headers['x-own']).toBe('2');
  });
});

function close(r: requests.Response): requests.Response {
  if (r.connection) r.connection.close();
  return r;
}
