// Chunked bodies: RFC 9112 section 7.1, and Transfer-Encoding as a whole: 6.1 and 6.3.
import type { Row } from '../row';
import { chunked, head, ok } from '../row';

function hello(name: string, rest: string, more?: Partial<Row>): Row {
  return {
    name,
    input: chunked(rest),
    want: { status: 200, body: 'HELLO', received: 5, total: -1, keepable: true },
    ...more,
  };
}

const last = '0\r\n\r\n';
const one = '5\r\nHELLO\r\n';

export const chunkedRows: Row[] = [
  hello('one chunk', one + last),
  hello('two chunks', '2\r\nHE\r\n3\r\nLLO\r\n' + last),
  hello('chunks of one byte', '1\r\nH\r\n1\r\nE\r\n1\r\nL\r\n1\r\nL\r\n1\r\nO\r\n' + last),
  hello('an extension', '5;x=1\r\nHELLO\r\n' + last),
  hello('an extension with a quoted value', '5;x="a;b c";y\r\nHELLO\r\n0;last\r\n\r\n'),
  hello('white space around the extension', '5 \t; x = 1\r\nHELLO\r\n0 ;y\r\n\r\n'),
  hello('an extension of 200 bytes', '5;' + 'x'.repeat(200) + '\r\nHELLO\r\n' + last),
  hello('an extension of 3000 semicolons', '5' + ';'.repeat(3000) + '\r\nHELLO\r\n' + last),
  hello('leading zeros in the size', '0005\r\nHELLO\r\n000\r\n\r\n'),
  hello('trailers are skipped', one + '0\r\nX: y\r\nContent-Length: 9\r\n\r\n', {
    want: { status: 200, headers: { 'transfer-encoding': 'chunked' }, body: 'HELLO', total: -1, keepable: true },
  }),
  hello('folded trailers are skipped', one + '0\r\nX: y\r\n z\r\n\r\n'),
  hello('bare LF behind sizes and trailers', '5;x\nHELLO\r\n0\nX: y\n\n'),
  hello('bare LF behind the data too (a lenient line end, or a missing CRLF)', '5\nHELLO\n0\n\n', { orRefused: true }),
  {
    name: 'no CRLF after a chunk, and no line end for ever',
    input: chunked('5\r\nHELLOXXXX'),
    want: { error: 'HTTPResponseError', code: 'EPROTO', phase: 'body' },
  },
  {
    name: 'no chunk but the last: an empty body',
    input: chunked(last),
    want: { status: 200, body: '', received: 0, total: -1, keepable: true },
  },
  {
    name: 'no chunk but the last, with trailers',
    input: chunked('0;x\r\nA: b\r\nC: d\r\n\r\n'),
    want: { status: 200, headers: { 'transfer-encoding': 'chunked' }, body: '', received: 0, keepable: true },
  },
  {
    name: 'a lower-case size',
    input: chunked('1a\r\n' + 'z'.repeat(26) + '\r\n' + last),
    want: { status: 200, body: 'z'.repeat(26), keepable: true },
  },
  {
    name: 'an upper-case size',
    input: chunked('1A\r\n' + 'z'.repeat(26) + '\r\n' + last),
    want: { status: 200, body: 'z'.repeat(26), keepable: true },
  },
  {
    name: 'size 010 is sixteen',
    input: chunked('010\r\n' + '0123456789abcdef' + '\r\n' + last),
    want: { status: 200, body: '0123456789abcdef', keepable: true },
  },
  {
    name: 'size abcdef as digits',
    input: chunked('aBc\r\n' + 'q'.repeat(0xabc) + '\r\ndEf\r\n' + 'r'.repeat(0xdef) + '\r\n' + last),
    want: { status: 200, body: 'q'.repeat(0xabc) + 'r'.repeat(0xdef), keepable: true },
  },
  {
    name: 'data that look like the end',
    input: chunked('9\r\n\r\n0\r\n\r\n\r\n\r\n' + last),
    want: { status: 200, body: '\r\n0\r\n\r\n\r\n', keepable: true },
  },
  {
    name: 'data that start and end with line ends',
    input: chunked('1\r\n\n\r\n1\r\n\r\r\n2\r\n\r\n\r\n' + last),
    want: { status: 200, body: '\n\r\r\n', keepable: true },
  },
  hello('the coding in capitals', one + last, {
    input: ok('Transfer-Encoding: CHUNKED') + one + last,
  }),
  hello('the coding with white space', one + last, {
    input: ok('transfer-encoding: \t Chunked \t ') + one + last,
  }),
  hello('the coding in a folded line', one + last, {
    input: ok('Transfer-Encoding:', ' chunked') + one + last,
  }),
  hello('a second answer behind the last chunk is not part of it', one + last, {
    surplus: head('HTTP/1.1 404 Not Found', 'Content-Length: 0'),
    want: { status: 200, body: 'HELLO' },
  }),
  hello('chunked with "close"', one + last, {
    input: ok('Transfer-Encoding: chunked', 'Connection: close') + one + last,
    want: { status: 200, body: 'HELLO', keepable: false },
  }),
  hello('Content-Length and chunked: the coding wins, the connection is not reused', one + last, {
    input: ok('Content-Length: 3', 'Transfer-Encoding: chunked') + one + last,
    want: { status: 200, body: 'HELLO', received: 5, keepable: false },
  }),
  hello('chunked and Content-Length: the coding wins, the connection is not reused', one + last, {
    input: ok('Transfer-Encoding: chunked', 'Content-Length: 5') + one + last,
    want: { status: 200, body: 'HELLO', received: 5, keepable: false },
  }),
  hello('Content-Length 0 and chunked', one + last, {
    input: ok('Content-Length: 0', 'Transfer-Encoding: chunked') + one + last,
    want: { status: 200, body: 'HELLO', keepable: false },
  }),
  hello('a Content-Length above max_content and chunked: the coding wins', one + last, {
    input: ok('Content-Length: 99999999', 'Transfer-Encoding: chunked') + one + last,
    want: { status: 200, body: 'HELLO', keepable: false },
  }),
  hello('a malformed Content-Length and chunked', one + last, {
    input: ok('Content-Length: x', 'Transfer-Encoding: chunked') + one + last,
    want: { status: 200, body: 'HELLO', keepable: false },
    orRefused: true,
  }),
  hello('HTTP/1.0 and chunked (RFC 9112 6.1: framing is faulty, closed after)', one + last, {
    input: head('HTTP/1.0 200 OK', 'Connection: keep-alive', 'Transfer-Encoding: chunked') + one + last,
    want: { status: 200, body: 'HELLO', keepable: false },
    orRefused: true,
  }),
  hello('white space behind the size (RFC 9112 7.1.1 knows it before an extension only)', '5 \r\nHELLO\r\n' + last, {
    want: { status: 200, body: 'HELLO' },
    orRefused: true,
  }),
  hello('twenty leading zeros in the size', '0'.repeat(20) + '5\r\nHELLO\r\n' + last, {
    want: { status: 200, body: 'HELLO' },
    orRefused: true,
  }),
  hello('a malformed trailer', one + '0\r\nno colon\r\n\r\n', {
    orRefused: true,
    want: { status: 200, body: 'HELLO' },
  }),
  hello('a trailer with a NUL', one + '0\r\nX: \0\r\n\r\n', { orRefused: true, want: { status: 200, body: 'HELLO' } }),
];

