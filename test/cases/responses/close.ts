// Bodies that end with the connection, and when a connection may be used again: RFC 9112 sections 6.3 and 9.3.
import type { Row } from '../row';
import { chunked, head, ok } from '../row';

function kept(name: string, keepable: boolean, lines: string[], more?: Partial<Row>): Row {
  return {
    name: 'Connection: ' + name + (keepable ? ' keeps' : ' ends') + ' it',
    input: ok(...lines, 'Content-Length: 5') + 'HELLO',
    want: { status: 200, body: 'HELLO', keepable },
    ...more,
  };
}

function ten(name: string, keepable: boolean, lines: string[]): Row {
  return {
    name,
    input: head('HTTP/1.0 200 OK', ...lines, 'Content-Length: 5') + 'HELLO',
    want: { status: 200, body: 'HELLO', total: 5, keepable },
  };
}

export const closeRows: Row[] = [
  {
    name: 'a body until close',
    input: ok() + 'HELLO',
    fin: true,
    want: { status: 200, headers: {}, body: 'HELLO', received: 5, total: -1, keepable: false },
  },
  {
    name: 'an empty body until close',
    input: ok('A: b'),
    fin: true,
    want: { status: 200, body: '', total: -1, keepable: false },
  },
  {
    name: 'a body until close that looks like an answer',
    input: ok('Connection: close') + ok('Content-Length: 0'),
    fin: true,
    want: { status: 200, body: ok('Content-Length: 0'), keepable: false },
  },
  {
    name: 'a body until close though the peer promised to keep the connection',
    input: ok('Connection: keep-alive') + 'HELLO',
    fin: true,
    want: { status: 200, body: 'HELLO', keepable: false },
  },
  {
    name: 'a body until close, HTTP/1.0',
    input: head('HTTP/1.0 200 OK') + 'HELLO',
    fin: true,
    want: { status: 200, body: 'HELLO', keepable: false },
  },
  {
    name: 'a body until close of an error answer',
    input: head('HTTP/1.1 404 Not Found') + 'nope',
    fin: true,
    want: { status: 404, body: 'nope', keepable: false },
  },
  {
    name: 'a body until close, streamed',
    input: ok() + 'HELLO WORLD',
    fin: true,
    options: { stream_chunk: 4 },
    want: { status: 200, body: 'HELLO WORLD', received: 11, total: -1, keepable: false },
  },
  {
    name: 'a body until close at max_content',
    input: ok() + 'HELLO',
    fin: true,
    options: { max_content: 5 },
    want: { status: 200, body: 'HELLO', keepable: false },
  },
  {
    name: 'a body until close above max_content',
    input: ok() + 'HELLO!',
    untilClose: true,
    options: { max_content: 5 },
    want: { error: 'HTTPResponseError', phase: 'body' },
  },
  {
    name: 'a head cut short, and closed',
    input: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n',
    fin: true,
    want: { error: 'IOError', phase: 'headers' },
  },
  {
    name: 'a status line cut short, and closed',
    input: 'HTTP/1.1 20',
    fin: true,
    want: { error: 'IOError', phase: 'headers' },
  },
  { name: 'closed without a byte', input: '', fin: true, want: { error: 'IOError' } },
  { name: 'an empty line, and closed', input: '\r\n', fin: true, want: { error: 'IOError', phase: 'headers' } },

  kept('nothing', true, []),
  kept('keep-alive', true, ['Connection: keep-alive']),
  kept('Keep-Alive with parameters', true, ['Connection: Keep-Alive', 'Keep-Alive: timeout=5, max=100']),
  kept('close', false, ['Connection: close']),
  kept('CLOSE', false, ['Connection: CLOSE']),
  kept('Close with white space', false, ['Connection: \t Close \t ']),
  kept('keep-alive, close', false, ['Connection: keep-alive, close']),
  kept('close, keep-alive', false, ['Connection: close, keep-alive']),
  kept('x,close,y', false, ['Connection: x,close,y']),
  kept('a list with white space', false, ['Connection: foo ,\tClose\t, bar']),
  kept('a list with empty elements', false, ['Connection: ,, close ,,']),
  kept('close in the second of two lines', false, ['Connection: foo', 'Connection: close']),
  kept('close in the first of two lines', false, ['Connection: close', 'Connection: keep-alive']),
  kept('close in a folded line', false, ['Connection: foo,', ' close']),
  kept('closed (another token)', true, ['Connection: closed']),
  kept('not-close (another token)', true, ['Connection: not-close']),
  kept('x-close, close-x', true, ['Connection: x-close, close-x']),
  kept('an empty value', true, ['Connection:']),
  kept('Proxy-Connection: close (not a field of HTTP)', true, ['Proxy-Connection: close']),
  kept('close, of the request', false, [], { options: { connection: 'close' } }),
  kept('close, of the request, in capitals', false, [], { options: { connection: 'CLOSE' } }),
  kept('close, by default of the request', false, [], { options: { connection: '' } }),
  kept('Keep-Alive, of the request', true, [], { options: { connection: 'Keep-Alive' } }),

  ten('HTTP/1.0 without keep-alive ends it', false, []),
  ten('HTTP/1.0 with keep-alive keeps it', true, ['Connection: keep-alive']),
  ten('HTTP/1.0 with Keep-Alive in capitals and in a list keeps it', true, ['Connection: foo, KEEP-ALIVE']),
  ten('HTTP/1.0 with keep-alive and close ends it', false, ['Connection: keep-alive, close']),
  ten('HTTP/1.0 with the Keep-Alive field only ends it', false, ['Keep-Alive: timeout=5']),
  {
    name: 'HTTP/1.0 with keep-alive but no length ends with the connection',
    input: head('HTTP/1.0 200 OK', 'Connection: keep-alive') + 'HELLO',
    fin: true,
    want: { status: 200, body: 'HELLO', keepable: false },
  },
  {
    name: 'an error status keeps the connection all the same',
    input: head('HTTP/1.1 503 Busy', 'Content-Length: 4') + 'busy',
    want: { status: 503, body: 'busy', keepable: true },
  },
  {
    name: 'an Upgrade header in an ordinary answer is only a header',
    input: ok('Upgrade: h2c', 'Connection: Upgrade', 'Content-Length: 5') + 'HELLO',
    want: { status: 200, body: 'HELLO', keepable: true },
  },
  {
    name: 'chunked keeps the connection',
    input: chunked('5\r\nHELLO\r\n0\r\n\r\n', 'Connection: keep-alive'),
    want: { status: 200, body: 'HELLO', keepable: true },
  },
];
