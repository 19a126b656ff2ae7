// The sending half of a connection, of the chip or of its peer: sequence numbers and the other side's window.
// Bytes are known by their offset from the first one of the connection.

import { ACK, DEFAULT_MSS, FIN, PSH, seqAdd, seqDiff } from './packets';

/** one segment to send: `count` bytes from `offset` on */
export interface Piece {
  flags: number;
  seq: number;
  offset: number;
  count: number;
}

export class Outgoing {
  mss = DEFAULT_MSS;
  /** as the peer last announced it */
  window = 0;
  private iss = 0;
  private una = 0;
  private nxt = 0;
  /** where the data given to SEND ends; the FIN comes after it */
  private end = 0;
  private finWanted = false;
  private finSent = false;

  begin(iss: number, mss: number): void {
    this.iss = this.una = iss;
    this.nxt = this.end = seqAdd(iss, 1);
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

  get allSent(): boolean {
    return seqDiff(this.nxt, this.end) >= 0;
  }

  get allAcked(): boolean {
    return seqDiff(this.una, this.end) >= 0;
  }

  get finAcked(): boolean {
    return seqDiff(this.una, this.end) === 1;
  }

  /** offset of the first byte that is not acknowledged */
  get acked(): number {
    return this.offset(this.allAcked ? this.end : this.una);
  }

  /** bytes given that are not acknowledged, sent or not */
  get unacked(): number {
    return this.offset(this.end) - this.acked;
  }

  private offset(seq: number): number {
    return seqDiff(seq, seqAdd(this.iss, 1));
  }

  /** the next segment that data and window allow, then the FIN; null when there is none */
  take(limit = this.mss): Piece | null {
    const room = seqDiff(seqAdd(this.una, this.window), this.nxt);
    const count = Math.min(seqDiff(this.end, this.nxt), room, limit);
    const seq = this.nxt;
    if (count > 0) {
      this.nxt = seqAdd(seq, count);
      return { flags: PSH | ACK, seq, offset: this.offset(seq), count };
    }
    if (!this.finWanted || this.finSent || seq !== this.end) return null;
    this.finSent = true;
    this.nxt = seqAdd(seq, 1);
    return { flags: FIN | ACK, seq, offset: this.offset(seq), count: 0 };
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
