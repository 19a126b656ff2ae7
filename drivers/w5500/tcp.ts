// A TCP connection of the chip, held to the driver contract. What the receiver does not want stays in the chip, so the
// peer's window closes. What it writes goes straight into the TX buffer, and one SEND at the end of the turn takes all
// of it.
import { netError } from '../../src/net/neterror';
import { word } from '../ip/bytes';
import { read } from './bus';
import { Block, Cr, Ir, Mode, Sn, Sr } from './registers';
import {
  aim,
  end,
  fill,
  flush,
  inUse,
  leave,
  Next,
  order,
  place,
  placeOf,
  poke,
  ready,
  release,
  rest,
  run,
  SEND_TIMEOUT,
  State,
  waiting,
} from './socket';
import type { Chip } from './model';
import type { Sock } from './socket';
import type { Bytes, ConnectPhase, NetError, Receiver, Socket } from '../../src/net/driver';

/** bytes read at a time, since a transfer must fit on the interpreter's stack; and in a turn, so that others get theirs */
const MOST = 2048;
/** ms for the handshake */
const CONNECT_TIMEOUT = 10000;

/** Why a connection or datagram failed: where its code is in WORDS. */
export const enum Why {
  NoAnswer = 0,
  NoArp = 2,
  Reset = 4,
  Refused = 6,
}

/** codes, each followed by the beginning of its message */
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

export interface Tcp extends Sock, Socket {
  readonly phase: ConnectPhase;
  _host: string;
  /** the chip gave up; room was offered; a piece waits to become whole */
  _gaveUp?: number;
  _offered?: number;
  _short?: number;
}

/** A socket without an address yet. */
export function newTcp(c: Chip, events: Receiver, host: string, port: number): Tcp {
  return Object.assign(Object.create(tcp), { _driver: c, _host: host, _dport: port, events: events });
}

/**
 * Starts to connect. Throws EMFILE. Ports are taken in turn from a random one on, since the peer may remember the last
 * ones.
 */
export function dial(s: Tcp, ip: string): void {
  let port: number;
  // 49152 to 65535 (RFC 6335 section 6)
  do port = 49152 | (++s._driver._port & 16383);
  while (inUse(s, port));
  s._ip = ip;
  place(s, port);
}

/** The end, for the reason that Sn_IR and Sn_SR tell. */
function fail(s: Tcp, late?: number): void {
  const up = s._state === State.Up;
  const i =
    late || (s._gaveUp && s._state > State.Dial) ? Why.NoAnswer : s._gaveUp ? Why.NoArp : up ? Why.Reset : Why.Refused;
  end(s, netError(WORDS[i], WORDS[i + 1] + s._host + ' port ' + s._dport, s.phase));
}

