// A TCP connection of the chip, held to the driver contract.
// What the receiver does not want stays in the chip, so the peer's window closes. What it writes goes straight into
// the TX buffer, and one SEND at the end of the turn takes all of it.
import { netError } from '../../src/net/neterror';
import { word } from '../ip/bytes';
import { read } from './bus';
import { Cr, Ir, Mode, Sn, Sr } from './registers';
import {
  aim,
  end,
  fill,
  flush,
  inUse,
  leave,
  order,
  place,
  poke,
  ready,
  release,
  run,
  State,
  take,
  waiting,
} from './socket';
import type { Chip } from './model';
import type { Sock } from './socket';
import type { Bytes, ConnectPhase, NetError, Receiver, Socket } from '../../src/net/driver';

/** read at a time, one SPI transfer must fit on the interpreter's stack; and in a turn, so that others get theirs */
const PIECE = 2048;
const CONNECT_TIMEOUT = 10000;

/** codes and what they mean */
export const WORDS = [
  'ETIMEDOUT',
  'no answer from ',
  'EHOSTUNREACH',
  'no ARP answer on the way to ',
  'ECONNRESET',
  'reset by ',
  'ECONNREFUSED',
  'refused by ',
];

interface Tcp extends Sock, Socket {
  phase: ConnectPhase;
  _host: string;
  /** it got further than INIT and ARP; the chip gave up; room was offered; a piece waits to become whole */
  _syn?: number;
  _gaveUp?: number;
  _offered?: number;
  _short?: number;
}

/** A socket without an address yet. */
export function newTcp(c: Chip, events: Receiver, host: string, port: number): Tcp {
  const s: Tcp = Object.create(tcp);
  s._driver = c;
  s._host = host;
  s._dport = port;
  s.events = events;
  return s;
}

/** Starts to connect. Throws EMFILE. One port after the other, from a random one on: the peer may remember the last ones. */
export function dial(s: Tcp, ip: string): void {
  let port: number;
  do port = 49152 | (++s._driver._port & 16383);
  while (inUse(s, port));
  place(s, port);
  s._ip = ip;
  s.phase = 'connect';
}

/** The end for a reason that Sn_IR and Sn_SR have told. */
function fail(s: Tcp, late?: number): void {
  const i = late || (s._gaveUp && s._syn) ? 0 : s._gaveUp ? 2 : s._state === State.Up ? 4 : 6;
  end(s, netError(WORDS[i], s.phase, WORDS[i + 1] + s._host + ' port ' + s._dport));
}

/** Offers room, and sends what was written. True: the chip is busy with it. */
function offer(s: Tcp): any {
  let room: number;
  // Sn_TX_FSR does not know of bytes that no SEND has taken: those go first
  if (!s._offered && !s._filled) {
    // its high byte is read first, and between SENDs it only grows: torn, it is too small at worst
    room = word(read(s, Sn.TX_FSR, 2), 0);
    if (room) {
      s._offered = 1;
      s.events.onWritable(room);
    }
  }
  if (s._filled && s._state === State.Up) {
    flush(s);
    return 1;
  }
}

/** Its part of a turn. */
function work(s: Tcp, ir: number, sr: number, late: number): any {
  const over = !sr || sr === Sr.CLOSE_WAIT ? 1 : 0;
  const look = s._look || over;
  let left: number;
  let n: number;
  let bytes: Uint8Array | 0;
  if (ir & Ir.TIMEOUT) s._gaveUp = 1;
  if (sr > Sr.INIT) s._syn = 1;
  if (s._state !== State.Up) {
    if (s._state === State.Open) {
      if (sr === Sr.INIT) {
        aim(s);
        order(s, Cr.CONNECT);
        s._state = State.Dial;
        s._until = s._driver._now + CONNECT_TIMEOUT;
      }
    } else if (sr === Sr.ESTABLISHED || sr === Sr.CLOSE_WAIT || ir & Ir.CON) {
      // or it was so, and is over
      ready(s);
      s.phase = 'open';
      if (sr) offer(s);
    } else if (late || !sr) fail(s, late);
    return 1;
  }
  if (ir & Ir.SEND_OK) s._offered = 0;
  if (s._sending) {
    if (late) fail(s, late);
  } else if (!over && offer(s)) return 1;
  s._look = 0;
  if (look && !s._paused && s._state === State.Up) {
    left = waiting(s);
    while (left > 0 && (over || s._got < PIECE)) {
      n = Math.min(s.events.want(), PIECE);
      if (s._state !== State.Up) break;
      s._paused = n ? 0 : 1;
      // the rest of a piece is often on its way
      s._short = n > left && !over && !s._short ? 1 : 0;
      if (s._paused || s._short) break;
      n = Math.min(n, left);
      left -= n;
      s._wait = 1;
      // where an argument throws, the interpreter never lets go of the function it was for
      bytes = take(s, n);
      s.events.onData(bytes);
      // not to be kept while the next ones are read
      bytes = 0;
    }
    if (s._state !== State.Up) return;
    if (over) {
      if (left) return;
      if (sr) end(s, null);
      else fail(s);
      return;
    }
    if (s._got && (!s._short || s._got >= PIECE / 2)) release(s);
    else if (s._short) s._look = 1;
  }
  return !s._driver._irq && (s._sending || (s._wait > 50 && !s._paused && s.events.want() > 1));
}

const tcp: any = {
  _mode: Mode.TCP,
  _state: State.Name,
  _run: run,
  _work: work,
  phase: 'dns',
  _found: function (this: Tcp, err: NetError | null, ip: string): void {
    try {
      if (err) throw err;
      dial(this, ip);
    } catch (e: any) {
      end(this, e);
    }
  },
  _tell: function (this: Tcp, err: NetError | null): void {
    if (err) err.phase = this.phase;
    this.events.onClose(err);
  },
  write: function (this: Tcp, bytes: Bytes): void {
    if (bytes.length && this._state === State.Up) {
      fill(this, bytes);
      poke(this);
    }
  },
  resume: function (this: Tcp): void {
    this._paused = this._offered = 0;
    this._look = 1;
    poke(this);
  },
  close: function (this: Tcp): void {
    leave(this);
  },
};
