// What travels on the virtual Ethernet: packets as records, and addresses as text.

export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff';
export const BROADCAST_IP = '255.255.255.255';
export const NO_IP = '0.0.0.0';

// RFC 9293 3.1
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** the MSS of a peer that announces none (RFC 9293 3.7.1) */
export const DEFAULT_MSS = 536;
/** what fits into an Ethernet frame of 1500 bytes behind the headers of IP (20) and TCP (20) or UDP (8) */
export const MAX_MSS = 1460;
export const MAX_DATAGRAM = 1472;

interface Frame {
  /** MAC addresses */
  from: string;
  to: string;
}

export interface ArpPacket extends Frame {
  proto: 'arp';
  op: 'request' | 'reply';
  senderIp: string;
  targetIp: string;
}

export interface UdpPacket extends Frame {
  proto: 'udp';
  src: string;
  dst: string;
  sport: number;
  dport: number;
  data: Uint8Array;
}

export interface TcpSegment extends Frame {
  proto: 'tcp';
  src: string;
  dst: string;
  sport: number;
  dport: number;
  seq: number;
  ack: number;
  flags: number;
  wnd: number;
  mss?: number;
  data: Uint8Array;
}

/** ICMP destination unreachable, port unreachable: the address and port that were tried */
export interface IcmpPacket extends Frame {
  proto: 'icmp';
  src: string;
  dst: string;
  ip: string;
  port: number;
}

export type Packet = ArpPacket | UdpPacket | TcpSegment | IcmpPacket;

export const EMPTY = new Uint8Array(0);

export function ipText(bytes: Uint8Array, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

export function ipBytes(text: string): Uint8Array {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((p) => !(p >= 0 && p <= 255))) throw new Error(`not an IPv4 address: ${text}`);
  return Uint8Array.from(parts);
}

/** every packet is asked for the same few addresses again */
const numbers = new Map<string, number>();

export function ipNumber(text: string): number {
  let n = numbers.get(text);
  if (n === undefined) {
    const b = ipBytes(text);
    n = ((b[0] << 24) | (b[1] << 16) | (b[2] << 8) | b[3]) >>> 0;
    if (numbers.size > 500) numbers.clear();
    numbers.set(text, n);
  }
  return n;
}

export function ipFromNumber(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

const HEX = Array.from({ length: 256 }, (_, b) => b.toString(16).padStart(2, '0'));

export function macText(bytes: Uint8Array, at = 0): string {
  let text = HEX[bytes[at]];
  for (let i = 1; i < 6; i++) text += ':' + HEX[bytes[at + i]];
  return text;
}

export function macBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(':').map((p) => parseInt(p, 16)));
}

export function sameSubnet(a: string, b: string, mask: string): boolean {
  const m = ipNumber(mask);
  return (ipNumber(a) & m) === (ipNumber(b) & m);
}

/** 32-bit sequence numbers: a - b as a signed distance (RFC 9293 3.4) */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

export function seqAdd(a: number, n: number): number {
  return (a + n) >>> 0;
}
