// One request on one socket: the only place where socket, clock and parser meet.
// RAM: one object of some 30 fields, one timer, one promise; while a body streams, one piece and what arrived.
import { keep, take } from './connection';
import { isText, toBuf, U8 } from './engine';
import { error, HTTPConnectionError, IOError, need } from './errors';
import { at, parse, parseEnd, putAside, received, unread, Wait } from './http/parser';
import { closeSource, unreadable } from './source';
import { checkLimit, direct, fastDirect, fastPieces, flush, gather, regroup, view } from './stream';
import type { Connection } from './connection';
import type { Phase } from './errors';
import type { Exchange } from './model';
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
    up ? /^(GET|HEAD|PUT|DELETE|OPTIONS)$/.test(x._method) : phase !== 'tls' || !/_|^ETLS/.test(code),
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
  if (x._count) x._count(true);
  // what holds `x`, or a scope that does: a circle is freed only by a collection
  x._count = x._socket = undefined;
  x.onData = nothing;
  if (socket) {
    if (complete && x._origin && x._exact && !x._unsent && !x._out && x._closed === undefined)
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
 * set, and that must not end a request. An eighth of the idle time is a step, and how late it may be noticed.
 */
function tick(x: Exchange): void {
  const seen = moved(x);
  const idle = x.idle_timeout || Infinity;
  const step = Math.min(x._timeLeft, idle / 8);
  let late = '';
  x._quiet = seen !== x._seen || x._held ? 0 : x._quiet + 1;
  x._seen = seen;
  if (x._quiet > 7) late = 'idle_timeout: not a byte in ' + idle + ' ms';
  if (step <= 0) late = 'timeout of ' + x.timeout + ' ms' + progress(x);
  if (late) settle(x, failed(x, 'ETIMEDOUT', late));
  else if (step < 1e9) {
    x._timeLeft -= step;
    x._timer = setTimeout(tick, step, x);
  }
}

function want(this: Exchange): number {
  return this._held ? 0 : this._chunk && this._left > 0 && !this._count ? Math.min(this._need, this._left) : 536;
}

/** `onData` is this, bound to its exchange: a closure would have a copy of the text and a scope of its own. */
function onData(this: Exchange, bytes: Bytes): void {
  const x = this;
  const n = bytes.length;
  // a name of its own: as `x._callback(...)` it would get `x` as its `this`
  const callback: any = x._callback;
  try {
    // a whole piece in the middle of a run, as drivers deliver it that ask how much is wanted
    if (n === x._need && n === x._chunk && n < x._left && !x._held && callback && x._wait !== Wait.BodyUntilClose) {
      x._left -= n;
      // not inside the call of `_hold`: what a call in an argument throws leaves that function's scope behind
      bytes = callback(view(bytes), x._response);
      if (bytes) x._hold(bytes);
    } else slow(x, bytes);
  } catch (e) {
    settle(x, e);
  }
}

/** Every byte comes through here but those that a fast sink takes. */
function slow(x: Exchange, bytes: Bytes): void {
  const chunk = x._chunk;
  parse(x, bytes, bytes.length);
  if (x._aside) checkLimit(x, x._aside, 'unread rest, as the driver cannot pause,');
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
  this.onData = onData.bind(this);
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
  let mine: any;
  let later = false;
  // it may have been the callback itself that ended the call
  if (!x._over && promise && typeof promise.then === 'function') {
    // by this it knows its own: a thenable may call back more than once
    mine = x._held = x._plain = {};
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
    // at once, it goes on as if nothing had been said
    later = true;
    // it leads back to here: a circle is freed only by a collection
    promise = 0;
  }
}

function release(x: Exchange): void {
  const pending = x._pending || [];
  x._held = 0;
  x._pending = undefined;
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

function wrongLength(x: Exchange): Error {
  return error(
    IOError,
    'EFILE',
    'send',
    'the source is not as long as its size() says, at ' + x._unsent + ' bytes before the end',
  );
}

/** Writes in pieces of at most 512 bytes: of the body only one is in memory. No call but `read`: each is memory too. */
function onWritable(this: Exchange, room: number): void {
  let n: number;
  let piece: any;
  try {
    // a final answer before all was sent ends the sending
    while (room > 0 && (this._out || this._unsent) && this._wait <= Wait.Field && !this._over) {
      n = Math.min(room, 512);
      if (this._out) {
        piece = this._out.substr(0, n);
        this._out = this._out.substr(n);
      } else {
        n = Math.min(n, this._unsent);
        piece = this._source!.read(n) || '';
        this._unsent -= piece.length;
        if (!piece.length || piece.length > n || (isText && isText(piece))) throw wrongLength(this);
      }
      if (!this._unsent && !this._out && this._source && (this._source.read(1) || '').length) throw wrongLength(this);
      room -= piece.length;
      this._socket!.write(piece);
    }
  } catch (e) {
    settle(this, this._source ? unreadable(e) : e);
  }
}

function onClose(this: Exchange, err: NetError | null): void {
  this._closed = err;
  // held: there may be more to hand over, but of a connection that broke no more than has arrived, and nothing that
  // ends neither a piece nor the body
  if (!this._held || (err && this._aside < Math.min(this._need || 1, this._left || 1) && this._wait !== Wait.Nothing))
    try {
      if (err) throw failed(this, err.code, err.message, err.phase);
      if (stage(this) !== 'open') throw failed(this, 'ECONNRESET', 'closed before connected');
      if (!parseEnd(this)) throw failed(this, 'ETRUNCATED', 'closed by the peer' + progress(this));
      checkEnd(this);
    } catch (e) {
      settle(this, e);
    }
}

/** Options that are numbers, and what they are unless given. */
const limits = { timeout: 30000, idle_timeout: 10000, max_headers: 8192, max_content: 16384 };

/** What every exchange can do, and what it is as long as nothing else is known: in a prototype it takes no memory. */
const methods = Object.assign(
  {
    want: want,
    onWritable: onWritable,
    onClose: onClose,
    _hold: hold,
    _leave: leave,
    _fail: fail,
    _onBody: gather,
    _rest: '',
    _unsent: 0,
  },
  limits,
  unread,
);

/**
 * An exchange; of one that streams the hottest fields come first: the interpreter finds them in the order in which
 * they were made.
 * @throws TypeError (EINVAL) for a number or a callback that is none
 */
export function newExchange(options: any): Exchange {
  const x: any = Object.create(methods);
  const callback = options.stream_callback;
  let chunk = options.stream_chunk;
  if (chunk === undefined) chunk = 512;
  need(typeof chunk === 'number' && chunk >= 0 && chunk < 65536 && chunk % 1 === 0, 'stream_chunk', chunk);
  if (callback != null) {
    need(typeof callback === 'function', 'stream_callback', callback);
    x._left = 0;
    x._need = x._chunk = chunk;
    x._rest = '';
    x._callback = callback;
    x._onBody = chunk ? regroup : direct;
  }
  let n: any;
  for (const name in limits) {
    n = options[name];
    if (n !== undefined) {
      need(typeof n === 'number' && n >= 0, name, n);
      x[name] = n;
    }
  }
  return x;
}

/** Sends the request over a kept connection or a new one. */
export function run(x: Exchange, driver: NetDriver | undefined, to: Endpoint, kept?: Connection): void {
  x._response._progress = x;
  // not before: a circle is freed only by a collection, and a call that is refused has nobody to cut it
  x.onData = onData.bind(x);
  x._timeLeft = x.timeout || Infinity;
  tick(x);
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
