// Bad arguments: refused before the server sees anything.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { refused } from './expect';

let server: RawServer;
beforeAll(async () => (server = await RawServer.start((peer) => peer.send('HTTP/1.1 204 No Content\r\n\r\n'))));
afterAll(() => server.stop());
beforeEach(() => server.clear());
afterEach(() => expect(server.connections).toBe(0));

const circular: any = {};
circular.self = circular;

const bad: { [name: string]: any } = {
  'an empty header name': { headers: { '': 'v' } },
  'a space in a header name': { headers: { 'a b': 'v' } },
  'a colon in a header name': { headers: { 'a:': 'v' } },
  'a CR LF in a header name': { headers: { 'a\r\nb': 'v' } },
  'a NUL in a header name': { headers: { 'a\0': 'v' } },
  'a header name beyond ASCII': { headers: { '\u00e9': 'v' } },
  'a space behind a header name': { headers: { 'Host ': 'v' } },
  'a CR LF in a header value': { headers: { a: 'b\r\nX: y' } },
  'a LF in a header value': { headers: { a: 'b\nc' } },
  'a CR in a header value': { headers: { a: 'b\rc' } },
  'a CR LF at the end of a header value': { headers: { a: 'b\r\n' } },
  'a NUL in a header value': { headers: { a: 'b\0' } },
  'a good header and a bad one': { headers: { good: '1', bad: '\n' } },
  'a LF in a list of header values': { headers: { a: ['b', 'c\n'] } },
  'an object as a header value': { headers: { a: { b: 1 } } },
  'a function as a header value': { headers: { a: () => 1 } },
  'a promise as a header value, where await was forgotten': { headers: { a: Promise.resolve('token') } },
  'a promise in params': { params: { a: ['b', Promise.resolve('c')] } },
  'a Map in data': { data: { a: new Map() } },
  'headers as a string': { headers: 'a: b' },
  'headers as a list': { headers: ['a: b'] },
  'params as a string': { params: 'a=b' },
  'params as a number': { params: 5 },
  'params as a list': { params: ['a', 'b'] },
  'params as a Map': { params: new Map([['a', 'b']]) },
  'params as URLSearchParams': { params: new URLSearchParams('a=b') },
  'headers as Headers': { headers: new Headers({ a: 'b' }) },
  'headers as a Map': { headers: new Map([['a', 'b']]) },
  'data as a Map': { data: new Map([['a', 'b']]) },
  'data as URLSearchParams': { data: new URLSearchParams('a=b') },
  'data as a Blob': { data: new Blob(['a']) },
  'data as a Date': { data: new Date() },
  'data as a list': { data: [1, 2] },
  'data as an array of other than bytes': { data: new Uint16Array(2) },
  'data as a view': { data: new DataView(new ArrayBuffer(2)) },
  'a Transfer-Encoding of the caller, which nobody would honour': {
    headers: { 'Transfer-Encoding': 'chunked' },
    data: 'x',
  },
  'a Content-Length of the caller that does not fit the body': { headers: { 'Content-Length': '3' }, data: 'four' },
  'stream_chunk below 0': { stream_chunk: -1 },
  'stream_chunk above 65535': { stream_chunk: 65536 },
  'stream_chunk not whole': { stream_chunk: 1.5 },
  'stream_chunk NaN': { stream_chunk: NaN },
  'stream_chunk Infinity': { stream_chunk: Infinity },
  'stream_chunk as a string': { stream_chunk: '512' },
  'stream_callback that is no function': { stream_callback: {} },
  'stream_callback as a string': { stream_callback: 'x' },
  'a negative timeout': { timeout: -1 },
  'timeout NaN': { timeout: NaN },
  'timeout as a string': { timeout: '5' },
  'a negative idle_timeout': { idle_timeout: -1 },
  'idle_timeout NaN': { idle_timeout: NaN },
  'a negative max_headers': { max_headers: -1 },
  'max_headers NaN': { max_headers: NaN },
  'a negative max_content': { max_content: -1 },
  'max_content NaN': { max_content: NaN },
  'keep_headers as a string': { keep_headers: 'etag' },
  'keep_headers with a number in it': { keep_headers: ['etag', 5] },
  'params with an object in it': { params: { a: { b: 1 } } },
  'params with a function in it': { params: { a: () => 1 } },
  'params with a list of functions in it': { params: { a: [() => 1] } },
  'params with a list of objects in it': { params: { a: [1, {}] } },
  'data with an object in it': { data: { a: { b: 1 } } },
  'data with a function in it': { data: { a: () => 1 } },
  'data as a number': { data: 5 },
  'data as a function': { data: () => 1 },
  'json as a function': { json: () => 1 },
  'json with a circle': { json: circular },
  'json as a BigInt': { json: BigInt(1) },
};

