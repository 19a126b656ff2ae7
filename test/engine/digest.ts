// What rows.js is told of the response table, and what it prints, turned back into an outcome that can be judged.
import { crc32 as crc32Of } from 'node:zlib';
import type { Outcome, Row } from '../cases/row';
import { isRefusal } from '../cases/row';

/** CRC-32 of a byte string, as the interpreter's E.CRC32. */
const crc32 = (bytes: string): number => crc32Of(Buffer.from(bytes, 'latin1'));

/** The settings of rows.js: where these rows are served, and what is special about each; most are a plain GET. */
export function settingsOf(rows: Row[], base: string) {
  const specs = rows.map(({ method, options }) => {
    const { connection, ...more } = options || {};
    return method || options ? { method, connection, options: Object.keys(more).length ? more : undefined } : undefined;
  });
  return { SPECS: { ...specs }, FIRST: 0, LAST: rows.length - 1, BASE: base };
}

function digest(value: string): string {
  return value.length > 200 ? value.length + '/' + crc32(value) : value;
}

/** The byte string itself where the digest is its own, else a text that says what was told. */
function known(told: string, wanted: string[]): string {
  return wanted.find((text) => digest(text) === told || text.length + '/' + crc32(text) === told) ?? told;
}

interface Pieces {
  count: number;
  odd: number;
  last: number;
  hash: number;
}

function piecesOf(body: string, size: number): Pieces {
  const told = { count: 0, odd: 0, last: 0, hash: 0 };
  for (let i = 0; i < body.length; i += size) {
    const piece = body.substr(i, size);
    told.count++;
    told.last = piece.length;
    if (piece.length !== size) told.odd++;
    told.hash = ((told.hash << 1) | (told.hash >>> 31)) ^ crc32(piece);
  }
  return told;
}

export function outcomeOf(row: Row, told: any): Outcome {
  const { content, headers, pieces, ...got } = told;
  if (isRefusal(row.want) || got.error) return got;
  const body = row.want.body || '';
  const size = row.options && row.options.stream_chunk;
  const names = Object.entries(row.want.headers || {});
  got.headers = {};
  for (const [name, value] of headers) {
    const wanted = names.find((pair) => digest(pair[0]) === name);
    got.headers[wanted ? wanted[0] : name] =
      wanted && typeof wanted[1] === 'string' && typeof value === 'string' ? known(value, [wanted[1]]) : value;
  }
  if (size) {
    const fits = JSON.stringify(pieces) === JSON.stringify(piecesOf(body, size));
    got.body = fits ? body : 'pieces ' + JSON.stringify(pieces);
    const last = body.length ? body.substr(Math.floor((body.length - 1) / size) * size) : '';
    if (known(content, [last]) !== last) got.body = 'the last piece is ' + content;
  } else got.body = known(content, [body]);
  return got;
}
