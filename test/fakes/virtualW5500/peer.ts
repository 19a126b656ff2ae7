// The far end of one TCP connection with the chip: a small honest TCP that keeps to the chip's window.
// Whoever stands behind it (a real socket, a script) sees a stream.

import { ACK, DEFAULT_MSS, EMPTY, FIN, MAX_MSS, RST, seqAdd, seqDiff, SYN, type TcpSegment } from './packets';
import { ByteQueue } from './byteQueue';
import { Outgoing } from './outgoing';
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
  state: 'opening' | 'open' | 'closed' = 'opening';
  private out = new Outgoing();
  private queue = new ByteQueue();
  private rcv = 0;
  private untaken = 0;
  private offered = 65535;
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
    this.out.begin(wire.random.int(0, 0xffffffff), MAX_MSS);
  }

  /** bytes the chip could take right now, beyond those that are queued */
  get room(): number {
    return Math.max(0, this.out.window - this.out.unacked);
  }

  /** bytes given to `write` that the chip has not acknowledged */
  get queued(): number {
    return this.out.unacked;
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
    this.queue.push(bytes);
    this.out.add(bytes.length);
    this.pump();
  }

  end(): void {
    this.out.finish();
    this.pump();
  }

  /** Dies without a word, and leaves no timer behind. */
  die(): void {
    this.dead = true;
    this.stopTimer();
    this.wire.clock.clearTimeout(this.ackTimer);
  }

  reset(): void {
    if (this.state === 'closed') return;
    this.emit(RST | ACK, this.out.next);
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
    this.out.mss = Math.min(this.out.mss, syn.mss ?? DEFAULT_MSS);
    this.sendSyn(SYN | ACK);
  }

  /** nobody listens there */
  refuse(syn: TcpSegment): void {
    this.rcv = seqAdd(syn.seq, 1);
    this.emit(RST | ACK, 0);
    this.close('reset');
  }

  /** calls the chip */
  dial(): void {
    this.sendSyn(SYN);
  }

  private sendSyn(flags: number): void {
    const again = () => this.emit(flags, this.out.synSeq);
    again();
    this.wait(again);
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
      mss: flags & SYN ? this.out.mss : undefined,
      data,
    });
  }

  private ack(): void {
    this.emit(ACK, this.out.next);
  }

  private pump(): void {
    if (this.state !== 'open') return;
    for (let piece = this.out.take(this.slice()); piece; piece = this.out.take(this.slice())) {
      this.emit(piece.flags, piece.seq, this.queue.read(piece.offset, piece.count));
    }
    if ((this.out.inFlight || this.out.unacked) && !this.timer) this.wait(() => this.again());
  }

  /** Segments come in all lengths: mostly full, now and then short. */
  private slice(): number {
    const { random } = this.wire;
    return random.chance(0.8) ? this.out.mss : random.int(1, this.out.mss);
  }

  private again(): void {
    this.out.rewind();
    this.pump();
    // a closed window: ask for news with an old sequence number
    if (!this.out.inFlight) this.emit(ACK, seqAdd(this.out.next, -1));
  }

  private wait(again: () => void): void {
    this.stopTimer();
    const ms = RETRY_MS * 2 ** Math.min(this.tries, 6);
    this.timer = this.wire.clock.setTimeout(() => {
      this.timer = null;
      if (this.dead) return;
      const probing = this.out.window === 0 && this.state === 'open';
      if (!probing && this.tries++ >= RETRIES) return this.close('timeout');
      this.wait(again);
      again();
    }, ms);
  }

  private stopTimer(): void {
    this.wire.clock.clearTimeout(this.timer);
    this.timer = null;
  }

  // ---- receiving

  receive(segment: TcpSegment): void {
    if (this.dead || this.state === 'closed') return;
    const { flags, ack } = segment;
    const opening = this.state === 'opening';
    if (flags & RST) {
      if (!opening || !(flags & ACK) || this.out.acksSyn(ack)) this.close('reset');
      return;
    }
    if (opening) {
      if (!(flags & ACK) || !this.out.acksSyn(ack)) return;
      this.opened(segment);
    }
    if (flags & SYN) return this.ack();
    if (flags & ACK) this.heardAck(segment);
    if (this.isOpen()) this.heardData(segment);
  }

  private isOpen(): boolean {
    return this.state === 'open';
  }

  private opened(segment: TcpSegment): void {
    if (segment.flags & SYN) {
      this.rcv = seqAdd(segment.seq, 1);
      this.out.mss = Math.min(this.out.mss, segment.mss ?? DEFAULT_MSS);
    }
    this.out.synAcked(segment.wnd);
    this.stopTimer();
    this.tries = 0;
    this.state = 'open';
    this.events.onOpen?.(this);
    this.pump();
  }

  private heardAck(segment: TcpSegment): void {
    const passed = this.out.heard(segment.ack, segment.wnd);
    if (passed < 0) return;
    if (passed > 0) {
      this.tries = 0;
      this.stopTimer();
      this.queue.dropTo(this.out.acked);
      if (this.out.finAcked && this.finSeen) return this.close('fin');
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
    if (this.out.finAcked) this.close('fin');
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
