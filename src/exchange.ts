// One request on one socket: the only place where socket, clock and parser meet.
// RAM: one object of some 35 fields, one timer, one promise; while a body streams, one piece and what arrived.
import { direct, flush, gather, regroup, regroupFast } from './body';
import { toBuf, U8 } from './engine';
import { keep } from './connection';
import { error, HTTPConnectionError, HTTPResponseError, IOError } from './errors';
import { parse, parseEnd, runEnd, Wait } from './http/parser';
import type { Source } from './body';
import type { Connection } from './connection';
import type { Phase } from './errors';
import type { Parser } from './http/parser';
import type { Bytes, ConnectPhase, Endpoint, NetDriver, NetError, Receiver, Socket } from './net/driver';
import type { Progress, Response } from './response';

/** Called with each piece of a body; may return a promise. */
export type StreamCallback = (chunk: Uint8Array, response: Response) => any;

/** Everything about one call. */
export interface Exchange extends Parser, Receiver, Progress {
  /** `_onBody` in the middle of a body */
  _fast(bytes: Bytes, n: number): void;
  _response: Response;
  _callback?: StreamCallback;
  _chunk: number;
  _rest: string;
  _fill: number;
  _maxContent: number;
  /** bytes of the present run that had not come when the callback said: not now */
  _saved: number;
  /** how the peer closed while nothing was taken: null, or the error */
  _closed?: NetError | null;
  _hold(promise: any): void;
  _socket?: Socket;
  _origin: string;
  /** request bytes that wait to be written, then where more come from, and how many */
  _out: string;
  _source?: Source;
  _unsent: number;
  /** the caller asked for a permanent connection */
  _wantKeep: boolean;
  _over: boolean;
  _resolve(response: Response): void;
  _reject(err: any): void;
  /** one timer for both limits; what is left of each, in ms */
  _timer?: any;
  _timeLeft: number;
  _idle: number;
  _idleLeft: number;
  _seen: number;
}

/** How far the connection is; 'open' once bytes can flow. */
function stage(x: Exchange): ConnectPhase {
  return x._socket ? x._socket.phase : 'connect';
}

function phase(x: Exchange): Phase {
  const s = stage(x);
  if (s !== 'open') return s;
  if (x._unsent || x._out) return 'send';
  return x._wait > Wait.Field ? 'body' : 'headers';
}

/** Whether the call can be made again without anything happening twice (RFC 9110 section 9.2.2). */
function repeatable(x: Exchange): boolean {
  return stage(x) !== 'open' || ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'].indexOf(x._method) >= 0;
}

function failed(x: Exchange, code: string, message: string, at?: Phase): Error {
  return error(stage(x) === 'open' ? IOError : HTTPConnectionError, code, at || phase(x), message, repeatable(x));
}

function over(x: Exchange): boolean {
  const source = x._source;
  if (x._over) return true;
  x._over = true;
  x._response._progress = x._received();
  if (x._timer !== undefined) clearTimeout(x._timer);
  x._source = undefined;
  if (source && source.close) source.close();
  return false;
}

function fail(x: Exchange, err: any): void {
  if (over(x)) return;
  x._rest = x._pending = '';
  if (x._socket) x._socket.close();
  // a promise that is rejected before anyone listens is an error of its own in the interpreter
  setTimeout(x._reject, 0, err);
}

function finish(x: Exchange): void {
  const socket = x._socket!;
  const sent = !x._unsent && !x._out;
  if (over(x)) return;
  if (sent && x._wantKeep && x._exact && x._closed === undefined) x._response._connection = keep(socket, x._origin);
  else socket.close();
  x._resolve(x._response);
}

/** Bytes in either direction, as a number that only grows. */
function moved(x: Exchange): number {
  return x._received() + x._head + x._line.length - x._unsent - x._out.length;
}

/**
 * Both limits are counted down in steps of the timer, not read off a clock: on a board the clock jumps when it is
 * set, and that must not end a request.
 */
function tick(x: Exchange, step: number): void {
  const seen = moved(x);
  x._timeLeft -= step;
  x._idleLeft = seen !== x._seen || x._held ? x._idle : x._idleLeft - step;
  x._seen = seen;
  if (x._timeLeft <= 0) fail(x, failed(x, 'ETIMEDOUT', 'timeout: not finished in time, ' + x._received() + ' bytes of body so far'));
  else if (x._idleLeft <= 0) fail(x, failed(x, 'ETIMEDOUT', 'idle_timeout: not a byte in ' + x._idle + ' ms'));
  else startTimer(x);
}

function startTimer(x: Exchange): void {
  // an eighth of the idle time: that late it may be noticed
  const step = Math.min(x._timeLeft, x._idleLeft, x._idle / 8);
  if (step < 1e9) x._timer = setTimeout(tick, step, x, step);
}

function received(this: Exchange): number {
  return this._got - (this._held ? this._saved : this._left);
}

function want(this: Exchange): number {
  return this._held ? 0 : this._chunk && this._left > 0 ? Math.min(this._chunk - this._fill, this._left) : 536;
}

function onData(this: Exchange, bytes: Bytes): void {
  const n = bytes.length;
  try {
    if ((this._left -= n) > 0) this._fast(bytes, n);
    else slow(this, bytes, n);
  } catch (e) {
    fail(this, e);
  }
}

