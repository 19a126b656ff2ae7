// What TCP and UDP sockets of the chip share: opening, commands, received bytes, closing. Each is a task of the loop
// with one place among the eight; a turn starts with one frame that reads Sn_CR, Sn_IR and Sn_SR.
import { netError } from '../../src/net/neterror';
import { random32 } from '../ip/random';
import { pair, read, word, write } from './bus';
import { lost } from './chip';
import { FOREVER, wake } from './loop';
import { Bit, Block, Cr, Ir, Mode, Reg, Sn, Sr } from './registers';
import type { Chip } from './chip';
import type { Task } from './loop';
import type { NetError } from '../../src/net/driver';

/** What a socket waits for. */
export const enum State {
  /** the address of its peer */
  Name,
  /** to be closed, so that it can be opened */
  Wipe,
  Open,
  Dial,
  /** bytes */
  Up,
  /** to be closed */
  Leave,
  /** nothing: it has no place any more */
  Over,
}

export interface Sock extends Task {
  _chip: Chip;
  _n: number;
  /** control byte of its registers */
  _regs: number;
  _state: State;
  _port: number;
  _mode: Mode;
  /** ms until its next turn, doubled each time that nothing happens */
  _wait: number;
  /** the same at most */
  _cap: number;
  /** deadlines: of a command, of the state it is in, of a SEND */
  _accepted: number;
  _until: number;
  _sent: number;
  /** the command that the state begins with was given */
  _asked: boolean;
  /** a SEND is not over */
  _sending: boolean;
  /** bytes written to the TX buffer that no SEND has taken */
  _filled: number;
  /** pointers: Sn_TX_WR, Sn_RX_RD; and bytes read that no RECV has released */
  _wr: number;
  _rd: number;
  _got: number;
  /** Sn_IR may tell nothing new, and yet there may be bytes */
  _look: boolean;
  _work(c: Chip, ir: number, sr: number): void;
  _break(err: NetError): void;
}

function run(this: Sock, c: Chip): void {
  const s = this;
  const r = read(c, s._regs, Sn.CR, 3);
  const sr = r[2];
  c._current = s;
  s._cap = c._irq ? 1000 : 500;
  s._wait *= 2;
  if (r[0]) {
    s._wait = 1;
    if (c._now > s._accepted) lost(c, 'Sn_CR of socket ' + s._n + ' stays ' + r[0]);
  } else if (s._state === State.Wipe) {
    s._wait = 1;
    if (sr) {
      if (!s._asked) order(s, Cr.CLOSE);
      s._asked = true;
    } else {
      write(c, s._regs, Sn.MR, s._mode);
      // bits of the last connection survive
      write(c, s._regs, Sn.IR, Ir.ALL);
      write(c, s._regs, Sn.PORT, pair(s._port));
      write(c, s._regs, Sn.KPALVTR, (c._o.keepalive || 0) / 5);
      order(s, Cr.OPEN);
      s._state = State.Open;
    }
  } else if (s._state === State.Leave) {
    s._wait = Math.min(s._wait, 64);
    if (c._irq) write(c, s._regs, Sn.IR, Ir.ALL);
    // a socket on its way to INIT still shows CLOSED
    if (!sr && (s._asked || s._until)) free(s);
    else if (!s._asked && s._filled) flush(s);
    else if (!s._asked) {
      s._asked = true;
      order(s, s._until && (sr === Sr.ESTABLISHED || sr === Sr.CLOSE_WAIT) ? Cr.DISCON : Cr.CLOSE);
      s._until = c._now + 1000;
    } else if (c._now > s._until) {
      s._until = 0;
      s._asked = false;
      s._wait = 1;
    }
  } else s._work(c, r[1], sr);
  c._current = undefined;
  if (s._state < State.Dial && c._now > s._until) lost(c, 'socket ' + s._n + ' does not open: Sn_SR is ' + sr);
  if (c._socks[s._n] === s) s._at = Math.min(s._at, c._now + Math.min(s._wait, s._cap));
}

