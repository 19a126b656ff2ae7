// Ceilings: max_headers counts the wire, line ends and interim answers and trailers included; max_content what is kept.
import type { Row } from '../row';
import { chunked, head, ok, sized } from '../row';

const lines = ok('A: b', 'Content-Length: 5');
const tooBig = { error: 'HTTPResponseError' as const, code: 'ELIMIT', phase: 'headers' };
const tooMuch = { error: 'HTTPResponseError' as const, code: 'ELIMIT', phase: 'body' };
const answer = { status: 200, body: 'HELLO', keepable: true };
const cont = head('HTTP/1.1 100 Continue');
const tail = '0\r\nX: yyyyyyyy\r\n\r\n';

export const limitRows: Row[] = [
  {
    name: 'a head of exactly max_headers',
    input: lines + 'HELLO',
    options: { max_headers: lines.length },
    want: answer,
  },
  {
    name: 'a head one byte above max_headers, the empty line not counted',
    input: lines + 'HELLO',
    options: { max_headers: lines.length - 3 },
    want: tooBig,
  },
  {
    name: 'a head above max_headers by its empty line',
    input: lines + 'HELLO',
    options: { max_headers: lines.length - 1 },
    want: answer,
    orRefused: true,
  },
  {
    name: 'bare LF counts one',
    input: 'HTTP/1.1 200 OK\nA: b\nContent-Length: 5\n\nHELLO',
    options: { max_headers: 'HTTP/1.1 200 OK\nA: b\nContent-Length: 5\n\n'.length },
    want: answer,
  },
  {
    name: 'a body does not count as head',
    input: sized('x'.repeat(200)),
    options: { max_headers: 60 },
    want: { status: 200, body: 'x'.repeat(200) },
  },
  {
    name: 'skipped headers count',
    input: ok('A: ' + 'x'.repeat(100), 'Content-Length: 5') + 'HELLO',
    options: { max_headers: 100, keep_headers: [] },
    want: tooBig,
  },
  {
    name: 'a header line that never ends is refused at max_headers',
    input: 'HTTP/1.1 200 OK\r\nX: ' + 'x'.repeat(200),
    options: { max_headers: 100 },
    want: tooBig,
  },
  {
    name: 'a header name that never ends is refused at max_headers',
    input: 'HTTP/1.1 200 OK\r\n' + 'x'.repeat(200),
    options: { max_headers: 100 },
    want: tooBig,
  },
  {
    name: 'a status line that never ends is refused at max_headers',
    input: 'HTTP/1.1 200 ' + 'x'.repeat(200),
    options: { max_headers: 100 },
    want: tooBig,
  },
  {
    name: 'a folded header that never ends is refused at max_headers',
    input: 'HTTP/1.1 200 OK\r\nX: a' + '\r\n b'.repeat(50),
    options: { max_headers: 100 },
    want: tooBig,
  },
  {
    name: 'empty lines that never end are refused at max_headers',
    input: '\r\n'.repeat(200),
    options: { max_headers: 100 },
    want: tooBig,
  },
  {
    name: 'interim answers within max_headers',
    input: cont.repeat(3) + lines + 'HELLO',
    options: { max_headers: 3 * cont.length + lines.length },
    want: answer,
  },
  {
    name: 'interim answers count for max_headers',
    input: cont.repeat(20) + lines + 'HELLO',
    options: { max_headers: 100 },
    want: tooBig,
  },
  {
    name: 'trailers within max_headers',
    input: chunked('5\r\nHELLO\r\n' + tail),
    options: { max_headers: chunked('').length + tail.length },
    want: answer,
  },
  {
    name: 'the lines of chunks count neither together with the head nor with each other',
    input: chunked('2\r\nHE\r\n3\r\nLLO\r\n0\r\n\r\n'),
    options: { max_headers: chunked('\r\n').length },
    want: answer,
  },
  {
    name: 'trailers above max_headers by themselves',
    input: chunked('5\r\nHELLO\r\n0\r\n' + 'X: yyyyyyyyyyyyy\r\n'.repeat(20) + '\r\n'),
    options: { max_headers: 100 },
    want: tooMuch,
  },
  {
    name: 'trailers count together with the head',
    input: chunked('5\r\nHELLO\r\n0\r\n' + 'X: ' + 'y'.repeat(60) + '\r\n\r\n'),
    options: { max_headers: 90 },
    want: tooMuch,
  },
  {
    name: 'a trailer line that never ends',
    input: chunked('5\r\nHELLO\r\n0\r\nX: ' + 'y'.repeat(300)),
    options: { max_headers: 100 },
    want: tooMuch,
  },
  {
    name: 'the default of max_headers is 8192: just below',
    input: ok('X: ' + 'x'.repeat(8100), 'Content-Length: 5') + 'HELLO',
    want: answer,
  },
  {
    name: 'the default of max_headers is 8192: above',
    input: ok('X: ' + 'x'.repeat(8192), 'Content-Length: 5') + 'HELLO',
    want: tooBig,
  },
  {
    name: 'a chunk extension that never ends is refused',
    input: chunked('5;' + 'x'.repeat(20000)),
    want: tooMuch,
  },
  {
    name: 'a chunk size that never ends is refused',
    input: chunked('0'.repeat(20000)),
    want: tooMuch,
  },

  { name: 'a body of exactly max_content', input: sized('HELLO'), options: { max_content: 5 }, want: answer },
  {
    name: 'a body above max_content',
    input: sized('HELLO!'),
    options: { max_content: 5 },
    want: tooMuch,
  },
  {
    name: 'a length above max_content is refused before the body arrives',
    input: ok('Content-Length: 6'),
    options: { max_content: 5 },
    want: tooMuch,
  },
  {
    name: 'a chunked body of exactly max_content',
    input: chunked('2\r\nHE\r\n3\r\nLLO\r\n0\r\n\r\n'),
    options: { max_content: 5 },
    want: answer,
  },
  {
    name: 'a chunked body above max_content',
    input: chunked('2\r\nHE\r\n3\r\nLLO\r\n1\r\n!\r\n0\r\n\r\n'),
    options: { max_content: 5 },
    want: tooMuch,
  },
  {
    name: 'no body at all with max_content 0',
    input: sized(''),
    options: { max_content: 0 },
    want: { status: 200, body: '', keepable: true },
  },
  {
    name: 'one byte with max_content 0',
    input: sized('x'),
    options: { max_content: 0 },
    want: tooMuch,
  },
  {
    name: 'max_content does not limit a streamed body',
    input: sized('HELLO WORLD'),
    options: { max_content: 5, stream_chunk: 3 },
    want: { status: 200, body: 'HELLO WORLD', received: 11, total: 11, keepable: true },
  },
  {
    name: 'the default of max_content is 16384: exactly',
    input: sized('x'.repeat(16384)),
    want: { status: 200, body: 'x'.repeat(16384), keepable: true },
  },
  {
    name: 'the default of max_content is 16384: above',
    input: sized('x'.repeat(16385)),
    want: tooMuch,
  },
];