it.each(Object.keys(bad))('%s', async (name) => {
  const options = { stream_callback: 'stream_chunk' in bad[name] ? () => {} : undefined, ...bad[name] };
  const error = await refused(requests.post(server.url(), options), { type: 'TypeError', code: 'EINVAL' });
  // "headers" or the header; what JSON.stringify throws is left as it is
  const [option] = Object.keys(bad[name]);
  if (!/circle|BigInt/.test(name)) expect(error.message).toContain(option.replace(/(?<=header)s$/, ''));
});

const secret = 'Bearer s3cret';
it.each<[string, () => Promise<unknown>]>([
  ['headers as a string', () => requests.get(server.url(), { headers: secret as any })],
  ['headers as a list', () => requests.get(server.url(), { headers: [secret] as any })],
  ['params as a string', () => requests.get(server.url(), { params: secret as any })],
  ['ctx as a string', () => requests.get('https://127.0.0.1/', { ctx: secret as any })],
  ['options as a string', () => requests.get(server.url(), secret as any)],
  ['data as a list', () => requests.post(server.url(), { data: [secret] as any })],
  ['data as a function', () => requests.post(server.url(), { data: (() => 's3cret') as any })],
  ['fd as a string', () => requests.upload(server.url(), secret as any)],
  ['a header value', () => requests.get(server.url(), { headers: { Authorization: `${secret}\n` } })],
])('what may be secret is not shown: %s', async (_, call) => {
  expect((await refused(call(), { type: 'TypeError', code: 'EINVAL' })).message).not.toContain('s3cret');
});

it('stream_chunk is looked at without a stream_callback too', async () => {
  await refused(requests.get(server.url(), { stream_chunk: -5 }), { type: 'TypeError', code: 'EINVAL' });
});

it.each(['', 'G T', 'GET\r\nX: y', 'GET ', '\0', 'G\u00c9T', 'GET/', undefined, null])('method %j', async (method) => {
  await refused(requests.request(method as string, server.url()), { type: 'TypeError', code: 'EINVAL' });
});

it.each(['P T', 'PUT\n'])('upload with the method %j', async (method) => {
  const options = { method };
  await refused(requests.upload(server.url(), requests.fd.bytes('x'), options), { type: 'TypeError', code: 'EINVAL' });
});

it.each([{ size: () => 0 }, { read: () => 'x' }, {}])('a source without size() or read(): %#', async (fd: any) => {
  const e = await refused(requests.upload(server.url(), fd), { type: 'TypeError', code: 'EINVAL' });
  expect(e.message).toBe('bad fd: object');
});

it('a mime_type with a line end', async () => {
  const options = { mime_type: 'text/plain\r\nX: y' };
  await refused(requests.upload(server.url(), requests.fd.bytes('x'), options), { type: 'TypeError', code: 'EINVAL' });
});

const read = () => 'x';
const sources: { [name: string]: any } = {
  undefined: undefined,
  null: null,
  'a string': 'data',
  'an object of nothing': {},
  'one without read': { size: () => 1 },
  'one without size': { read },
  'a negative size': { size: () => -1, read },
  'a size that is not whole': { size: () => 1.5, read },
  'a size NaN': { size: () => NaN, read },
  'an endless size': { size: () => Infinity, read },
  'a size as a string': { size: () => '5', read },
  'no size': { size: () => undefined, read },
};

