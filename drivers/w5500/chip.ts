// The chip as a whole: reset, version, cable, addresses. It is a task of its own; `_run` is what it does next.
import { netError } from '../../src/net/neterror';
import { soon } from '../ip/task';
import { pair, read, SILENT, write } from './bus';
import { Bit, Block, Reg, Sn } from './registers';
import { end } from './socket';
import type { Chip } from './model';
import type { NetError } from '../../src/net/driver';

/** Why nothing works. */
export function unlinked(c: Chip, code?: string): NetError {
  return netError(code || 'ENETDOWN', 'w5500 is not linked: ' + c._why);
}

/** Ends every socket with an error, without telling the chip. */
export function breakAll(c: Chip, code?: string): void {
  const socks = c._socks;
  if (c._dhcp) c._dhcp._stop(c._dhcp);
  c._up = c._linked = 0;
  c._names = [];
  c._socks = [];
  socks.forEach(function (s) {
    end(s, unlinked(c, code));
  });
}

/** From the reset on; it tries for half a second. */
export function boot(c: Chip): void {
  // by the pin; without one, probe() gives the command
  c._blank = c._rst;
  c._tries = 100;
  c._run = probe;
  if (c._rst) c._rst.write(0);
  soon(c, 2);
}

/** After a failure: once more in a second. */
export function bootLater(c: Chip): void {
  c._run = boot;
  soon(c, 1000);
}

/** After a reset VERSIONR reads 0 for a while, and MR.RST clears when the reset is over. */
function probe(c: Chip): void {
  if (c._rst) c._rst.write(1);
  const version = read(c, Reg.VERSIONR, 1)[0];
  const mr = read(c, Reg.MR, 1)[0];
  if (version === Bit.VERSION && mr < Bit.RST) {
    if (c._blank) configure(c);
    else {
      c._blank = 1;
      write(c, Reg.MR, Bit.RST);
      soon(c, 2);
    }
  } else if (c._tries--) soon(c, 5);
  else {
    c._why = 'VERSIONR is ' + version + ', expected 4, MR is ' + mr + ', expected 0';
    bootLater(c);
    if (c._done) c._stop('ENODEV');
  }
}

function configure(c: Chip): void {
  c._echo = 20;
  c._blank = 0;
  const mode = Bit.PHY_OPMD | ((c._phy - 1) << 3);
  // times 257: the same in the next register, Sn_TXBUF_SIZE. 0 where no socket is wanted (NaN)
  for (let n = 0; n < 8; n++) write(c, Sn.RXBUF_SIZE, pair(c._sizes[n] * 257), Block.Socket + n * 32);
  if (c._phy) {
    // OPMDC takes effect with the next PHY reset
    write(c, Reg.PHYCFGR, mode);
    write(c, Reg.PHYCFGR, mode | Bit.RST);
  }
  if (c._irq) {
    // 0xffff: INTn stays high for 1.7 ms between two interrupts, so that each has an edge
    write(c, Reg.INTLEVEL, [255, 255]);
    write(c, Reg.SIMR, 255);
  }
  // without an address there is only DHCP's address check, which need not take long
  write(c, Reg.RCR, 2);
  write(c, Reg.SHAR, c._mac);
  c._run = watch;
  watch(c);
}

/** Once a second, and more often without a cable: is the cable in, and is the chip as it was? */
function watch(c: Chip): void {
  const r = read(c, Reg.SHAR, Reg.PHYCFGR + 1 - Reg.SHAR);
  const phy = r[Reg.PHYCFGR - Reg.SHAR];
  const up = phy & Bit.PHY_LNK;
  if (r.subarray(0, 6).join() !== c._mac.join()) throw Error(SILENT);
  soon(c, up ? 1000 : 100);
  if (!up) {
    c._why = 'no Ethernet link: is the cable in? PHYCFGR is ' + phy;
    if (c._up) c._restart(c._why);
  } else if (!c._up) {
    c._up = 1;
    if (c._wanted!.dhcp) c._startDhcp!();
    else c._use(c._setup!);
  }
}
