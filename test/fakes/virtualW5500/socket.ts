// One of the eight sockets: its registers, its buffer pointers, and which command is legal when.
// What the commands do on the wire is in tcp.ts and udp.ts.

import * as R from './registers';
import { ipText } from './packets';
import { Latency } from './latency';
import type { Core } from './options';
import type { Pool } from './memory';
import { Tcp } from './tcp';
import { Udp } from './udp';

const TALKING = [R.SOCK_ESTABLISHED, R.SOCK_CLOSE_WAIT];
const CLOSING = [R.SOCK_FIN_WAIT, R.SOCK_CLOSING, R.SOCK_TIME_WAIT, R.SOCK_LAST_ACK];
/** the states a command may be given in (datasheet p. 46-48); CLOSE is not listed: always */
const LEGAL: Record<number, number[]> = {
  [R.OPEN]: [R.SOCK_CLOSED],
  [R.LISTEN]: [R.SOCK_INIT],
  [R.CONNECT]: [R.SOCK_INIT],
  [R.DISCON]: TALKING,
  [R.SEND]: [...TALKING, R.SOCK_UDP],
  [R.SEND_MAC]: [R.SOCK_UDP],
  [R.SEND_KEEP]: TALKING,
  [R.RECV]: [...TALKING, ...CLOSING, R.SOCK_UDP],
};
const VALID_SIZES = [0, 1, 2, 4, 8, 16];

export class Socket {
  readonly regs = R.resetBytes(R.SOCKET, 0x30);
  readonly tcp: Tcp;
  readonly udp: Udp;
  readonly late: Latency;
  status = R.SOCK_CLOSED;
  command = 0;
  interrupts = 0;
  /** a SEND was accepted and its SEND_OK (or the end) has not come yet */
  sending = false;
  private sends = 0;
  /** TX: sent so far, taken by SEND, acknowledged. RX: written so far, released by RECV. All run through 16 bits. */
  txRd = 0;
  txSent = 0;
  txAcked = 0;
  rxWr = 0;
  rxDone = 0;
  /** Sn_SR as the host last read it: a command may cross with a change it could not know of */
  private seen = R.SOCK_CLOSED;

  constructor(
    readonly n: number,
    readonly core: Core,
    readonly tx: Pool,
    readonly rx: Pool,
  ) {
    this.late = new Latency(core.clock);
    this.tcp = new Tcp(this);
    this.udp = new Udp(this);
  }

  get mode(): number {
    return this.regs[R.Sn_MR] & R.MODE_MASK;
  }
  get port(): number {
    return this.word(R.Sn_PORT);
  }
  get peerIp(): string {
    return ipText(this.regs, R.Sn_DIPR);
  }
  get peerPort(): number {
    return this.word(R.Sn_DPORT);
  }
  get txSize(): number {
    return this.regs[R.Sn_TXBUF_SIZE] * 1024;
  }
  get rxSize(): number {
    return this.regs[R.Sn_RXBUF_SIZE] * 1024;
  }
  get txFree(): number {
    return this.txSize - ((this.txSent - this.txAcked) & 0xffff);
  }
  get rxCount(): number {
    return (this.rxWr - this.rxDone) & 0xffff;
  }
  get rxFree(): number {
    return Math.max(0, this.rxSize - this.rxCount);
  }

  word(address: number): number {
    return (this.regs[address] << 8) | this.regs[address + 1];
  }

  setWord(address: number, value: number): void {
    this.regs[address] = value >> 8;
    this.regs[address + 1] = value;
  }

  violate(what: string): void {
    this.core.violate(`S${this.n} ${what}`);
  }

  /** A masked event does not show in Sn_IR (datasheet p. 56). */
  raise(bits: number): void {
    this.interrupts |= bits & this.regs[R.Sn_IMR];
    this.core.changed();
  }

  /** The peer or a timer moved us. */
  become(status: number): void {
    this.status = status;
    if (status === R.SOCK_CLOSED) this.sending = false;
  }

  sendOk(): void {
    if (!this.sending) return;
    const delay = this.core.faults.sendOkDelayMs;
    const which = this.sends;
    const done = () => {
      if (!this.sending || which !== this.sends) return;
      this.sending = false;
      this.raise(R.INT_SEND_OK);
    };
    if (delay === Infinity) return;
    if (delay > 0) this.core.clock.setTimeout(done, delay);
    else done();
  }

