// 1xx before the answer, and answers that have no body: RFC 9110 sections 15.2 and 6.4.1, RFC 9112 section 6.3.
import type { Row } from '../row';
import { head, ok, sized } from '../row';

const cont = head('HTTP/1.1 100 Continue');
const hints = head('HTTP/1.1 103 Early Hints', 'Link: </s.css>', 'Set-Cookie: early=1', 'X-Early: 1');

export const interimRows: Row[] = [
  { name: '100 before the answer', input: cont + sized('HELLO'), want: { status: 200, body: 'HELLO', keepable: true } },
  {
    name: '100 without a reason, bare LF',
    input: 'HTTP/1.1 100\n\n' + sized('HELLO'),
    want: { status: 200, reason: 'OK', body: 'HELLO', keepable: true },
  },
  {
    name: '102 and 103: their headers do not leak into the answer',
    input: head('HTTP/1.1 102 Processing', 'X-Work: 1') + hints + sized('HELLO', 'X: y'),
    want: { status: 200, headers: { x: 'y', 'content-length': '5' }, body: 'HELLO', total: 5, keepable: true },
  },
  {
    name: 'a Content-Length of 103 does not frame the answer',
    input: head('HTTP/1.1 103 Early Hints', 'Content-Length: 100') + sized('HELLO'),
    want: { status: 200, headers: { 'content-length': '5' }, body: 'HELLO', total: 5 },
  },
  {
    name: 'Transfer-Encoding of 103 does not frame the answer',
    input: head('HTTP/1.1 103 Early Hints', 'Transfer-Encoding: chunked') + sized('HELLO'),
    want: { status: 200, headers: { 'content-length': '5' }, body: 'HELLO', total: 5 },
  },
  {
    name: 'a Content-Length of 103 and an answer until close',
    input: head('HTTP/1.1 103 Early Hints', 'Content-Length: 2') + ok() + 'HELLO',
    fin: true,
    want: { status: 200, headers: {}, body: 'HELLO', total: -1, keepable: false },
  },
  {
    name: 'ten times 100',
    input: cont.repeat(10) + sized('HELLO'),
    want: { status: 200, body: 'HELLO', keepable: true },
  },
  { name: 'an unknown 1xx', input: head('HTTP/1.1 199 Hm', 'A: b') + sized(''), want: { status: 200, keepable: true } },
  {
    name: '101 nobody asked for (RFC 9110 15.2.2: what follows need not be HTTP)',
    input: head('HTTP/1.1 101 Switching Protocols', 'Upgrade: x', 'Connection: upgrade') + sized('HELLO'),
    want: { status: 200, body: 'HELLO' },
    orRefused: true,
  },
  { name: '100 and then nothing', input: cont, fin: true, want: { error: 'IOError', phase: 'headers' } },
  {
    name: '100 and then garbage',
    input: cont + 'garbage\r\n',
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: 'a malformed header in a 1xx',
    input: head('HTTP/1.1 103 Early Hints', 'no colon here') + sized(''),
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: '1xx before a HEAD answer',
    method: 'HEAD',
    input: cont + ok('Content-Length: 7'),
    want: { status: 200, body: '', total: 7, keepable: true },
  },
];

const bare: { [name: string]: string[] } = {
  'with Content-Length': ['Content-Length: 5'],
  'with chunked': ['Transfer-Encoding: chunked'],
  'without framing headers': [],
  'with an unknown coding': ['Transfer-Encoding: gzip'],
};

Object.keys(bare).forEach((name) => {
  const total = name === 'with Content-Length' ? 5 : -1;
  const want = { body: '', received: 0 };
  interimRows.push(
    {
      name: 'HEAD ' + name + ': no body',
      method: 'HEAD',
      input: ok(...bare[name]),
      want: { status: 200, total, ...want },
    },
    {
      name: '204 ' + name + ': no body',
      input: head('HTTP/1.1 204 No Content', ...bare[name]),
      want: { status: 204, ...want },
    },
    {
      name: '304 ' + name + ': no body',
      input: head('HTTP/1.1 304 Not Modified', 'ETag: "x"', ...bare[name]),
      want: { status: 304, ...want },
    },
  );
});

