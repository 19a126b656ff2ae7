// The sending half of a connection: sequence numbers, the peer's window, and where the bytes lie in the TX buffer.

import { ACK, FIN, PSH, seqAdd, seqDiff } from './packets';

/** one segment to send: `count` bytes from TX pointer `at` */
export interface Piece {
  flags: number;
  seq: number;
  at: number;
  count: number;
}

export class Outgoing {
  mss = 536;
  /** as the peer last announced it */
  window = 0;
  private iss = 0;
  private una = 0;
  private nxt = 0;
  /** where the data given to SEND ends; the FIN comes after it */
  private end = 0;
  private firstByte = 0;
  private finWanted = false;
  private finSent = false;

  begin(iss: number, firstByte: number, mss: number): void {
    this.iss = this.una = iss;
    this.nxt = this.end = seqAdd(iss, 1);
    this.firstByte = firstByte;
    this.mss = mss;
    this.window = 0;
    this.finWanted = this.finSent = false;
  }

  get synSeq(): number {
    return this.iss;
  }

  /** sequence number of a segment without data */
  get next(): number {
    return this.nxt;
  }

  /** this number acknowledges our SYN and nothing else */
  acksSyn(ack: number): boolean {
    return ack === seqAdd(this.iss, 1);
  }

  synAcked(window: number): void {
    this.una = seqAdd(this.iss, 1);
    this.window = window;
  }

  add(count: number): void {
    this.end = seqAdd(this.end, count);
  }

  finish(): void {
    this.finWanted = true;
  }

  /** something is on its way and not acknowledged */
  get inFlight(): boolean {
    return this.nxt !== this.una;
  }

  get allAcked(): boolean {
    return seqDiff(this.una, this.end) >= 0;
  }

  get finAcked(): boolean {
    return seqDiff(this.una, this.end) === 1;
  }

  /** TX pointer of the first byte that is not acknowledged */
  get ackedTo(): number {
    return this.pointer(this.finAcked ? this.end : this.una);
  }

  private pointer(seq: number): number {
    return (this.firstByte + seqDiff(seq, seqAdd(this.iss, 1))) & 0xffff;
  }

  /** the next segment that data and window allow, then the FIN; null when there is none */
  take(): Piece | null {
    const room = seqDiff(seqAdd(this.una, this.window), this.nxt);
    const count = Math.min(seqDiff(this.end, this.nxt), room, this.mss);
    const seq = this.nxt;
    if (count > 0) {
      this.nxt = seqAdd(seq, count);
      return { flags: PSH | ACK, seq, at: this.pointer(seq), count };
    }
    if (!this.finWanted || this.finSent || seq !== this.end) return null;
    this.finSent = true;
    this.nxt = seqAdd(seq, 1);
    return { flags: FIN | ACK, seq, at: this.pointer(seq), count: 0 };
  }

  /** send again from the first byte that is not acknowledged */
  rewind(): void {
    this.nxt = this.una;
    if (!this.finAcked) this.finSent = false;
  }

  /** by how much an acknowledgement moves us on; -1 for an old or an impossible one */
  heard(ack: number, window: number): number {
    const passed = seqDiff(ack, this.una);
    if (passed < 0 || seqDiff(ack, seqAdd(this.end, this.finWanted ? 1 : 0)) > 0) return -1;
    this.window = window;
    this.una = ack;
    if (seqDiff(this.nxt, ack) < 0) this.nxt = ack;
    if (this.finAcked) this.finSent = true;
    return passed;
  }
}