/** `onData` for `stream_chunk: 0`, without a call in between: it is the fastest way to move bytes there is. */
function onDataDirect(this: Exchange, bytes: any): void {
  const n = bytes.length;
  let t: any;
  try {
    if ((this._left -= n) > 0) {
      t = toBuf(bytes);
      t = this._callback!(t ? new U8(t) : bytes, this._response);
      if (t) this._hold(t);
    } else slow(this, bytes, n);
  } catch (e) {
    fail(this, e);
  }
}

function slow(x: Exchange, bytes: Bytes, n: number): void {
  x._left += n;
  parse(x, bytes, n);
  if (x._pending.length > x._maxContent)
    throw error(
      HTTPResponseError,
      'ELIMIT',
      'body',
      'more than max_content = ' + x._maxContent + ' bytes came while stream_callback was waiting, and the driver cannot pause',
    );
}

function hold(this: Exchange, promise: any): void {
  const x = this;
  if (typeof promise.then !== 'function') return;
  x._held = true;
  x._saved = x._left;
  // 0 takes the next bytes off the fast path
  x._left = 0;
  promise.then(
    function () {
      release(x);
    },
    function (e: any) {
      fail(x, e);
    },
  );
}

function release(x: Exchange): void {
  const pending = x._pending;
  if (x._over) return;
  x._held = false;
  x._left = x._saved;
  x._pending = '';
  try {
    if (x._wait === Wait.Nothing) finish(x);
    else {
      if (!x._left) runEnd(x);
      if (pending) parse(x, pending, pending.length);
      if (!x._held && !x._over) {
        if (x._closed !== undefined) x.onClose(x._closed);
        else x._socket!.resume();
      }
    }
  } catch (e) {
    fail(x, e);
  }
}

function onHead(this: Exchange): void {
  const callback = this._callback;
  // without a length any piece may be the last, which stays as `content`
  if (callback && this._wait === Wait.BodyUntilClose)
    this._callback = function (piece, response) {
      response.content = piece;
      return callback(piece, response);
    };
  if (!callback && this._wait === Wait.FixedBody && this._left > this._maxContent)
    throw error(
      HTTPResponseError,
      'ELIMIT',
      'headers',
      'body of ' + this._left + ' bytes, more than max_content = ' + this._maxContent,
    );
}

function onEnd(this: Exchange): void {
  flush(this);
  if (!this._held) finish(this);
}

function onWritable(this: Exchange, room: number): void {
  try {
    // a final answer before all was sent ends the sending
    while (room > 0 && (this._out || this._unsent) && this._wait <= Wait.Field && !this._over) room -= send(this, room);
  } catch (e) {
    fail(this, e);
  }
}

/** Writes the next piece, at most 512 bytes: the only one of the body in memory. */
function send(x: Exchange, room: number): number {
  let piece: Bytes | undefined = x._out;
  const max = Math.min(room, 512);
  if (piece) {
    x._out = piece.substr(max);
    if (x._out) piece = piece.substr(0, max);
  } else {
    const n = Math.min(max, x._unsent);
    piece = readSource(x, n);
    if (!piece || !piece.length)
      throw error(IOError, 'EFILE', 'send', 'the source ended ' + x._unsent + ' bytes before its size()');
    if (piece.length > n) throw error(IOError, 'EFILE', 'send', 'read(' + n + ') gave ' + piece.length + ' bytes');
    x._unsent -= piece.length;
    if (!x._unsent) {
      const more = readSource(x, 1);
      if (more && more.length) throw error(IOError, 'EFILE', 'send', 'the source is longer than its size()');
    }
  }
  x._socket!.write(piece);
  return piece.length;
}

function readSource(x: Exchange, n: number): Bytes | undefined {
  try {
    return x._source!.read(n);
  } catch (e: any) {
    throw error(IOError, 'EFILE', 'send', 'cannot read the source: ' + (e.message || e));
  }
}

function onClose(this: Exchange, err: NetError | null): void {
  this._closed = err;
  if (this._held) return;
  try {
    if (err) fail(this, netFailed(this, err));
    else parseEnd(this);
  } catch (e) {
    fail(this, e);
  }
}

function netFailed(x: Exchange, err: NetError): Error {
  return failed(x, err.code || 'EIO', err.message, err.phase === 'open' ? undefined : err.phase);
}

/** What every exchange can do; the fields are its own. */
const methods: any = {
  want: want,
  onWritable: onWritable,
  onClose: onClose,
  _onHead: onHead,
  _onEnd: onEnd,
  _received: received,
  _hold: hold,
};

/** An exchange with its hottest fields first: the interpreter finds them in the order in which they were made. */
export function newExchange(chunk: number, callback?: StreamCallback): Exchange {
  const x: Exchange = Object.create(methods);
  x._left = 0;
  x.onData = callback && !chunk ? onDataDirect : onData;
  x._onBody = callback ? (chunk ? regroup : direct) : gather;
  x._fast = callback && chunk ? regroupFast : x._onBody;
  x._chunk = chunk;
  x._fill = 0;
  x._rest = '';
  x._callback = callback;
  return x;
}

/** Sends the request over a kept connection or a new one. */
export function run(x: Exchange, driver: NetDriver | undefined, to: Endpoint, kept?: Connection): void {
  x._response._progress = x;
  x._timeLeft = x._timeLeft || Infinity;
  x._idle = x._idleLeft = x._idle || Infinity;
  x._seen = moved(x);
  startTimer(x);
  if (kept) {
    x._socket = kept._socket!;
    kept._socket = null;
    x._socket.events = x;
    x._socket.resume();
  } else {
    try {
      x._socket = driver!.connect(to, x);
    } catch (e: any) {
      fail(x, netFailed(x, e));
    }
  }
}
