// The virtual Ethernet behind the chip: which hosts there are, who answers, and what gets lost on the way.

import {
  ACK,
  BROADCAST_IP,
  BROADCAST_MAC,
  FIN,
  ipBytes,
  ipFromNumber,
  ipNumber,
  RST,
  sameSubnet,
  SYN,
} from './packets';
import type { ArpPacket, Packet, TcpSegment, UdpPacket } from './packets';
import type { Clock } from './clock';
import type { VirtualW5500 } from './chip';
import type { Drop } from './faults';
import { Random } from './random';
import { Stream, type StreamEvents } from './peer';
import { Loopback } from './loopback';

export interface LanOptions {
  clock: Clock;
  seed?: number;
  /** default 10.0.0.1, 255.255.255.0 */
  gateway?: string;
  mask?: string;
  /** addresses that no host has, so that DHCP may give them away. Default 10.0.0.100 to 10.0.0.199 */
  pool?: { first: string; last: string };
  /** one way, in ms. Default 0.2 */
  latencyMs?: number;
  /** the real host that stands for a virtual address; null: nobody there. Default: 127.0.0.1 for all */
  route?: (ip: string) => string | null;
}

export type UdpService = (packet: UdpPacket, lan: Lan) => void;
/** asked for every connection: the events of the stream, or null to refuse it */
export type TcpService = (from: { ip: string; port: number }) => StreamEvents | null;

export class Lan {
  readonly clock: Clock;
  readonly random: Random;
  readonly gateway: string;
  readonly mask: string;
  readonly pool: { first: string; last: string };
  readonly route: (ip: string) => string | null;
  latencyMs: number;
  /** addresses where nobody answers ARP, or that the gateway's packets never reach */
  readonly absent = new Set<string>();
  /** addresses inside the pool that somebody uses all the same */
  readonly squatters = new Set<string>();
  /** chance that a packet is lost, either way */
  loss = 0;
  /** true to lose this packet; see also `nth` */
  drop: Drop | null = null;
  /** what a client on this network did against an RFC, in words */
  readonly complaints: string[] = [];
  readonly loopback: Loopback;

  private chip: VirtualW5500 | null = null;
  private streams = new Map<string, Stream>();
  private tcpServices = new Map<string, TcpService>();
  private udpServices = new Map<string, UdpService>();
  private macs = new Map<string, string>();
  private dialPort = 40000;
  private lastDelivery = 0;
  private onTheWay: (() => void)[] = [];

  constructor(options: LanOptions) {
    this.clock = options.clock;
    this.random = new Random((options.seed ?? 1) ^ 0x5eed);
    this.gateway = options.gateway ?? '10.0.0.1';
    this.mask = options.mask ?? '255.255.255.0';
    this.pool = options.pool ?? { first: '10.0.0.100', last: '10.0.0.199' };
    this.latencyMs = options.latencyMs ?? 0.2;
    this.route = options.route ?? (() => '127.0.0.1');
    this.loopback = new Loopback(this);
  }

  attach(chip: VirtualW5500): void {
    this.chip = chip;
    chip.cable = this;
  }

  /** closes every real socket */
  close(): void {
    this.loopback.close();
    for (const stream of this.streams.values()) stream.die();
    this.streams.clear();
  }

  /** real connections on their way, which only real time can complete */
  get busy(): boolean {
    return this.loopback.busy;
  }

  /** something real is joined to this network */
  get joined(): boolean {
    return this.loopback.joined;
  }

  // ---- hosts

  macOf(ip: string): string {
    let mac = this.macs.get(ip);
    if (!mac) {
      const host = sameSubnet(ip, this.gateway, this.mask) ? ip : this.gateway;
      mac = '02:57' + Array.from(ipBytes(host), (b) => ':' + b.toString(16).padStart(2, '0')).join('');
      this.macs.set(ip, mac);
    }
    return mac;
  }

  exists(ip: string): boolean {
    if (this.absent.has(ip) || ip === '0.0.0.0') return false;
    if (!sameSubnet(ip, this.gateway, this.mask) || this.squatters.has(ip)) return true;
    const n = ipNumber(ip);
    return n < ipNumber(this.pool.first) || n > ipNumber(this.pool.last);
  }

  /** a UDP service on one address; broadcasts to its port reach it too */
  serveUdp(ip: string, port: number, service: UdpService): void {
    this.udpServices.set(`${ip}:${port}`, service);
  }

  /** a scripted TCP server inside the network; without one, connections go to the real loopback */
  serveTcp(ip: string, port: number, service: TcpService): void {
    this.tcpServices.set(`${ip}:${port}`, service);
  }

  // ---- towards the chip

  udp(packet: { src: string; sport: number; dst: string; dport: number; data: Uint8Array; to?: string }): void {
    const to = packet.to ?? (packet.dst === BROADCAST_IP ? BROADCAST_MAC : this.chipMac());
    this.deliver({ proto: 'udp', from: this.macOf(packet.src), ...packet, to });
  }

  unreachable(packet: UdpPacket): void {
    const { from, src, dst, dport } = packet;
    this.deliver({ proto: 'icmp', from: this.macOf(dst), to: from, src: dst, dst: src, ip: dst, port: dport });
  }

