// A TCP connection of the chip, held to the driver contract.
// What the receiver does not want stays in the chip, so the peer's window closes. What it writes goes straight into
// the TX buffer, and one SEND at the end of the turn takes all of it.
import { netError } from '../../src/net/neterror';
import { pair, read, word, write } from './bus';
import { Block, Cr, Ir, Mode, Sn, Sr } from './registers';
import { flush, leave, methods, order, place, poke, release, State, waiting } from './socket';
import type { Chip } from './chip';
import type { Sock } from './socket';
import type { Bytes, ConnectPhase, NetError, Receiver, Socket } from '../../src/net/driver';

/** read at a time: one SPI transfer must fit on the interpreter's stack */
const PIECE = 2048;
/** ms to connect, and for a SEND: a peer may keep its window closed for long */
const CONNECT_TIMEOUT = 10000;
const SEND_TIMEOUT = 90000;

interface Tcp extends Sock, Socket {
  phase: ConnectPhase;
  _peer: string;
  _ip: number[];
  _dport: number;
  /** SYN went out; the chip gave up; the receiver wants nothing; room was offered; a piece waits to become whole */
  _syn?: boolean;
  _late?: boolean;
  _paused?: boolean;
  _offered?: boolean;
  _short?: boolean;
}

/** A socket without an address yet. */
export function newTcp(c: Chip, events: Receiver, peer: string, port: number): Tcp {
  const s: Tcp = Object.create(tcp);
  s._chip = c;
  s._state = State.Name;
  s._mode = Mode.TCP;
  s._peer = peer + ' port ' + port;
  s._dport = port;
  s.events = events;
  s.phase = 'dns';
  return s;
}

/** Starts to connect. Throws EMFILE. */
export function dial(s: Tcp, ip: number[]): void {
  s._ip = ip;
  place(s);
  s.phase = 'connect';
}

function end(s: Tcp, code: string, message: string): void {
  const phase = s.phase;
  if (s._state < State.Leave) {
    leave(s, !!code);
    s.events.onClose(code ? netError(code, phase, message) : null);
  }
}

function connecting(s: Tcp, c: Chip, ir: number, sr: number): void {
  const regs = s._regs;
  if (s._state === State.Open) {
    s._wait = 1;
    if (sr === Sr.INIT) {
      write(c, regs, Sn.DIPR, s._ip.concat(pair(s._dport)));
      order(s, Cr.CONNECT);
      s._state = State.Dial;
      s._until = c._now + CONNECT_TIMEOUT;
    }
  } else if (sr === Sr.ESTABLISHED || sr === Sr.CLOSE_WAIT) {
    // from TX_FSR to RX_RD: the pointers are set anew while connecting (datasheet p. 54)
    const r = read(c, regs, Sn.TX_FSR, 10);
    s._wr = word(r, 4);
    s._rd = word(r, 8);
    s._state = State.Up;
    s.phase = 'open';
    // room is offered first, which says that it is connected
    s._paused = true;
    up(s, c, ir, sr);
    s._paused = false;
    s._look = true;
  } else if (sr === Sr.CLOSED) {
    if (!(ir & Ir.TIMEOUT)) end(s, 'ECONNREFUSED', 'refused by ' + s._peer);
    else if (s._syn) end(s, 'ETIMEDOUT', 'no answer from ' + s._peer);
    else end(s, 'EHOSTUNREACH', 'nobody answers ARP on the way to ' + s._peer);
  } else {
    if (sr === Sr.SYNSENT) s._syn = true;
    s._cap = 100;
    if (c._now > s._until) end(s, 'ETIMEDOUT', 'no answer from ' + s._peer + ' in ' + CONNECT_TIMEOUT + ' ms');
  }
}

/** Free bytes in the TX buffer. Read once it may be torn, but it only grows: all free is all free. */
function roomOf(s: Tcp, c: Chip): number {
  let room = -1;
  let last: number;
  do {
    last = room;
    room = word(read(c, s._regs, Sn.TX_FSR, 2), 0);
  } while (room !== last && room !== c._sizes[s._n]);
  return room;
}

