// What arrives passes through the parser to the caller, who may return a promise: then it waits.
import { toBuf, toStr, toU8, U8, view } from './engine';
import { error, HTTPResponseError } from './errors';
import { advance, lines, Wait } from './http/parser';
import { settle } from './settle';
import { fastDirect, fastPieces } from './stream';
import type { Exchange } from './model';

/** bytes of a head to ask for, and of a body that is not cut into pieces: the buffers of chips are multiples of it */
const HEAD_PIECE = 256;
const BODY_PIECE = 512;

export function want(this: Exchange): number {
  const left = this._left;
  const need = this._chunk - this._rest.length;
  if (this._held) return 0;
  // a head in small parts, since they are in memory together with the fields made from them
  if (!left && !this.sink) return HEAD_PIECE;
  if (!this._callback || !this._chunk) return BODY_PIECE;
  if (need < left) return need;
  // here `left` is only what comes behind the pieces of the sink
  if (this.sink) return BODY_PIECE;
  // one byte more if the connection is to be kept: a byte behind the end must not wait there for the next answer
  return this._origin && this._wait === Wait.FixedBody ? left + 1 : left;
}

/** Throws when more is held than `max_content`. */
function checkLimit(x: Exchange, n: number, what?: string): void {
  if (n > x.max_content)
    throw error(
      HTTPResponseError,
      'ELIMIT',
      'body',
      (what || 'body') + ': ' + n + ' bytes are more than max_content = ' + x.max_content,
    );
}

/** Kept small: this is the fast way of a whole piece, in little memory, and even code that is skipped costs time. */
export function onData(this: Exchange, bytes: any): void {
  const x = this;
  const n = bytes.length;
  try {
    if (
      n &&
      (n === x._chunk || !x._chunk) &&
      n <= x._left &&
      !x._rest &&
      !x._held &&
      x._wait !== Wait.BodyUntilClose &&
      typeof bytes !== 'string'
    ) {
      // in a variable: called as `x._callback(...)` it would get `x` as its `this`
      const callback: any = x._callback;
      x._left -= n;
      if (!x._left) advance(x, 0);
      const answer = callback(bytes, x._response);
      if (answer) hold(x, answer);
      if (!x._left) {
        // the last piece stays as `content`: a copy, since the array is only lent
        x._response.content = toU8(bytes);
        // nothing is left to be taken, but the end to be seen
        take(x, bytes, n, n, 0);
      }
    } else if (x.sink) {
      // a copy: an array is only lent, and the string that `toStr` makes of it may share its memory
      x.sink('' + toStr(bytes));
    } else take(x, bytes, n, 0, x._callback);
  } catch (e) {
    settle(x, e);
  }
}

/**
 * Takes the bytes from `i` to `n`. Everything that leads to a callback is in one function, since each call takes
 * memory, and its parameters serve as its variables.
 */
function take(x: Exchange, bytes: any, n: number, i: number, callback: any): void {
  let k: number;
  let room: number;
  let piece: any;
  let answer: any;
  while (i < n && !x._held && x._wait !== Wait.Nothing) {
    if (!x._left) {
      // joined to '', since cutting the string that `toStr` makes of an array takes three times as long
      if (typeof bytes !== 'string') bytes = '' + toStr(bytes);
      i = lines(x, bytes, i);
      if (!callback && x._wait === Wait.FixedBody) checkLimit(x, x._response.total);
      // bytes behind a head go back to a driver that can take them, and come again as whole pieces
      if (callback && x._left === x._got && x._socket!.unread) break;
    } else {
      room = x._chunk ? x._chunk - x._rest.length : n;
      // an integer: Math.min() gives a double, which takes a variable wherever it is kept
      k = Math.min(n - i, x._left, room) | 0;
      // no room left: the piece is whole
      room = advance(x, k) || !x._chunk ? 0 : room - k;
      if (!room && !x._rest) piece = view(bytes, i, k);
      else {
        // joining and cutting strings is what the interpreter does fastest
        piece = toStr(bytes);
        piece = x._rest += k < n ? piece.substr(i, k) : piece;
        if (!room) {
          piece = new U8(toBuf(piece)!);
          delete x._rest;
        } else if (!callback) checkLimit(x, piece.length);
      }
      i += k;
      if (!room) {
        answer = callback && callback(piece, x._response);
        // the last piece stays as `content`, copied if it is only lent; without a length any piece may be the last
        if (!x._left || x._wait === Wait.BodyUntilClose)
          x._response.content = typeof bytes === 'string' || piece.length > k ? piece : toU8(piece);
        if (answer) hold(x, answer);
      }
      piece = 0;
    }
  }
  if (i < n) setAside(x, bytes, n, i);
  if (x._wait === Wait.Nothing) finish(x);
  // a short run is not worth the change
  if (x._left > 2 * x._chunk + 1024) goFast(x, callback);
}