/** Offers room, and sends what was written. True if the chip is busy with it. */
function offer(s: Tcp): any {
  let room: number;
  // Sn_TX_FSR does not count bytes that no SEND has taken: those go first
  if (!s._offered && !s._filled) {
    // the high byte is read first, and between SENDs the value only grows: if torn, it is too small
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
function work(s: Tcp, ir: number, sr: number, late: number): Next {
  // the peer sends nothing more: after a reset, or a FIN
  const over = !sr || sr === Sr.CLOSE_WAIT;
  // TIMEOUT may have come after Sn_IR was read and before Sn_SR was
  if ((sr ? ir : ir | read(s, Sn.IR, 1)[0]) & Ir.TIMEOUT) s._gaveUp = 1;
  if (s._state !== State.Up) {
    if (s._state === State.Open) {
      if (sr === Sr.INIT) {
        aim(s);
        order(s, Cr.CONNECT);
        s._state = State.Dial;
        s._until = s._driver._now + CONNECT_TIMEOUT;
      }
    } else if (sr === Sr.ESTABLISHED || sr === Sr.CLOSE_WAIT || ir & Ir.CON) {
      // connected, or it was and is over already
      ready(s);
      delete s._ip;
      delete s._until;
      if (sr) offer(s);
    } else if (late || !sr) fail(s, late);
    else if (sr > Sr.INIT) s._state = State.Syn;
    return Next.Soon;
  }
  if (ir & Ir.SEND_OK) {
    delete s._offered;
    delete s._until;
  }
  // what has arrived comes before the next SEND, or a receiver that always writes would hear nothing. After a FIN the peer
  // may still listen, but room is offered only to a receiver that takes no bytes: it may be waiting for room
  if (s._sending) {
    if (late) fail(s, late);
  } else if (sr && (over ? s._paused : !(ir & Ir.SEND_OK && s._look)) && offer(s)) return Next.Soon;
  else if (!sr && s._paused) {
    // bytes that nobody takes after a reset are not kept for ever
    if (!late) {
      s._until = s._until || s._driver._now + SEND_TIMEOUT;
      return Next.Soon;
    }
    fail(s);
  }
  return !sr ? Next.LostBytes : over ? Next.LastBytes : s._look ? Next.Bytes : Next.Rest;
}

/** Delivers what has arrived, with as few nested calls as possible: each takes memory while the receiver has the bytes. */
function receive(s: Tcp, next: Next): void {
  let left: number;
  let n: number;
  let bytes: Uint8Array | 0;
  if (next !== Next.Soon) {
    s._look = 0;
    if (next > Next.Soon && !s._paused && s._state === State.Up) {
      left = waiting(s);
      // the counters of a closed socket do not change any more, so there is nothing to be had; and if it claims more than its
      // buffer holds, it has lost its registers
      if (next > Next.LastBytes && (left < 0 || left > s._driver._sizes[placeOf(s)] * 1024)) s._look = left = 0;
      // `_look`: bytes were handed back, and wait for another turn
      while (left > 0 && !s._look && s._state === State.Up && (next > Next.Bytes || s._got < MOST)) {
        // not Math.min(), which gives a double: that takes a variable in `n`, `left` and `_got` each
        n = s.events.want();
        if (n > MOST) n = MOST;
        if (s._state !== State.Up) break;
        if (!n) {
          s._paused = 1;
          break;
        }
        if (n > left) {
          // the rest of a piece is often on its way: it waits for it once
          if (next < Next.LastBytes && !s._short) {
            s._short = 1;
            break;
          }
          n = left;
        }
        s._short = 0;
        left -= n;
        // not in the call of onData(): if an argument throws, the interpreter never frees the called function
        bytes = read(s, s._rd, n, Block.Rx);
        s._rd += n;
        s._got += n;
        s.events.onData(bytes);
        // freed before the next ones are read
        bytes = 0;
      }
      if (s._state === State.Up)
        if (next > Next.Bytes) {
          // some were handed back, or it pauses and may be waiting for room
          if (left || s._look) s._wait = 1;
          else if (next === Next.LastBytes) end(s, null);
          else fail(s);
        } else if (s._got && (!s._short || s._got >= MOST / 2)) release(s);
        else if (s._short) s._look = s._wait = 1;
    }
    next = Next.Rest;
    // not if it was closed: poke() has set `_wait`
    if (s._wait > 9 && !s._driver._irq)
      if (s._sending || s.events.want() > 1) next = Next.Soon;
      // a kept connection, which wants one byte, or a receiver that is busy: the turns get rare sooner
      else s._wait *= 2;
  }
  rest(s, next);
}

const tcp: Partial<Tcp> & ThisType<Tcp> = {
  _mode: Mode.TCP,
  _state: State.Name,
  _run: run,
  _work: work,
  _then: receive,
  get phase(): ConnectPhase {
    // its pointers are read once it is connected
    return this._rd >= 0 ? 'open' : this._ip ? 'connect' : 'dns';
  },
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
    if (this._state === State.Up) {
      fill(this, bytes);
      poke(this);
    }
  },
  unread: function (this: Tcp, n: number): void {
    this._got -= n;
    this._rd -= n;
    this._look = 1;
  },
  resume: function (this: Tcp): void {
    this._paused = this._offered = 0;
    this._look = 1;
    poke(this);
  },
  close: function (this: Tcp, hurry?: boolean): void {
    leave(this, 0, hurry);
  },
};
