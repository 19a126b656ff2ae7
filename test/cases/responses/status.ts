// Status lines: RFC 9112 section 4.
import type { Row } from '../row';
import { head, ok } from '../row';

const empty = 'Content-Length: 0';

export const statusRows: Row[] = [
  {
    name: 'an ordinary status line',
    input: ok(empty),
    want: { status: 200, reason: 'OK', headers: { 'content-length': '0' }, body: '', total: 0, keepable: true },
  },
  {
    name: 'a reason of several words',
    input: head('HTTP/1.1 404 Not Found here', empty),
    want: { status: 404, reason: 'Not Found here', keepable: true },
  },
  {
    name: 'a reason with bytes above 0x7f',
    input: head('HTTP/1.1 200 \xe9\xff', empty),
    want: { status: 200, reason: '\xe9\xff', keepable: true },
  },
  {
    name: 'a reason with a tab',
    input: head('HTTP/1.1 200 a\tb', empty),
    want: { status: 200, reason: 'a\tb', keepable: true },
  },
  {
    name: 'no reason, the space is there',
    input: head('HTTP/1.1 200 ', empty),
    want: { status: 200, reason: '', keepable: true },
  },
  {
    name: 'no reason and no space',
    input: head('HTTP/1.1 200', empty),
    want: { status: 200, reason: '', keepable: true },
  },
  { name: 'a leading empty line', input: '\r\n' + ok(empty), want: { status: 200, keepable: true } },
  { name: 'a leading bare LF', input: '\n' + ok(empty), want: { status: 200, keepable: true } },
  {
    name: 'three leading empty lines (RFC 9112 2.2 asks for at least one)',
    input: '\r\n\r\n\r\n' + ok(empty),
    want: { status: 200 },
    orRefused: true,
  },
  {
    name: 'an error status is an answer, not an error',
    input: head('HTTP/1.1 500 Internal Server Error', 'Content-Length: 4') + 'oops',
    want: { status: 500, reason: 'Internal Server Error', body: 'oops', keepable: true },
  },
  {
    name: 'a redirect is handed over as it is',
    input: head('HTTP/1.1 302 Found', 'Location: http://other.example/', empty),
    want: { status: 302, headers: { location: 'http://other.example/', 'content-length': '0' }, keepable: true },
  },
  { name: 'status 299', input: head('HTTP/1.1 299 x', empty), want: { status: 299, keepable: true } },
  { name: 'status 599', input: head('HTTP/1.1 599 x', empty), want: { status: 599, keepable: true } },
  {
    name: 'status 600 is out of range (RFC 9110 15: as if 5xx, or refused)',
    input: head('HTTP/1.1 600 x', empty),
    want: { status: 600 },
    orRefused: true,
  },
  {
    name: 'status 099 is out of range',
    input: head('HTTP/1.1 099 x', empty),
    want: { status: 99 },
    orRefused: true,
  },
  {
    name: 'HTTP/1.2 is read as 1.1 (RFC 9110 2.5), or refused',
    input: head('HTTP/1.2 200 OK', empty),
    want: { status: 200 },
    orRefused: true,
  },
  {
    name: 'two spaces before the status (RFC 9112 4: may be taken as one)',
    input: head('HTTP/1.1  200 OK', empty),
    want: { status: 200 },
    orRefused: true,
  },
  {
    name: 'a tab before the status (RFC 9112 4: may be taken as a space)',
    input: head('HTTP/1.1\t200 OK', empty),
    want: { status: 200 },
    orRefused: true,
  },
];

const junk: { [name: string]: string } = {
  'two digits': 'HTTP/1.1 20 OK',
  'four digits': 'HTTP/1.1 2000 OK',
  'a letter in the status': 'HTTP/1.1 2x0 OK',
  'a letter behind the status': 'HTTP/1.1 200OK',
  'a sign': 'HTTP/1.1 +20 OK',
  'a negative status': 'HTTP/1.1 -20 OK',
  'a hexadecimal status': 'HTTP/1.1 0xC8 OK',
  'a status with a point': 'HTTP/1.1 2.0 OK',
  'a status in words': 'HTTP/1.1 OK 200',
  'no status': 'HTTP/1.1',
  'no status behind a space': 'HTTP/1.1 ',
  'HTTP/2': 'HTTP/2 200',
  'HTTP/2.0': 'HTTP/2.0 200 OK',
  'HTTP/3.0': 'HTTP/3.0 200 OK',
  'HTTP/0.9 by name': 'HTTP/0.9 200 OK',
  'lower case http': 'http/1.1 200 OK',
  'no version': 'HTTP 200 OK',
  'a version without a minor': 'HTTP/1 200 OK',
  'a version with two minor digits': 'HTTP/1.10 200 OK',
  'a version with letters': 'HTTP/1.x 200 OK',
  'a comma in the version': 'HTTP/1,1 200 OK',
  'no space behind the version': 'HTTP/1.1200 OK',
  'another protocol': 'ICY 200 OK',
  'an SSH banner': 'SSH-2.0-OpenSSH_9.2',
  'an SMTP banner': '220 mail.example ESMTP',
  'a header in the place of the status line': 'Content-Length: 0',
  'a request line': 'GET / HTTP/1.1',
  'text in front': 'x HTTP/1.1 200 OK',
  'a space in front': ' HTTP/1.1 200 OK',
  'a NUL in the reason': 'HTTP/1.1 200 O\0K',
  'a control byte in the reason': 'HTTP/1.1 200 O\x1bK',
  'a bare CR in the reason': 'HTTP/1.1 200 O\rK',
  'a DEL in the reason': 'HTTP/1.1 200 O\x7fK',
  'a NUL in front': '\0HTTP/1.1 200 OK',
  'a byte order mark in front': '\xef\xbb\xbfHTTP/1.1 200 OK',
};

Object.keys(junk).forEach((name) => {
  statusRows.push({
    name: 'refused status line: ' + name,
    input: head(junk[name], empty),
    want: { error: 'HTTPResponseError', phase: 'headers' },
  });
});

statusRows.push(
  {
    name: 'an HTTP/0.9 answer, closed',
    input: '<html><body>hello</body></html>',
    fin: true,
    want: { error: 'any' },
  },
  {
    name: 'an HTTP/0.9 answer of several lines is refused at the first',
    input: '<html>\r\n<body>hello</body>\r\n</html>\r\n',
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: 'the start of a TLS handshake',
    input: '\x15\x03\x01\x00\x02\x02\x0a\r\n',
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
);
