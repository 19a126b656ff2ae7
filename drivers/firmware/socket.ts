// Sockets of the firmware's `net` and `tls`, held to the driver contract.
//
// How they behave (Espruino 2v29, libs/network/socketserver.c): connect() blocks and throws; data arrive in strings of
// up to 536 bytes and cannot be paused; write() queues without bound, and every 536 bytes sent copy the rest, so one
// piece is written at a time and the next one on 'drain'; a reset looks like an orderly close; TLS reports the peer's
// close_notify as error -30848; a failed TLS handshake prints an error and closes without an event 'error'.
import { netError } from '../../src/net/neterror';
import type { Bytes, ConnectPhase, Endpoint, NetError, Receiver, Socket } from '../../src/net/driver';

declare const E: any;
declare const global: any;
declare const require: (name: string) => any;

/** one of our pieces: a pass of the firmware's main loop sends 536, but the other 24 would be a piece of their own */
const ROOM = 512;
/** mbedTLS: the peer closed in order */
const CLOSE_NOTIFY = -30848;

export interface FirmwareSocket extends Socket {
  phase: ConnectPhase;
  /** the firmware's socket; 0 once closed */
  _raw?: any;
  /** not connected yet, or a piece is on its way: no room until 'drain' */
  _busy?: number;
  /** where it leads: first as it was asked for, then "host:port" for messages; deleted once open */
  _to?: any;
  /** the error to report at its end, if somebody knows more than the firmware */
  _error?: NetError;
  /** esp32wifi: it only asks for an address, with which it ends in the place of an error */
  _lookup?: number;
}

/** the open sockets of esp32wifi, which adds them; close() removes them */
export const alive: FirmwareSocket[] = [];

/** Ends a socket that has not ended, and tells its owner. */
export function end(s: FirmwareSocket, err: NetError | null): void {
  if (s._raw !== 0) {
    s.close();
    s.events.onClose(err);
  }
}

// Listeners get the firmware's socket as `this`; its `opt` is ours. They are shared functions, without a closure per
// connection, and are set under the key that `on` would use, which replaces the previous one.

function onData(this: any, bytes: string): void {
  this.opt.events.onData(bytes);
}

/** Offers room, unless a piece is on its way, or 'close' is, as the socket is closed already and write() would throw. */
function offer(s: FirmwareSocket): void {
  if (!s._raw || s._busy || s._raw.cls) return;
  s.events.onWritable(ROOM);
}

/** The firmware's socket is the argument too, which would take a variable even without a name: so it has one, and serves. */
function onDrain(s: any): void {
  s = s.opt;
  // the first 'drain' says that there is a connection; with TLS, the handshake is still to come
  if (s._busy) {
    delete s.phase;
    delete s._to;
  }
  s._busy = 0;
  offer(s);
}

/** 'error' has a code, 'close' has none. */
function onEnd(this: any, e: any): void {
  const s = this.opt;
  const phase = s.phase;
  const code = e.code;
  end(
    s,
    // TLS ended in order, no matter how the connection below it ends
    code === CLOSE_NOTIFY
      ? null
      : s._error ||
          (code || phase !== 'open'
            ? netError(
                // Linux and ESP32 report -1 for everything, TLS the codes of mbedTLS
                phase === 'tls' ? 'ETLS' : code ? 'EIO' : 'ECONNREFUSED',
                code ? code + ': ' + e.message : 'not open ' + s._to,
                phase,
              )
            : null),
  );
}

const methods = {
  // only here: an open socket has no field of its own for it
  phase: 'open',
  _busy: 1,
  write: function (this: FirmwareSocket, bytes: Bytes): void {
    this._busy = 1;
    this._raw.write(E.toString(bytes));
  },
  resume: function (this: FirmwareSocket): void {
    // the receiver's own function, if it has one: a call in between costs 14,000 instructions for every packet
    if (this._raw) this._raw['#ondata'] = this.events.sink || onData;
    offer(this);
  },
  close: function (this: FirmwareSocket): void {
    const raw = this._raw;
    const i = alive.indexOf(this);
    if (~i) alive.splice(i, 1);
    this._raw = 0;
    // end() would wait for ever for a peer that takes nothing. `clsNow` waits until a listener has taken what came, and the
    // firmware removes a listener in which memory or stack ran out: so nothing is left to be taken
    if (raw) {
      raw.dRcv = '';
      raw.clsNow = 1;
    }
  },
};

/** A socket that is not open yet: `open` opens it when the host has an address. */
export function newSocket(events: Receiver): FirmwareSocket {
  return Object.assign(Object.create(methods), { events: events });
}

/** An address in dotted form, and nothing else: the firmware takes "1.127.0.0.1" for 127.0.0.1. */
export function isAddress(host: any): boolean {
  return (
    [0, 1, 2, 3]
      .map(function (i) {
        return (('' + host).split('.')[i] as any) & 255;
      })
      .join('.') === host
  );
}

/** The error for a name without an address. */
export function notFound(host: string): NetError {
  return netError('ENOTFOUND', 'name not found: ' + host, 'dns');
}

/**
 * Connects, which blocks. Throws a NetError.
 * @param host an address or, if the firmware may look it up, a name
 */
export function open(s: FirmwareSocket, host: string, to: Endpoint): void {
  const tls = to.tls;
  let raw: any;
  s.phase = tls ? 'tls' : 'connect';
  s._to = host + ':' + to.port;
  // where the firmware keeps its TLS connections: it would make an object, and then crash unless each new socket has
  // the highest number of all that are open (`jsvGetArrayItem` expects sorted keys, which only arrays have)
  if (tls) global.ssl = global.ssl || [];
  try {
    raw = require(tls ? 'tls' : 'net').connect((Object as any).assign({}, tls, to, { host: host }));
  } catch (e: any) {
    const message = e.message;
    // any message but "Unable to ...": connected, but TLS has "Not enough memory", or cannot use ca, cert or key
    const made: any = tls && !/Una/.test(message);
    // "Unable to locate host"
    throw /e h/.test(message)
      ? notFound(host)
      : netError(
          made ? (/gh/.test(message) ? 'ENOMEM' : 'ETLS') : 'ECONNREFUSED',
          message + ' ' + s._to,
          made && 'tls',
        );
  }
  s._raw = raw;
  // connect() has left its options there, which nobody reads again
  raw.opt = s;
  raw['#ondrain'] = onDrain;
  raw['#onerror'] = raw['#onclose'] = onEnd;
  // in this very turn: data that arrive before there is a listener are delivered in the wrong order
  s.resume();
  if (tls) s._busy = 0;
}
