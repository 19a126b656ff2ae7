// What TCP and UDP sockets of the chip share: opening, commands, received bytes, closing. Each is a task with one of
// the eight places; a turn starts with one frame that reads Sn_CR, Sn_IR and Sn_SR.
import { netError } from '../../src/net/neterror';
import { bytes } from '../ip/address';
import { soon } from '../ip/task';
import { word } from '../ip/bytes';
import { pair, read, write } from './bus';
import { Block, Cr, Ir, Mode, Mss, Sn } from './registers';
import type { Part } from './bus';
import type { Chip } from './model';
import type { Asker } from '../ip/env';
import type { Task } from '../ip/task';
import type { NetError } from '../../src/net/driver';

/** What a socket waits for. */
export const enum State {
  /** the address of its peer; it has no place yet */
  Name,
  /** to be closed, so that it can be opened */
  Wipe,
  Open,
  Dial,
  /** it got beyond INIT and ARP */
  Syn,
  /** bytes */
  Up,
  /** to send its FIN */
  Leave,
  /** to be closed, or closed, and then it has no place any more */
  Close,
  /** of a place that nobody has */
  Over,
}

/** The result of a turn. */
export const enum Next {
  /** no news: the next turn may take long */
  Rest = 1,
  /** something is expected soon */
  Soon,
  /** there may be bytes: with more to come, after a FIN, after a reset */
  Bytes,
  LastBytes,
  LostBytes,
}

/**
 * ms for a SEND (a peer may keep its window shut for long), for what was written to go out after close(), and for the
 * peer to close as well
 */
export const SEND_TIMEOUT = 90000;
const LAST_TIMEOUT = 10000;
const CLOSE_TIMEOUT = 1000;

export interface Sock extends Part, Task, Asker {
  _driver: Chip;
  _mode: Mode;
  _state: State;
  _port: number;
  /** its peer */
  _ip?: string;
  _dport: number;
  /** ms until its next turn, doubled each time nothing happens */
  _wait: number;
  /**
   * ms: the deadline of what it waits for; undefined: none. While it leaves, NaN: 10 s from its next turn on, and 0: it
   * does not wait for what has not gone out (`hurry`)
   */
  _until?: any;
  /** a SEND is not over: 1, or missing, which takes no memory */
  _sending?: number;
  /** bytes written to the TX buffer that no SEND has taken; before it is open, see place() */
  _filled: number;
  /** pointers: Sn_TX_WR, Sn_RX_RD; and bytes read that no RECV has released */
  _wr: number;
  _rd: number;
  _got: number;
  /** the receiver wants nothing */
  _paused?: number;
  /** there may be bytes */
  _look?: number;
  /** how many times since the last RECV it could not be told what has arrived */
  _torn?: number;
  /** its own part of a turn, in the states from Open to Up */
  _work(s: Sock, ir: number, sr: number, late: number): Next;
  /** reports the end, once */
  _tell(err: NetError | null): void;
}

/** The number of its place. */
export function placeOf(s: Sock): number {
  return s._regs >> 5;
}

/** Has what was written not gone out yet? */
function unsent(s: Sock): any {
  return s._filled || s._sending;
}

