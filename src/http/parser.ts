// Parses a response as it arrives (RFC 9112): bytes in, fields and runs of body out. There is no socket and no clock in
// here. Body bytes are only counted; lines are found with the built-in search and taken one by one, so nothing but an
// unfinished line is ever held, and that is bounded by `max_headers`.
import { trim } from '../engine';
import { error, HTTPResponseError } from '../errors';
import { CONTROL, decimal, NOT_DIGIT, NOT_TOKEN } from '../url';

/** What the parser waits for: below 0 before the body, 0 when all is over. */
export const enum Wait {
  StatusLine = -2,
  Field,
  Nothing,
  FixedBody,
  BodyUntilClose,
  ChunkSize,
  /** that of a chunk; after the last one, which has none, the trailer up to an empty line */
  ChunkData,
  ChunkEnd,
}

/**
 * What a fast sink is asked for, besides the number of bytes still to arrive: those still to be delivered; to stop, by the
 * number of bytes that it waits for from then on.
 */
export const enum Count {
  Due = 1,
  Stop = 1e9,
}

/** What the parser fills in: the public part of a Response. */
export interface Head {
  status: number;
  reason: string;
  headers: any;
  total: number;
}

/**
 * State of one response. Fields begin with `_` so that minifying may rename them. Some are deleted, which gives them back
 * the value that they have in the prototype; these are `any`, since the compiler would expect undefined.
 */
export interface Parser {
  /** bytes still to come of this run (body or chunk); 0 while lines are expected or nothing may be read */
  _left: number;
  /** while a fast sink takes bytes: tells how many come before those in `_left` */
  _count?(what?: Count): number;
  _wait: Wait;
  /** bytes of body up to the end of this run */
  _got: number;
  /** the line that has begun */
  _line?: any;
  /** bytes in lines so far, without those between chunks; how many the head took; the limit */
  _head?: any;
  _spent: number;
  max_headers: number;
  /** a field line that may be continued in the next line (obsolete folding) */
  _field?: string;
  /** the fields that decide framing and reuse, by their places in FRAMING; deleted once they have */
  _framing?: any;
  /** names to keep in `headers`, lower case; undefined keeps all */
  _keep?: string[];
  /** the answer to HEAD has no body */
  _isHead?: number;
  /** framing is exact so far, and the server did not say close */
  _exact?: number;
  _response: Head;
}

/** the length of a body without one: more than there will ever be, and exact as a double */
const ENDLESS = 1e15;

/** A parser before its response, as a prototype: a field that is still like this takes no memory. */
export const unread = { _left: 0, _got: 0, _head: 0, _wait: Wait.StatusLine, _line: '' };

/** Bytes of body that have arrived. */
export function arrived(p: Parser, what?: Count): number {
  return p._got - p._left - (p._count ? p._count(what) : 0);
}

/** How far the response is, as the phase of an error. */
export function at(p: Parser): 'headers' | 'body' {
  return p._wait < Wait.Nothing ? 'headers' : 'body';
}

function fault(p: Parser, what: string, text: string, code?: string): never {
  throw error(HTTPResponseError, code || 'EPROTO', at(p), what + ' ' + JSON.stringify(text.substr(0, 40)));
}

// the fields that say where the message ends, and whether the connection stays open
const FRAMING = ['content-length', 'transfer-encoding', 'connection'];
const enum Framing {
  Length,
  Coding,
  Options,
}

/** Adds a field to those of its name. */
function join(fields: any, name: string | Framing, value: string): void {
  fields[name] = fields.hasOwnProperty(name) ? fields[name] + ', ' + value : value;
}

function field(p: Parser, line: string): void {
  const i = line.indexOf(':');
  const headers = p._response.headers;
  const name = line.substr(0, i).toLowerCase();
  const value = trim(line.substr(i + 1));
  const framing: Framing = FRAMING.indexOf(name);
  if (i < 1 || NOT_TOKEN.test(name)) fault(p, 'bad header', line);
  if (framing >= 0) join(p._framing, framing, value);
  // assigning to __proto__ would replace the prototype, and the interpreter throws at an index of 32 digits
  if (name === '__proto__' || (i > 31 && !NOT_DIGIT.test(name)) || (p._keep && p._keep.indexOf(name) < 0)) return;
  if (name !== 'set-cookie') join(headers, name, value);
  else (headers[name] = headers[name] || []).push(value);
}

/** Content-Length as a number, -1 if it is not one; it may be repeated (RFC 9110 section 8.6). */
function contentLength(text: string): number {
  // a longer list might take more memory than there is
  return (text.length > 99 ? '-' : text)
    .split(',')
    .map(function (one) {
      return decimal(trim(one));
    })
    .reduce(function (all, n) {
      return n === all ? n : -1;
    });
}

