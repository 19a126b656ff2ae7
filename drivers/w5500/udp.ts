// A UDP socket of the chip.
import { netError } from '../../src/net/neterror';
import { pair, read, word, write } from './bus';
import { wake } from './loop';
import { Block, Ir, Mode, Sn, Sr } from './registers';
import { flush, inUse, leave, methods, place, release, State, waiting } from './socket';
import type { Chip } from './chip';
import type { Sock } from './socket';
import type { NetError } from '../../src/net/driver';

/** ms for a SEND, ARP included */
const SEND_TIMEOUT = 5000;
/** most that fits into a packet */
const LARGEST = 1472;

/** A UDP socket of an application. */
export interface Udp {
  /** a datagram has arrived; the bytes are lent for the call */
  onMessage?: (data: Uint8Array, ip: string, port: number) => void;
  /** the network is gone, and the socket with it */
  onClose?: (err: NetError) => void;
  /** Sends 1 to 1472 bytes; one datagram at a time, `done` says how it went. */
  send(data: string | Uint8Array, host: string, port: number, done?: (err: NetError | null) => void): void;
  close(): void;
}

/** One datagram at a time is on its way; one that finds another there fails with EBUSY. */
export interface UdpSocket {
  /** 1 to 1472 bytes; `done` says whether it went out */
  _send(data: any, ip: number[], port: number, done?: (err: NetError | null) => void): void;
  _close(): void;
}

interface Port extends Sock, UdpSocket {
  _item?: { _data: any; _ip: number[]; _port: number };
  _sendDone?: (err: NetError | null) => void;
  _onMessage(data: Uint8Array, ip: string, port: number): void;
  _onClose?: (err: NetError) => void;
}

/** Opens a socket; without a port on one of its own. Throws EMFILE. */
export function newUdp(
  c: Chip,
  port: number | undefined,
  onMessage: (data: Uint8Array, ip: string, port: number) => void,
  onClose?: (err: NetError) => void,
): UdpSocket {
  const s: Port = Object.create(udp);
  s._chip = c;
  s._mode = Mode.UDP;
  s._onMessage = onMessage;
  s._onClose = onClose;
  place(s, port);
  return s;
}

function sent(s: Port, code: string, message: string): void {
  const done = s._sendDone;
  s._sending = false;
  s._item = s._sendDone = undefined;
  if (done) done(code ? netError(code, 'open', message) : null);
}

function receive(s: Port, c: Chip, rx: number): void {
  let left = waiting(s);
  // each datagram comes after its sender's address and port, and its length (datasheet p. 54)
  while (left >= 8 && s._state === State.Up) {
    const h = read(c, rx, s._rd, 8);
    const n = Math.min(word(h, 6), left - 8);
    const data = n ? read(c, rx, s._rd + 8, n) : new Uint8Array(0);
    s._rd = (s._rd + 8 + n) & 0xffff;
    s._got += 8 + n;
    left -= 8 + n;
    try {
      s._onMessage(data, [h[0], h[1], h[2], h[3]].join('.'), word(h, 4));
    } catch (e) {
      console.log('' + e);
    }
  }
}

function work(this: Port, c: Chip, ir: number, sr: number): void {
  const s = this;
  const item = s._item;
  if (s._state === State.Open) {
    s._wait = 1;
    if (sr === Sr.UDP) {
      const r = read(c, s._regs, Sn.TX_FSR, 10);
      s._wr = word(r, 4);
      s._rd = word(r, 8);
      s._state = State.Up;
    }
  }
  if (s._state === State.Up) {
    if (ir) write(c, s._regs, Sn.IR, ir);
    if (s._sending) {
      if (ir & Ir.SEND_OK) sent(s, '', '');
      else if (ir & Ir.TIMEOUT || c._now > s._sent)
        sent(s, 'EHOSTUNREACH', 'nobody answers ARP at ' + item!._ip.join('.'));
    }
    if (ir & Ir.RECV || s._look) {
      s._look = false;
      receive(s, c, Block.Rx + s._n * 32);
      if (s._got && s._state === State.Up) {
        release(s, 0);
        return;
      }
    }
    if (s._item && !s._sending && s._state === State.Up) {
      write(c, s._regs, Sn.DIPR, s._item._ip.concat(pair(s._item._port)));
      if (s._item._data.length) write(c, Block.Tx + s._n * 32, s._wr, s._item._data);
      s._wr = (s._wr + s._item._data.length) & 0xffff;
      s._sent = c._now + SEND_TIMEOUT;
      flush(s);
    }
    if (s._sending) s._cap = 100;
  }
}

function send(this: Port, data: any, ip: number[], port: number, done?: (err: NetError | null) => void): void {
  const most = Math.min(LARGEST, this._chip._sizes[this._n]);
  const code =
    this._state > State.Up ? 'EPIPE' : this._item ? 'EBUSY' : data.length > most || !data.length ? 'EMSGSIZE' : '';
  if (code) {
    const err = netError(
      code,
      'open',
      code + ': datagram of ' + data.length + ' bytes, it takes one of 1 to ' + most + ' at a time',
    );
    if (done) done(err);
  } else {
    this._item = { _data: data, _ip: ip, _port: port };
    this._sendDone = done;
    this._wait = 1;
    wake(this._chip, this);
  }
}

function close(this: Port): void {
  leave(this, true);
  this._item = this._sendDone = undefined;
}

function broken(this: Port, err: NetError): void {
  const told = this._onClose;
  if (this._state < State.Leave) {
    leave(this, true);
    sent(this, err.code, err.message);
    if (told) told(err);
  }
}

const udp: any = Object.assign({ _send: send, _close: close, _work: work, _break: broken }, methods);

type Resolve = (host: string, done: (err: NetError | null, ip?: number[]) => void) => void;

/** A socket for an application. Throws EMFILE, EADDRINUSE. */
export function openUdp(c: Chip, resolve: Resolve, port: number | undefined): Udp {
  const made: Udp = {
    send: function (data, host, to, done) {
      resolve(host, function (err, ip) {
        if (!err) raw._send(data, ip!, to, done);
        else if (done) done(err);
      });
    },
    close: function () {
      raw._close();
    },
  };
  if (port && inUse(c, port)) throw netError('EADDRINUSE', 'connect', 'port ' + port + ' is in use');
  const raw = newUdp(
    c,
    port,
    function (data, ip, from) {
      if (made.onMessage) made.onMessage(data, ip, from);
    },
    function (err) {
      if (made.onClose) made.onClose(err);
    },
  );
  return made;
}