/** The rest of a packet, behind the answer or while the caller is busy. */
function setAside(x: Exchange, bytes: any, n: number, i: number): void {
  if (x._wait === Wait.Nothing) x._exact = 0;
  else if (!x._over)
    if (x._socket!.unread) x._socket!.unread(n - i);
    else {
      // in a list: joining them would take as much memory again
      (x._pending = x._pending || []).push(toStr(bytes).substr(i));
      x._aside += n - i;
      checkLimit(x, x._aside, 'unread rest, as the driver cannot pause');
    }
}

/** Leaves the rest of a long run to a fast sink, unless the callback has returned a promise and so may do it again. */
function goFast(x: Exchange, callback: any): void {
  if (!(
    x._plain ||
    x._held ||
    x._socket!.unread ||
    // small pieces are for those who lack memory: here they would take half the time, but some 50 variables more, since
    // a fast sink holds a whole packet
    (x._chunk && x._chunk < 256) ||
    // without a length any piece may be the last, which stays as `content`; and a sink counts pieces in 32 bits
    x._left > 5e11
  )) {
    x.sink = x._chunk ? fastPieces(x) : fastDirect(x._left, callback, U8, toBuf, x._response, x);
    x._socket!.resume();
  }
}

/** The end of a fast sink, with bytes that are still to be looked at, or with a promise. */
export function leave(this: Exchange, bytes: any, promise?: any): void {
  const x = this;
  // the callback may have ended the call; its promise is listened to all the same
  const left = x._count ? x._count() : 1;
  // `fastDirect` passes one argument only: the last bytes of the run, or what the callback returned
  if (!x._chunk && left > 0) {
    if (!bytes.then) return;
    promise = bytes;
    bytes = '';
  }
  x._left += left + bytes.length;
  x.sink = x._count = undefined;
  if (promise) hold(x, promise);
  x.onData(bytes);
  if (!x._over) x._socket!.resume();
}

/** The body is complete: delivers what is left of it, then the answer. */
export function finish(x: Exchange): void {
  const rest = x._rest;
  const r = x._response;
  const callback: any = x._callback;
  let answer: any;
  delete x._rest;
  if (rest) {
    r.content = new U8(toBuf(rest)!);
    if (callback) answer = callback(r.content, r);
  }
  if (answer) hold(x, answer);
  if (!x._held) settle(x, 0, true);
}

function hold(x: Exchange, promise: any): void {
  let mine: any;
  let later: any;
  if (typeof promise.then === 'function') {
    // to tell this promise from later ones: a thenable may call back more than once
    mine = x._plain = {};
    // the callback may have ended the call; that its promise fails is noticed all the same, or it would end the program
    if (!x._over) x._held = mine;
    promise.then(
      function () {
        if (x._held === mine)
          if (later) release(x);
          else x._held = 0;
      },
      function (e: any) {
        if (x._held === mine) settle(x, e);
      },
    );
    // a promise that settled before this point counts as if it had never been returned
    later = 1;
    // it refers to this scope, and a circle is freed only by garbage collection
    promise = 0;
  }
}

function release(x: Exchange): void {
  const pending = x._pending || [];
  let bytes: string;
  x._held = x._pending = 0;
  // at least once, to see the end
  do {
    bytes = pending.shift() || '';
    x._aside -= bytes.length;
    x.onData(bytes);
  } while (pending.length && !x._held);
  if (pending.length) x._pending = (x._pending || ([] as string[])).concat(pending);
  if (!x._held)
    if (x._closed !== undefined) x.onClose(x._closed);
    else x._socket!.resume();
}
