// A response as it comes in (RFC 9112): bytes in, fields and body runs out. No socket and no clock in here.
// A run of body bytes is only counted; lines are found with the built-in search and looked at one by one, so
// nothing but an unfinished line is ever held, and that is bounded by `max_headers`.
import { toStr } from '../engine';
import { error, HTTPResponseError } from '../errors';
import { CONTROL, decimal, NOT_TOKEN } from '../url';
import type { Bytes } from '../net/driver';

/** What the parser waits for. */
export const enum Wait {
  StatusLine,
  Field,
  FixedBody,
  BodyUntilClose,
  ChunkSize,
  ChunkData,
  ChunkEnd,
  Trailer,
  Nothing,
}

/** What the parser fills in: the public part of a Response. */
export interface Head {
  status: number;
  reason: string;
  headers: any;
  total: number;
}

/** State of one response. Fields begin with `_` so that minifying may rename them. */
export interface Parser {
  /** bytes of the present run (body or chunk) still to come; 0 where lines are expected or nothing may be read */
  _left: number;
  /** counts that while a fast sink takes the bytes; with true it takes none any more */
  _count?(stop?: boolean): number;
  /** Takes the next `n` body bytes. May set `_held` to say: not now. */
  _onBody(bytes: Bytes, n: number): void;
  _wait: Wait;
  /** body bytes up to the end of the present run */
  _got: number;
  /** the line that has begun */
  _line: string;
  /** bytes in lines so far: all but those between chunks; how many the head took; their limit */
  _head: number;
  _spent: number;
  max_headers: number;
  /** a field line that may go on in the next line (obsolete folding) */
  _field?: string;
  /** the fields that decide on framing and reuse, by name, as they came; 0 when they have decided */
  _framing?: any;
  /** names to keep in `headers`, lower case; undefined keeps all */
  _keep?: string[];
  /** "HEAD" has no body */
  _method: string;
  /** framing is exact so far, and the server did not say close */
  _exact: boolean;
  /** the receiver takes nothing: the bytes that arrived since, and how many */
  _held?: any;
  _pending?: string[];
  _aside: number;
  _response: Head;
}

/** bytes of a body without length: more than there will ever be, and exact as a double */
const ENDLESS = 1e15;

/** A parser in front of a response, as a prototype: a field that is still like this takes no memory. */
export const unread = { _left: 0, _got: 0, _head: 0, _wait: Wait.StatusLine, _aside: 0, _line: '' };

/** Bytes of body so far. */
export function received(p: Parser): number {
  return p._got - (p._count ? Math.max(p._count(), 0) : p._left);
}

/** Where the response is: an error's phase. */
export function at(p: Parser): 'headers' | 'body' {
  return p._wait > Wait.Field ? 'body' : 'headers';
}

/** Keeps bytes for later: as they came, since to join them would take as much memory again. */
export function putAside(p: Parser, bytes: string): void {
  p._aside += bytes.length;
  if (bytes) (p._pending = p._pending || []).push(bytes);
}

function fault(p: Parser, what: string, text: string, code?: string): void {
  throw error(HTTPResponseError, code || 'EPROTO', at(p), what + ' ' + JSON.stringify(text.substr(0, 40)));
}

// the fields that say where the message ends, and whether the connection lasts longer
const FRAMING = /^(content-length|transfer-encoding|connection)$/;

/** Adds a field to those of its name. */
function join(fields: any, name: string, value: string): void {
  fields[name] = fields.hasOwnProperty(name) ? fields[name] + ', ' + value : value;
}

function field(p: Parser, line: string): void {
  const i = line.indexOf(':');
  const headers = p._response.headers;
  const name = line.substr(0, i).toLowerCase();
  const value = line.substr(i + 1).trim();
  if (i < 1 || NOT_TOKEN.test(name)) fault(p, 'bad header', line);
  if (FRAMING.test(name)) join(p._framing, name, value);
  // assigning to __proto__ would replace the prototype
  if (name === '__proto__' || (p._keep && p._keep.indexOf(name) < 0)) return;
  if (name !== 'set-cookie') join(headers, name, value);
  else (headers[name] = headers[name] || []).push(value);
}

/** Content-Length as a number, -1 where it is none; it may be repeated (RFC 9110 section 8.6). */
function contentLength(text: string): number {
  const all = text.split(',');
  const n = decimal(all[0].trim());
  for (let i = 1; i < all.length; i++) if (decimal(all[i].trim()) !== n) return -1;
  return n;
}

/** The order of steps is that of RFC 9112 section 6.3. */
function headEnd(p: Parser): void {
  const r = p._response;
  const f = p._framing;
  const coding = f['transfer-encoding'];
  const length = f['content-length'];
  const n = contentLength(length || '');
  const options = (f.connection || '').toLowerCase().replace(/[ \t]/g, '').split(',');
  let wait = Wait.Nothing;
  p._framing = 0;
  if (r.status < 200) {
    p._wait = Wait.StatusLine;
    return;
  }
  // HTTP/1.0 closes unless it says otherwise (RFC 9112 section 9.3)
  p._exact = options.indexOf('close') < 0 && (p._exact || (!coding && options.indexOf('keep-alive') >= 0));
  if (p._method === 'HEAD' || r.status === 204 || r.status === 304) {
    r.total = n;
  } else if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') fault(p, 'unknown Transfer-Encoding', coding);
    if (length !== undefined) p._exact = false;
    wait = Wait.ChunkSize;
  } else if (length !== undefined) {
    if (n < 0) fault(p, 'bad Content-Length', length);
    r.total = p._got = p._left = n;
    if (n) wait = Wait.FixedBody;
  } else {
    p._got = p._left = ENDLESS;
    p._exact = false;
    wait = Wait.BodyUntilClose;
  }
  p._wait = wait;
  p._spent = p._head;
  p._head = 0;
}