  /** puts received bytes into the RX buffer; the caller has checked the room */
  deposit(...pieces: Uint8Array[]): void {
    for (const piece of pieces) {
      this.rx.write(this.n, this.rxWr, piece);
      this.rxWr = (this.rxWr + piece.length) & 0xffff;
    }
    this.raise(R.INT_RECV);
  }

  restartPointers(): void {
    const { settings, random } = this.core;
    const start = () => settings.pointers ?? (random.chance(0.5) ? random.int(0xf800, 0xffff) : random.int(0, 0xffff));
    this.txRd = this.txSent = this.txAcked = start();
    this.rxWr = this.rxDone = start();
    this.setWord(R.Sn_TX_WR, this.txSent);
    this.setWord(R.Sn_RX_RD, this.rxDone);
    for (let i = 0; i < this.txSize; i++) this.tx.fresh[this.tx.at(this.n, i)] = 0;
  }

  private computed(address: number): number {
    switch (address) {
      case R.Sn_TX_FSR:
        return Math.max(0, this.txFree);
      case R.Sn_TX_RD:
        return this.txRd;
      case R.Sn_RX_RSR:
        return this.rxCount;
      default:
        return this.rxWr;
    }
  }

  readRegister(address: number): number {
    switch (address) {
      case R.Sn_CR:
        return this.command;
      case R.Sn_IR:
        return this.interrupts;
      case R.Sn_SR:
        this.seen = this.status;
        return this.status;
    }
    const reg = R.SOCKET_MAP[address];
    if (!reg) {
      this.violate(`read of reserved 0x${address.toString(16)}`);
      return 0;
    }
    if (!reg.readOnly) return this.regs[address];
    const value = this.computed(reg.address);
    return address === reg.address ? value >> 8 : value & 0xff;
  }

  writeRegister(address: number, value: number): void {
    const reg = R.SOCKET_MAP[address];
    if (!reg) return this.violate(`write of 0x${value.toString(16)} to reserved 0x${address.toString(16)}`);
    if (reg.readOnly) return this.violate(`write to read-only ${reg.name}`);
    if (address === R.Sn_CR) return this.order(value);
    if (address === R.Sn_IR) {
      this.interrupts &= ~value;
      return this.core.changed();
    }
    const open = this.status !== R.SOCK_CLOSED || this.command === R.OPEN;
    if (address <= R.Sn_PORT + 1 || address === R.Sn_TOS || address === R.Sn_TTL) {
      if (open) this.violate(`${reg.name} written while ${R.STATUS_NAMES[this.status]}`);
    } else if (reg.address === R.Sn_DIPR || reg.address === R.Sn_DPORT) {
      const busy = this.mode === R.MODE_UDP ? this.sending : open && this.status !== R.SOCK_INIT;
      if (busy) this.violate(`${reg.name} written while ${R.STATUS_NAMES[this.status]} needs it`);
    } else if (address === R.Sn_RXBUF_SIZE || address === R.Sn_TXBUF_SIZE) {
      if (!VALID_SIZES.includes(value)) return this.violate(`${reg.name} of ${value} KB`);
    }
    this.regs[address] = value;
    if (address === R.Sn_KPALVTR) this.tcp.touch();
    if (address === R.Sn_IMR) this.core.changed();
  }

  private order(code: number): void {
    if (this.command) {
      const name = R.COMMAND_NAMES[code] ?? `0x${code.toString(16)}`;
      return this.violate(
        `Sn_CR <- ${name} while ${R.COMMAND_NAMES[this.command] ?? this.command} is not accepted yet`,
      );
    }
    this.command = code;
    this.soon(() => {
      if (this.core.faults.commandStuck) return;
      this.command = 0;
      this.execute(code);
    });
  }

  /** in a few frames, or very soon */
  soon(fn: () => void): void {
    const [low, high] = this.core.settings.commandFrames;
    this.late.after(this.core.random.int(low, high), this.core.settings.commandMs, fn);
  }

