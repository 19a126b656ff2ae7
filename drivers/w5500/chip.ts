// The chip as a whole: reset, version, cable, addresses. What waits is a task of its one loop.
import { netError } from '../../src/net/neterror';
import { pair, read, write } from './bus';
import { random32 } from '../ip/random';
import { after, FOREVER, wake } from './loop';
import { MODES, parseMac } from './options';
import { Bit, Block, Ir, Reg, Sn } from './registers';
import type { Bus } from './bus';
import type { Loop, Task } from './loop';
import type { W5500Options } from './options';
import type { NetError } from '../../src/net/driver';

declare const setWatch: any;
declare const getSerial: any;

export interface Chip extends Bus, Loop {
  _o: W5500Options;
  _mac: number[];
  /** the socket in each place, and the one whose turn it is */
  _socks: any[];
  _current?: Task;
  /** bytes of each socket's buffers */
  _sizes: number[];
  /** the INTn pin, where it can be watched */
  _irq: any;
  _port: number;
  /** whoever asked for a link, and is called once: with an error, or linked */
  _done?: (err: NetError | null) => void;
  /** the cable is in and the addresses are set */
  _up: boolean;
  _resetDone?: boolean;
  _ready?: boolean;
  _deadline: number;
  /** what keeps it from being linked */
  _why: string;
  _watch?: Task;
  /** the cable came, or went */
  _cable(up: boolean): void;
}

/** A locally administered address that a board keeps. */
function ownMac(): number[] {
  const id = typeof getSerial === 'function' ? '' + getSerial() : '' + random32();
  let h = 5381;
  const mac = [2, 8, 220];
  for (let i = 0; i < id.length; i++) h = (h * 33 + id.charCodeAt(i)) & 0xffffff;
  return mac.concat([h >> 16, (h >> 8) & 255, h & 255]);
}

function bySocket(n: number): number {
  return n * 1024;
}

/** A chip nobody has spoken to yet. */
export function newChip(o: W5500Options): Chip {
  const c: any = {
    _spi: o.spi,
    _cs: o.cs,
    _head: new Uint8Array(3),
    _small: [],
    _now: 0,
    _clock: 0,
    _step: 0,
    _tasks: [],
    _turning: false,
    _before: before,
    _called: called,
    _idle: idle,
    _failed: function (e: any) {
      lost(c, '' + (e && e.message));
    },
    _o: o,
    _mac: o.mac === undefined ? ownMac() : parseMac(o.mac),
    _socks: [],
    _sizes: (o.buffers || [2, 2, 2, 2, 2, 2, 2, 2]).map(bySocket),
    _port: random32() & 16383,
    _up: false,
  };
  return c;
}

/** INTn is a level: whoever it speaks of gets a turn, until it is high. */
function before(this: Chip): void {
  if (this._called()) {
    const bits = read(this, Block.Common, Reg.SIR, 1)[0];
    for (let n = 0; n < 8; n++)
      if ((bits >> n) & 1) {
        if (this._socks[n]) this._socks[n]._at = 0;
        else write(this, Block.Socket + n * 32, Sn.IR, Ir.ALL);
      }
  }
}

function called(this: Chip): boolean {
  return this._ready && this._irq && !this._irq.read();
}

function isThere(s: any): boolean {
  return s;
}

function idle(this: Chip): boolean {
  return !this._done && !this._socks.some(isThere);
}

/** Ends the attempt to link, if there is one. */
export function settle(c: Chip, err: NetError | null): void {
  const done = c._done;
  c._done = undefined;
  if (done) done(err);
}

/** Half a second of trying ends the attempt to link; a chip that was lost is reset once a second until it is back. */
function retry(c: Chip, why: string): void {
  if (c._now < c._deadline) c._watch = after(c, 5, probe);
  else if (c._done) settle(c, netError('ENODEV', 'connect', why));
  else c._watch = after(c, 1000, boot);
}

/** The chip is not what it was: everything starts over. */
export function lost(c: Chip, why: string): void {
  breakAll(c, netError('EIO', 'open', 'w5500: ' + why), true);
  c._cable(false);
  boot(c);
}

function forget(s: any): void {
  s._state = 6;
  s._at = FOREVER;
}

/** Ends every socket with an error; `gone`: the chip will not even hear of it. */
export function breakAll(c: Chip, err: NetError, gone?: boolean): void {
  const socks = c._socks;
  if (gone) c._socks = [];
  for (let n = 0; n < socks.length; n++)
    if (socks[n]) {
      socks[n]._break(err);
      if (gone) forget(socks[n]);
    }
}

