// A response as it comes in (RFC 9112): bytes in, calls out. No socket and no clock in here.
// A run of body bytes is only counted; lines are found with the built-in search and looked at one by one, so
// nothing but an unfinished line is ever held, and that is bounded by `max_headers`.
import { toStr } from '../engine';
import { error, HTTPResponseError, IOError } from '../errors';
import type { Phase } from '../errors';
import { CONTROL, NOT_DIGIT, NOT_TOKEN } from '../url';
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

/** State of one response. Fields begin with `_` so that minifying may rename them; the hot ones come first. */
export interface Parser {
  /** bytes of the present run (body or chunk) still to come; 0 where lines are expected or nothing may be read */
  _left: number;
  /** Takes the next `n` body bytes. May set `_held` to say: not now. */
  _onBody(bytes: Bytes, n: number): void;
  _wait: Wait;
  /** body bytes up to the end of the present run: `_got - _left` have come */
  _got: number;
  /** the line that has begun */
  _line: string;
  /** bytes in lines so far, and how many there may be */
  _head: number;
  _headMax: number;
  /** the limit on lines, `max_headers` */
  _max: number;
  /** a field line that may go on in the next line (obsolete folding) */
  _field: string | undefined;
  /** the fields that decide on framing and reuse, as they came */
  _length?: string;
  _coding?: string;
  _option?: string;
  /** names to keep in `headers`, lower case; undefined keeps all */
  _keep?: string[];
  /** "HEAD" has no body */
  _method: string;
  /** framing is exact so far, and the server did not say close */
  _exact: boolean;
  /** bytes that arrived while the receiver took none */
  _held: boolean;
  _pending: string;
  _response: Head;
  /** the head is complete and the framing known */
  _onHead(): void;
  /** the response is complete */
  _onEnd(): void;
}

/** bytes of a body without length: more than there will ever be, and exact as a double */
const ENDLESS = 1e15;

function broken(p: Parser, code: string, message: string): Error {
  const phase: Phase = p._wait > Wait.Field ? 'body' : 'headers';
  return error(HTTPResponseError, code, phase, message);
}

function clear(p: Parser): void {
  p._response.headers = {};
  p._length = p._coding = p._option = p._field = undefined;
}

/** Puts a parser in front of a response to `method`. The calls (`_on...`) and `_response` are the caller's. */
export function startParser(p: Parser, method: string, max: number, keep?: string[]): void {
  p._left = p._got = p._head = 0;
  p._wait = Wait.StatusLine;
  p._line = p._pending = '';
  p._max = p._headMax = max;
  p._keep = keep;
  p._method = method;
  p._exact = true;
  p._held = false;
  clear(p);
}

function statusLine(p: Parser, line: string): void {
  const r = p._response;
  const code = line.substr(9, 3);
  if (!/^HTTP\/1\.[0-9] [1-9][0-9][0-9]$/.test(line.substr(0, 12)) || (line.length > 12 && line.charAt(12) !== ' '))
    throw broken(p, 'EPROTO', 'bad status line ' + JSON.stringify(line.substr(0, 40)));
  r.status = parseInt(code, 10);
  r.reason = line.substr(13);
  // HTTP/1.0 closes unless it says otherwise (RFC 9112 section 9.3)
  p._exact = line.charAt(7) !== '0';
  p._wait = Wait.Field;
}

function join(before: string | undefined, value: string, by: string): string {
  return before === undefined ? value : before + by + value;
}

function field(p: Parser, line: string): void {
  const i = line.indexOf(':');
  const headers = p._response.headers;
  let name = line.substr(0, i);
  if (i < 1 || NOT_TOKEN.test(name)) throw broken(p, 'EPROTO', 'bad header ' + JSON.stringify(line.substr(0, 40)));
  name = name.toLowerCase();
  const value = line.substr(i + 1).trim();
  if (name === 'content-length') p._length = join(p._length, value, ',');
  if (name === 'transfer-encoding') p._coding = join(p._coding, value, ',');
  if (name === 'connection') p._option = join(p._option, value, ',');
  if (name === '__proto__' || (p._keep && p._keep.indexOf(name) < 0)) return;
  const before = headers.hasOwnProperty(name) ? headers[name] : undefined;
  if (name !== 'set-cookie') headers[name] = join(before, value, ', ');
  else if (before) before.push(value);
  else headers[name] = [value];
}

/** The number in Content-Length, which may be repeated; -1 when it is none (RFC 9110 section 8.6). */
function contentLength(text: string | undefined): number {
  const parts = (text || '').split(',');
  let n = -1;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i].trim();
    // 15 digits are exact in a double
    if (!part || part.length > 15 || NOT_DIGIT.test(part) || (i && parseInt(part, 10) !== n)) return -1;
    n = parseInt(part, 10);
  }
  return n;
}

function hasOption(p: Parser, option: string): boolean {
  const options = (p._option || '').toLowerCase().split(',');
  for (let i = 0; i < options.length; i++) if (options[i].trim() === option) return true;
  return false;
}

