// UDP of one socket: SEND becomes datagrams, and every received one is preceded by 8 bytes (datasheet p. 49, 54).

import * as R from './registers';
import {
  BROADCAST_IP,
  BROADCAST_MAC,
  ipBytes,
  ipFromNumber,
  ipNumber,
  macBytes,
  macText,
  MAX_DATAGRAM,
  type UdpPacket,
} from './packets';
import type { Core } from './options';
import type { Socket } from './socket';

/** source address, source port and length, in front of each datagram */
const HEADER = 8;

export class Udp {
  /** ARP is under way, and Sn_SR says so: of relatives that is known */
  asking = false;
  private core: Core;
  private stopArp: () => void = () => {};
  private knownIp = '';

  constructor(private s: Socket) {
    this.core = s.core;
  }

  send(count: number, withMac: boolean): void {
    const s = this.s;
    const ip = s.peerIp;
    if (ip === '0.0.0.0') s.violate('SEND to 0.0.0.0');
    if (!s.peerPort) s.violate('SEND to port 0');
    const fixed = withMac ? macText(s.regs, R.Sn_DHAR) : this.groupMac(ip);
    if (fixed) return this.emit(count, fixed);
    if (this.knownIp === ip) return this.emit(count, macText(s.regs, R.Sn_DHAR));
    this.asking = this.core.random.chance(0.25);
    this.stopArp = this.core.resolve(ip, (mac) => {
      this.asking = false;
      if (mac) {
        s.regs.set(macBytes(mac), R.Sn_DHAR);
        this.knownIp = ip;
        return this.emit(count, mac);
      }
      // The socket stays open, and the bytes are gone.
      this.knownIp = '';
      this.taken(count);
      s.sending = false;
      s.raise(R.INT_TIMEOUT);
    });
  }

  private groupMac(ip: string): string | null {
    const subnetBroadcast = ipFromNumber((ipNumber(this.core.ip) | ~ipNumber(this.core.mask)) >>> 0);
    if (ip === BROADCAST_IP) return BROADCAST_MAC;
    if (ip === subnetBroadcast && this.core.mask !== '0.0.0.0') return BROADCAST_MAC;
    const first = ipNumber(ip) >>> 24;
    return first >= 224 && first < 240 ? macText(this.s.regs, R.Sn_DHAR) : null;
  }

  private taken(count: number): Uint8Array {
    const s = this.s;
    const data = s.buffers.outgoing(s.buffers.txRd, count);
    s.buffers.txRd = s.buffers.txAcked = (s.buffers.txRd + count) & 0xffff;
    return data;
  }

  private emit(count: number, to: string): void {
    const s = this.s;
    const data = this.taken(count);
    const asked = s.word(R.Sn_MSSR);
    const piece = asked >= 1 && asked <= MAX_DATAGRAM ? asked : MAX_DATAGRAM;
    for (let at = 0; at < count; at += piece) {
      this.core.send({
        proto: 'udp',
        from: this.core.mac,
        to,
        src: this.core.ip,
        dst: s.peerIp,
        sport: s.port,
        dport: s.peerPort,
        data: data.slice(at, at + piece),
      });
    }
    s.sendOk();
  }

  /** true when the datagram is for this socket, whether it fits or not */
  receive(packet: UdpPacket): boolean {
    const s = this.s;
    const mr = s.regs[R.Sn_MR];
    if (s.status !== R.SOCK_UDP || s.port !== packet.dport) return false;
    if (packet.to === BROADCAST_MAC ? mr & R.BCASTB : mr & R.MULTI && mr & R.UCASTB) return true;
    const count = packet.data.length;
    if (HEADER + count > s.buffers.rxFree) return true;
    const header = new Uint8Array(HEADER);
    header.set(ipBytes(packet.src));
    header.set([packet.sport >> 8, packet.sport & 255, count >> 8, count & 255], 4);
    s.deposit(header, packet.data);
    return true;
  }

  stop(): void {
    this.stopArp();
    this.asking = false;
    this.knownIp = '';
  }
}
