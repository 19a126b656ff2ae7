// The chip's side of one TCP connection: segments out, segments in, and the states of datasheet p. 46-50.
// No reordering is expected of the network; a gap is dropped and asked for again.

import * as R from './registers';
import {
  ACK,
  DEFAULT_MSS,
  EMPTY,
  FIN,
  ipBytes,
  macBytes,
  macText,
  MAX_MSS,
  RST,
  seqAdd,
  seqDiff,
  SYN,
  type TcpSegment,
} from './packets';
import { Outgoing } from './outgoing';
import { Retry } from './retry';
import type { Core } from './options';
import type { Socket } from './socket';

/** the unit of Sn_KPALVTR (datasheet p. 57) */
const KEEP_ALIVE_UNIT_MS = 5000;

export class Tcp {
  /** a connection exists or is being made */
  active = false;
  private core: Core;
  private out = new Outgoing();
  private retry: Retry;
  /** TX pointer of offset 0 */
  private firstByte = 0;
  private rcv = 0;
  private finSeen = false;
  private exchanged = false;
  /** SEND is over once all has been sent: of this family's relatives that is known, of this chip it is not */
  private early = false;
  private delayedAck: unknown = null;
  private idle: unknown = null;
  private stopArp: () => void = () => {};

  constructor(private s: Socket) {
    this.core = s.core;
    this.retry = new Retry(
      s.core,
      'doubling',
      () => this.again(),
      () => this.timeout(),
    );
  }

  // ---- commands

  command(code: number): void {
    const s = this.s;
    if (code === R.CONNECT) return this.connect();
    if (code === R.LISTEN) return s.soon(() => s.become(R.SOCK_LISTEN));
    if (code === R.SEND_KEEP) {
      if (s.regs[R.Sn_KPALVTR]) return s.violate('SEND_KEEP with Sn_KPALVTR set');
      if (this.exchanged) this.probe();
      return;
    }
    // DISCON
    s.become(s.status === R.SOCK_CLOSE_WAIT ? R.SOCK_LAST_ACK : R.SOCK_FIN_WAIT);
    this.out.finish();
    this.output();
  }

  private connect(): void {
    const { s, core } = this;
    const rival = core.rivalOf(s);
    if (core.ip === '0.0.0.0') s.violate('CONNECT with SIPR 0.0.0.0');
    if (s.peerIp === '0.0.0.0' || s.peerIp === '255.255.255.255') s.violate(`CONNECT to ${s.peerIp}`);
    if (!s.peerPort) s.violate('CONNECT to port 0');
    if (rival >= 0) s.violate(`CONNECT from port ${s.port} to ${s.peerIp}:${s.peerPort}, as S${rival} does`);
    this.start();
    if (core.random.chance(0.25)) s.become(R.SOCK_ARP);
    this.stopArp = core.resolve(s.peerIp, (mac) => {
      if (!mac) return this.timeout();
      s.regs.set(macBytes(mac), R.Sn_DHAR);
      s.become(R.SOCK_SYNSENT);
      this.sendSyn(SYN);
    });
  }

  /** A SYN for a listening socket: the socket itself becomes the connection. */
  accept(segment: TcpSegment): void {
    const s = this.s;
    s.regs.set(ipBytes(segment.src), R.Sn_DIPR);
    s.regs.set(macBytes(segment.from), R.Sn_DHAR);
    s.setWord(R.Sn_DPORT, segment.sport);
    this.start();
    this.heardSyn(segment);
    s.become(R.SOCK_SYNRECV);
    this.sendSyn(SYN | ACK);
  }

  private start(): void {
    const s = this.s;
    const asked = s.word(R.Sn_MSSR);
    s.buffers.restart();
    this.active = true;
    this.finSeen = this.exchanged = false;
    const iss = this.core.random.int(0, 0xffffffff);
    const { sendOk } = this.core.settings;
    this.early = sendOk === 'sent' || (sendOk === 'random' && iss % 2 > 0);
    this.firstByte = s.buffers.txSent;
    this.out.begin(iss, asked >= 1 && asked <= MAX_MSS ? asked : MAX_MSS);
  }

