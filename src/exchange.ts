// One request on one socket: the only place where socket, clock and parser meet.
// RAM: one object of some 30 fields, one timer, one promise; while a body streams, one piece and what arrived.
import { keep, take } from './connection';
import { isText, toBuf, U8 } from './engine';
import { error, HTTPConnectionError, IOError } from './errors';
import { at, parse, parseEnd, putAside, received, Wait } from './http/parser';
import { ask, closeSource } from './source';
import { checkLimit, direct, fastDirect, fastPieces, flush, gather, regroup, view } from './stream';
import type { Connection } from './connection';
import type { Phase } from './errors';
import type { Exchange, StreamCallback } from './model';
import type { Bytes, ConnectPhase, Endpoint, NetDriver, NetError } from './net/driver';

/** How far the connection is; 'open' once bytes can flow. */
function stage(x: Exchange): ConnectPhase {
  return x._socket ? x._socket.phase : 'connect';
}

function failed(x: Exchange, code: string, message: string, phase?: Phase | 'open'): Error {
  const s = stage(x);
  const up = s === 'open';
  if (!phase || phase === 'open') phase = s !== 'open' ? s : x._unsent || x._out ? 'send' : at(x);
  return error(
    up ? IOError : HTTPConnectionError,
    code || 'EIO',
    phase,
    message,
    // nothing was sent yet, or sending it twice does no harm (RFC 9110 section 9.2.2); a bad certificate stays bad
    up ? /^(GET|HEAD|PUT|DELETE|OPTIONS)$/.test(x._method) : s !== 'tls' || !/_|^ETLS/.test(code),
  );
}

function progress(x: Exchange): string {
  const total = x._response.total;
  return x._wait > Wait.Field ? ' after ' + received(x) + (total < 0 ? '' : ' of ' + total) + ' bytes of body' : '';
}

function nothing(): void {}

/** The one way out: frees everything, then answers. */
function settle(x: Exchange, err: any, complete?: boolean): void {
  const socket = x._socket;
  const r = x._response;
  if (x._over) return;
  // held: what is left of this packet is for nobody
  x._over = x._held = true;
  r._progress = received(x);
  if (x._timer) clearTimeout(x._timer);
  closeSource(x._source);
  // what holds `x`, or a scope that does: a circle is freed only by a collection
  x._count = x._socket = undefined;
  x.onData = nothing;
  if (socket) {
    if (complete && x._wantKeep && x._exact && !x._unsent && !x._out && x._closed === undefined)
      r._connection = keep(socket, x._origin, x._unverified);
    else socket.close();
  }
  // a promise that is rejected before anyone listens is an error of its own in the interpreter: not in this turn
  if (complete) x._resolve(r);
  else setTimeout(x._reject, 0, err);
}

/** Bytes in either direction, as a number that changes when any have moved; chunk lines begin again at 0. */
function moved(x: Exchange): number {
  return received(x) + x._head - x._unsent - x._out.length;
}

/**
 * Both limits are counted down in steps of the timer, not read off a clock: on a board the clock jumps when it is
 * set, and that must not end a request. An eighth of the idle time is how late it may be noticed.
 */
function tick(x: Exchange, step: number): void {
  const seen = moved(x);
  let late = '';
  x._timeLeft -= step;
  x._idleLeft = seen !== x._seen || x._held ? x._idle : x._idleLeft - step;
  x._seen = seen;
  if (x._idleLeft <= 0) late = 'idle_timeout: not a byte in ' + x._idle + ' ms';
  if (x._timeLeft <= 0) late = 'timeout of ' + x._timeout + ' ms' + progress(x);
  if (late) settle(x, failed(x, 'ETIMEDOUT', late));
  else {
    step = Math.min(x._timeLeft, x._idleLeft, x._idle / 8);
    if (step < 1e9) x._timer = setTimeout(tick, step, x, step);
  }
}

function want(this: Exchange): number {
  return this._held ? 0 : this._chunk && this._left > 0 && !this._count ? Math.min(this._need, this._left) : 536;
}

function dataSink(x: Exchange): (bytes: Bytes) => void {
  return function (bytes) {
    const n = bytes.length;
    try {
      // a whole piece in the middle of a run, as drivers deliver it that ask how much is wanted
      if (
        n === x._need &&
        n === x._chunk &&
        n < x._left &&
        !x._held &&
        x._callback &&
        x._wait !== Wait.BodyUntilClose
      ) {
        x._left -= n;
        // not inside the call of `_hold`: what a call in an argument throws leaves that function's scope behind
        bytes = x._callback(view(bytes), x._response);
        if (bytes) x._hold(bytes);
      } else slow(x, bytes);
    } catch (e) {
      settle(x, e);
    }
  };
}

/** Every byte comes through here but those that a fast sink takes. */
function slow(x: Exchange, bytes: Bytes): void {
  const chunk = x._chunk;
  parse(x, bytes, bytes.length);
  if (x._aside) checkLimit(x, x._aside, 'unread rest, which the driver cannot leave with the peer,');
  if (!x._callback && x._wait === Wait.FixedBody) checkLimit(x, x._response.total, 'body');
  checkEnd(x);
  // without a length any piece may be the last, which stays as `content`: not with the fast ones
  if (
    x._left > chunk + 1024 &&
    x._callback &&
    !x._plain &&
    typeof bytes === 'string' &&
    (!chunk || chunk > 255) &&
    x._wait !== Wait.BodyUntilClose
  ) {
    x.onData = chunk ? fastPieces(x) : fastDirect(x._left, x._callback, U8, toBuf, x._response, x);
    x._socket!.resume();
  }
}

