// The receiving side of the chip: packets wait a moment, then each goes to the socket it is for.

import * as R from './registers';
import { ACK, BROADCAST_IP, BROADCAST_MAC, EMPTY, FIN, NO_IP, RST, seqAdd, SYN } from './packets';
import type { IcmpPacket, Packet, TcpSegment } from './packets';
import type { Arp } from './arp';
import type { Core } from './options';
import type { Socket } from './socket';

export interface InboxEvents {
  /** somebody else uses our address */
  conflict(): void;
  unreachable(packet: IcmpPacket): void;
}

export class Inbox {
  private waiting: Packet[] = [];
  private timer: unknown = null;

  constructor(
    private core: Core,
    private sockets: Socket[],
    private arp: Arp,
    private events: InboxEvents,
  ) {}

  arrive(packet: Packet): void {
    this.waiting.push(packet);
    if (!this.timer) this.wait();
  }

  clear(): void {
    this.waiting = [];
  }

  /** A register is being read: something may happen in just that moment. */
  maybeTake(): void {
    if (this.waiting.length && this.core.random.chance(this.core.settings.tearing)) this.take();
  }

  private wait(): void {
    const ms = this.core.random.next() * this.core.settings.arrivalMs;
    this.timer = this.core.clock.setTimeout(() => {
      this.timer = null;
      if (this.waiting.length) this.take();
      if (this.waiting.length && !this.timer) this.wait();
    }, ms);
  }

  private take(): void {
    const packet = this.waiting.shift() as Packet;
    const { mac, ip } = this.core;
    const everybody = packet.to === BROADCAST_MAC;
    if (packet.to !== mac && !everybody) return;
    if (packet.proto === 'arp') {
      if (this.arp.receive(packet)) this.events.conflict();
      return;
    }
    if (packet.proto === 'udp') {
      // Without an address of its own the chip takes what comes to its MAC: an answer of a DHCP server.
      if (everybody || packet.dst === ip || packet.dst === BROADCAST_IP || ip === NO_IP) {
        this.sockets.some((s) => s.udp.receive(packet));
      }
    } else if (packet.dst === ip) {
      if (packet.proto === 'icmp') this.events.unreachable(packet);
      else this.takeSegment(packet);
    }
  }

  private takeSegment(segment: TcpSegment): void {
    const { dport, sport, src, flags } = segment;
    const ours = (s: Socket) => s.tcp.active && s.port === dport && s.peerPort === sport && s.peerIp === src;
    const known = this.sockets.find(ours);
    if (known) return known.tcp.receive(segment);
    const opens = flags & SYN && !(flags & ACK);
    const listener = this.sockets.find((s) => s.status === R.SOCK_LISTEN && s.port === dport);
    if (opens && listener) return listener.tcp.accept(segment);
    if (!(flags & RST)) this.refuse(segment);
  }

  /** RFC 9293 3.10.7.1: a segment for nobody is answered with RST */
  private refuse(segment: TcpSegment): void {
    const { from, src, dst, sport, dport, flags, data } = segment;
    const next = seqAdd(segment.seq, data.length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0));
    const numbers = flags & ACK ? { seq: segment.ack, ack: 0, flags: RST } : { seq: 0, ack: next, flags: RST | ACK };
    const ends = { from: this.core.mac, to: from, src: dst, dst: src, sport: dport, dport: sport };
    this.core.send({ proto: 'tcp', ...ends, ...numbers, wnd: 0, data: EMPTY });
  }
}
