// Header fields: RFC 9110 section 5, RFC 9112 section 5.
import type { Row } from '../row';
import { head, ok } from '../row';

const end = 'Content-Length: 0';

/** A row of one or more header lines in front of an empty body. */
function fields(
  name: string,
  lines: string[],
  headers: { [name: string]: string | string[] },
  more?: Partial<Row>,
): Row {
  return {
    name,
    input: ok(...lines, end),
    want: { status: 200, headers: { ...headers, 'content-length': '0' }, keepable: true },
    ...more,
  };
}

export const headerRows: Row[] = [
  fields('no header of its own', [], {}),
  fields('names come in lower case', ['X-UPPER: V', 'MiXed: w'], { 'x-upper': 'V', mixed: 'w' }),
  fields('an empty value', ['X:'], { x: '' }),
  fields('a value of white space only', ['X:  \t '], { x: '' }),
  fields('no space behind the colon', ['X:v'], { x: 'v' }),
  fields('white space around the value is dropped', ['X: \t v w \t '], { x: 'v w' }),
  fields('white space in the value stays', ['X: a' + ' '.repeat(3000) + 'b '], { x: 'a' + ' '.repeat(3000) + 'b' }),
  fields('a colon in the value', ['X: a:b: c'], { x: 'a:b: c' }),
  fields('a tab in the value', ['X: a\tb'], { x: 'a\tb' }),
  fields('bytes above 0x7f in the value', ['X: \x80\xe9\xff'], { x: '\x80\xe9\xff' }),
  fields('a last byte 0xa0 is no white space: à in UTF-8', ['X: voil\xc3\xa0 ', 'Y:\xa0'], {
    x: 'voil\xc3\xa0',
    y: '\xa0',
  }),
  fields('obsolete folding behind a last byte 0xa0', ['X: \xc3\xa0', ' b\xc3\xa0'], { x: '\xc3\xa0 b\xc3\xa0' }),
  fields('a quoted value', ['X: "a, \\"b\\""'], { x: '"a, \\"b\\""' }),
  fields('all token characters in a name', ["!#$%&'*+-.^_`|~09az: v"], { "!#$%&'*+-.^_`|~09az": 'v' }),
  fields('a name of one character', ['A: b'], { a: 'b' }),
  fields('a repeated field is joined', ['X: a', 'Y: -', 'x: b', 'X: c'], { x: 'a, b, c', y: '-' }),
  fields('a repeated field with an empty value', ['X: a', 'X:', 'X: c'], { x: 'a, , c' }),
  fields('a repeated field, the empty one first', ['X:', 'X: b'], { x: ', b' }),
  fields('one cookie is a list', ['Set-Cookie: a=1; Path=/'], { 'set-cookie': ['a=1; Path=/'] }),
  fields('cookies are a list', ['Set-Cookie: a=1, b', 'X: y', 'SET-COOKIE: c=3'], {
    'set-cookie': ['a=1, b', 'c=3'],
    x: 'y',
  }),
  fields('a long value', ['X: ' + 'v'.repeat(3000)], { x: 'v'.repeat(3000) }),
  fields('a long name', ['X-' + 'n'.repeat(300) + ': v'], { ['x-' + 'n'.repeat(300)]: 'v' }),
  fields(
    'fifty headers',
    Array.from({ length: 50 }, (_, i) => 'X-' + i + ': ' + i),
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => ['x-' + i, '' + i])),
  ),
  fields('obsolete folding is read as a space', ['X: a', ' b'], { x: 'a b' }),
  fields('obsolete folding with tabs and more space', ['X: a  ', '\t \t b'], { x: 'a b' }),
  fields('obsolete folding over three lines', ['X: a', ' b', '\tc', 'Y: d'], { x: 'a b c', y: 'd' }),
  fields('obsolete folding of an empty value', ['X:', ' b'], { x: 'b' }),
  fields('obsolete folding of a cookie', ['Set-Cookie: a=1;', ' Path=/', 'Set-Cookie: b=2'], {
    'set-cookie': ['a=1; Path=/', 'b=2'],
  }),
  fields('obsolete folding of the second of two equal names', ['X: a', 'X: b', ' c'], { x: 'a, b c' }),
  fields('a folded line that looks like a header', ['X: a', ' Content-Length: 7'], { x: 'a Content-Length: 7' }),
  fields('constructor as a name', ['Constructor: a', 'constructor: b'], { constructor: 'a, b' } as never),
  fields('toString and valueOf as names', ['toString: a', 'valueOf: b'], { tostring: 'a', valueof: 'b' }),
  fields('hasOwnProperty as a name', ['hasOwnProperty: a'], { hasownproperty: 'a' }),
  fields('length as a name', ['Length: 7'], { length: '7' }),
  fields('a number as a name', ['0: a', '1: b'], { '0': 'a', '1': 'b' }),
  fields('a name of 31 digits', ['1'.repeat(31) + ': a'], { ['1'.repeat(31)]: 'a' }),
  fields('a longer one, which cannot be a property in the interpreter, is skipped', ['1'.repeat(32) + ': a'], {}),
  {
    name: '__proto__ as a name changes no prototype',
    input: ok('__proto__: x', '__PROTO__: y', 'A: b', end),
    want: { status: 200, keepable: true },
  },
  {
    name: '__defineGetter__ and friends as names',
    input: ok('__defineGetter__: x', '__lookupGetter__: y', end),
    want: { status: 200, keepable: true },
  },
  {
    name: 'bare LF line ends everywhere',
    input: 'HTTP/1.1 200 OK\nX: a\n b\nContent-Length: 5\n\nHELLO',
    want: { status: 200, reason: 'OK', headers: { x: 'a b', 'content-length': '5' }, body: 'HELLO', keepable: true },
  },
  {
    name: 'bare LF and CRLF mixed',
    input: 'HTTP/1.1 200 OK\r\nX: a\nContent-Length: 5\r\n\nHELLO',
    want: { status: 200, headers: { x: 'a', 'content-length': '5' }, body: 'HELLO', keepable: true },
  },
  {
    name: 'bare LF lines, the empty one with CR',
    input: 'HTTP/1.1 200 OK\nX: a\nContent-Length: 5\n\r\nHELLO',
    want: { status: 200, headers: { x: 'a', 'content-length': '5' }, body: 'HELLO', keepable: true },
  },
  {
    name: 'bare LF and a body that starts with an empty line',
    input: 'HTTP/1.1 200 OK\nContent-Length: 4\n\n\n\r\nX',
    want: { status: 200, body: '\n\r\nX', keepable: true },
  },
  {
    name: 'white space in front of the first header (RFC 9112 2.2: refused, or the line dropped)',
    input: ok(' X: a', end),
    want: { status: 200, headers: { 'content-length': '0' } },
    orRefused: true,
  },
  {
    name: 'a name with a character that is no token (RFC 9110 5.1)',
    input: ok('N@me: v', end),
    want: { status: 200 },
    orRefused: true,
  },
  {
    name: 'a name with bytes above 0x7f (RFC 9110 5.1)',
    input: ok('N\xe9: v', end),
    want: { status: 200 },
    orRefused: true,
  },
  {
    name: 'a folded line of white space only',
    input: ok('X: a', ' ', end),
    want: { status: 200, headers: { x: 'a', 'content-length': '0' } },
    orRefused: true,
  },
  fields(
    'keep_headers keeps what it names',
    ['A: 1', 'B: 2', 'C: 3'],
    { b: '2' },
    {
      options: { keep_headers: ['b', 'content-length'] },
    },
  ),
  fields(
    'keep_headers in any case',
    ['A: 1', 'b: 2', 'X-LONG: 3'],
    { b: '2', 'x-long': '3' },
    {
      options: { keep_headers: ['B', 'X-Long', 'Content-LENGTH'] },
    },
  ),
  {
    name: 'an empty keep_headers keeps none, framing is understood all the same',
    input: ok('A: 1', 'Set-Cookie: x', 'Content-Length: 5', 'Connection: close') + 'HELLO',
    options: { keep_headers: [] },
    want: { status: 200, headers: {}, body: 'HELLO', total: 5, keepable: false },
  },
  {
    name: 'keep_headers without framing fields, chunked',
    input: ok('A: 1', ' 1', 'Transfer-Encoding: chunked') + '5\r\nHELLO\r\n0\r\n\r\n',
    options: { keep_headers: ['a'] },
    want: { status: 200, headers: { a: '1 1' }, body: 'HELLO', total: -1, keepable: true },
  },
  {
    name: 'keep_headers leaves a reason with a colon alone',
    input: 'HTTP/1.1 200 OK: fine\r\n' + end + '\r\n\r\n',
    options: { keep_headers: [] },
    want: { status: 200, reason: 'OK: fine', headers: {}, keepable: true },
  },
  {
    name: 'keep_headers: the folding of a skipped field is skipped',
    input: ok('A: 1', ' Z: 2', 'B: 3', end),
    options: { keep_headers: ['b', 'z'] },
    want: { status: 200, headers: { b: '3' }, keepable: true },
  },
  {
    name: 'keep_headers: the folding of a kept field may look like another one',
    input: ok('A: 1', ' B: 2', end),
    options: { keep_headers: ['a'] },
    want: { status: 200, headers: { a: '1 B: 2' }, keepable: true },
  },
  {
    name: 'keep_headers: a skipped Content-Length that conflicts is refused all the same',
    input: ok('Content-Length: 5', 'Content-Length: 6') + 'HELLO',
    options: { keep_headers: ['a'] },
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
  {
    name: 'keep_headers: a name that starts like a kept one',
    input: ok('AB: 1', 'A: 2', end),
    options: { keep_headers: ['a'] },
    want: { status: 200, headers: { a: '2' }, keepable: true },
  },
  {
    name: 'keep_headers: a skipped header with a NUL is refused all the same',
    input: ok('X: \0', end),
    options: { keep_headers: ['a'] },
    want: { error: 'HTTPResponseError', phase: 'headers' },
  },
];

