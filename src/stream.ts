// Where the bytes of a response go: to the callback in pieces, or into `content`.
import { toBuf, toStr, U8 } from './engine';
import { error, HTTPResponseError } from './errors';
import { received, Wait } from './http/parser';
import type { Exchange } from './model';
import type { Bytes } from './net/driver';
import type { Response } from './response';

/** A view of what arrived, as bytes: all of it, or `n` bytes of a string. */
function view(piece: Bytes, n?: number, at?: number): any {
  const buffer = toBuf(piece);
  return buffer ? new U8(buffer, at, n) : piece;
}

/** Hands one piece to the caller, who may answer with a promise: then nothing more is taken until it settles. */
export function direct(this: Exchange, piece: Bytes, n?: number, at?: number): void {
  const bytes = view(piece, n, at);
  // the last piece stays as `content`; without a length any may be the last
  if (!this._left || this._wait === Wait.BodyUntilClose) this._response.content = bytes;
  this._hold(this._callback!(bytes, this._response));
}

/** Hands on the whole pieces there are, and keeps the rest. */
export function regroupRest(x: Exchange, rest: string): void {
  const chunk = x._chunk;
  const n = rest.length;
  let k = 0;
  // views, since copies would make this the moment that needs the most memory
  for (; !x._held && n - k >= chunk; k += chunk) direct.call(x, rest, chunk, k);
  if (k) rest = rest.substr(k);
  if (x._held) {
    x._pending = rest;
    x._saved += n - k;
    rest = '';
  }
  x._rest = rest;
  x._need = chunk - rest.length;
}

/**
 * Pieces of `stream_chunk` bytes. What does not fill one is kept as a string: to join and cut strings is what the
 * interpreter does fastest. A whole piece that the driver delivers is passed on untouched.
 */
export function regroup(this: Exchange, piece: any, n: number): void {
  const k = this._need;
  if (n === this._chunk && n === k) direct.call(this, piece);
  else {
    piece = toStr(piece);
    this._rest += piece.substr(0, k);
    this._need -= n;
    if (n >= k) {
      direct.call(this, this._rest);
      this._rest = '';
      regroupRest(this, piece.substr(k));
    }
  }
}

// The two below make `onData` for where it matters: strings in the middle of a body. In line, their state in
// variables of their own: of all forms tried the one that the interpreter runs fastest. What is not that usual case
// is left to others, in few words: text that is skipped costs too. Names are looked for in the function, then in its
// parameters here, and only then among the hundred of the bundle: so all that is needed is a parameter.

/** A string that completes one piece of `stream_chunk` bytes. */
export function fastPieces(
  need: number,
  rest: string,
  chunk: number,
  x: Exchange,
  callback: any,
  response: Response,
  Uint8: any,
  buffer: any,
): (bytes: any) => void {
  x._rest = '';
  return function (bytes) {
    let n = bytes.length;
    const r = n - need;
    try {
      if ((x._left -= n) > 0 && r >= 0) {
        rest += bytes.substr(0, need);
        n = callback(new Uint8(buffer(rest)), response);
        rest = bytes.substr(need);
        need = chunk - r;
        // a piece and more may be left
        if (n || need < 1) {
          need = x._hold(n, rest);
          rest = x._rest;
          x._rest = '';
        }
      } else {
        // a string that two hold is copied when more is added to it
        x._rest = rest;
        rest = '';
        need = x._slow(bytes, need);
        rest = x._rest;
        x._rest = '';
      }
    } catch (e) {
      x._fail(e);
    }
  };
}

/** `stream_chunk: 0`. */
export function fastDirect(
  x: Exchange,
  callback: any,
  response: Response,
  Uint8: any,
  buffer: any,
): (bytes: any) => void {
  return function (bytes) {
    try {
      if ((x._left -= bytes.length) > 0) {
        bytes = callback(new Uint8(buffer(bytes)), response);
        if (bytes) x._hold(bytes);
      } else x._slow(bytes);
    } catch (e) {
      x._fail(e);
    }
  };
}

/** No `stream_callback`: the body is kept as a whole, up to `max_content` bytes. */
export function gather(this: Exchange, piece: Bytes): void {
  this._rest += toStr(piece);
  checkLimit(this, received(this), 'body');
}

/** Throws when more is held than `max_content`. */
export function checkLimit(x: Exchange, n: number, what: string): void {
  if (n > x._maxContent)
    throw error(HTTPResponseError, 'ELIMIT', 'body', what + ' of more than max_content = ' + x._maxContent + ' bytes');
}

/** The end of the body: what is left of it. */
export function flush(x: Exchange): void {
  const rest = x._rest;
  x._rest = '';
  if (rest && x._callback) direct.call(x, rest);
  else if (!x._response.content) x._response.content = view(rest);
}
