// Bodies of a known length: RFC 9112 section 6.2, RFC 9110 section 8.6.
import type { Row } from '../row';
import { CRLF, head, ok, sized } from '../row';

let all = '';
for (let i = 0; i < 256; i++) all += String.fromCharCode(i);

export const lengthRows: Row[] = [
  {
    name: 'a body of five bytes',
    input: sized('HELLO'),
    want: { status: 200, body: 'HELLO', received: 5, total: 5, headers: { 'content-length': '5' }, keepable: true },
  },
  { name: 'a body of one byte', input: sized('x'), want: { status: 200, body: 'x', total: 1, keepable: true } },
  {
    name: 'a body of no byte',
    input: sized(''),
    want: { status: 200, body: '', received: 0, total: 0, keepable: true },
  },
  { name: 'all 256 bytes', input: sized(all), want: { status: 200, body: all, keepable: true } },
  {
    name: 'a body that looks like headers',
    input: sized('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\nX: y\r\n\r\n'),
    want: { status: 200, body: 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\nX: y\r\n\r\n', keepable: true },
  },
  {
    name: 'a body of line ends',
    input: sized('\r\n\r\n\n\n\r\r'),
    want: { status: 200, body: '\r\n\r\n\n\n\r\r', keepable: true },
  },
  {
    name: 'a body that looks chunked',
    input: sized('0\r\n\r\n'),
    want: { status: 200, body: '0\r\n\r\n', keepable: true },
  },
  {
    name: 'a body of UTF-8',
    input: sized('\xc3\xa9\xe2\x82\xac'),
    want: { status: 200, body: '\xc3\xa9\xe2\x82\xac' },
  },
  {
    name: 'a content coding is handed over as it is',
    input: sized('\x1f\x8b\x08', 'Content-Encoding: gzip'),
    want: { status: 200, body: '\x1f\x8b\x08', keepable: true },
  },
  {
    name: 'leading zeros in the length are decimal',
    input: ok('Content-Length: 0010') + '0123456789',
    want: { status: 200, body: '0123456789', total: 10, keepable: true },
  },
  {
    name: 'white space around the length',
    input: ok('Content-Length: \t 5 \t') + 'HELLO',
    want: { status: 200, body: 'HELLO', total: 5, keepable: true },
  },
  {
    name: 'a length in a folded line',
    input: ok('Content-Length:', ' 5') + 'HELLO',
    want: { status: 200, body: 'HELLO', total: 5, keepable: true },
  },
  {
    name: 'the same length twice (RFC 9110 8.6: taken once, or refused)',
    input: ok('Content-Length: 5', 'Content-Length: 5') + 'HELLO',
    want: { status: 200, body: 'HELLO', total: 5 },
    orRefused: true,
  },
  {
    name: 'the same length in a list of 1500, which takes more memory than a board has',
    input: ok('Content-Length: 5' + ',5'.repeat(1499)) + 'HELLO',
    want: { error: 'HTTPResponseError', code: 'EPROTO', phase: 'headers' },
  },
  {
    name: 'the same length in a list (RFC 9110 8.6: taken once, or refused)',
    input: ok('Content-Length: 5, 5') + 'HELLO',
    want: { status: 200, body: 'HELLO', total: 5 },
    orRefused: true,
  },
  {
    name: 'a second answer behind the first is not part of it',
    input: sized('HELLO'),
    surplus: head('HTTP/1.1 404 Not Found', 'Content-Length: 4') + 'evil',
    want: { status: 200, body: 'HELLO' },
  },
  {
    name: 'a line end behind the body is not part of it',
    input: sized('HELLO'),
    surplus: CRLF,
    want: { status: 200, body: 'HELLO' },
  },
  { name: 'garbage behind an empty body', input: sized(''), surplus: '\0\0\0', want: { status: 200, body: '' } },
  {
    name: 'fewer bytes than announced',
    input: ok('Content-Length: 6') + 'HELLO',
    fin: true,
    want: { error: 'IOError', phase: 'body' },
  },
  {
    name: 'no byte of those announced',
    input: ok('Content-Length: 6'),
    fin: true,
    want: { error: 'IOError', phase: 'body' },
  },
  {
    name: 'fewer bytes than announced, "Connection: close" makes it no better',
    input: ok('Content-Length: 6', 'Connection: close') + 'HELLO',
    fin: true,
    want: { error: 'IOError', phase: 'body' },
  },
  {
    name: 'a length of 2^32+5 is not 5',
    input: ok('Content-Length: 4294967301') + 'HELLO',
    fin: true,
    options: { stream_chunk: 512 },
    want: { error: 'IOError', phase: 'body' },
  },
  {
    name: 'a length of 2^31 is not negative',
    input: ok('Content-Length: 2147483648') + 'HELLO',
    fin: true,
    options: { stream_chunk: 512 },
    want: { error: 'IOError', phase: 'body' },
  },
  {
    name: 'a length of 2^53-1 (the largest exact one)',
    input: ok('Content-Length: 9007199254740991') + 'HELLO',
    fin: true,
    options: { stream_chunk: 512 },
    want: { error: 'any' },
  },
  {
    name: 'a length of 2^64+5 is not 5',
    input: ok('Content-Length: 18446744073709551621') + 'HELLO',
    options: { stream_chunk: 512 },
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: 'a length of forty digits',
    input: ok('Content-Length: ' + '9'.repeat(40)) + 'HELLO',
    options: { stream_chunk: 512 },
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: 'a length of 400 digits is not Infinity',
    input: ok('Content-Length: ' + '1'.repeat(400)) + 'HELLO',
    options: { stream_chunk: 512 },
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: 'two different lengths',
    input: ok('Content-Length: 5', 'Content-Length: 6') + 'HELLO!',
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: 'two different lengths, another header between',
    input: ok('Content-Length: 5', 'A: b', 'content-length: 0') + 'HELLO',
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
];

const bad: { [name: string]: string } = {
  empty: '',
  'white space': ' \t ',
  'a list of different values': '5, 6',
  'a list with an empty element': '5,',
  'a sign': '+5',
  negative: '-5',
  'minus zero': '-0',
  hexadecimal: '0x5',
  'a letter behind': '5x',
  'a letter in front': 'x5',
  'a fraction': '5.0',
  'an exponent': '5e0',
  'a unit': '5 bytes',
  'a space between': '1 0',
  quoted: '"5"',
  'a semicolon': '5;',
  words: 'five',
  'NaN by name': 'NaN',
  'Infinity by name': 'Infinity',
  'a folded second number': '5\r\n 0',
  'an underscore': '1_0',
  'a superscript five': '\xb5',
  'a no-break space': '5\xa0',
};

Object.keys(bad).forEach((name) => {
  lengthRows.push({
    name: 'refused Content-Length: ' + name,
    input: ok('Content-Length: ' + bad[name]) + 'HELLO',
    options: { stream_chunk: 512 },
    want: { error: 'HTTPResponseError', phase: 'headers' },
  });
});
