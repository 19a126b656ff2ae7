// The far end of one TCP connection with the chip: a small honest TCP that keeps to the chip's window.
// Whoever stands behind it (a real socket, a script) sees a stream.

import { ACK, EMPTY, FIN, PSH, RST, seqAdd, seqDiff, SYN, type TcpSegment } from './packets';
import type { Clock } from './clock';
import type { Random } from './random';

/** what the user of a stream is told */
export interface StreamEvents {
  onOpen?(stream: Stream): void;
  /** bytes of the chip; call `stream.taken(count)` when they are used up, unless `autoTake` is on */
  onData?(bytes: Uint8Array, stream: Stream): void;
  /** the chip has acknowledged bytes or opened its window */
  onRoom?(stream: Stream): void;
  /** the chip sent FIN */
  onEnd?(stream: Stream): void;
  onClose?(why: 'fin' | 'reset' | 'timeout', stream: Stream): void;
}

/** what a stream needs of the network */
export interface Wire {
  readonly clock: Clock;
  readonly random: Random;
  /** sends to the chip, with `from` and `to` filled in */
  segment(segment: Omit<TcpSegment, 'proto' | 'from' | 'to'>): void;
  gone(stream: Stream): void;
}

const RETRY_MS = 250;
const RETRIES = 8;
const DELAYED_ACK_MS = 40;

export class Stream {
  /** bytes are acknowledged as they come, without `taken()` */
  autoTake = true;
  /** a peer that died without a word: hears nothing, says nothing */
  dead = false;
  /** largest segment sent to the chip */
  mss = 1460;
  state: 'opening' | 'open' | 'closed' = 'opening';
  private queue: Uint8Array = EMPTY;
  private una: number;
  private nxt: number;
  private rcv = 0;
  private untaken = 0;
  private offered = 65535;
  private chipWindow = 0;
  private finWanted = false;
  private finSent = false;
  private finSeen = false;
  private tries = 0;
  private timer: unknown = null;
  private ackTimer: unknown = null;

  constructor(
    private wire: Wire,
    /** the peer's address, then the chip's */
    readonly ip: string,
    readonly port: number,
    readonly chipIp: string,
    readonly chipPort: number,
    public events: StreamEvents,
  ) {
    this.una = this.nxt = Math.floor(wire.random.next() * 4294967296);
  }

  /** bytes the chip could take right now, beyond those that are queued */
  get room(): number {
    return Math.max(0, this.chipWindow - this.queue.length);
  }

  /** bytes given to `write` that the chip has not acknowledged */
  get queued(): number {
    return this.queue.length;
  }

  /** receive window shown to the chip; 0 stops it */
  get window(): number {
    return this.offered;
  }
  set window(bytes: number) {
    this.offered = bytes;
    if (this.state === 'open') this.ack();
  }

  write(data: Uint8Array | string): void {
    if (this.state === 'closed') return;
    const bytes = typeof data === 'string' ? new Uint8Array(Buffer.from(data, 'latin1')) : data;
    const joined = new Uint8Array(this.queue.length + bytes.length);
    joined.set(this.queue);
    joined.set(bytes, this.queue.length);
    this.queue = joined;
    this.pump();
  }

  end(): void {
    this.finWanted = true;
    this.pump();
  }

  reset(): void {
    if (this.state === 'closed') return;
    this.emit(RST | ACK, this.nxt);
    this.close('reset');
  }

  /** `count` bytes of those handed to `onData` are used up */
  taken(count: number): void {
    this.untaken -= count;
    if (this.state !== 'closed') this.ack();
  }

  // ---- opening

  /** answers the SYN that has come */
  accept(syn: TcpSegment): void {
    this.rcv = seqAdd(syn.seq, 1);
    this.chipWindow = syn.wnd;
    this.mss = Math.min(this.mss, syn.mss ?? 536);
    this.sendSyn(SYN | ACK);
  }

  /** nobody listens there */
  refuse(syn: TcpSegment): void {
    this.rcv = seqAdd(syn.seq, 1);
    this.nxt = 0;
    this.emit(RST | ACK, 0);
    this.close('reset');
  }

  /** calls the chip */
  dial(): void {
    this.sendSyn(SYN);
  }

  private sendSyn(flags: number): void {
    this.emit(flags, this.una, EMPTY);
    this.nxt = seqAdd(this.una, 1);
    this.wait(() => this.emit(flags, this.una, EMPTY));
  }

  // ---- sending

  private emit(flags: number, seq: number, data: Uint8Array = EMPTY): void {
    if (this.dead) return;
    this.wire.clock.clearTimeout(this.ackTimer);
    this.ackTimer = null;
    this.wire.segment({
      src: this.ip,
      dst: this.chipIp,
      sport: this.port,
      dport: this.chipPort,
      seq,
      ack: flags & ACK ? this.rcv : 0,
      flags,
      wnd: Math.min(65535, Math.max(0, this.offered - this.untaken)),
      mss: flags & SYN ? this.mss : undefined,
      data,
    });
  }

