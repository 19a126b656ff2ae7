// A chip on a bench: a clock moved by hand, a network, and registers reached by hand-made SPI frames.

import { Lan, ManualClock, VirtualW5500, type ChipOptions, type LanOptions } from './virtualW5500';
import * as R from './virtualW5500/registers';

export const CHIP_IP = [10, 0, 0, 50];

export interface Datagram {
  /** address (4 bytes) and port (2) */
  from: number[];
  data: number[];
}

export class Rig {
  readonly clock = new ManualClock();
  readonly chip: VirtualW5500;
  readonly lan: Lan;

  constructor(options: ChipOptions = {}, lanOptions: Partial<LanOptions> = {}) {
    this.chip = new VirtualW5500({ clock: this.clock, linkUpMs: 5, sendOk: 'acknowledged', ...options });
    this.lan = new Lan({ clock: this.clock, ...lanOptions });
    this.lan.attach(this.chip);
    this.clock.busy = () => this.lan.busy;
    this.clock.advance(10);
  }

  /** one variable-length frame; what came back on MISO */
  frame(...bytes: number[]): Uint8Array {
    this.chip.select();
    const miso = this.chip.transfer(Uint8Array.from(bytes));
    this.chip.deselect();
    return miso;
  }

  read(block: number, address: number, count: number): number[] {
    const zeros = new Array<number>(count).fill(0);
    return Array.from(this.frame(address >> 8, address & 255, block << 3, ...zeros).subarray(3));
  }

  write(block: number, address: number, ...bytes: number[]): void {
    this.frame(address >> 8, address & 255, (block << 3) | 4, ...bytes);
  }

  get(n: number, address: number): number {
    return this.read(n * 4 + 1, address, 1)[0];
  }

  /** a 16-bit register, read until two readings agree */
  get16(n: number, address: number): number {
    for (let last = -1; ;) {
      const [high, low] = this.read(n * 4 + 1, address, 2);
      if (high * 256 + low === last) return last;
      last = high * 256 + low;
    }
  }

  set(n: number, address: number, ...bytes: number[]): void {
    this.write(n * 4 + 1, address, ...bytes);
  }

  set16(n: number, address: number, value: number): void {
    this.set(n, address, (value >> 8) & 255, value & 255);
  }

  /** gives a command and waits until Sn_CR is 0 */
  order(n: number, command: number): void {
    this.set(n, R.Sn_CR, command);
    for (let i = 0; this.get(n, R.Sn_CR); i++) {
      if (i > 100) throw new Error('Sn_CR does not clear');
      this.clock.advance(0.01);
    }
  }

  until(done: () => boolean, limitMs?: number): Promise<void> {
    return this.clock.until(done, limitMs);
  }

  status(n: number): number {
    return this.get(n, R.Sn_SR);
  }

  /** MAC, mask, gateway and IP in one frame of 21 bytes */
  address(ip = CHIP_IP): void {
    this.write(0, R.GAR, 10, 0, 0, 1, 255, 255, 255, 0, 2, 8, 220, 1, 2, 3, ...ip);
  }

  open(n: number, mode: number, port: number): void {
    this.set(n, R.Sn_MR, mode);
    this.set16(n, R.Sn_PORT, port);
    this.order(n, R.OPEN);
    this.clock.advance(0.1);
  }

  to(n: number, ip: number[], port: number): void {
    this.set(n, R.Sn_DIPR, ...ip, port >> 8, port & 255);
  }

  async connect(n: number, ip: number[], port: number, localPort = 50000 + n): Promise<void> {
    this.open(n, R.MODE_TCP, localPort);
    if (this.status(n) !== R.SOCK_INIT) throw new Error('socket is not open');
    this.to(n, ip, port);
    this.order(n, R.CONNECT);
    await this.until(() => [R.SOCK_ESTABLISHED, R.SOCK_CLOSED].includes(this.status(n)));
  }

  /** writes into the TX buffer and gives SEND */
  put(n: number, data: ArrayLike<number>): void {
    const at = this.get16(n, R.Sn_TX_WR);
    this.write(n * 4 + 2, at, ...Array.from(data));
    this.set16(n, R.Sn_TX_WR, at + data.length);
    this.order(n, R.SEND);
  }

  async send(n: number, data: ArrayLike<number>): Promise<void> {
    this.put(n, data);
    await this.until(() => (this.get(n, R.Sn_IR) & R.INT_SEND_OK) !== 0);
    this.set(n, R.Sn_IR, R.INT_SEND_OK);
  }

  /** takes up to `max` received bytes and gives RECV */
  take(n: number, max = Infinity): number[] {
    const count = Math.min(this.get16(n, R.Sn_RX_RSR), max);
    if (!count) return [];
    const at = this.get16(n, R.Sn_RX_RD);
    const data = this.read(n * 4 + 3, at, count);
    this.set16(n, R.Sn_RX_RD, at + count);
    this.order(n, R.RECV);
    return data;
  }

  /** takes all datagrams that have come, each behind its 8 bytes of header */
  takeDatagrams(n: number): Datagram[] {
    const all = this.take(n);
    const datagrams: Datagram[] = [];
    for (let at = 0; at < all.length;) {
      const end = at + 8 + all[at + 6] * 256 + all[at + 7];
      datagrams.push({ from: all.slice(at, at + 6), data: all.slice(at + 8, end) });
      at = end;
    }
    return datagrams;
  }
}

export const bytes = (text: string): number[] => Array.from(Buffer.from(text, 'latin1'));
export const text = (data: ArrayLike<number>): string => Buffer.from(Array.from(data)).toString('latin1');
