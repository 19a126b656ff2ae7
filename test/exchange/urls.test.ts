import * as requests from '../../src/node/index';
import { badUrls, urls } from '../cases/urls';
import { refused } from './expect';
import { HandDriver } from './handDriver';

let hand: HandDriver;
beforeEach(() => (hand = new HandDriver()));
afterEach(() => hand.remove());

it.each(urls)('$name: $url', async (row) => {
  const call = requests.get(row.url, { driver: 'hand', params: row.params });
  const socket = hand.socket;
  expect(socket.to.host).toBe(row.host || 'host.example');
  expect(socket.to.port).toBe(row.port || 80);
  expect(!!socket.to.tls).toBe(!!row.tls);
  socket.open().data('HTTP/1.1 204 No Content\r\n\r\n');
  const r = await call;
  expect(r.url).toBe(row.url);
  const lines = socket.written.split('\r\n');
  expect(lines[0]).toBe('GET ' + row.target + ' HTTP/1.1');
  if (row.authority) expect(lines).toContain('Host: ' + row.authority);
  const auth = lines.filter((line) => /^authorization:/i.test(line));
  const basic = (text: string) => 'Authorization: Basic ' + Buffer.from(text, 'latin1').toString('base64');
  expect(auth).toEqual(row.authorization === undefined ? [] : [basic(row.authorization)]);
  if (row.authorization) expect(socket.written).not.toContain('@');
});

it('an Authorization of the caller goes before that of the URL', async () => {
  const call = requests.get('http://a:b@host.example/', { driver: 'hand', headers: { authorization: 'Bearer x' } });
  hand.socket.open().data('HTTP/1.1 204 No Content\r\n\r\n');
  await call;
  expect(hand.socket.written.match(/^authorization:.*$/gim)).toEqual(['authorization: Bearer x']);
});

it.each(badUrls)('refuses $name', async ({ url }) => {
  await refused(requests.get(url as string, { driver: 'hand' }), { type: 'TypeError', code: 'EINVAL', phase: 'url' });
  expect(hand.sockets).toHaveLength(0);
});

it('keeps the password out of messages', async () => {
  const e = await refused(requests.get('http://me:secret@host.example:x/', { driver: 'hand' }), { type: 'TypeError' });
  expect(e.message).toBe('bad URL: host.example:x/');
  const hash = await refused(requests.get('http://me:se#cret@host.example:x/', { driver: 'hand' }), {
    type: 'TypeError',
  });
  expect(hash.message).not.toContain('me:se');
  const slash = await refused(requests.get('http://me:se/cret@host.example/', { driver: 'hand' }), {
    type: 'TypeError',
  });
  expect(slash.message).not.toContain('me:se');
  const call = requests.get('http://me:secret@host.example/', { driver: 'hand' });
  hand.socket.open().data('nonsense\r\n');
  expect((await refused(call, { type: 'HTTPResponseError' })).message).not.toContain('secret');
});

it('keeps the password out of the error for a bad status', async () => {
  const call = requests.get('http://me:secret@host.example/', { driver: 'hand' });
  hand.socket.open().data('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n');
  const r = await call;
  expect(() => r.raise_for_status()).toThrow(requests.HTTPResponseError as any);
  expect(() => r.raise_for_status()).not.toThrow(/secret/);
});