  /** SEND was accepted: `count` more bytes in the TX buffer */
  send(count: number): void {
    this.out.add(count);
    this.output();
  }

  /** RECV was accepted: tell the peer of the room */
  windowMoved(): void {
    const status = this.s.status;
    if (this.active && (status === R.SOCK_ESTABLISHED || status === R.SOCK_FIN_WAIT)) this.ack();
  }

  stop(): void {
    this.active = false;
    this.stopArp();
    this.retry.stop();
    this.core.clock.clearTimeout(this.delayedAck);
    this.core.clock.clearTimeout(this.idle);
    this.delayedAck = this.idle = null;
  }

  /** Keep-alive: only after some data was exchanged (datasheet p. 57). */
  touch(): void {
    const { s, core } = this;
    if (s.status === R.SOCK_TIME_WAIT) return;
    core.clock.clearTimeout(this.idle);
    this.idle = null;
    const period = s.regs[R.Sn_KPALVTR] * KEEP_ALIVE_UNIT_MS;
    if (!this.active || !period || !this.exchanged) return;
    this.idle = core.clock.setTimeout(() => {
      if (s.status === R.SOCK_ESTABLISHED || s.status === R.SOCK_CLOSE_WAIT) this.probe();
      this.touch();
    }, period);
  }

  private probe(): void {
    if (this.retry.running) return;
    this.transmit(ACK, seqAdd(this.out.next, -1));
    this.retry.start();
  }

  // ---- sending

  private transmit(flags: number, seq: number, data: Uint8Array = EMPTY): void {
    const { s, core } = this;
    if (flags & ACK) {
      core.clock.clearTimeout(this.delayedAck);
      this.delayedAck = null;
    }
    core.send({
      proto: 'tcp',
      from: core.mac,
      to: macText(s.regs, R.Sn_DHAR),
      src: core.ip,
      dst: s.peerIp,
      sport: s.port,
      dport: s.peerPort,
      seq,
      ack: flags & ACK ? this.rcv : 0,
      flags,
      wnd: s.buffers.rxFree,
      mss: flags & SYN ? this.out.mss : undefined,
      data,
    });
  }

  private ack(): void {
    this.transmit(ACK, this.out.next);
  }

  private sendSyn(flags: number): void {
    this.transmit(flags, this.out.synSeq);
    this.retry.start();
  }

  /** A closed window is waited for in silence, without a timer: no document speaks of one. */
  private output(): void {
    const { buffers } = this.s;
    for (let piece = this.out.take(); piece; piece = this.out.take()) {
      const at = (this.firstByte + piece.offset) & 0xffff;
      const data = buffers.outgoing(at, piece.count);
      buffers.txRd = (at + piece.count) & 0xffff;
      this.transmit(piece.flags, piece.seq, data);
    }
    if (this.early && this.out.allSent) this.s.sendOk();
    if (!this.out.inFlight) this.retry.stop();
    else if (!this.retry.running) this.retry.start();
  }

  private again(): void {
    const status = this.s.status;
    if (status === R.SOCK_SYNSENT) return this.transmit(SYN, this.out.synSeq);
    if (status === R.SOCK_SYNRECV) return this.transmit(SYN | ACK, this.out.synSeq);
    if (!this.out.inFlight) return this.transmit(ACK, seqAdd(this.out.next, -1));
    this.out.rewind();
    this.output();
  }

  private timeout(): void {
    this.stop();
    this.s.become(R.SOCK_CLOSED);
    this.s.raise(R.INT_TIMEOUT);
  }

  // ---- receiving