function free(s: Sock): void {
  s._state = State.Over;
  s._at = FOREVER;
  s._chip._socks[s._n] = 0;
}

/** A command. There is none before the last was accepted: the next turn sees to that. */
export function order(s: Sock, command: Cr, clear?: number): void {
  write(s._chip, s._regs, Sn.CR, clear ? [command, clear] : command);
  s._accepted = s._chip._now + 500;
  s._wait = 1;
}

/** SEND of all that was written. */
export function flush(s: Sock): void {
  write(s._chip, s._regs, Sn.TX_WR, pair(s._wr));
  s._filled = 0;
  s._sending = true;
  order(s, Cr.SEND);
  // acknowledged hardly sooner
  s._wait = 2;
}

/** RECV of all that was read; sockets that clear Sn_IR do it in the same frame, and look again. */
export function release(s: Sock, clear: number): void {
  write(s._chip, s._regs, Sn.RX_RD, pair(s._rd));
  s._got = 0;
  s._look = true;
  order(s, Cr.RECV, clear);
}

/**
 * Received bytes that were not read; -1 when that cannot be told. The registers are not latched (datasheet p. 54):
 * they are believed when they agree with each other and with what we know.
 */
export function waiting(s: Sock): number {
  const c = s._chip;
  for (let i = 0; i < 8; i++) {
    const r = read(c, s._regs, Sn.RX_RSR, 6);
    const n = (word(r, 4) - word(r, 2)) & 0xffff;
    if (word(r, 0) === n && word(r, 2) === ((s._rd - s._got) & 0xffff) && n <= c._sizes[s._n]) return n - s._got;
  }
  if (read(c, Block.Common, Reg.VERSIONR, 1)[0] !== Bit.VERSION) lost(c, 'the chip does not answer any more');
  s._look = true;
  s._wait = 1;
  return -1;
}

/** From now on nothing but closing; `abort`: without FIN. */
export function leave(s: Sock, abort?: boolean): void {
  if (s._state < State.Leave) {
    s._asked = false;
    if (abort) s._filled = 0;
    s._until = abort || s._state < State.Up ? 0 : 1;
    if (s._state === State.Name) s._state = State.Over;
    else {
      s._state = State.Leave;
      s._wait = 1;
      poke(s);
    }
  }
}

/** A turn for this socket soon, unless it is its turn. */
export function poke(s: Sock): void {
  if (s._chip._current !== s) wake(s._chip, s);
}

/** Gives a socket a place; one that is only waiting for its peer to close makes room. Throws EMFILE. */
export function place(s: Sock, port?: number): void {
  const c = s._chip;
  const socks = c._socks;
  const count = c._sizes.length;
  let n = 0;
  while (n < count && socks[n]) n++;
  if (n === count) for (n = 0; n < count && socks[n]._state !== State.Leave;) n++;
  if (n === count) throw netError('EMFILE', 'connect', 'all ' + count + ' sockets of the chip are in use');
  if (socks[n]) free(socks[n]);
  socks[n] = s;
  s._n = n;
  s._regs = Block.Socket + n * 32;
  s._port = port || nextPort(c, s._mode);
  s._state = State.Wipe;
  s._wait = 1;
  s._asked = s._sending = s._look = false;
  s._filled = s._got = 0;
  s._until = s._accepted = c._now + 2000;
  c._tasks.push(s);
  wake(c, s);
}

/** A socket has this port. */
export function inUse(c: Chip, port: number): boolean {
  return c._socks.some(function (s) {
    return s && s._port === port;
  });
}

/** TCP takes one after the other, from a random one on: the peer may remember the last ones. For UDP (DNS) it is by chance. */
function nextPort(c: Chip, mode: Mode): number {
  let port: number;
  do port = 49152 | ((mode === Mode.TCP ? ++c._port : random32()) & 16383);
  while (inUse(c, port));
  return port;
}

/** What all sockets can do. */
export const methods = { _run: run };