it.each(Object.keys(sources))('upload of %s', async (name) => {
  const e = await requests.upload(server.url(), sources[name]).then(
    () => 'an answer',
    (error) => error,
  );
  expect(e.code).toMatch(/^(EINVAL|EFILE)$/);
});

it('a source whose size() throws', async () => {
  const fd: any = {
    size() {
      throw new Error('no card');
    },
    read,
  };
  const e = await refused(requests.upload(server.url(), fd), { type: 'IOError' });
  expect(e.message).toContain('no card');
});

it('a file in Storage, which Node itself has not', async () => {
  const e = await refused(requests.upload(server.url(), requests.fd.storage('log')), {
    type: 'IOError',
    code: 'EFILE',
  });
  expect(e.message).toBe('cannot read the source: Node has no Storage for log; use fd.file()');
});

it('a file that is not there', async () => {
  await refused(requests.upload(server.url(), requests.fd.file('/no/such/file')), { type: 'IOError' });
});

it.each([undefined, null, 5, {}, [1], new Uint16Array(1)])('bytes that are none: %p', (data: any) => {
  expect(() => requests.fd.bytes(data)).toThrow(expect.objectContaining({ name: 'TypeError', code: 'EINVAL' }));
});

it('an unknown driver', async () => {
  const e = await refused(requests.get(server.url(), { driver: 'carrier-pigeon' }), { type: 'HTTPConnectionError' });
  expect(e.message).toContain('carrier-pigeon');
});

it('a bad argument is no exception but a rejection', () => {
  const promise = requests.get('nonsense');
  promise.catch(() => {});
  expect(promise).toBeInstanceOf(Promise);
});

it.each([
  ['G T', {}, 'method: G T'],
  ['GET', { headers: { 'a b': 1 } }, 'header name: "a b"'],
  ['GET', { headers: { a: '\n' } }, 'value of header: a'],
  ['GET', { headers: { 'Content-Length': 5 } }, 'header: Content-Length: 5'],
  ['GET', { params: { a: {} } }, 'params: a'],
  ['POST', { data: 5 }, 'data: number'],
  ['POST', { json: parseInt }, 'json: ' + parseInt],
  ['GET', { stream_chunk: 0.5 }, 'stream_chunk: 0.5'],
  ['GET', { timeout: -1 }, 'timeout: -1'],
])('says what is wrong: %s %j', async (method, options: any, message) => {
  const e = await refused(requests.request(method, server.url(), options), { type: 'TypeError' });
  expect(e.message).toBe('bad ' + message);
});

it('nothing is read from a source when another argument is wrong', async () => {
  let reads = 0;
  const fd = { size: () => 1, read: () => (reads++, 'x') };
  await refused(requests.upload(server.url(), fd, { timeout: -1 }), { type: 'TypeError', code: 'EINVAL' });
  expect(reads).toBe(0);
});

it('a source is closed when another argument is wrong', async () => {
  let open = 0;
  const fd = { size: () => (open++, 1), read, close: () => void open-- };
  await refused(requests.upload(server.url(), fd, { max_headers: -1 }), { type: 'TypeError', code: 'EINVAL' });
  await refused(requests.upload(server.url(), fd, { headers: { a: '\n' } }), { type: 'TypeError', code: 'EINVAL' });
  await refused(requests.upload(server.url(), fd, { driver: 'no' }), { type: 'HTTPConnectionError' });
  expect(open).toBeLessThanOrEqual(0);
});

it.each(['x', 5, true, [], new Map(), () => 1])('options that are none: %p', async (options: any) => {
  await refused(requests.get(server.url(), options), { type: 'TypeError', code: 'EINVAL' });
  await refused(requests.get(server.url(), { ctx: options }), { type: 'TypeError', code: 'EINVAL' });
});