  receive(segment: TcpSegment): void {
    const s = this.s;
    const { flags } = segment;
    const fits = (flags & ACK) !== 0 && this.out.acksSyn(segment.ack);
    if (s.status === R.SOCK_SYNSENT) {
      if (!fits || !(flags & (RST | SYN))) return;
      if (flags & RST) return this.wasReset();
      this.heardSyn(segment);
      this.established(segment);
      return this.ack();
    }
    if (flags & RST) return this.wasReset();
    if (s.status === R.SOCK_SYNRECV) {
      if (!fits || flags & SYN) return;
      this.established(segment);
    }
    if (flags & SYN) return this.ack();
    if (flags & ACK) this.heardAck(segment);
    if (this.active) this.heardData(segment);
  }

  private heardSyn(segment: TcpSegment): void {
    this.rcv = seqAdd(segment.seq, 1);
    this.out.mss = Math.min(this.out.mss, segment.mss ?? DEFAULT_MSS);
    this.s.setWord(R.Sn_MSSR, this.out.mss);
  }

  private established(segment: TcpSegment): void {
    this.out.synAcked(segment.wnd);
    this.retry.stop();
    this.s.become(R.SOCK_ESTABLISHED);
    this.s.raise(R.INT_CON);
  }

  /** A RST moves to CLOSED from any state; received bytes stay in the buffer, SEND_OK never comes. */
  private wasReset(): void {
    this.stop();
    const { settings, random } = this.core;
    const tell = settings.resetSets === 'DISCON' || (settings.resetSets === 'random' && random.chance(0.5));
    this.s.become(R.SOCK_CLOSED);
    if (tell) this.s.raise(R.INT_DISCON);
  }

  private heardAck(segment: TcpSegment): void {
    const { s, out } = this;
    const passed = out.heard(segment.ack, segment.wnd);
    if (passed < 0) return;
    s.buffers.txAcked = (this.firstByte + out.acked) & 0xffff;
    if (passed > 0) {
      this.exchanged = true;
      this.touch();
    }
    if (passed > 0 || !out.inFlight) this.retry.stop();
    if (out.allAcked) s.sendOk();
    this.output();
    if (out.finAcked) this.finAcked();
  }

  private finAcked(): void {
    const s = this.s;
    if (s.status === R.SOCK_CLOSING) this.timeWait();
    if (s.status !== R.SOCK_LAST_ACK) return;
    this.stop();
    s.become(R.SOCK_CLOSED);
    s.raise(R.INT_DISCON);
  }

  private heardData(segment: TcpSegment): void {
    const s = this.s;
    const count = segment.data.length;
    const isFin = (segment.flags & FIN) !== 0;
    if (!count && !isFin) {
      if (seqDiff(segment.seq, this.rcv) < 0) this.ack();
      return;
    }
    if (segment.seq !== this.rcv || this.finSeen || count > s.buffers.rxFree) return this.ack();
    if (count) {
      this.rcv = seqAdd(this.rcv, count);
      this.exchanged = true;
      this.touch();
      s.deposit(segment.data);
    }
    if (isFin) return this.heardFin();
    // without ND the acknowledgement waits for RTR (datasheet p. 45), or for RECV
    if (s.regs[R.Sn_MR] & R.ND) return this.ack();
    if (!this.delayedAck) this.delayedAck = this.core.clock.setTimeout(() => this.ack(), this.core.retryMs);
  }

  private heardFin(): void {
    const s = this.s;
    this.finSeen = true;
    this.rcv = seqAdd(this.rcv, 1);
    this.ack();
    if (s.status === R.SOCK_ESTABLISHED) s.become(R.SOCK_CLOSE_WAIT);
    else if (s.status === R.SOCK_FIN_WAIT) {
      if (this.out.finAcked) this.timeWait();
      else s.become(R.SOCK_CLOSING);
    }
    s.raise(R.INT_DISCON);
  }

  private timeWait(): void {
    const s = this.s;
    this.retry.stop();
    this.core.clock.clearTimeout(this.idle);
    s.become(R.SOCK_TIME_WAIT);
    this.idle = this.core.clock.setTimeout(() => {
      this.stop();
      s.become(R.SOCK_CLOSED);
    }, this.core.settings.timeWaitMs);
  }
}
