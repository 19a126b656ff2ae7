// The chip's side of one TCP connection: segments out, segments in, and the states of datasheet p. 46-50.
// No reordering is expected of the network; a gap is dropped and asked for again.

import * as R from './registers';
import {
  ACK,
  EMPTY,
  FIN,
  ipBytes,
  macBytes,
  macText,
  PSH,
  RST,
  seqAdd,
  seqDiff,
  SYN,
  type TcpSegment,
} from './packets';
import { Retry } from './retry';
import type { Core } from './options';
import type { Socket } from './socket';

export class Tcp {
  /** a connection exists or is being made */
  active = false;
  private core: Core;
  private iss = 0;
  private una = 0;
  private nxt = 0;
  /** where the data given to SEND ends */
  private end = 0;
  private rcv = 0;
  private peerWindow = 0;
  private mss = 536;
  private firstByte = 0;
  private finWanted = false;
  private finSent = false;
  private finSeen = false;
  private exchanged = false;
  private retry: Retry;
  private delayedAck: unknown = null;
  private idle: unknown = null;
  private stopArp: () => void = () => {};

  constructor(private s: Socket) {
    this.core = s.core;
    this.retry = new Retry(
      s.core,
      true,
      () => this.again(),
      () => this.timeout(),
    );
  }

  command(code: number): void {
    const s = this.s;
    if (code === R.CONNECT) return this.connect();
    if (code === R.LISTEN) return s.soon(() => s.become(R.SOCK_LISTEN));
    if (code === R.SEND_KEEP) {
      if (s.regs[R.Sn_KPALVTR]) return s.violate('SEND_KEEP with Sn_KPALVTR set');
      if (this.exchanged) this.probe();
      return;
    }
    s.become(s.status === R.SOCK_CLOSE_WAIT ? R.SOCK_LAST_ACK : R.SOCK_FIN_WAIT);
    this.finWanted = true;
    this.output();
  }

  private start(): void {
    const s = this.s;
    s.restartPointers();
    this.active = true;
    this.iss = Math.floor(this.core.random.next() * 4294967296);
    this.una = this.iss;
    this.nxt = this.end = seqAdd(this.iss, 1);
    this.firstByte = s.txSent;
    this.finWanted = this.finSent = this.finSeen = this.exchanged = false;
    this.peerWindow = 0;
    const asked = s.word(R.Sn_MSSR);
    this.mss = asked >= 1 && asked <= 1460 ? asked : 1460;
  }

  private connect(): void {
    const s = this.s;
    if (this.core.ip === '0.0.0.0') s.violate('CONNECT with SIPR 0.0.0.0');
    if (s.peerIp === '0.0.0.0' || s.peerIp === '255.255.255.255') s.violate(`CONNECT to ${s.peerIp}`);
    if (!s.peerPort) s.violate('CONNECT to port 0');
    const rival = this.core.rivalOf(s);
    if (rival >= 0) s.violate(`CONNECT from port ${s.port} to ${s.peerIp}:${s.peerPort}, as S${rival} does`);
    this.start();
    if (this.core.random.chance(0.25)) s.become(R.SOCK_ARP);
    const stop = this.core.resolve(s.peerIp, (mac) => {
      if (!mac) return this.timeout();
      s.regs.set(macBytes(mac), R.Sn_DHAR);
      s.become(R.SOCK_SYNSENT);
      this.transmit(SYN, this.iss, EMPTY, this.mss);
      this.retry.start();
    });
    this.stopArp = stop;
  }

