// Where the bytes of a response go: to the callback in pieces, or into `content`.
import { toBuf, toStr, U8 } from './engine';
import { error, HTTPResponseError } from './errors';
import { Wait } from './http/parser';
import type { Exchange } from './exchange';
import type { Bytes } from './net/driver';

/** A view of what arrived, as bytes. */
function view(piece: Bytes): any {
  const buffer = toBuf(piece);
  return buffer ? new U8(buffer) : piece;
}

/** Hands one piece to the caller, who may answer with a promise: then nothing more is taken until it settles. */
export function direct(this: Exchange, piece: Bytes): void {
  const bytes = view(piece);
  // the last piece stays as `content`; without a length any may be the last
  if (!this._left || this._wait === Wait.BodyUntilClose) this._response.content = bytes;
  this._hold(this._callback!(bytes, this._response));
}

function keepRest(x: Exchange, rest: string): void {
  x._rest = '';
  if (x._held) {
    x._pending = rest;
    x._saved += rest.length;
  } else x._rest = rest;
  x._fill = x._rest.length;
}

/**
 * Pieces of `stream_chunk` bytes. What does not fill one is kept as a string: to join and cut strings is what the
 * interpreter does fastest. A whole piece that the driver delivers is passed on untouched.
 */
export function regroup(this: Exchange, piece: any, n: number): void {
  const chunk = this._chunk;
  let k = chunk - this._fill;
  if (n === chunk && n === k) {
    direct.call(this, piece);
    return;
  }
  piece = toStr(piece);
  this._rest += piece.substr(0, k);
  if (n < k) this._fill += n;
  else {
    direct.call(this, this._rest);
    for (; !this._held && n - k >= chunk; k += chunk) direct.call(this, piece.substr(k, chunk));
    keepRest(this, piece.substr(k));
  }
}

/** The usual case of `regroup`, in line: a string in the middle of a body that fills just one piece. */
export function regroupFast(this: Exchange, piece: any, n: number): void {
  const k = this._chunk - this._fill;
  if (n < k || n - k >= this._chunk || typeof piece !== 'string') this._onBody(piece, n);
  else {
    this._rest += piece.substr(0, k);
    const t = this._callback!(new U8(toBuf(this._rest)!), this._response);
    this._rest = piece = piece.substr(k);
    this._fill = n - k;
    if (t) {
      this._hold(t);
      keepRest(this, piece);
    }
  }
}

/** No `stream_callback`: the body is kept as a whole, up to `max_content` bytes. */
export function gather(this: Exchange, piece: Bytes, n: number): void {
  this._fill += n;
  checkLimit(this, this._fill, 'body');
  this._rest += toStr(piece);
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
