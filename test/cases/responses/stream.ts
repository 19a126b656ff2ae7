// Streamed bodies: pieces of exactly stream_chunk bytes, the last one shorter.
import type { Row } from '../row';
import { chunked, ok, sized } from '../row';

const text = 'The quick brown fox jumps over the lazy dog. ';

function bytes(n: number): string {
  return text.repeat(Math.ceil(n / text.length)).substr(0, n);
}

/** `data` in chunks of `size`. */
export function inChunks(data: string, size: number): string {
  let out = '';
  for (let i = 0; i < data.length; i += size) {
    const part = data.substr(i, size);
    out += part.length.toString(16) + '\r\n' + part + '\r\n';
  }
  return out + '0\r\n\r\n';
}

export const streamRows: Row[] = [];

[1, 2, 7, 100, 512, 4096].forEach((stream_chunk) => {
  [0, 1, stream_chunk - 1, stream_chunk, stream_chunk + 1, 3 * stream_chunk + 2].forEach((n, i, all) => {
    if (all.indexOf(n) !== i) return;
    const body = bytes(n);
    streamRows.push({
      name: 'streamed by ' + stream_chunk + ', ' + n + ' bytes of a known length',
      input: sized(body),
      options: { stream_chunk },
      want: { status: 200, body, received: n, total: n, keepable: true },
    });
  });
});

[1, 3, 512].forEach((stream_chunk) => {
  [1, 5, 700].forEach((size) => {
    const body = bytes(1300);
    streamRows.push({
      name: 'streamed by ' + stream_chunk + ', chunks of ' + size,
      input: chunked(inChunks(body, size)),
      options: { stream_chunk },
      want: { status: 200, body, received: 1300, total: -1, keepable: true },
    });
  });
});

const large = bytes(1300000);

/** Too long to be fed at every position. */
export const largeRows: Row[] = [
  {
    name: '1.3 MB of a known length, streamed',
    input: sized(large),
    options: { stream_chunk: 4096 },
    want: { status: 200, body: large, received: large.length, total: large.length, keepable: true },
  },
  {
    name: '1.3 MB of a known length, kept',
    input: sized(large),
    options: { max_content: 2000000 },
    want: { status: 200, body: large, received: large.length, total: large.length, keepable: true },
  },
  {
    name: '1.3 MB in chunks of 65535, streamed',
    input: chunked(inChunks(large, 65535)),
    options: { stream_chunk: 512 },
    want: { status: 200, body: large, received: large.length, total: -1, keepable: true },
  },
  {
    name: '1.3 MB in chunks of 100, kept',
    input: chunked(inChunks(large, 100)),
    options: { max_content: 2000000 },
    want: { status: 200, body: large, received: large.length, total: -1, keepable: true },
  },
  {
    name: '1.3 MB until close, streamed',
    input: ok() + large,
    fin: true,
    options: { stream_chunk: 65535 },
    want: { status: 200, body: large, received: large.length, total: -1, keepable: false },
  },
];