const body = { error: 'HTTPResponseError' as const, phase: 'body' };

const badSizes: { [name: string]: string } = {
  empty: '',
  'an extension without a size': ';x=1',
  negative: '-5',
  'minus zero': '-0',
  'a sign': '+5',
  '0x': '0x5',
  '0X': '0X5',
  'a stray letter behind': '5x',
  'a stray letter behind the first digit': '1x',
  'g as a digit': 'g',
  'a letter in front': 'x5',
  'a space in front': ' 5',
  'a no-break space behind': '5\xa0',
  'a space between': '5 5',
  'a fraction': '5.0',
  'a comma': '5,',
  quoted: '"5"',
  'a NUL behind': '5\0',
  'a bare CR behind': '5\r',
  'h for hexadecimal': '5h',
  'a number with an underscore': '0_5',
  'a header': 'X: y',
  words: 'HELLO',
  '17 digits': '10000000000000005',
  '17 times F': 'F'.repeat(17),
  '40 digits': 'f'.repeat(40),
  '300 digits': '1'.repeat(300),
};

Object.keys(badSizes).forEach((name) => {
  chunkedRows.push(
    {
      name: 'refused chunk size: ' + name,
      input: chunked(badSizes[name] + '\r\nHELLO\r\n' + last),
      options: { stream_chunk: 512 },
      want: body,
    },
    {
      name: 'refused second chunk size: ' + name,
      input: chunked(one + badSizes[name] + '\r\nHELLO\r\n' + last),
      options: { stream_chunk: 512 },
      want: body,
    },
  );
});

