// One of the eight sockets: its registers, and which command is legal when.
// What the commands do on the wire is in tcp.ts and udp.ts.

import * as R from './registers';
import { ipText } from './packets';
import { Buffers } from './buffers';
import { Latency } from './latency';
import type { Core } from './options';
import type { Pool } from './memory';
import { Tcp } from './tcp';
import { Udp } from './udp';

const TALKING = [R.SOCK_ESTABLISHED, R.SOCK_CLOSE_WAIT];
const LEAVING = [R.SOCK_FIN_WAIT, R.SOCK_CLOSING, R.SOCK_TIME_WAIT, R.SOCK_LAST_ACK];
const SENDING = [...TALKING, R.SOCK_UDP];
/** the states a command may be given in (datasheet p. 46-48); CLOSE is not listed: always */
const LEGAL: Record<number, number[]> = {
  [R.OPEN]: [R.SOCK_CLOSED],
  [R.LISTEN]: [R.SOCK_INIT],
  [R.CONNECT]: [R.SOCK_INIT],
  [R.DISCON]: TALKING,
  [R.SEND]: SENDING,
  [R.SEND_MAC]: [R.SOCK_UDP],
  [R.SEND_KEEP]: TALKING,
  [R.RECV]: [...SENDING, ...LEAVING],
};
const VALID_SIZES = [0, 1, 2, 4, 8, 16];
/** registers that show what was written only once a command has taken it */
const TAKEN_BY_COMMAND = [R.Sn_DIPR, R.Sn_DPORT, R.Sn_TX_WR, R.Sn_RX_RD];
/** registers that OPEN reads: to be left alone until the socket is closed */
const FIXED_BY_OPEN = [R.Sn_MR, R.Sn_PORT, R.Sn_TOS, R.Sn_TTL];

export class Socket {
  readonly regs = R.socketReset();
  readonly buffers: Buffers;
  readonly tcp: Tcp;
  readonly udp: Udp;
  readonly late: Latency;
  status = R.SOCK_CLOSED;
  interrupts = 0;
  /** a SEND was accepted and its SEND_OK (or the end) has not come yet */
  sending = false;
  private sends = 0;
  /** what was written to registers that no command has taken, by address */
  private written = new Map<number, number>();
  private command = 0;
  /** Sn_SR as the host last read it: a command may cross with a change it could not know of */
  private seen = R.SOCK_CLOSED;