/** Hands on what is there, as far as it is wanted. Answers with the bytes that stay. */
function deliver(s: Tcp, c: Chip, over: boolean): number {
  const half = Math.max(c._sizes[s._n] / 2, PIECE);
  const rx = Block.Rx + s._n * 32;
  let left = waiting(s);
  let n: number;
  while (left > 0 && s._got < half) {
    n = Math.min(s.events.want(), PIECE);
    if (!n) {
      s._paused = true;
      s._short = false;
      break;
    }
    // the rest of a piece is often on its way
    if (n > left && !over && !s._short) {
      s._short = s._look = true;
      break;
    }
    s._short = false;
    n = Math.min(n, left);
    const bytes = read(c, rx, s._rd, n);
    s._rd = (s._rd + n) & 0xffff;
    s._got += n;
    left -= n;
    s._wait = 1;
    s.events.onData(bytes);
    if (s._state !== State.Up) left = -1;
  }
  if (s._short) s._wait = 1;
  return left;
}

function up(s: Tcp, c: Chip, ir: number, sr: number): void {
  const over = sr === Sr.CLOSE_WAIT || sr === Sr.CLOSED;
  let left = 1;
  let clear = ir & Ir.RECV;
  let busy = false;
  if (ir & Ir.TIMEOUT) s._late = true;
  if (ir & Ir.SEND_OK) s._sending = s._offered = false;
  if (ir !== clear) write(c, s._regs, Sn.IR, ir - clear);
  if (!s._paused && (clear || s._look || over)) {
    s._look = false;
    left = deliver(s, c, over);
    if (s._state !== State.Up) return;
    if (over) {
      if (!left) {
        if (sr) end(s, '', '');
        else if (s._late) end(s, 'ETIMEDOUT', s._peer + ' does not answer any more');
        else end(s, 'ECONNRESET', 'reset by ' + s._peer);
        return;
      }
    } else if (s._got && (!left || !s._short || s._got * 2 >= c._sizes[s._n])) {
      release(s, clear);
      // the rest of the piece needs the time of a round trip
      if (s._short) s._wait = 2;
      clear = 0;
      busy = true;
    }
  }
  // left set, it would keep INTn low
  if (clear && c._irq) {
    write(c, s._regs, Sn.IR, clear);
    if (!s._paused) {
      s._look = true;
      s._wait = 1;
    }
  }
  if (s._sending) {
    if (c._now > s._sent) end(s, 'ETIMEDOUT', s._peer + ' has taken nothing in ' + SEND_TIMEOUT + ' ms');
  } else if (sr && (s._filled || !s._offered) && (!busy || !read(c, s._regs, Sn.CR, 1)[0])) {
    if (!s._offered) {
      left = roomOf(s, c);
      if (left) {
        s._offered = true;
        s.events.onWritable(left);
      }
    }
    if (s._filled && s._state === State.Up) {
      s._sent = c._now + SEND_TIMEOUT;
      flush(s);
    }
  }
  if (s._wait > 50 && (s._sending || (!s._paused && s.events.want() > 1))) s._cap = 100;
}

function work(this: Tcp, c: Chip, ir: number, sr: number): void {
  if (this._state === State.Up) up(this, c, ir, sr);
  else connecting(this, c, ir, sr);
}

function put(this: Tcp, bytes: Bytes): void {
  const n = bytes.length;
  if (n && this._state === State.Up) {
    write(this._chip, Block.Tx + this._n * 32, this._wr, bytes);
    this._wr = (this._wr + n) & 0xffff;
    this._filled += n;
    poke(this);
  }
}

function resume(this: Tcp): void {
  this._paused = this._offered = false;
  this._look = true;
  if (this._state === State.Up) {
    this._wait = 1;
    poke(this);
  }
}

function close(this: Tcp): void {
  leave(this);
}

function broken(this: Tcp, err: NetError): void {
  end(this, err.code, err.message);
}

const tcp: any = Object.assign({ write: put, resume: resume, close: close, _work: work, _break: broken }, methods);