  private ack(): void {
    if (!this.dead) this.emit(ACK, this.nxt);
  }

  private pump(): void {
    if (this.state !== 'open') return;
    for (;;) {
      const sent = seqDiff(this.nxt, this.una);
      const count = Math.min(this.queue.length - sent, this.chipWindow - sent, this.slice());
      if (count <= 0) break;
      const seq = this.nxt;
      this.nxt = seqAdd(seq, count);
      this.emit(PSH | ACK, seq, this.queue.slice(sent, sent + count));
    }
    if (this.finWanted && !this.finSent && seqDiff(this.nxt, this.una) === this.queue.length) {
      this.finSent = true;
      this.emit(FIN | ACK, this.nxt);
      this.nxt = seqAdd(this.nxt, 1);
    }
    if ((this.nxt !== this.una || this.queue.length) && !this.timer) this.wait(() => this.again());
  }

  /** Segments come in all lengths: mostly full, now and then short. */
  private slice(): number {
    return this.wire.random.chance(0.8) ? this.mss : this.wire.random.int(1, this.mss);
  }

  private again(): void {
    this.nxt = this.una;
    this.finSent = false;
    this.pump();
    // a closed window: ask for news with an old sequence number
    if (this.nxt === this.una) this.emit(ACK, seqAdd(this.una, -1));
  }

  private wait(again: () => void): void {
    this.stopTimer();
    const { clock } = this.wire;
    this.timer = clock.setTimeout(
      () => {
        this.timer = null;
        if (this.dead) return;
        const probing = this.chipWindow === 0 && this.state === 'open';
        if (!probing && this.tries++ >= RETRIES) return this.close('timeout');
        this.wait(again);
        again();
      },
      RETRY_MS * 2 ** Math.min(this.tries, 6),
    );
  }

  private stopTimer(): void {
    this.wire.clock.clearTimeout(this.timer);
    this.timer = null;
  }

  // ---- receiving

  receive(segment: TcpSegment): void {
    if (this.dead || this.state === 'closed') return;
    const { flags } = segment;
    if (flags & RST) {
      if (!(flags & ACK) || this.state !== 'opening' || segment.ack === this.nxt) this.close('reset');
      return;
    }
    if (this.state === 'opening') {
      if (!(flags & ACK) || segment.ack !== this.nxt) return;
      if (flags & SYN) {
        this.rcv = seqAdd(segment.seq, 1);
        this.mss = Math.min(this.mss, segment.mss ?? 536);
      }
      this.una = segment.ack;
      this.stopTimer();
      this.tries = 0;
      this.state = 'open';
      this.chipWindow = segment.wnd;
      if (flags & SYN) this.ack();
      this.events.onOpen?.(this);
    }
    if (flags & SYN) return this.ack();
    if (flags & ACK) this.heardAck(segment);
    if (this.isOpen()) this.heardData(segment);
  }

  private isOpen(): boolean {
    return this.state === 'open';
  }

  private heardAck(segment: TcpSegment): void {
    const passed = seqDiff(segment.ack, this.una);
    if (passed < 0 || passed > this.queue.length + 1) return;
    this.chipWindow = segment.wnd;
    if (passed > 0) {
      this.tries = 0;
      this.stopTimer();
      const finAcked = passed > this.queue.length;
      this.queue = this.queue.slice(Math.min(passed, this.queue.length));
      this.una = segment.ack;
      if (seqDiff(this.nxt, this.una) < 0) this.nxt = this.una;
      if (finAcked) {
        this.finSent = true;
        this.finWanted = false;
        if (this.finSeen) return this.close('fin');
      }
    }
    this.pump();
    this.events.onRoom?.(this);
  }

  private heardData(segment: TcpSegment): void {
    const count = segment.data.length;
    const isFin = (segment.flags & FIN) !== 0;
    if (!count && !isFin) {
      if (seqDiff(segment.seq, this.rcv) < 0) this.ack();
      return;
    }
    if (segment.seq !== this.rcv || this.finSeen) return this.ack();
    this.rcv = seqAdd(this.rcv, count + (isFin ? 1 : 0));
    if (count) {
      if (!this.autoTake) this.untaken += count;
      if (!this.ackTimer) this.ackTimer = this.wire.clock.setTimeout(() => this.ack(), DELAYED_ACK_MS);
      this.events.onData?.(segment.data, this);
      if (this.autoTake && this.isOpen()) this.ack();
    }
    if (!isFin || !this.isOpen()) return;
    this.finSeen = true;
    this.ack();
    this.events.onEnd?.(this);
    if (this.finSent && this.nxt === this.una) this.close('fin');
  }

  private close(why: 'fin' | 'reset' | 'timeout'): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.stopTimer();
    this.wire.clock.clearTimeout(this.ackTimer);
    this.wire.gone(this);
    this.events.onClose?.(why, this);
  }
}
