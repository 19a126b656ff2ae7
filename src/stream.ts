// Where the bytes of a response go: to the callback in pieces, or into `content`.
import { toBuf, toStr, U8 } from './engine';
import { error, HTTPResponseError } from './errors';
import { putAside, received, Wait } from './http/parser';
import type { Exchange } from './model';
import type { Bytes } from './net/driver';
import type { Response } from './response';

/** A view of what arrived, as bytes: all of it, or `n` bytes of a string. */
export function view(piece: Bytes, n?: number, at?: number): any {
  const buffer = toBuf(piece);
  return buffer ? new U8(buffer, at, n) : piece;
}

/** Hands one piece to the caller, who may answer with a promise: then nothing more is taken until it settles. */
export function direct(this: Exchange, piece: Bytes, n?: number, at?: number): void {
  const bytes = view(piece, n, at);
  // the last piece stays as `content`; without a length any may be the last
  // (a copy of what is only lent)
  if (!this._left || this._wait === Wait.BodyUntilClose)
    this._response.content = typeof piece === 'string' ? bytes : new U8(bytes);
  // not as `this._callback(...)`: it would get the exchange as its `this`
  const callback: any = this._callback;
  piece = callback(bytes, this._response);
  if (piece) this._hold(piece);
}

/**
 * Pieces of `stream_chunk` bytes. What does not fill one is kept as a string: to join and cut strings is what the
 * interpreter does fastest. A whole piece that the driver delivers is passed on untouched.
 */
export function regroup(this: Exchange, piece: any, n: number): void {
  const chunk = this._chunk;
  let k = this._need;
  if (n === chunk && n === k) direct.call(this, piece);
  else {
    piece = toStr(piece);
    this._rest += piece.substr(0, k);
    this._need -= n;
    if (n >= k) {
      direct.call(this, this._rest);
      this._rest = '';
      // views, since copies would make this the moment that needs the most memory
      for (; !this._held && n - k >= chunk; k += chunk) direct.call(this, piece, chunk, k);
      piece = piece.substr(k);
      if (this._held) {
        putAside(this, piece);
        this._left += piece.length;
      } else this._rest = piece;
      this._need = chunk - this._rest.length;
    }
  }
}

// The two below make `onData` for where it matters: strings in the middle of a run, of which more than they take is
// still to come. In line, their state in variables of their own: of all forms tried the one that the interpreter runs
// fastest. Whatever is not that usual case goes back to `_leave`, in few words: text that is skipped costs too. Names
// are looked for in the function, then here in the order in which they were made, and only then among the hundred of
// the bundle.

/**
 * The next pieces of `stream_chunk` bytes, all but the last of the run. What a packet has beyond the piece that it
 * completes is not cut off but stays in it, from `at` on, and the next piece is completed behind it.
 */
export function fastPieces(x: Exchange): (bytes: any) => void {
  let rest = x._rest;
  let need = x._need;
  let at = 0;
  let n = 0;
  let answer: any;
  const chunk = x._chunk;
  const Uint8 = U8;
  const buffer: any = toBuf;
  const callback: any = x._callback;
  const response = x._response;
  let budget = Math.ceil((x._left - need) / chunk);
  const tail = x._left - need - chunk * budget;
  x._rest = '';
  x._count = function (stop) {
    // no number is below 1 then: the loop, if this comes from inside it, is over
    if (stop) need = NaN;
    return need + chunk * budget + tail;
  };
  return function (bytes) {
    try {
      rest += bytes.substr(0, need);
      need -= n = bytes.length;
      while (need < 1) {
        answer = callback(new Uint8(buffer(rest), at, chunk), response);
        rest = bytes;
        at = need + n;
        need += chunk;
        if (!--budget || (answer && answer.then)) return x._leave(rest.substr(at), answer);
      }
    } catch (e) {
      x._fail(e);
    }
  };
}

/** `stream_chunk: 0`: what arrives, but not the last of the run. */
export function fastDirect(
  left: number,
  callback: any,
  Uint8: typeof U8,
  buffer: any,
  response: Response,
  x: Exchange,
): (bytes: any) => void {
  x._count = function () {
    return left;
  };
  return function (bytes) {
    try {
      if ((left -= bytes.length) < 1 || (bytes = callback(new Uint8(buffer(bytes)), response))) x._leave(bytes);
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
  if (n > x.max_content)
    throw error(HTTPResponseError, 'ELIMIT', 'body', what + ' of more than max_content = ' + x.max_content + ' bytes');
}

/** The end of the body: what is left of it. */
export function flush(x: Exchange): void {
  const rest = x._rest;
  x._rest = '';
  if (rest && x._callback) direct.call(x, rest);
  else if (!x._response.content) x._response.content = view(rest);
}
