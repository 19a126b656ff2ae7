// One request on one socket: the only place where socket, clock and parser meet.
// RAM: one object of some 20 fields, one timer, one promise; while a body streams, one piece and what arrived.
import { keep, take as takeOut } from './connection';
import { isText, toBuf, toStr, U8, view } from './engine';
import { error, HTTPConnectionError, HTTPResponseError, IOError, need } from './errors';
import { advance, arrived, at, Count, lines, parseEnd, unread, Wait } from './http/parser';
import { get as driverOf } from './net/registry';
import { closeSource, unreadable } from './source';
import { fastDirect, fastPieces, received } from './stream';
import type { Kept } from './connection';
import type { Phase } from './errors';
import type { Exchange } from './model';
import type { ConnectPhase, Endpoint, NetError, Socket } from './net/driver';

/** How far the connection is; 'open' once bytes can flow. */
function stage(x: Exchange): ConnectPhase {
  return x._socket ? x._socket.phase : 'connect';
}

function failed(x: Exchange, code: string, message: string, phase?: Phase | 'open'): Error {
  const s = stage(x);
  // TLS 1.3: the peer may say no when the handshake is over for us
  const up = s === 'open' && phase !== 'tls';
  if (!phase || phase === 'open')
    phase = s !== 'open' ? s : (x._unsent || x._out) && x._wait <= Wait.Field ? 'send' : at(x);
  return error(
    up ? IOError : HTTPConnectionError,
    code || 'EIO',
    phase,
    message,
    // sending it twice does no harm (RFC 9110 section 9.2.2), or nothing was sent yet; a bad certificate stays bad
    up ? x._response._safe : phase === 'tls' ? !/_|TLS/.test(code) : code !== 'EINVAL' && code !== 'ENODRIVER',
  );
}

function progress(x: Exchange): string {
  const total = x._response.total;
  return x._wait > Wait.Field ? ' after ' + arrived(x) + (total < 0 ? '' : ' of ' + total) + ' bytes of body' : '';
}

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
  if (x._count) x._count(Count.Stop);
  // what holds `x`, or a scope that does: a circle is freed only by a collection
  x.sink = x._count = x._socket = undefined;
  if (socket) {
    if (complete && x._origin && x._exact && !x._unsent && !x._out && x._closed === undefined)
      r._connection = keep(socket, x._origin, x._unverified);
    else socket.close(true);
  }
  // a promise that is rejected before anyone listens is an error of its own in the interpreter: not in this turn
  if (complete) x._resolve(r);
  else setTimeout(x._reject, 0, err);
}

/** Bytes in either direction, as a number that changes when any have moved; chunk lines begin again at 0. */
function moved(x: Exchange): number {
  return arrived(x) + x._head - x._unsent - x._out.length;
}

/**
 * Both limits are counted down in steps of the timer. The clock only tells how late a step comes, when the program was at
 * something else for long: on a board it jumps when it is set, and that must not end a request. An eighth of the idle
 * time is a step, and how late that may be noticed.
 */
function tick(x: Exchange): void {
  const seen = moved(x);
  const idle = x.idle_timeout || Infinity;
  const late = Date.now() - x._due;
  let step: number;
  let what = '';
  x._quiet = seen !== x._seen || x._held ? 0 : x._quiet + 1;
  x._seen = seen;
  if (late > 0 && late < 60000) x._timeLeft -= late;
  step = Math.min(x._timeLeft, idle / 8);
  if (x._quiet > 7) what = 'idle_timeout: not a byte in ' + idle + ' ms';
  if (step <= 0) what = 'timeout of ' + x.timeout + ' ms' + progress(x);
  if (what) settle(x, failed(x, 'ETIMEDOUT', what));
  else if (step < 1e9) {
    if (x.timeout) {
      x._timeLeft -= step;
      x._due = Date.now() + step;
    }
    x._timer = setTimeout(tick, step, x);
  }
}

function want(this: Exchange): number {
  const left = this._left;
  const need = this._chunk - this._rest.length;
  if (this._held) return 0;
  // heads in small pieces: they are in memory together with what becomes of them
  if (!left) return 256;
  if (!this._callback || !this._chunk) return 536;
  // of a connection that is to be kept one byte more: what is behind the end must not be taken for the next answer
  return need < left ? need : this._origin && this._wait === Wait.FixedBody ? left + 1 : left;
}

/** Throws when more is held than `max_content`. */
function checkLimit(x: Exchange, n: number, what?: string): void {
  if (n > x.max_content)
    throw error(
      HTTPResponseError,
      'ELIMIT',
      'body',
      (what || 'body') + ' of more than max_content = ' + x.max_content + ' bytes',
    );
}