  private execute(code: number): void {
    const name = R.COMMAND_NAMES[code];
    if (!name) return this.violate(`unknown command 0x${code.toString(16)}`);
    if (code === R.CLOSE) return this.close();
    const states = LEGAL[code];
    const left = code === R.RECV && this.status === R.SOCK_CLOSED && this.rxCount > 0;
    if (!states.includes(this.status) && !left) {
      if (!states.includes(this.seen)) this.violate(`${name} while ${R.STATUS_NAMES[this.status]}`);
      return;
    }
    switch (code) {
      case R.OPEN:
        return this.open();
      case R.RECV:
        return this.release();
      case R.SEND:
      case R.SEND_MAC:
        return this.send(code === R.SEND_MAC);
      default:
        this.tcp.command(code);
    }
  }

  private open(): void {
    const mode = this.mode;
    if (this.tx.total() > 0x4000 || this.rx.total() > 0x4000)
      this.violate('OPEN with buffers of more than 16 KB in all');
    if (mode === R.MODE_MACRAW && this.n > 0) return this.violate('OPEN as MACRAW, which only socket 0 can');
    if (mode !== R.MODE_TCP && mode !== R.MODE_UDP) return this.violate(`OPEN with Sn_MR mode ${mode}`);
    if (!this.port) this.violate('OPEN with Sn_PORT 0');
    if (!this.txSize || !this.rxSize) this.violate('OPEN with a buffer of 0 KB');
    this.restartPointers();
    this.sending = false;
    const status = mode === R.MODE_TCP ? R.SOCK_INIT : R.SOCK_UDP;
    this.soon(() => {
      this.status = this.seen = status;
    });
  }

  /** Nothing is sent: the peer learns of it with its next segment (datasheet p. 47). */
  private close(): void {
    this.tcp.stop();
    this.udp.stop();
    this.sending = false;
    this.soon(() => {
      this.tcp.stop();
      this.status = this.seen = R.SOCK_CLOSED;
      this.rxDone = this.rxWr;
    });
  }

  private release(): void {
    const rd = this.word(R.Sn_RX_RD);
    const count = (rd - this.rxDone) & 0xffff;
    if (count > this.rxCount) return this.violate(`RECV with Sn_RX_RD ${count} bytes on, but ${this.rxCount} received`);
    this.rxDone = rd;
    this.tcp.windowMoved();
  }

  private send(withMac: boolean): void {
    const count = (this.word(R.Sn_TX_WR) - this.txSent) & 0xffff;
    if (this.sending) this.violate('SEND before SEND_OK of the last one');
    if (!count) return this.violate('SEND of no bytes');
    if (count > this.txFree) return this.violate(`SEND of ${count} bytes with ${this.txFree} free`);
    const stale = this.tx.take(this.n, this.txSent, count);
    if (stale) this.violate(`SEND of ${count} bytes, ${stale} of which were not written`);
    this.sending = true;
    this.sends++;
    this.txSent = (this.txSent + count) & 0xffff;
    if (this.mode === R.MODE_UDP) this.udp.send(count, withMac);
    else this.tcp.send(count);
  }

  /** a byte of the TX block from the bus */
  writeTx(address: number, value: number): void {
    const ready = [...TALKING, R.SOCK_UDP];
    if (!this.txSize) return this.violate('TX buffer of 0 KB written');
    if (!ready.includes(this.status) && !ready.includes(this.seen)) {
      this.violate(`TX buffer written while ${R.STATUS_NAMES[this.status]}`);
    }
    const offset = (address - this.txSent) & (this.txSize - 1);
    if (offset >= this.txFree) this.violate(`TX buffer written at 0x${address.toString(16)}, which is not free`);
    const at = this.tx.at(this.n, address);
    this.tx.bytes[at] = value;
    this.tx.fresh[at] = 1;
  }

  /** a byte of the RX block to the bus */
  readRx(address: number): number {
    if (!this.rxSize) {
      this.violate('RX buffer of 0 KB read');
      return 0;
    }
    const offset = (address - this.rxDone) & (this.rxSize - 1);
    if (offset >= this.rxCount) this.violate(`RX buffer read at 0x${address.toString(16)}, where nothing was received`);
    return this.rx.bytes[this.rx.at(this.n, address)];
  }

  reset(): void {
    this.late.clear();
    this.tcp.stop();
    this.udp.stop();
    this.regs.set(R.resetBytes(R.SOCKET, 0x30));
    this.status = this.seen = R.SOCK_CLOSED;
    this.command = this.interrupts = 0;
    this.sending = false;
    this.txRd = this.txSent = this.txAcked = this.rxWr = this.rxDone = 0;
  }
}