/** The first part of a turn: registers and commands. */
export function run(s: Sock): Next | undefined {
  const c = s._driver;
  // the receiver is released before the socket closes: it would keep a whole request in memory
  if (s._state >= State.Leave) (s as any).events = 0;
  // in place of placeOf(), for speed
  if (c._socks[s._regs >> 5] !== s) return;
  const r = read(s, Sn.CR, 3);
  const command = r[0];
  let ir = r[1];
  const sr = r[2];
  // 1 or 0, since a small number takes no variable of its own, and a boolean does
  const late = c._now > s._until ? 1 : 0;
  s._wait *= 2;
  // counted in turns, not in time, as the program may have been busy: half a second, or 2 s to open
  if (s._wait > (command ? 2000 : 1e7) && (command || s._state < State.Dial))
    throw Error('socket ' + placeOf(s) + ' hangs: Sn_CR is ' + command + ', Sn_SR is ' + sr);
  if (command) {
    // odd, so that poke() lets it be
    soon(s, Math.min(s._wait++, 100));
    return;
  }
  // RECV is cleared together with the command of that name; while nobody reads, here, or it would keep INTn low
  if (ir & Ir.RECV && s._state === State.Up && !s._paused) {
    s._look = 1;
    ir -= Ir.RECV;
  }
  if (ir & Ir.SEND_OK) delete s._sending;
  if (ir) write(s, Sn.IR, ir);
  if (s._state === State.Wipe) {
    // CLOSE sends nothing: the peer of a connection that had the place would wait for the FIN
    if (sr) write(s, Sn.CR, (s._filled as State) === State.Leave ? Cr.DISCON : Cr.CLOSE);
    else {
      s._state = State.Open;
      write(s, Sn.PORT, pair(s._port));
      write(s, Sn.KPALVTR, c._keepalive);
      // the last connection may have left a smaller MSS
      write(s, Sn.MSSR, pair(s._mode === Mode.UDP ? Mss.UDP : Mss.TCP));
      write(s, Sn.MR, s._mode);
      // the last connection may have left bits in Sn_IR
      order(s, Cr.OPEN, Ir.ALL);
    }
    s._filled = 0;
  } else if (s._state < State.Leave) return s._work(s, ir, sr, late);
  else if (s._state === State.Leave && sr) {
    // not from close() on: if the program was busy before or after it, nothing has gone out yet
    if (!(s._until >= 0)) s._until = c._now + LAST_TIMEOUT;
    // with 10 s of its own: the program may have been busy during the last SEND
    if (s._until && s._filled && !s._sending) flush(s);
    // a SEND may be over before all is acknowledged; the high byte of Sn_TX_FSR tells when all is free again
    else if (late || !(unsent(s) || read(s, Sn.TX_FSR, 1)[0] < c._sizes[placeOf(s)] * 4)) {
      // a FIN would say that all was sent; without a deadline (`hurry`) nobody cares
      order(s, s._until && unsent(s) ? Cr.CLOSE : Cr.DISCON);
      s._state = State.Close;
      s._until = c._now + CLOSE_TIMEOUT;
    }
  } else if (!sr || late) {
    // also if it shows CLOSED: it may still be on its way to INIT
    write(s, Sn.CR, [Cr.CLOSE, Ir.ALL]);
    // until it is closed, a bit may appear that would keep INTn low
    if (!sr) delete c._socks[placeOf(s)];
  }
  return Next.Soon;
}

/** The last part of a turn: sets the time of the next one. */
export function rest(s: Sock, next: Next): void {
  const irq = s._driver._irq;
  if (s._look && s._state === State.Up && !s._sending) s._wait = 1;
  // INTn is a level: while it is low, there is no new edge
  soon(s, Math.min(s._wait, next > Next.Rest || (irq && !irq.read()) ? 100 : irq ? 1000 : 500));
}

/** Gives a command, and clears bits of Sn_IR. The next turn makes sure that it was accepted before there is another. */
export function order(s: Sock, command: Cr, clear?: number): void {
  write(s, Sn.CR, [command, clear! | 0]);
  s._wait = 1;
}

/** Its buffers are ready. While connecting, TCP's pointers are set anew (datasheet p. 54). */
export function ready(s: Sock): void {
  const r = read(s, Sn.TX_WR, 6);
  s._wr = word(r, 0);
  s._rd = word(r, 4);
  s._state = State.Up;
  s._look = 1;
}

/** Writes bytes to the TX buffer. */
export function fill(s: Sock, data: any): void {
  const n = data.length;
  write(s, s._wr, data, Block.Tx);
  s._wr += n;
  s._filled += n;
}

/** Sets the peer. */
export function aim(s: Sock): void {
  write(s, Sn.DIPR, bytes(s._ip).concat(pair(s._dport)));
}