/** What to keep of a line that is not over: of a field that nobody wants its name, and the last byte, which may be CR. */
function begun(p: Parser, text: string): string {
  const i = text.indexOf(':');
  const n = text.length - 1;
  const name = text.substr(0, i).toLowerCase();
  if (p._keep && p._wait === Wait.Field && i > 0 && text > '!')
    if (p._keep.indexOf(name) < 0 && !FRAMING.test(name) && !CONTROL.test(text.substr(0, n)))
      text = name + ':' + text.charAt(n);
  return text;
}

/** A line without its end. The most frequent kind comes first. */
function line(p: Parser, text: string): void {
  const wait = p._wait;
  // the first test is the faster one, and nearly always enough
  if (/[^ -~]/.test(text) && CONTROL.test(text)) fault(p, 'control character in', text);
  if (wait === Wait.Field) {
    const last = p._field;
    if (last && text && text < '!') text = last.trim() + ' ' + text.trim();
    else if (last) field(p, last);
    p._field = text;
    if (!text) headEnd(p);
  } else if (wait === Wait.ChunkSize) {
    const digits = text.split(';')[0].trim();
    // 12 hex digits are exact as a double
    if (!digits || digits.length > 12 || /[^0-9a-fA-F]/.test(digits) || text.indexOf(digits))
      fault(p, 'bad chunk size', text);
    p._left = parseInt(digits, 16);
    p._got += p._left;
    p._head = p._left ? 0 : p._spent;
    p._wait = p._left ? Wait.ChunkData : Wait.Trailer;
  } else if (!text) {
    // a server may leave an empty line behind (RFC 9112 section 2.2)
    if (wait) p._wait = Wait.Nothing;
  } else if (!wait) {
    const r = p._response;
    if (!/^HTTP\/1\.[0-9] [1-9][0-9][0-9] $/.test((text + ' ').substr(0, 13))) fault(p, 'bad status line', text);
    r.headers = {};
    p._framing = {};
    r.status = parseInt(text.substr(9, 3), 10);
    r.reason = text.substr(13);
    p._exact = text.charAt(7) !== '0';
    p._wait = Wait.Field;
  }
}

/**
 * Takes `n` bytes that are not all in the middle of a body: lines, ends, and what comes in one piece with them.
 * @throws HTTPResponseError, and whatever `_onBody` throws
 */
export function parse(p: Parser, bytes: Bytes, n: number): void {
  let text: any;
  let i = 0;
  let k: number;
  // as the interpreter makes it of an array, a string would be three times as slow to cut
  if (!p._left && typeof bytes !== 'string') bytes = '' + toStr(bytes);
  while (i < n && !p._held) {
    k = n - i;
    if (p._left > 0) {
      if (k > p._left) k = p._left;
      p._left -= k;
      if (k < n) bytes = toStr(bytes);
      p._onBody(k < n ? (bytes as string).substr(i, k) : bytes, k);
      i += k;
      if (!p._left) p._wait = p._wait === Wait.ChunkData ? Wait.ChunkEnd : Wait.Nothing;
    } else {
      bytes = text = toStr(bytes);
      if (p._wait === Wait.Nothing) {
        p._exact = false;
        return;
      }
      if (p._wait === Wait.ChunkEnd) {
        // CRLF (a lone LF may be data beyond the size): the first byte that is not tells, its line may never end
        k = 2 - p._line.length;
        p._line += text.substr(i, k);
        i += k;
        p._head++;
        if (p._line === '\r\n') {
          p._line = '';
          p._head = 0;
          p._wait = Wait.ChunkSize;
        } else if (p._line !== '\r') fault(p, 'no CRLF after a chunk but', p._line);
      } else {
        k = text.indexOf('\n', i);
        text = text.substr(i, k < 0 ? n : k + 1 - i);
        i += text.length;
        p._head += text.length;
        if (p._head > p.max_headers)
          fault(p, 'more than max_headers = ' + p.max_headers + ' bytes of headers at', text, 'ELIMIT');
        text = p._line + text;
        p._line = k < 0 ? begun(p, text) : '';
        if (k >= 0) {
          k = text.length;
          line(p, text.substr(0, k - (text.charAt(k - 2) === '\r' ? 2 : 1)));
        }
      }
    }
  }
  if (i < n) putAside(p, toStr(bytes).substr(i));
}

/** The peer closed: the end of a body without length. False where it was too early. */
export function parseEnd(p: Parser): boolean {
  if (p._wait === Wait.BodyUntilClose) {
    p._got -= p._left;
    p._left = 0;
    p._wait = Wait.Nothing;
  }
  return p._wait === Wait.Nothing;
}
