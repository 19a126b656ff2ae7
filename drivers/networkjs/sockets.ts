// What the firmware calls a network: an object of five functions that it polls (Espruino 2v29, libs/network/js).
//
// It asks every socket on every idle pass, thousands of times a second, and swallows exceptions. So while no socket has
// anything to say, `recv` is a function that returns at once, and nothing in here throws. At most one packet of each
// socket waits here; the rest stays with the driver. A connection is opened when it is first asked for bytes, and not
// in `create`, whose errors lose their code.
import type { Bytes, NetDriver, NetError, Receiver } from '../../src/net/driver';

declare const E: any;

/** bytes taken from the driver at a time */
const PACKET = 1460;
/** bytes of datagrams of one socket that wait for the firmware; what exceeds that is lost */
const WAITING = 4096;
/** socket types, as bits */
const HTTP = 1;
const UDP = 2;
const TLS = 4;
/** what `recv` returns, from the firmware's socketerrors.h */
const CLOSED = -1;
const UNKNOWN = -10;
const CONNECTING = -11;
const CODES: { [code: string]: number } = {
  ETIMEDOUT: -3,
  EHOSTUNREACH: -4,
  ENETDOWN: -4,
  EADDRINUSE: -5,
  ENOTFOUND: -6,
  EAI_AGAIN: -6,
  EMFILE: -7,
  ECONNREFUSED: -9,
  ECONNRESET: -9,
  EINVAL: -12,
};

interface Entry extends Receiver {
  /** the bytes that wait: the rest of a packet from `_at` on, or whole datagrams */
  _left: number;
  _in: string;
  _at: number;
  /** what `recv` returns if no bytes wait */
  _code: number | string;
  /** `recv` has something to say */
  _hot?: boolean;
  /** the driver's Socket, Udp or Listener */
  _sock?: any;
  /** opens it; undefined once called */
  _open?: (s: Entry) => void;
  _host: string;
  _port: number;
  /** bytes that may be written; undefined until connected */
  _room?: number;
  _over?: boolean;
  /** datagrams with their headers; one is on its way out */
  _datagrams?: string[];
  _busy?: boolean;
  /** the firmware has closed it */
  _gone?: boolean;
  /** connections that nobody has accepted */
  _waiting?: Entry[];
  _http?: boolean;
  /** the socket of our own TLS driver (index.ts), which is told what the firmware keeps to itself */
  _owner?: any;
}

const entries: (Entry | undefined)[] = [];
/** how many of them have something to say */
let hot = 0;
/** how many connections wait in `_waiting`, of all servers */
let unaccepted = 0;
/** it may also have `udp` and `listen` */
let driver: any;

function quiet(): string {
  return '';
}

/** Bytes, if some wait; else `_code`: '' for none yet, or a negative number (socketerrors.h). */
function recv(id: number, most: number): number | string {
  const s = entries[id];
  if (!s) return CLOSED;
  try {
    start(s);
    if (s._left) return s._datagrams ? datagram(s, most) : piece(s, most);
  } catch (e: any) {
    s.onClose(e);
  }
  return s._code;
}

/** Sets the driver that makes the sockets. */
export function use(d: NetDriver): void {
  driver = d;
}

/** From now on `s` has something to say, or no longer; if nobody has, the firmware gets the function that does nothing. */
function heat(s: Entry, on?: any): void {
  if (!s._hot !== !on) {
    s._hot = on;
    hot += on ? 1 : -1;
    network.recv = hot ? recv : quiet;
  }
}

/** Nothing to say, unless something waits. */
function cool(s: Entry): void {
  heat(s, s._left || s._over);
}

/** Opens a socket that the firmware asks for the first time. */
function start(s: Entry): void {
  const open = s._open;
  s._open = undefined;
  if (open) open(s);
}

function piece(s: Entry, most: number): string {
  let out = s._in;
  if (s._at || s._left > most) out = out.substr(s._at, most);
  s._at += most;
  s._left -= most;
  if (s._left <= 0) {
    s._left = 0;
    s._in = '';
    cool(s);
    if (!s._over) s._sock.resume();
  }
  return out;
}

function datagram(s: Entry, most: number): string {
  let out = s._datagrams!.shift()!;
  s._left -= out.length;
  cool(s);
  // a datagram that does not fit is cut, and its header says so
  if (out.length > most)
    out = out.substr(0, 6) + E.toString([(most - 8) & 255, (most - 8) >> 8]) + out.substr(8, most - 8);
  return out;
}

/** Returns how many bytes were taken, 0 if there is no room yet, or a negative number. */
function send(id: number, data: string, type: number): number {
  const s = entries[id];
  let n = 0;
  if (!s) return CLOSED;
  try {
    start(s);
    if (s._over) {
      // `recv` reports it, after everything that arrived; but TLS does not read before it could write
      if (type & TLS) n = s._left ? data.length : (s._code as number);
      // they are lost anyway, and the firmware never frees what it could not send
      else if (s._datagrams) n = data.length;
    } else if (s._datagrams) n = sendDatagram(s, data);
    else if (s._room) {
      n = data.length;
      if (n > s._room) data = data.substr(0, (n = s._room));
      s._room -= n;
      s._sock.write(data);
    }
  } catch (e: any) {
    s._busy = false;
    s.onClose(e);
    n = 0;
  }
  return n;
}