/** The order of steps is that of RFC 9112 section 6.3. */
function headEnd(p: Parser): void {
  const r = p._response;
  const f = p._framing;
  const coding = f[Framing.Coding];
  const length = f[Framing.Length];
  // the coding wins
  const n = contentLength((coding == null && length) || '');
  const options = ',' + f[Framing.Options] + ',';
  const head = p._head;
  let wait = Wait.Nothing;
  delete p._framing;
  if (r.status < 200) wait = Wait.StatusLine;
  else {
    delete p._head;
    // HTTP/1.0 closes unless it says otherwise (RFC 9112 section 9.3); a number, since a boolean takes a variable
    p._exact =
      !/[, \t]close[, \t]/i.test(options) && (p._exact || (!coding && /[, \t]keep-alive[, \t]/i.test(options))) ? 1 : 0;
    // both: maybe somebody wants to slip in an answer, so it is the last one here, even of those without a body
    if (coding != null && length != null) p._exact = 0;
    if (p._isHead || /[23]04/.test(r.status as any)) r.total = n;
    else if (coding != null) {
      if (!/^chunked$/i.test(coding)) fault(p, 'unknown Transfer-Encoding', coding);
      p._spent = head;
      wait = Wait.ChunkSize;
    } else if (length != null) {
      if (n < 0) fault(p, 'bad Content-Length', length);
      r.total = p._got = p._left = n;
      if (n) wait = Wait.FixedBody;
    } else {
      p._got = p._left = ENDLESS;
      wait = Wait.BodyUntilClose;
    }
  }
  p._wait = wait;
}

/** What to keep of an unfinished line: of an unwanted field only its name and the last byte, which may be CR. */
function begun(p: Parser, text: string): string {
  const i = text.indexOf(':');
  const n = text.length - 1;
  const name = text.substr(0, i).toLowerCase();
  // a line that begins with a space or TAB may continue a field that is wanted
  if (p._keep && p._wait === Wait.Field && i > 0 && text > '!')
    if (p._keep.indexOf(name) < 0 && FRAMING.indexOf(name) < 0 && !CONTROL.test(text.substr(0, n)))
      text = name + ':' + text[n];
  return text;
}

/** A line without its end. The most frequent kind comes first. */
function line(p: Parser, text: string): void {
  const wait = p._wait;
  // the first test is faster, and nearly always enough
  if (/[^ -~]/.test(text) && CONTROL.test(text)) fault(p, 'control character in', text);
  if (wait === Wait.Field) {
    const last = p._field;
    // folded: it begins with a space or TAB, since whatever else is below '!' was refused above
    if (last && text && text < '!') text = trim(last) + ' ' + trim(text);
    else if (last) field(p, last);
    p._field = text;
    if (!text) {
      delete p._field;
      headEnd(p);
    }
  } else if (wait === Wait.ChunkSize) {
    // not split(), which takes more memory than there is if all of a long line are semicolons
    const i = text.indexOf(';');
    const digits = trim(i < 0 ? text : text.substr(0, i));
    // 12 hex digits are exact as a double
    if (!digits || digits.length > 12 || /[^\da-f]/i.test(digits) || text.indexOf(digits))
      fault(p, 'bad chunk size', text);
    p._got += p._left = parseInt(digits, 16);
    p._head = p._spent;
    p._wait = Wait.ChunkData;
  } else if (wait === Wait.ChunkEnd) {
    p._head = 0;
    p._wait = Wait.ChunkSize;
  } else if (!text) {
    // the end of the trailer; before a status line a server may leave one behind (RFC 9112 section 2.2)
    if (wait > Wait.Nothing) p._wait = Wait.Nothing;
  } else if (wait < Wait.Nothing) {
    const r = p._response;
    if (!/^HTTP\/1\.\d [1-9]\d\d /.test(text + ' ')) fault(p, 'bad status line', text);
    r.headers = {};
    p._framing = {};
    r.status = parseInt(text.substr(9, 3), 10);
    r.reason = text.substr(13);
    // until its fields are read, the minor version: HTTP/1.0 closes by default
    p._exact = +text[7];
    p._wait = Wait.Field;
  }
}

/**
 * Takes lines out of `text` from `i` on, until a run of body bytes begins or nothing more may come.
 * @returns where it stopped
 * @throws HTTPResponseError
 */
export function lines(p: Parser, text: string, i: number): number {
  const n = text.length;
  let k: number;
  let all: string;
  while (i < n && !p._left && p._wait !== Wait.Nothing) {
    k = text.indexOf('\n', i);
    all = text.substr(i, k < 0 ? n : k + 1 - i);
    i += all.length;
    p._head += all.length;
    if (p._head > p.max_headers)
      fault(p, 'more than max_headers = ' + p.max_headers + ' bytes of headers at', all, 'ELIMIT');
    all = p._line + all;
    delete p._line;
    if (p._wait === Wait.ChunkEnd && all !== '\r\n') {
      // a lone LF may be data beyond the size; what is neither CR nor LF tells at once, its line may never end
      if (all !== '\r') fault(p, 'no CRLF after a chunk but', all);
      p._line = all;
    } else if (k < 0) p._line = begun(p, all);
    else {
      k = all.length;
      line(p, all.substr(0, k - (all.charAt(k - 2) === '\r' ? 2 : 1)));
    }
  }
  return i;
}

/** `n` bytes of the present run were taken; true: they are the last of the body. */
export function advance(p: Parser, n: number): boolean {
  p._left -= n;
  if (!p._left) p._wait = p._wait === Wait.ChunkData ? Wait.ChunkEnd : Wait.Nothing;
  return p._wait === Wait.Nothing;
}

/** The peer closed: the end of a body without length. False where it was too early. */
export function parseEnd(p: Parser): boolean {
  if (p._wait === Wait.BodyUntilClose) {
    p._got -= p._left;
    advance(p, p._left);
  }
  return p._wait === Wait.Nothing;
}