  /** SEND was accepted: `count` more bytes in the TX buffer */
  send(count: number): void {
    this.end = seqAdd(this.end, count);
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

  /** Keep-alive (datasheet p. 57): unit 5 s, only after some data was exchanged. */
  touch(): void {
    this.core.clock.clearTimeout(this.idle);
    this.idle = null;
    const period = this.s.regs[R.Sn_KPALVTR] * 5000;
    if (!this.active || !period || !this.exchanged) return;
    this.idle = this.core.clock.setTimeout(() => {
      if (this.s.status === R.SOCK_ESTABLISHED || this.s.status === R.SOCK_CLOSE_WAIT) this.probe();
      this.touch();
    }, period);
  }

  private probe(): void {
    if (this.retry.running) return;
    this.transmit(ACK, seqAdd(this.nxt, -1));
    this.retry.start();
  }

  private transmit(flags: number, seq: number, data: Uint8Array = EMPTY, mss?: number): void {
    const s = this.s;
    if (flags & ACK) {
      this.core.clock.clearTimeout(this.delayedAck);
      this.delayedAck = null;
    }
    this.core.send({
      proto: 'tcp',
      from: this.core.mac,
      to: macText(s.regs, R.Sn_DHAR),
      src: this.core.ip,
      dst: s.peerIp,
      sport: s.port,
      dport: s.peerPort,
      seq,
      ack: flags & ACK ? this.rcv : 0,
      flags,
      wnd: s.rxFree,
      mss,
      data,
    });
  }

  private ack(): void {
    this.transmit(ACK, this.nxt);
  }

  /** Sends what data and window allow, then the FIN. A closed window is waited for in silence, without a timer. */
  private output(): void {
    const s = this.s;
    for (;;) {
      const room = seqDiff(seqAdd(this.una, this.peerWindow), this.nxt);
      const count = Math.min(seqDiff(this.end, this.nxt), room, this.mss);
      if (count <= 0) break;
      const at = (this.firstByte + seqDiff(this.nxt, seqAdd(this.iss, 1))) & 0xffff;
      const data = s.tx.read(s.n, at, count);
      const seq = this.nxt;
      this.nxt = seqAdd(seq, count);
      s.txRd = (at + count) & 0xffff;
      this.transmit(PSH | ACK, seq, data);
    }
    if (this.finWanted && !this.finSent && this.nxt === this.end) {
      this.finSent = true;
      this.nxt = seqAdd(this.end, 1);
      this.transmit(FIN | ACK, this.end);
    }
    if (this.nxt === this.una) this.retry.stop();
    else if (!this.retry.running) this.retry.start();
  }

  private again(): void {
    const status = this.s.status;
    if (status === R.SOCK_SYNSENT) return this.transmit(SYN, this.iss, EMPTY, this.mss);
    if (status === R.SOCK_SYNRECV) return this.transmit(SYN | ACK, this.iss, EMPTY, this.mss);
    if (this.nxt === this.una) return this.transmit(ACK, seqAdd(this.nxt, -1));
    this.nxt = this.una;
    if (seqDiff(this.end, this.una) >= 0) this.finSent = false;
    this.output();
  }

  private timeout(): void {
    this.stop();
    this.s.become(R.SOCK_CLOSED);
    this.s.raise(R.INT_TIMEOUT);
  }

  /** A RST moves to CLOSED from any state; received bytes stay in the buffer, SEND_OK never comes. */
  private wasReset(): void {
    this.stop();
    const { settings, random } = this.core;
    const tell = settings.resetSets === 'DISCON' || (settings.resetSets === 'random' && random.chance(0.5));
    this.s.become(R.SOCK_CLOSED);
    if (tell) this.s.raise(R.INT_DISCON);
    this.core.changed();
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
    this.transmit(SYN | ACK, this.iss, EMPTY, this.mss);
    this.retry.start();
  }

  private heardSyn(segment: TcpSegment): void {
    this.rcv = seqAdd(segment.seq, 1);
    this.peerWindow = segment.wnd;
    this.mss = Math.min(this.mss, segment.mss ?? 536);
    this.s.setWord(R.Sn_MSSR, this.mss);
  }

  private established(segment: TcpSegment): void {
    this.una = segment.ack;
    this.peerWindow = segment.wnd;
    this.retry.stop();
    this.s.become(R.SOCK_ESTABLISHED);
    this.s.raise(R.INT_CON);
  }

  receive(segment: TcpSegment): void {
    const s = this.s;
    const fits = segment.flags & ACK && segment.ack === seqAdd(this.iss, 1);
    if (s.status === R.SOCK_SYNSENT) {
      if (!fits) return;
      if (segment.flags & RST) return this.wasReset();
      if (!(segment.flags & SYN)) return;
      this.heardSyn(segment);
      this.established(segment);
      return this.ack();
    }
    if (segment.flags & RST) return this.wasReset();
    if (s.status === R.SOCK_SYNRECV) {
      if (!fits || segment.flags & SYN) return;
      this.established(segment);
    }
    if (segment.flags & SYN) return this.ack();
    if (segment.flags & ACK) this.heardAck(segment);
    if (this.active) this.heardData(segment);
  }

  private heardAck(segment: TcpSegment): void {
    const s = this.s;
    const passed = seqDiff(segment.ack, this.una);
    if (passed < 0 || seqDiff(segment.ack, seqAdd(this.end, this.finWanted ? 1 : 0)) > 0) return;
    this.peerWindow = segment.wnd;
    if (passed > 0) {
      this.una = segment.ack;
      if (seqDiff(this.nxt, this.una) < 0) this.nxt = this.una;
      const acked = Math.min(seqDiff(this.una, seqAdd(this.iss, 1)), seqDiff(this.end, seqAdd(this.iss, 1)));
      s.txAcked = (this.firstByte + acked) & 0xffff;
      this.exchanged = true;
      this.touch();
    }
    if (passed > 0 || this.nxt === this.una) this.retry.stop();
    if (seqDiff(this.una, this.end) >= 0) s.sendOk();
    if (seqDiff(this.una, this.end) === 1) this.finSent = true;
    this.output();
    if (seqDiff(this.una, this.end) === 1) this.finAcked();
  }

  private finAcked(): void {
    const s = this.s;
    if (s.status === R.SOCK_CLOSING) this.timeWait();
    else if (s.status === R.SOCK_LAST_ACK) {
      this.stop();
      s.become(R.SOCK_CLOSED);
      s.raise(R.INT_DISCON);
    }
  }

  private heardData(segment: TcpSegment): void {
    const s = this.s;
    const count = segment.data.length;
    const isFin = (segment.flags & FIN) !== 0;
    if (!count && !isFin) {
      if (seqDiff(segment.seq, this.rcv) < 0) this.ack();
      return;
    }
    if (segment.seq !== this.rcv || this.finSeen || count > s.rxFree) return this.ack();
    if (count) {
      this.rcv = seqAdd(this.rcv, count);
      this.exchanged = true;
      this.touch();
      s.deposit(segment.data);
    }
    if (isFin) return this.heardFin();
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
      if (seqDiff(this.una, this.end) === 1) this.timeWait();
      else s.become(R.SOCK_CLOSING);
    }
    s.raise(R.INT_DISCON);
  }

  private timeWait(): void {
    const s = this.s;
    this.retry.stop();
    s.become(R.SOCK_TIME_WAIT);
    this.idle = this.core.clock.setTimeout(() => {
      this.stop();
      s.become(R.SOCK_CLOSED);
    }, this.core.settings.timeWaitMs);
  }
}
