// The TX and RX buffer of one socket: pointers that run through 16 bits, and what may be touched where.

import * as R from './registers';
import type { Core } from './options';
import type { Pool } from './memory';

/** what the buffers need to know of their socket */
interface Owner {
  readonly n: number;
  readonly core: Core;
  readonly regs: Uint8Array;
  readonly txSize: number;
  readonly rxSize: number;
  setWord(address: number, value: number): void;
  violate(what: string): void;
  /** the TX buffer may be filled now */
  canSend(): boolean;
}

export class Buffers {
  /** TX: sent so far, taken by SEND, acknowledged. RX: written so far, released by RECV. */
  txRd = 0;
  txSent = 0;
  txAcked = 0;
  rxWr = 0;
  rxDone = 0;

  constructor(
    private s: Owner,
    private tx: Pool,
    private rx: Pool,
  ) {}

  get txFree(): number {
    return this.s.txSize - ((this.txSent - this.txAcked) & 0xffff);
  }
  get rxCount(): number {
    return (this.rxWr - this.rxDone) & 0xffff;
  }
  get rxFree(): number {
    return Math.max(0, this.s.rxSize - this.rxCount);
  }

  reset(): void {
    this.txRd = this.txSent = this.txAcked = this.rxWr = this.rxDone = 0;
  }

  /** at OPEN, and again while connecting (datasheet p. 54) */
  restart(): void {
    const { settings, random } = this.s.core;
    const start = () => settings.pointers ?? (random.chance(0.5) ? random.int(0xf800, 0xffff) : random.int(0, 0xffff));
    this.txRd = this.txSent = this.txAcked = start();
    this.rxWr = this.rxDone = start();
    this.s.setWord(R.Sn_TX_WR, this.txSent);
    this.s.setWord(R.Sn_RX_RD, this.rxDone);
    this.tx.take(this.s.n, 0, this.s.txSize);
  }

  overcommitted(): boolean {
    return this.tx.total() > 0x4000 || this.rx.total() > 0x4000;
  }

  /** Sn_TX_FSR, Sn_TX_RD, Sn_RX_RSR, Sn_RX_WR */
  pointer(address: number): number {
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

  /** bytes that are to go out, from a pointer on */
  outgoing(at: number, count: number): Uint8Array {
    return this.tx.read(this.s.n, at, count);
  }

  /** SEND: the bytes from the last SEND up to Sn_TX_WR */
  commit(count: number): void {
    const stale = this.tx.take(this.s.n, this.txSent, count);
    if (stale) this.s.violate(`SEND of ${count} bytes, ${stale} of which were not written`);
    this.txSent = (this.txSent + count) & 0xffff;
  }

  /** puts received bytes into the RX buffer; the caller has checked the room */
  deposit(pieces: Uint8Array[]): void {
    for (const piece of pieces) {
      this.rx.write(this.s.n, this.rxWr, piece);
      this.rxWr = (this.rxWr + piece.length) & 0xffff;
    }
  }

  /** a byte of the TX block from the bus */
  writeTx(address: number, value: number): void {
    const s = this.s;
    if (!s.txSize) return s.violate('TX buffer of 0 KB written');
    if (!s.canSend()) s.violate('TX buffer written while nothing can be sent');
    const offset = (address - this.txSent) & (s.txSize - 1);
    if (offset >= this.txFree) s.violate(`TX buffer written at 0x${address.toString(16)}, which is not free`);
    this.tx.put(s.n, address, value);
  }

  readTx(address: number): number {
    if (!this.s.txSize) this.s.violate('TX buffer of 0 KB read');
    return this.tx.get(this.s.n, address);
  }

  /** a byte of the RX block to the bus */
  readRx(address: number): number {
    const s = this.s;
    const offset = (address - this.rxDone) & (s.rxSize - 1);
    if (!s.rxSize) s.violate('RX buffer of 0 KB read');
    else if (offset >= this.rxCount) {
      s.violate(`RX buffer read at 0x${address.toString(16)}, where nothing was received`);
    }
    return this.rx.get(s.n, address);
  }
}