function sendDatagram(s: Entry, data: string): number {
  // each with a header: address, port and length, the latter two with the lower byte first
  const h = E.toUint8Array(data.substr(0, 8));
  const n = h[6] | (h[7] << 8);
  if (s._busy) return 0;
  s._busy = true;
  s._sock.send(data.substr(8, n), [h[0], h[1], h[2], h[3]].join('.'), h[4] | (h[5] << 8), function () {
    s._busy = false;
    if (s._gone) shut(s);
  });
  return 8 + n;
}

function want(this: Entry): number {
  return this._left ? 0 : PACKET;
}

function onWritable(this: Entry, room: number): void {
  this._room = room;
  this._code = '';
  cool(this);
}

function onClose(this: Entry, err: NetError | null): void {
  const s = this;
  const owner = s._owner;
  s._over = true;
  s._code = err ? CODES[err.code] || UNKNOWN : CLOSED;
  heat(s, true);
  if (err && owner && owner._raw) {
    if (owner.phase === 'open') owner._error = err;
    else {
      // for a failed handshake the firmware throws an exception, and has no event 'error'
      if (s._room !== undefined) err.phase = 'tls';
      s._code = '';
      owner.close();
      owner.events.onClose(err);
    }
  }
}

const receiver = { _left: 0, want: want, onWritable: onWritable, onClose: onClose };

function newEntry(code: number | string): Entry {
  const s: Entry = Object.create(receiver);
  s._code = code;
  s.onData = function (bytes: Bytes): void {
    // a copy
    s._in = E.toString(bytes, '');
    s._at = 0;
    s._left = bytes.length;
    heat(s, true);
  };
  heat(s, true);
  return s;
}

function enter(s: Entry): number {
  let id = 0;
  while (entries[id]) id++;
  entries[id] = s;
  return id;
}

function connect(s: Entry): void {
  s._sock = driver.connect({ host: s._host, port: s._port }, s);
}

function bind(s: Entry): void {
  const list = (s._datagrams = [] as string[]);
  s._sock = driver.udp({ port: (s._host === undefined && s._port) || undefined });
  s._sock.onMessage = function (data: Uint8Array, ip: string, port: number) {
    const n = data.length;
    if (s._left < WAITING) {
      list.push(E.toString(ip.split('.').map(Number), [port & 255, port >> 8, n & 255, n >> 8], data));
      s._left += 8 + n;
      heat(s, true);
    }
  };
  s._sock.onClose = function (err: NetError) {
    s.onClose(err);
  };
  cool(s);
}

function listen(s: Entry): void {
  const list = (s._waiting = [] as Entry[]);
  cool(s);
  s._sock = driver.listen(s._port, function (socket: any): Receiver {
    const c = newEntry('');
    c._sock = socket;
    list.push(c);
    unaccepted++;
    return c;
  });
}

/** The firmware forgets a TLS socket that it has no memory for: a socket that it never asks is gone. */
function sweep(s: Entry): void {
  if (s._open) close(entries.indexOf(s));
}

/** Makes a socket: a server if there is no host. Returns its number, or a negative one. */
function create(host: string | undefined, port: number, type: number, options: any): number {
  const s = newEntry(type & (UDP | TLS) ? '' : CONNECTING);
  s._host = host!;
  s._port = port;
  if (type & UDP) s._open = bind;
  else if (host !== undefined) {
    s._open = connect;
    if (options) {
      s._owner = options.$;
      // the firmware takes "1.10.0.0.7" for 10.0.0.7, and 127 characters of a name
      s._host = options.host || host;
    }
  } else {
    s._http = !!(type & HTTP);
    try {
      listen(s);
    } catch (e: any) {
      // the firmware tells no more than that
      console.log('networkjs: ' + e.message);
      return UNKNOWN;
    }
  }
  // a timer that sets a timer: in the idle pass between the two, the firmware asks every socket that it knows
  if (type & TLS) setTimeout(setTimeout as any, 0, sweep, 0, s);
  return enter(s);
}

function drop(c: Entry): void {
  unaccepted--;
  shut(c);
}

/** Closes what the driver has of it; a datagram that is on its way is waited for. */
function shut(s: Entry): void {
  heat(s);
  s._open = undefined;
  if (s._waiting) s._waiting.forEach(drop);
  s._gone = true;
  try {
    if (s._sock && !s._busy) s._sock.close();
  } catch (e) {}
}

/** A connection that ends before its request came would stay in the firmware's HTTP server for ever. */
function next(s: Entry): number {
  const list = s._waiting!;
  for (let i = 0; i < list.length; i++) {
    const c = list[i];
    if (c._left || !(c._over || s._http)) {
      list.splice(i, 1);
      unaccepted--;
      return enter(c);
    }
    if (c._over) drop(list.splice(i--, 1)[0]);
  }
  return -1;
}

/** The number of a new connection to the server `id`, or -1. */
function accept(id: number): number {
  return unaccepted && entries[id] ? next(entries[id]!) : -1;
}

function close(id: number): void {
  const s = entries[id];
  entries[id] = undefined;
  if (s) shut(s);
}

/** The network: `require('NetworkJS').create(network)`. */
export const network: any = { recv: quiet, send: send, create: create, accept: accept, close: close };