interimRows.push(
  {
    name: 'HEAD with a length keeps the connection',
    method: 'HEAD',
    input: ok('Content-Length: 12345678'),
    want: { status: 200, body: '', total: 12345678, keepable: true },
  },
  {
    name: 'HEAD with two lengths has none',
    method: 'HEAD',
    input: ok('Content-Length: 5', 'Content-Length: 6'),
    want: { status: 200, headers: { 'content-length': '5, 6' }, total: -1 },
  },
  {
    name: 'HEAD with a length and a coding: the coding wins, the connection is not reused',
    method: 'HEAD',
    input: ok('Content-Length: 5', 'Transfer-Encoding: chunked'),
    want: { status: 200, body: '', total: -1, keepable: false },
  },
  {
    name: '304 with a coding and a length: the same',
    input: head('HTTP/1.1 304 Not Modified', 'Transfer-Encoding: chunked', 'Content-Length: 5'),
    want: { status: 304, body: '', total: -1, keepable: false },
  },
  {
    name: 'HEAD with a coding alone keeps the connection',
    method: 'HEAD',
    input: ok('Transfer-Encoding: chunked'),
    want: { status: 200, body: '', total: -1, keepable: true },
  },
  {
    name: 'HEAD without a length keeps the connection: its end is exact',
    method: 'HEAD',
    input: ok(),
    want: { status: 200, body: '', total: -1, keepable: true },
  },
  {
    name: 'HEAD with "close"',
    method: 'HEAD',
    input: ok('Content-Length: 5', 'Connection: close'),
    want: { status: 200, body: '', total: 5, keepable: false },
  },
  {
    name: 'HEAD of a 404',
    method: 'HEAD',
    input: head('HTTP/1.1 404 Not Found', 'Content-Length: 5'),
    want: { status: 404, body: '', keepable: true },
  },
  {
    name: 'HEAD with a length above max_content is no error',
    method: 'HEAD',
    options: { max_content: 10 },
    input: ok('Content-Length: 11'),
    want: { status: 200, total: 11, keepable: true },
  },
  {
    name: 'HEAD: a body sent all the same belongs to nobody',
    method: 'HEAD',
    input: ok('Content-Length: 5'),
    surplus: 'HELLO',
    want: { status: 200, body: '', received: 0, total: 5 },
  },
  {
    name: '204: a body sent all the same belongs to nobody',
    input: head('HTTP/1.1 204 No Content'),
    surplus: 'HELLO',
    want: { status: 204, body: '', received: 0 },
  },
  {
    name: '304: a body sent all the same belongs to nobody',
    input: head('HTTP/1.1 304 Not Modified', 'Content-Length: 5'),
    surplus: 'HELLO',
    want: { status: 304, body: '', received: 0 },
  },
  { name: '204 keeps the connection', input: head('HTTP/1.1 204 No Content'), want: { status: 204, keepable: true } },
  { name: '304 keeps the connection', input: head('HTTP/1.1 304 Not Modified'), want: { status: 304, keepable: true } },
  {
    name: '205 with length 0',
    input: head('HTTP/1.1 205 Reset Content', 'Content-Length: 0'),
    want: { status: 205, keepable: true },
  },
  {
    name: 'HEAD with conflicting lengths (no body either way)',
    method: 'HEAD',
    input: ok('Content-Length: 5', 'Content-Length: 6'),
    want: { status: 200, body: '' },
    orRefused: true,
  },
  {
    name: 'OPTIONS with length 0',
    method: 'OPTIONS',
    input: ok('Allow: GET, HEAD', 'Content-Length: 0'),
    want: { status: 200, headers: { allow: 'GET, HEAD', 'content-length': '0' }, keepable: true },
  },
  {
    name: 'DELETE with a body in the answer',
    method: 'DELETE',
    input: sized('gone'),
    want: { status: 200, body: 'gone', keepable: true },
  },
);
