// Sockets of the firmware's `net` and `tls`, held to the driver contract.
//
// What they do (Espruino 2v29, libs/network/socketserver.c): connect() blocks and throws; data come in strings of up
// to 536 bytes and cannot be paused; write() queues without bound, and every 536 bytes sent copy the rest, so one
// piece of that size is written at a time and the next asked for on 'drain'; a reset looks like an orderly close;
// TLS reports the peer's close_notify as error -30848; a failed TLS handshake prints an error and closes in silence.
import { netError } from '../../src/net/neterror';
import type { Bytes, ConnectPhase, Endpoint, NetError, Receiver, Socket } from '../../src/net/driver';

declare const E: any;
declare const require: (name: string) => any;

/** what one pass of the firmware's main loop sends */
const ROOM = 536;
/** mbedTLS: the peer closed in order */
const CLOSE_NOTIFY = -30848;

interface FirmwareSocket extends Socket {
  phase: ConnectPhase;
  /** the firmware's socket; null once closed */
  _raw: any;
  /** a piece is on its way: no room until 'drain' */
  _busy?: boolean;
  _error?: NetError;
}

/** every socket that is not closed */
const alive: FirmwareSocket[] = [];

function forget(s: FirmwareSocket): void {
  const i = alive.indexOf(s);
  if (i >= 0) alive.splice(i, 1);
  s._raw = null;
}

/** Ends every socket with an error. */
export function breakAll(err: NetError): void {
  alive.slice(0).forEach(function (s) {
    s.close();
    s.events.onClose(err);
  });
}

/** The firmware calls the receiver itself: a call in between would cost 14,000 instructions for every piece. */
function listen(s: FirmwareSocket): void {
  if (s._raw) {
    s._raw.removeAllListeners('data');
    s._raw.on('data', s.events.onData);
  }
}

function offer(s: FirmwareSocket): void {
  if (s._raw && !s._busy) {
    // TLS says 'drain' before the handshake; after it, only when something was sent
    if (s.phase === 'connect') s.phase = 'open';
    s.events.onWritable(ROOM);
  }
}

// listeners have the firmware's socket as `this`; `$` leads to ours. Shared functions, no closure per connection.

function onDrain(this: any): void {
  const s = this.$;
  if (s._busy) s.phase = 'open';
  s._busy = false;
  offer(s);
}

function onError(this: any, e: any): void {
  if (!this.$._error && e.code !== CLOSE_NOTIFY)
    // the back ends of Linux and ESP32 give -1 for everything, TLS the codes of mbedTLS
    this.$._error = netError(
      this.$.phase === 'tls' ? 'ETLS' : 'EIO',
      this.$.phase,
      'socket error ' + e.code + ': ' + e.message,
    );
}

function onClose(this: any): void {
  const s = this.$;
  let err = s._error;
  if (!s._raw) return;
  forget(s);
  if (!err && s.phase !== 'open')
    err = netError(
      s.phase === 'tls' ? 'ETLS' : 'ECONNREFUSED',
      s.phase,
      'closed before it was open; the firmware does not say why',
    );
  s.events.onClose(err || null);
}

function write(this: FirmwareSocket, bytes: Bytes): void {
  this._busy = true;
  this._raw.write(E.toString(bytes));
}

function resume(this: FirmwareSocket): void {
  listen(this);
  offer(this);
}

function nothing(): void {}

function close(this: FirmwareSocket): void {
  const raw = this._raw;
  forget(this);
  this._busy = true;
  if (raw) {
    // what still comes in is dropped: without a listener it would pile up
    raw.removeAllListeners();
    raw.on('data', nothing);
    raw.end();
    // end() alone would wait for ever where the peer does not take what was written
    raw.clsNow = true;
  }
}

const methods = { write: write, resume: resume, close: close };

/** A socket that has yet to be opened: `open` does that, when the host has an address. */
export function newSocket(events: Receiver): FirmwareSocket {
  const s: FirmwareSocket = Object.create(methods);
  s.events = events;
  s.phase = 'dns';
  s._raw = 0;
  alive.push(s);
  return s;
}

/**
 * Connects, which blocks. Throws a NetError.
 * @param host an address or, where the firmware may look it up, a name
 */
export function open(s: FirmwareSocket, host: string, to: Endpoint): void {
  const tls = to.tls;
  // `$` is for one who stands in for the firmware's network, and knows more than it tells
  const options: any = { host: host, port: to.port, $: s };
  let raw: any;
  if (tls) {
    options.ca = tls.ca;
    options.key = tls.key;
    options.cert = tls.cert;
  }
  s.phase = 'connect';
  try {
    raw = require(tls ? 'tls' : 'net').connect(options);
  } catch (e: any) {
    forget(s);
    if (('' + e.message).indexOf('locate') >= 0) throw netError('ENOTFOUND', 'dns', 'name not found: ' + host);
    throw netError(
      'ECONNREFUSED',
      'connect',
      'cannot connect to ' + host + ' port ' + to.port + ': refused or no answer',
    );
  }
  if (tls) s.phase = 'tls';
  s._raw = raw;
  raw.$ = s;
  // in this very turn: data that come before there is a listener are delivered in the wrong order
  listen(s);
  raw.on('drain', onDrain);
  raw.on('error', onError);
  raw.on('close', onClose);
}