  constructor(
    readonly n: number,
    readonly core: Core,
    tx: Pool,
    rx: Pool,
  ) {
    this.late = new Latency(core.clock);
    this.buffers = new Buffers(this, tx, rx);
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

  canSend(): boolean {
    return SENDING.includes(this.status) || SENDING.includes(this.seen);
  }

  // ---- what tcp.ts and udp.ts report

  /** A masked event does not show in Sn_IR (datasheet p. 56). */
  raise(bits: number): void {
    this.interrupts |= bits & this.regs[R.Sn_IMR];
    this.core.changed();
  }

  become(status: number): void {
    this.status = status;
    if (status === R.SOCK_CLOSED) this.sending = false;
  }

  sendOk(): void {
    if (!this.sending) return;
    const which = this.sends;
    const delay = this.core.faults.sendOkDelayMs;
    const done = () => {
      if (!this.sending || which !== this.sends) return;
      this.sending = false;
      this.raise(R.INT_SEND_OK);
    };
    if (!delay) done();
    else if (delay !== Infinity) this.core.clock.setTimeout(done, delay);
  }

  deposit(...pieces: Uint8Array[]): void {
    this.buffers.deposit(pieces);
    this.raise(R.INT_RECV);
  }

  // ---- registers

  readRegister(address: number): number {
    switch (address) {
      case R.Sn_CR:
        return this.command;
      case R.Sn_IR:
        return this.interrupts;
      case R.Sn_SR:
        this.seen = this.status;
        return this.udp.asking ? R.SOCK_ARP : this.status;
    }
    const reg = R.SOCKET_MAP[address];
    if (!reg) {
      this.violate(`read of reserved 0x${address.toString(16)}`);
      return 0;
    }
    if (!reg.readOnly) return this.regs[address];
    const value = this.buffers.pointer(reg.address);
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
    if (this.needs(reg.address)) this.violate(`${reg.name} written while ${R.STATUS_NAMES[this.status]}`);
    const size = address === R.Sn_RXBUF_SIZE || address === R.Sn_TXBUF_SIZE;
    if (size && !VALID_SIZES.includes(value)) return this.violate(`${reg.name} of ${value} KB`);
    if (TAKEN_BY_COMMAND.includes(reg.address)) this.written.set(address, value);
    else this.regs[address] = value;
    if (address === R.Sn_KPALVTR) this.tcp.touch();
    if (address === R.Sn_IMR) this.core.changed();
  }

  /** the register is in use and must not change now */
  private needs(address: number): boolean {
    const open = this.status !== R.SOCK_CLOSED || this.command === R.OPEN;
    if (FIXED_BY_OPEN.includes(address)) return open;
    if (address !== R.Sn_DIPR && address !== R.Sn_DPORT) return false;
    return this.mode === R.MODE_UDP ? this.sending : open && this.status !== R.SOCK_INIT;
  }

  // ---- commands

  private order(code: number): void {
    if (this.command) {
      const name = R.COMMAND_NAMES[code] ?? `0x${code.toString(16)}`;
      return this.violate(`Sn_CR <- ${name} while ${R.COMMAND_NAMES[this.command] ?? this.command} is not accepted`);
    }
    const seen = this.seen;
    this.command = code;
    this.soon(() => {
      const stuck = this.core.faults.commandStuck;
      if (stuck === true || stuck === this.n) return;
      this.command = 0;
      for (const [address, value] of this.written) this.regs[address] = value;
      this.written.clear();
      this.execute(code, seen);
    });
  }

  /** in a few frames, or very soon */
  soon(fn: () => void): void {
    const [low, high] = this.core.settings.commandFrames;
    this.late.after(this.core.random.int(low, high), this.core.settings.commandMs, fn);
  }

  private execute(code: number, seen: number): void {
    const name = R.COMMAND_NAMES[code];
    if (!name) return this.violate(`unknown command 0x${code.toString(16)}`);
    if (code === R.CLOSE) return this.close();
    const states = LEGAL[code];
    const leftOver = code === R.RECV && this.status === R.SOCK_CLOSED && this.buffers.rxCount > 0;
    if (!states.includes(this.status) && !leftOver) {
      if (!states.includes(seen)) this.violate(`${name} while ${R.STATUS_NAMES[this.status]}`);
      return;
    }
    if (code === R.OPEN) this.open();
    else if (code === R.RECV) this.release();
    else if (code === R.SEND || code === R.SEND_MAC) this.send(code === R.SEND_MAC);
    else this.tcp.command(code);
  }

  private open(): void {
    const mode = this.mode;
    if (this.buffers.overcommitted()) this.violate('OPEN with buffers of more than 16 KB in all');
    if (mode === R.MODE_MACRAW && this.n > 0) return this.violate('OPEN as MACRAW, which only socket 0 can');
    if (mode !== R.MODE_TCP && mode !== R.MODE_UDP) return this.violate(`OPEN with Sn_MR mode ${mode}`);
    if (!this.port) this.violate('OPEN with Sn_PORT 0');
    if (!this.txSize || !this.rxSize) this.violate('OPEN with a buffer of 0 KB');
    this.buffers.restart();
    this.sending = false;
    this.soon(() => {
      this.status = this.seen = mode === R.MODE_TCP ? R.SOCK_INIT : R.SOCK_UDP;
    });
  }

  /** Nothing is sent: the peer learns of it with its next segment (datasheet p. 47). */
  private close(): void {
    this.tcp.stop();
    this.udp.stop();
    this.sending = false;
    this.soon(() => {
      this.status = this.seen = R.SOCK_CLOSED;
      this.buffers.rxDone = this.buffers.rxWr;
    });
  }

  private release(): void {
    const rd = this.word(R.Sn_RX_RD);
    const { rxDone, rxCount } = this.buffers;
    const count = (rd - rxDone) & 0xffff;
    if (count > rxCount) return this.violate(`RECV with Sn_RX_RD ${count} bytes on, but ${rxCount} received`);
    this.buffers.rxDone = rd;
    this.tcp.windowMoved();
    // relatives say so again as long as there is something to read
    if (this.buffers.rxCount && this.core.random.chance(0.5)) this.raise(R.INT_RECV);
  }

  private send(withMac: boolean): void {
    const { txSent, txFree } = this.buffers;
    const count = (this.word(R.Sn_TX_WR) - txSent) & 0xffff;
    if (this.sending) this.violate('SEND before SEND_OK of the last one');
    if (!count) return this.violate('SEND of no bytes');
    if (count > txFree) return this.violate(`SEND of ${count} bytes with ${txFree} free`);
    this.sending = true;
    if (this.core.faults.sendsLost-- > 0) return;
    this.core.faults.sendsLost = 0;
    this.buffers.commit(count);
    this.sends++;
    if (this.mode === R.MODE_UDP) this.udp.send(count, withMac);
    else this.tcp.send(count);
  }

  reset(): void {
    this.late.clear();
    this.tcp.stop();
    this.udp.stop();
    this.regs.set(R.socketReset());
    this.written.clear();
    this.status = this.seen = R.SOCK_CLOSED;
    this.command = this.interrupts = 0;
    this.sending = false;
    this.buffers.reset();
  }
}