const bad: { [name: string]: string } = {
  'no colon': 'garbage',
  'no colon but a value': 'Name value',
  'space before the colon': 'Name : v',
  'tab before the colon': 'Name\t: v',
  'a space in the name': 'Na me: v',
  'an empty name': ': v',
  'only a colon': ':',
  'a NUL in the name': 'Na\0me: v',
  'a control byte in the name': 'Na\x01me: v',
  'a NUL in the value': 'X: a\0b',
  'a NUL as the value': 'X: \0',
  'a NUL at the end of the value': 'X: a\0',
  'byte 0x01 in the value': 'X: a\x01b',
  'byte 0x08 in the value': 'X: a\x08b',
  'byte 0x0b in the value': 'X: a\x0bb',
  'byte 0x0c at the end of the value': 'X: a\x0c',
  'byte 0x1b in the value': 'X: a\x1b[2J',
  'byte 0x1f in the value': 'X: a\x1fb',
  'byte 0x7f in the value': 'X: a\x7fb',
  'a bare CR in the value': 'X: a\rb',
  'a bare CR before the line end': 'X: a\r',
  'a bare CR in front of a smuggled header': 'X: a\rContent-Length: 5',
  'a bare CR in the name': 'X\rY: a',
  'a NUL in a folded line': 'X: a\r\n b\0c',
  'a second status line': 'HTTP/1.1 200 OK',
};

Object.keys(bad).forEach((name) => {
  headerRows.push(
    {
      name: 'refused header: ' + name,
      input: ok('A: b', bad[name], end),
      want: { error: 'HTTPResponseError', phase: 'headers' },
    },
    {
      name: 'refused header: ' + name + ', as the first line',
      input: head('HTTP/1.1 200 OK', bad[name], end),
      want: { error: 'HTTPResponseError', phase: 'headers' },
    },
  );
});