/** Sends all that was written. */
export function flush(s: Sock): void {
  write(s, Sn.TX_WR, pair(s._wr));
  order(s, Cr.SEND);
  s._filled = 0;
  s._sending = 1;
  s._until = s._state === State.Up ? s._driver._now + SEND_TIMEOUT : NaN;
  // an acknowledgement rarely comes sooner
  s._wait = 2;
}

/** Releases all that was read (RECV). Bytes may have come since Sn_IR was read, so it looks again. */
export function release(s: Sock): void {
  write(s, Sn.RX_RD, pair(s._rd));
  order(s, Cr.RECV, Ir.RECV);
  delete s._torn;
  s._got = 0;
  s._look = 1;
}

/**
 * The number of received bytes that were not read, or -1 if that cannot be told. The registers are not latched
 * (datasheet p. 54): they are believed if they agree with each other and with what we know.
 */
export function waiting(s: Sock): number {
  for (let i = 0; i < 3; i++) {
    const r = read(s, Sn.RX_RSR, 6);
    const n = word(r, 0);
    const rd = word(r, 2);
    if (!(((word(r, 4) - rd - n) | (rd - s._rd + s._got)) & 0xffff)) return n - s._got;
  }
  // after a bit error on the bus they never will
  s._torn = (s._torn! | 0) + 1;
  if (s._torn > 99) throw Error('socket ' + placeOf(s) + ': pointers do not agree');
  s._look = 1;
  return -1;
}

/**
 * Asks for a turn soon, if there is none within a millisecond; in its own turn, for another one. Not while it opens or a
 * command is under way (`_wait` is 3, 7, 15 ...): if others cause interrupts all the time, that would never be found to take
 * too long.
 */
export function poke(s: Sock): void {
  if (s._wait > 1 && s._wait % 4 !== 3 && s._state > State.Open) {
    s._wait = 1;
    if (s._timer) soon(s);
  }
}

/** Closes it; `abort`: without a FIN; `hurry`: without waiting for what has not gone out. */
export function leave(s: Sock, abort?: any, hurry?: any): void {
  if (s._state < State.Leave) {
    const bye = s._state === State.Up && !abort;
    s._until = bye ? NaN : 0;
    // a turn that is under way reads nothing more
    s._look = 0;
    s._state = bye ? State.Leave : State.Close;
    poke(s);
    if (s._lookup) s._lookup._drop(s);
  }
  if (hurry && s._state === State.Leave) s._until = 0;
}

/** Ends it, and reports that once. */
export function end(s: Sock, err: NetError | null): void {
  if (s._state < State.Leave) {
    leave(s, err);
    s._tell(err);
  }
}

/** How little the socket in a place is needed: its state, and half a state less if bytes have not gone out. */
function idle(s: Sock | undefined): number {
  return s ? s._state - (unsent(s) ? 0.5 : 0) : State.Over;
}

/**
 * Gives a socket a place. One that is only closing makes room; if its bytes have not gone out, only for one that dials.
 * Throws EMFILE.
 */
export function place(s: Sock, port: number): void {
  const c = s._driver;
  const socks = c._socks;
  const n = c._sizes.reduce(function (n, size, i) {
    return idle(socks[i]) > idle(socks[n]) ? i : n;
  }, 0);
  const old = socks[n];
  if (idle(old) + (s._ip ? 0.5 : 0) < State.Leave)
    throw netError('EMFILE', 'all ' + c._sizes.length + ' sockets in use');
  // a turn to send them
  if (old && old._filled) run(old);
  // until its first turn: the state of what had the place, if that has given the chip all its bytes
  s._filled = old && !old._filled ? old._state : 0;
  socks[n] = s;
  s._regs = Block.Socket + n * 32;
  s._port = port;
  s._state = State.Wipe;
  s._got = 0;
  s._wait = 1;
  soon(s);
}

/** Does another socket of the same kind have the port? */
export function inUse(s: Sock, port: number): boolean {
  return s._driver._socks.some(function (o) {
    return o._state < State.Leave && o._port === port && o._mode === s._mode;
  });
}