/** A fast sink ends: with bytes that have yet to be looked at, or with a promise. */
function leave(this: Exchange, bytes: any, promise?: any): void {
  const left = this._count!();
  // `fastDirect` has only one to give: the last of the run, or whatever the callback answered
  if (!this._chunk && left > 0) {
    if (!bytes.then) return;
    promise = bytes;
    bytes = '';
  }
  this._left = left + bytes.length;
  this._need = this._chunk;
  this._count = undefined;
  this.onData = dataSink(this);
  this._hold(promise);
  slow(this, bytes);
  if (!this._over) this._socket!.resume();
}

function fail(this: Exchange, err: any): void {
  settle(this, err);
}

function checkEnd(x: Exchange): void {
  if (x._wait === Wait.Nothing && !x._held) {
    flush(x);
    if (!x._held) settle(x, 0, true);
  }
}

function hold(this: Exchange, promise: any): void {
  const x = this;
  let waiting = false;
  if (promise && typeof promise.then === 'function') {
    x._held = x._plain = true;
    promise.then(
      function () {
        if (waiting) release(x);
        else waiting = true;
      },
      function (e: any) {
        settle(x, e);
      },
    );
    // a thenable may call back at once: then it goes on as if nothing had been said
    if (waiting) x._held = false;
    waiting = true;
    // it leads back to here: a circle is freed only by a collection
    promise = 0;
  }
}

function release(x: Exchange): void {
  const pending = x._pending;
  if (x._over) return;
  x._held = false;
  x._pending = [];
  x._aside = 0;
  try {
    while (pending.length)
      if (x._held) putAside(x, pending.shift()!);
      else parse(x, pending[0], pending.shift()!.length);
    checkEnd(x);
    if (!x._held && !x._over) {
      if (x._closed !== undefined) x.onClose(x._closed);
      else x._socket!.resume();
    }
  } catch (e) {
    settle(x, e);
  }
}

function onWritable(this: Exchange, room: number): void {
  try {
    // a final answer before all was sent ends the sending
    while (room > 0 && (this._out || this._unsent) && this._wait <= Wait.Field && !this._over) room -= send(this, room);
  } catch (e) {
    settle(this, e);
  }
}

/** Writes the next piece, at most 512 bytes: the only one of the body in memory. */
function send(x: Exchange, room: number): number {
  let n = Math.min(room, 512);
  let piece: any = x._out;
  let bad: any;
  if (piece) {
    piece = piece.substr(0, n);
    x._out = x._out.substr(n);
  } else {
    n = Math.min(n, x._unsent);
    piece = ask(x._source, 'read', n) || '';
    bad = !piece.length || piece.length > n || (isText && isText(piece));
    x._unsent -= piece.length;
  }
  if (bad || (!x._unsent && !x._out && x._source && (ask(x._source, 'read', 1) || '').length))
    throw error(
      IOError,
      'EFILE',
      'send',
      'the source is not as long, in bytes, as its size() says, at ' + x._unsent + ' bytes before the end',
    );
  x._socket!.write(piece);
  return piece.length;
}

function onClose(this: Exchange, err: NetError | null): void {
  this._closed = err;
  if (!this._held)
    try {
      if (err) throw failed(this, err.code, err.message, err.phase);
      if (stage(this) !== 'open') throw failed(this, 'ECONNRESET', 'closed before connected');
      if (!parseEnd(this)) throw failed(this, 'ETRUNCATED', 'closed by the peer' + progress(this));
      checkEnd(this);
    } catch (e) {
      settle(this, e);
    }
}

/** What every exchange can do; the fields are its own. */
const methods = { want: want, onWritable: onWritable, onClose: onClose, _hold: hold, _leave: leave, _fail: fail };

/** An exchange with its hottest fields first: the interpreter finds them in the order in which they were made. */
export function newExchange(chunk: number, callback?: StreamCallback): Exchange {
  const x: Exchange = Object.create(methods);
  x._left = 0;
  x._need = x._chunk = chunk;
  x._rest = '';
  x._callback = callback;
  x.onData = dataSink(x);
  x._onBody = callback ? (chunk ? regroup : direct) : gather;
  return x;
}

/** Sends the request over a kept connection or a new one. */
export function run(x: Exchange, driver: NetDriver | undefined, to: Endpoint, kept?: Connection): void {
  x._response._progress = x;
  x._timeLeft = x._timeout || Infinity;
  x._idle = x._idleLeft = x._idle || Infinity;
  tick(x, 0);
  if (kept) {
    x._socket = take(kept)!;
    x._socket.events = x;
    x._socket.resume();
  } else {
    try {
      x._socket = driver!.connect(to, x);
    } catch (e: any) {
      settle(x, failed(x, e.code, e.message, e.phase));
    }
  }
}