/** Reset, then all that `create` was told, then the cable. */
export function boot(c: Chip): void {
  const rst = c._o.rst;
  if (c._watch) c._watch._at = FOREVER;
  c._up = c._resetDone = c._ready = false;
  c._deadline = c._now + 500;
  if (rst) {
    rst.write(0);
    c._resetDone = true;
    c._watch = after(c, 2, function () {
      rst.write(1);
      c._watch = after(c, 2, probe);
    });
  } else probe(c);
}

/** VERSIONR reads 0 for a while after a reset, and MR.RST clears when it is over. */
function probe(c: Chip): void {
  const version = read(c, Block.Common, Reg.VERSIONR, 1)[0];
  const mr = read(c, Block.Common, Reg.MR, 1)[0];
  if (version !== Bit.VERSION) retry(c, 'no W5500 on SPI: VERSIONR is ' + version + ', expected 4; MR is ' + mr);
  else if (mr & Bit.RST) retry(c, 'the W5500 stays in reset: MR is ' + mr + ', expected 0');
  else if (!c._resetDone) {
    write(c, Block.Common, Reg.MR, Bit.RST);
    c._resetDone = true;
    c._watch = after(c, 2, probe);
  } else configure(c);
}

function configure(c: Chip): void {
  const o = c._o;
  const mode = 0x80 | Bit.PHY_OPMD | (MODES[o.phy || 'auto'] << 3);
  if (o.buffers)
    for (let n = 0; n < 8; n++) {
      const kb = o.buffers[n] || 0;
      write(c, Block.Socket + n * 32, Sn.RXBUF_SIZE, [kb, kb]);
    }
  if (o.phy) {
    // OPMDC counts from the end of a PHY reset on
    write(c, 0, Reg.PHYCFGR, mode & 0x7f);
    write(c, 0, Reg.PHYCFGR, mode);
  }
  if (o.irq && typeof setWatch === 'function') {
    if (!c._irq)
      setWatch(
        function () {
          if (c._up || c._done) wake(c);
        },
        o.irq,
        { repeat: true, edge: 'falling' },
      );
    c._irq = o.irq;
    // 0xffff: 1.7 ms of silence between two interrupts, so that each has an edge
    write(c, 0, Reg.INTLEVEL, [255, 255]);
    write(c, 0, Reg.SIMR, 255);
  }
  c._ready = true;
  addresses(c, ZERO, ZERO, ZERO);
  watchCable(c);
}

export const ZERO = [0, 0, 0, 0];

/** GAR, SUBR, SHAR, SIPR lie side by side. Without an address there is only the address check, which need not take long. */
export function addresses(c: Chip, ip: number[], mask: number[], gw: number[]): void {
  const r = ip === ZERO ? { count: 2 } : c._o.retry || {};
  write(c, Block.Common, Reg.GAR, gw.concat(mask, c._mac, ip));
  // RTR counts in 100 us
  write(c, Block.Common, Reg.RTR, pair(((r as any).time || 200) * 10).concat([r.count === undefined ? 8 : r.count]));
}

/** Once a second: is the cable in, and is the chip still there? Without a cable more often. */
function watchCable(c: Chip): void {
  const phy = read(c, Block.Common, Reg.PHYCFGR, 1)[0];
  const up = !!(phy & Bit.PHY_LNK);
  // a dead bus reads all 0 or all 1; with a forced mode the chip may as well
  if ((!(phy & Bit.RST) || phy === 255) && read(c, Block.Common, Reg.VERSIONR, 1)[0] !== Bit.VERSION)
    lost(c, 'the chip does not answer any more');
  else {
    if (up !== c._up) {
      c._up = up;
      c._cable(up);
    }
    if (!up) c._why = 'no Ethernet link: PHYCFGR is ' + phy + ', is the cable in?';
    c._watch = after(c, up ? 1000 : 100, watchCable);
  }
}

/** No more tasks, no more sockets: the chip keeps silent. */
export function stop(c: Chip): void {
  for (let i = 0; i < c._tasks.length; i++) c._tasks[i]._at = FOREVER;
  c._up = false;
  // closes all sockets without a word
  if (c._ready) write(c, Block.Common, Reg.MR, Bit.RST);
}
