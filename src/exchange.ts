// One request on one socket: how it begins, what it sends, and its clock. Together with receive.ts (what arrives) and
// settle.ts (how it ends) this is the only place where socket, clock and parser meet.
// RAM: one object of some 20 fields, one timer, one promise; while a body streams, one piece and one packet.
import { isText } from './engine';
import { error, IOError, isFunction, need } from './errors';
import { arrived, parseEnd, unread, Wait } from './http/parser';
import { get as driverOf } from './net/registry';
import { finish, leave, onData, want } from './receive';
import { failed, failedBy, progress, settle, stage } from './settle';
import { unreadable } from './source';
import { received } from './stream';
import type { Kept } from './connection';
import type { Exchange } from './model';
import type { Endpoint, NetError, Socket } from './net/driver';

/**
 * Both limits are counted down in steps of the timer. The clock only tells how late a step is, because the program was
 * busy: on a board the clock jumps when it is set, and that must not end a request. Some firmware then runs every timer
 * at once, so no step is long. A step is at most an eighth of the idle time, which is also how late that may be
 * noticed.
 */
function tick(x: Exchange): void {
  // a number that changes when a byte has moved in either direction; chunk lines are counted from 0 each
  const seen = arrived(x) + x._head - x._unsent - x._out.length;
  const idle = x.idle_timeout || Infinity;
  // NaN without `timeout`, or -Infinity on an RP2040: then nothing is late
  const late = Date.now() - x._due!;
  let step: number;
  let what = '';
  x._quiet = seen !== x._seen || x._held ? 0 : x._quiet + 1;
  x._seen = seen;
  if (late > 0 && late < 60000) x._timeLeft -= late;
  // a seventh: eight steps without a byte count as the idle time, so `timeout` must be over before
  step = Math.min(x._timeLeft, idle / 8, (x.timeout || Infinity) / 7);
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

function wrongLength(asked: number, got: number): Error {
  return error(IOError, 'EFILE', 'send', 'the source differs from its size(): read(' + asked + ') gave ' + got);
}

/** Writes in pieces of at most 512 bytes, one of them in memory. Calls nothing but `read`, since each call takes memory. */
function onWritable(this: Exchange, room: number): void {
  const x = this;
  let piece: any;
  let got: number;
  // how much to read; 0 when what is thrown is no fault of the source
  let n: number;
  try {
    // a final answer before all was sent ends the sending
    while (room > 0 && (x._out || x._unsent) && x._wait < Wait.Nothing && !x._over) {
      n = room < 512 ? room : 512;
      piece = x._out;
      if (piece) {
        x._out = piece.substr(n);
        if (!x._out) delete x._out;
        piece = piece.substr(0, n);
        got = piece.length;
      } else {
        if (n > x._unsent) n = x._unsent;
        piece = x._source!.read(n) || '';
        got = piece.length;
        x._unsent -= got;
        if (!got || got > n || (isText && isText(piece))) throw wrongLength(n, got);
      }
      if (!x._unsent && !x._out && x._source && (n = (x._source.read(1) || '').length)) throw wrongLength(1, n);
      n = 0;
      room -= got;
      x._socket!.write(piece);
    }
  } catch (e: any) {
    settle(x, n! ? unreadable(e) : failedBy(x, e));
  }
}

function onClose(this: Exchange, err: NetError | null): void {
  const x = this;
  x._closed = err;
  // while held, what was set aside is delivered first, and the end follows: unless the connection broke, and what was
  // set aside completes neither a piece nor the body
  if (
    !x._held ||
    (err && x._aside < Math.min(x._chunk - x._rest.length || 1, x._left || 1) && x._wait !== Wait.Nothing)
  )
    try {
      if (err) throw failedBy(x, err);
      if (stage(x)) throw failed(x, 'ECONNRESET', 'closed before connected');
      if (!parseEnd(x)) throw failed(x, 'ETRUNCATED', 'closed by the peer' + progress(x));
      finish(x);
    } catch (e) {
      settle(x, e);
    }
}

/** The options that are numbers, with their defaults. */
const limits = { timeout: 30000, idle_timeout: 10000, max_headers: 8192, max_content: 16384 };

/** The methods and initial values of every exchange: in a prototype they take no memory. */
const methods = Object.assign(
  {
    // used for every piece: names are searched in the order in which they were made
    _held: 0,
    _rest: '',
    want: want,
    onData: onData,
    onWritable: onWritable,
    onClose: onClose,
    _leave: leave,
    _received: received,
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
 * A new exchange.
 * @throws TypeError (EINVAL) if an option that must be a number or a function is not
 */
export function newExchange(options: any): Exchange {
  const x: any = Object.create(methods);
  const callback = options.stream_callback;
  let chunk = options.stream_chunk;
  if (chunk === undefined) chunk = 512;
  need((chunk & 65535) === chunk, 'stream_chunk', chunk);
  if (callback != null) {
    need(isFunction(callback), 'stream_callback', callback);
    x._left = 0;
    x._chunk = chunk;
    x._callback = callback;
  }
  let n: any;
  for (const name in limits) {
    n = options[name];
    if (n !== undefined) {
      need(+n === n && n >= 0, name, n);
      x[name] = n;
    }
  }
  return x;
}

const UNVERIFIED = ' cannot verify TLS, see ctx: {verify: false}';

/** Connects by the driver of that name, or the default one; never silently unauthenticated. */
function connect(x: Exchange, name: string | undefined, to: Endpoint): Socket {
  const driver = driverOf(name);
  const can = driver.capabilities;
  const blind = to.tls && !can.verify && !x._unverified;
  name = driver.name;
  if (blind || (to.tls && !can.tls))
    throw failed(x, blind ? 'ETLSUNVERIFIED' : 'ENOTLS', name + (can.tls ? UNVERIFIED : ' has no TLS'), 'tls');
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
      // not needed, but an unknown name is a mistake here too
      if (driver != null) driverOf(driver);
      if (kept._unverified && !x._unverified) throw failed(x, 'ETLSUNVERIFIED', 'this connection' + UNVERIFIED, 'tls');
      x._socket = kept._socket!;
      kept._socket = null;
      x._socket.events = x;
      x._socket.resume();
    } else x._socket = connect(x, driver, to);
  } catch (e: any) {
    settle(x, failedBy(x, e));
  }
}