  /** somebody else announces the chip's own address */
  claim(ip: string, mac = '02:57:66:66:66:66'): void {
    this.deliver({ proto: 'arp', op: 'request', from: mac, to: BROADCAST_MAC, senderIp: ip, targetIp: ip });
  }

  /** connects to a listening socket of the chip */
  dial(port: number, events: StreamEvents, from = { ip: '10.0.0.9', port: this.dialPort++ }): Stream {
    const stream = this.stream(from.ip, from.port, this.chip?.ip ?? '0.0.0.0', port, events);
    stream.dial();
    return stream;
  }

  /** the open connections, to be reset, killed (`dead`) or stopped (`window = 0`) */
  connections(): Stream[] {
    return [...this.streams.values()].filter((s) => s.state === 'open');
  }

  /** the MAC of the chip, as hosts on a network of one know it */
  chipMac(): string {
    return this.chip?.mac ?? BROADCAST_MAC;
  }

  private deliver(packet: Packet): void {
    if (this.isLost(packet, 'in')) return;
    this.later(() => this.chip?.arrive(packet));
  }

  /** After the latency and a little chance, and in order: a timer delivers what is first, whichever fires first. */
  private later(fn: () => void): void {
    const now = this.clock.now();
    this.lastDelivery = Math.max(this.lastDelivery, now + this.latencyMs * (0.5 + this.random.next()));
    this.onTheWay.push(fn);
    this.clock.setTimeout(() => this.onTheWay.shift()?.(), this.lastDelivery - now);
  }

  /** A pure window update is never lost by chance: the chip has no documented way to ask for it again. */
  private isLost(packet: Packet, direction: 'out' | 'in'): boolean {
    if (this.drop?.(packet, direction)) return true;
    const update = packet.proto === 'tcp' && !packet.data.length && !(packet.flags & (SYN | FIN | RST));
    return this.random.chance(this.loss) && !update;
  }

  // ---- from the chip

  carry(packet: Packet): void {
    if (this.isLost(packet, 'out')) return;
    this.later(() => {
      if (packet.proto === 'arp') this.carryArp(packet);
      else if (packet.proto === 'udp') this.carryUdp(packet);
      else if (packet.proto === 'tcp') this.carryTcp(packet);
    });
  }

  private carryArp(packet: ArpPacket): void {
    const { from, senderIp, targetIp } = packet;
    if (packet.op !== 'request' || !this.exists(targetIp) || !sameSubnet(targetIp, this.gateway, this.mask)) return;
    const reply = { from: this.macOf(targetIp), to: from, senderIp: targetIp, targetIp: senderIp };
    this.deliver({ proto: 'arp', op: 'reply', ...reply });
  }

  private isBroadcast(ip: string): boolean {
    const last = ipFromNumber((ipNumber(this.gateway) | ~ipNumber(this.mask)) >>> 0);
    return ip === BROADCAST_IP || ip === last;
  }

  private carryUdp(packet: UdpPacket): void {
    if (this.isBroadcast(packet.dst)) {
      for (const [key, service] of this.udpServices) if (key.endsWith(`:${packet.dport}`)) service(packet, this);
      return;
    }
    if (packet.to !== this.macOf(packet.dst) || !this.exists(packet.dst)) return;
    const service = this.udpServices.get(`${packet.dst}:${packet.dport}`);
    if (service) service(packet, this);
    else this.loopback.udp(packet);
  }

  private carryTcp(segment: TcpSegment): void {
    const { src, dst, sport, dport, flags } = segment;
    if (segment.to !== this.macOf(dst) || !this.exists(dst)) return;
    const known = this.streams.get(`${dst}:${dport}>${src}:${sport}`);
    const opens = flags & SYN && !(flags & ACK);
    if (known && !(opens && known.state === 'open')) return known.receive(segment);
    if (flags & RST) return;
    if (known) {
      // A new SYN on a tuple that the peer still holds: answered with an old ACK (RFC 9293 3.10.7.4).
      this.complaints.push(`TCP port ${sport} used again towards ${dst}:${dport}`);
      return known.receive(segment);
    }
    const stream = this.stream(dst, dport, src, sport, {});
    if (!opens) {
      // refuse() acknowledges a SYN, which takes one number
      stream.refuse({ ...segment, seq: segment.seq + segment.data.length - 1 });
      return;
    }
    const service = this.tcpServices.get(`${dst}:${dport}`);
    if (!service) return this.loopback.connect(stream, segment);
    const events = service({ ip: src, port: sport });
    if (!events) return stream.refuse(segment);
    stream.events = events;
    stream.accept(segment);
  }

  private stream(ip: string, port: number, chipIp: string, chipPort: number, events: StreamEvents): Stream {
    const key = `${ip}:${port}>${chipIp}:${chipPort}`;
    const wire = {
      clock: this.clock,
      random: this.random,
      segment: (s: Omit<TcpSegment, 'proto' | 'from' | 'to'>) =>
        this.deliver({ ...s, proto: 'tcp', from: this.macOf(s.src), to: this.chipMac() }),
      gone: (stream: Stream) => {
        if (this.streams.get(key) === stream) this.streams.delete(key);
      },
    };
    const stream = new Stream(wire, ip, port, chipIp, chipPort, events);
    this.streams.set(key, stream);
    return stream;
  }
}