const badChunks: { [name: string]: string } = {
  'no line end behind the data': '5\r\nHELLO0\r\n\r\n',
  'more data than the size says': '5\r\nHELLO!\r\n0\r\n\r\n',
  'less data than the size says': '6\r\nHELLO\r\n0\r\n\r\n',
  'a CR without LF behind the data': '5\r\nHELLO\rX0\r\n\r\n',
  'two CRs behind the data': '5\r\nHELLO\r\r\n0\r\n\r\n',
  'a space behind the data': '5\r\nHELLO \r\n0\r\n\r\n',
  'two line ends behind the data': '5\r\nHELLO\r\n\r\n0\r\n\r\n',
};

Object.keys(badChunks).forEach((name) => {
  chunkedRows.push({ name: 'refused chunk: ' + name, input: chunked(badChunks[name]), want: body });
});

const short: { [name: string]: string } = {
  'no chunk at all': '',
  'a size without its line end': '5',
  'a CR without LF behind the size': '5\r',
  'no data': '5\r\n',
  'part of the data': '5\r\nHEL',
  'no line end behind the data': '5\r\nHELLO',
  'no last chunk': one,
  'no empty line behind the last chunk': one + '0\r\n',
  'half an empty line behind the last chunk': one + '0\r\n\r',
  'no end of the trailers': one + '0\r\nX: y\r\n',
  'a chunk of 2^32+5 bytes is not one of 5': '100000005\r\nHELLO\r\n0\r\n\r\n',
  'a chunk of 2^31 bytes': '80000000\r\nHELLO\r\n0\r\n\r\n',
};

Object.keys(short).forEach((name) => {
  chunkedRows.push({
    name: 'cut short in chunked coding: ' + name,
    input: chunked(short[name]),
    fin: true,
    options: { stream_chunk: 512 },
    want: { error: 'IOError', phase: 'body' },
  });
});

const codings: { [name: string]: string[] } = {
  gzip: ['Transfer-Encoding: gzip'],
  'gzip, chunked': ['Transfer-Encoding: gzip, chunked'],
  'chunked, gzip': ['Transfer-Encoding: chunked, gzip'],
  'chunked twice in a list': ['Transfer-Encoding: chunked, chunked'],
  'chunked twice in two lines': ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  'gzip and chunked in two lines': ['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'],
  'chunked and gzip in two lines': ['Transfer-Encoding: chunked', 'Transfer-Encoding: gzip'],
  'an unknown one': ['Transfer-Encoding: x'],
  'one that starts like chunked': ['Transfer-Encoding: chunkedx'],
  'one that ends like chunked': ['Transfer-Encoding: xchunked'],
  'half of chunked': ['Transfer-Encoding: chun ked'],
  'gzip and Content-Length': ['Transfer-Encoding: gzip', 'Content-Length: 5'],
};

Object.keys(codings).forEach((name) => {
  chunkedRows.push({
    name: 'refused coding: ' + name,
    input: ok(...codings[name]) + one + last,
    want: { error: 'HTTPResponseError', phase: 'headers' },
  });
});

['', 'identity', 'chunked,', 'chunked;q=1'].forEach((value) => {
  chunkedRows.push({
    name: 'coding "' + value + '" is chunked at most, never a length or until close',
    input: ok('Transfer-Encoding: ' + value) + one + last,
    fin: true,
    want: { status: 200, body: 'HELLO' },
    orRefused: true,
  });
});