/** Small, as a whole piece is to go through it fast, and in little memory: text that is skipped costs time too. */
function onData(this: Exchange, bytes: any): void {
  const x = this;
  const n = bytes.length;
  // a name of its own: as `x._callback(...)` it would get `x` as its `this`
  let callback: any = x._callback;
  try {
    if (n && n === x._chunk && n <= x._left && !x._rest && !x._held && x._wait !== Wait.BodyUntilClose) {
      x._left -= n;
      if (!x._left) advance(x, 0);
      callback = callback(view(bytes, 0, n), x._response);
      if (callback) hold(x, callback);
      if (!x._left) {
        // the last one stays, a copy of what is only lent
        x._response.content = new U8(view(bytes, 0, n));
        take(x, bytes, n, n, 0);
      }
    } else if (x.sink) {
      // an array is only lent, and its text may be the same memory: this makes a copy
      x.sink('' + toStr(bytes));
    } else take(x, bytes, n, 0, callback);
  } catch (e) {
    settle(x, e);
  }
}

/**
 * Takes bytes from `i` to `n`. All of it in one function, since each call that leads to a callback is memory, and its
 * parameters are the variables it needs.
 */
function take(x: Exchange, bytes: any, n: number, i: number, callback: any): void {
  let k: number;
  let piece: any;
  let whole: any;
  while (i < n && !x._held && x._wait !== Wait.Nothing) {
    if (!x._left) {
      // as the interpreter makes it of an array, a string would be three times as slow to cut
      if (typeof bytes !== 'string') bytes = '' + toStr(bytes);
      i = lines(x, bytes, i);
      if (!callback && x._wait === Wait.FixedBody) checkLimit(x, x._response.total);
      // what comes behind a head is read once more, as whole pieces
      if (callback && x._left && x._left === x._got && x._socket!.unread) break;
    } else {
      k = n - i;
      if (k > x._left) k = x._left;
      whole = x._chunk - x._rest.length;
      if (x._chunk && k > whole) k = whole;
      whole = advance(x, k) || !x._chunk || k === whole;
      if (whole && !x._rest) piece = view(bytes, i, k);
      else {
        // to join and cut strings is what the interpreter does fastest
        piece = toStr(bytes);
        piece = x._rest += k < n ? piece.substr(i, k) : piece;
        if (whole) {
          piece = view(piece, 0, piece.length);
          delete x._rest;
        } else if (!callback) checkLimit(x, piece.length);
      }
      i += k;
      if (whole) {
        whole = callback && callback(piece, x._response);
        // the last piece stays as `content`, a copy of what is only lent; without a length any may be the last
        if (!x._left || x._wait === Wait.BodyUntilClose)
          x._response.content = typeof bytes === 'string' || piece.length > k ? piece : new U8(piece);
        if (whole) hold(x, whole);
      }
      piece = 0;
    }
  }
  if (i < n) {
    if (x._wait === Wait.Nothing) x._exact = 0;
    else if (x._over) return;
    else if (x._socket!.unread) x._socket!.unread(n - i);
    else {
      // as they came, since to join them would take as much memory again
      (x._pending = x._pending || []).push(toStr(bytes).substr(i));
      x._aside += n - i;
      checkLimit(x, x._aside, 'unread rest, as the driver cannot pause,');
    }
  }
  if (x._wait === Wait.Nothing && !x._held) finish(x);
  // without a length any piece may be the last, which stays as `content`: not with the fast ones
  if (
    x._left > x._chunk + 1024 &&
    !x._plain &&
    !x._held &&
    !x._socket!.unread &&
    (!x._chunk || x._chunk > 255) &&
    x._wait !== Wait.BodyUntilClose
  ) {
    x.sink = x._chunk ? fastPieces(x) : fastDirect(x._left, callback, U8, toBuf, x._response, x);
    // it counts itself
    x._left = 0;
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
  this.sink = this._count = undefined;
  if (promise) hold(this, promise);
  this.onData(bytes);
  if (!this._over) this._socket!.resume();
}

function fail(this: Exchange, err: any): void {
  settle(this, err);
}

/** The body is complete: what is left of it, then the answer. */
function finish(x: Exchange): void {
  const rest = x._rest;
  const r = x._response;
  const callback: any = x._callback;
  let answer: any;
  delete x._rest;
  if (rest || !r.content) r.content = view(rest, 0, rest.length);
  if (rest && callback) answer = callback(r.content, r);
  if (answer) hold(x, answer);
  if (!x._held) settle(x, 0, true);
}

function hold(x: Exchange, promise: any): void {
  let mine: any;
  let later = false;
  // it may have been the callback itself that ended the call
  if (!x._over && typeof promise.then === 'function') {
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
  let bytes: string;
  x._held = 0;
  x._pending = undefined;
  // at least once, for the end
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

function wrongLength(): Error {
  return error(IOError, 'EFILE', 'send', 'the source is not as long as its size() says');
}

/** Writes in pieces of at most 512 bytes: of the body only one is in memory. No call but `read`: each is memory too. */
function onWritable(this: Exchange, room: number): void {
  let n: number;
  let piece: any;
  let reading: any;
  try {
    // a final answer before all was sent ends the sending
    while (room > 0 && (this._out || this._unsent) && this._wait <= Wait.Field && !this._over) {
      reading = n = Math.min(room, 512);
      piece = this._out;
      if (piece) {
        this._out = piece.substr(n);
        if (!this._out) delete this._out;
        piece = piece.substr(0, n);
      } else {
        n = Math.min(n, this._unsent);
        piece = this._source!.read(n) || '';
        this._unsent -= piece.length;
        if (!piece.length || piece.length > n || (isText && isText(piece))) throw wrongLength();
      }
      if (!this._unsent && !this._out && this._source && (this._source.read(1) || '').length) throw wrongLength();
      reading = 0;
      room -= piece.length;
      this._socket!.write(piece);
    }
  } catch (e: any) {
    settle(this, reading ? unreadable(e) : failed(this, e.code, e.message, e.phase));
  }
}

function onClose(this: Exchange, err: NetError | null): void {
  this._closed = err;
  // held: there may be more to hand over, but of a connection that broke no more than has arrived, and nothing that
  // ends neither a piece nor the body
  if (
    !this._held ||
    (err &&
      this._aside < Math.min(this._chunk - this._rest.length || 1, this._left || 1) &&
      this._wait !== Wait.Nothing)
  )
    try {
      if (err) throw failed(this, err.code, err.message, err.phase);
      if (stage(this) !== 'open') throw failed(this, 'ECONNRESET', 'closed before connected');
      if (!parseEnd(this)) throw failed(this, 'ETRUNCATED', 'closed by the peer' + progress(this));
      finish(this);
    } catch (e) {
      settle(this, e);
    }
}

/** Options that are numbers, and what they are unless given. */
const limits = { timeout: 30000, idle_timeout: 10000, max_headers: 8192, max_content: 16384 };

/** What every exchange can do, and what it is as long as nothing else is known: in a prototype it takes no memory. */
const methods = Object.assign(
  {
    // asked for with every piece: names are found in the order in which they were made
    _held: 0,
    _rest: '',
    want: want,
    onData: onData,
    onWritable: onWritable,
    onClose: onClose,
    _leave: leave,
    _fail: fail,
    _chunk: Infinity,
    _timeLeft: Infinity,
    _out: '',
    _unsent: 0,
    _aside: 0,
  },
  limits,
  unread,
);

/**
 * An exchange.
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
    x._chunk = chunk;
    x._callback = callback;
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

const UNVERIFIED = ' cannot verify TLS, see ctx: {verify: false}';

/** The driver of that name, or the default one, connects: never silently unauthenticated. */
function connect(x: Exchange, name: string | undefined, to: Endpoint): Socket {
  const driver = driverOf(name);
  const can = driver.capabilities;
  name = driver.name;
  if (to.tls && !can.tls) throw failed(x, 'ENOTLS', name + ' has no TLS', 'tls');
  if (to.tls && !can.verify && !x._unverified) throw failed(x, 'ETLSUNVERIFIED', name + UNVERIFIED, 'tls');
  if (!driver.is_linked()) throw failed(x, 'ENETDOWN', name + ' has no link');
  return driver.connect(to, x);
}

/** Sends the request over a kept connection or a new one. */
export function run(x: Exchange, driver: string | undefined, to: Endpoint, kept?: Kept): void {
  x._response._progress = x;
  if (x.timeout) x._timeLeft = x.timeout;
  tick(x);
  try {
    if (kept) {
      // it must be one, all the same
      if (driver != null) driverOf(driver);
      if (kept._unverified && !x._unverified) throw failed(x, 'ETLSUNVERIFIED', 'this connection' + UNVERIFIED, 'tls');
      x._socket = takeOut(kept)!;
      x._socket.events = x;
      x._socket.resume();
    } else x._socket = connect(x, driver, to);
  } catch (e: any) {
    settle(x, failed(x, e.code, e.message, e.phase));
  }
}