/** The order of steps is that of RFC 9112 section 6.3. */
function headEnd(p: Parser): void {
  const r = p._response;
  const status = r.status;
  if (status < 200) {
    clear(p);
    p._wait = Wait.StatusLine;
    return;
  }
  const length = contentLength(p._length);
  p._headMax = p._head + p._max;
  p._exact = p._exact ? !hasOption(p, 'close') : hasOption(p, 'keep-alive') && !p._coding;
  if (p._method === 'HEAD' || status === 204 || status === 304) {
    r.total = length;
    p._wait = Wait.Nothing;
  } else if (p._coding !== undefined) {
    if (p._coding.toLowerCase() !== 'chunked') throw broken(p, 'EPROTO', 'unknown transfer coding "' + p._coding + '"');
    if (p._length !== undefined) p._exact = false;
    p._wait = Wait.ChunkSize;
  } else if (p._length !== undefined) {
    if (length < 0) throw broken(p, 'EPROTO', 'bad Content-Length "' + p._length.substr(0, 40) + '"');
    r.total = p._got = p._left = length;
    p._wait = length ? Wait.FixedBody : Wait.Nothing;
  } else {
    p._got = p._left = ENDLESS;
    p._exact = false;
    p._wait = Wait.BodyUntilClose;
  }
  p._onHead();
  if (p._wait === Wait.Nothing) p._onEnd();
}

function chunkSize(p: Parser, line: string): void {
  const i = line.indexOf(';');
  const size = (i < 0 ? line : line.substr(0, i)).trim();
  // 12 hex digits are exact in a double
  if (!size || size.length > 12 || /[^0-9a-fA-F]/.test(size))
    throw broken(p, 'EPROTO', 'bad chunk size ' + JSON.stringify(line.substr(0, 20)));
  p._left = parseInt(size, 16);
  p._got += p._left;
  p._headMax = p._head + p._max;
  p._wait = p._left ? Wait.ChunkData : Wait.Trailer;
}

function line(p: Parser, text: string): void {
  if (CONTROL.test(text)) throw broken(p, 'EPROTO', 'control character in ' + JSON.stringify(text.substr(0, 40)));
  if (p._wait === Wait.StatusLine) {
    // a server may leave an empty line behind (RFC 9112 section 2.2)
    if (text) statusLine(p, text);
  } else if (p._wait === Wait.Field) {
    const first = text.charAt(0);
    if (p._field !== undefined && (first === ' ' || first === '\t')) {
      p._field += ' ' + text.trim();
    } else {
      if (p._field !== undefined) field(p, p._field);
      p._field = text;
      if (!text) headEnd(p);
    }
  } else if (p._wait === Wait.ChunkSize) {
    chunkSize(p, text);
  } else if (p._wait === Wait.ChunkEnd) {
    if (text) throw broken(p, 'EPROTO', 'no line end after a chunk but ' + JSON.stringify(text.substr(0, 20)));
    p._wait = Wait.ChunkSize;
  } else if (!text) {
    p._wait = Wait.Nothing;
    p._onEnd();
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
  let part: string;
  while (i < n) {
    if (p._held) {
      p._pending += toStr(bytes).substr(i);
      return;
    }
    if (p._wait === Wait.Nothing) {
      p._exact = false;
      return;
    }
    k = n - i;
    if (p._left > 0) {
      if (k > p._left) k = p._left;
      p._left -= k;
      p._onBody(k === n ? bytes : (text = text || toStr(bytes)).substr(i, k), k);
      i += k;
      if (!p._left && !p._held) runEnd(p);
    } else {
      text = text || toStr(bytes);
      k = text.indexOf('\n', i);
      part = k < 0 ? text.substr(i) : text.substr(i, k - i);
      if (p._head + p._line.length + part.length + (k < 0 ? 0 : 1) > p._headMax)
        throw broken(p, 'ELIMIT', 'more than max_headers = ' + p._max + ' bytes of status line and headers');
      part = p._line + part;
      if (k < 0) {
        p._line = part;
        return;
      }
      i = k + 1;
      p._head += part.length + 1;
      p._line = '';
      k = part.length - 1;
      line(p, part.charAt(k) === '\r' ? part.substr(0, k) : part);
    }
  }
}

/** A run of body bytes is over, and all of it was taken. */
export function runEnd(p: Parser): void {
  if (p._wait === Wait.ChunkData) p._wait = Wait.ChunkEnd;
  else if (p._wait === Wait.FixedBody) {
    p._wait = Wait.Nothing;
    p._onEnd();
  }
}

/**
 * The peer closed: the end of a body without length.
 * @throws IOError where it was too early
 */
export function parseEnd(p: Parser): void {
  if (p._wait === Wait.BodyUntilClose) {
    p._got -= p._left;
    p._left = 0;
    p._wait = Wait.Nothing;
    p._onEnd();
  } else if (p._wait !== Wait.Nothing)
    throw error(
      IOError,
      'ETRUNCATED',
      p._wait > Wait.Field ? 'body' : 'headers',
      p._wait > Wait.Field
        ? 'closed after ' + (p._got - p._left) + ' of ' + (p._response.total < 0 ? 'unknown' : p._response.total) + ' bytes'
        : 'closed before the response was complete',
    );
}
