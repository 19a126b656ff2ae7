// One packet in words: who, to whom, and what it says.

import { CLIENT_PORT, OPTION, ipOption, parseDhcp, SERVER_PORT, typeOf } from './dhcpMessage';
import { DNS_PORT, parseDns, QR, RCODE_MASK, TC } from './dnsMessage';
import { hex } from './frameText';
import { ACK, FIN, PSH, RST, SYN, type Packet, type TcpSegment, type UdpPacket } from './packets';

const FLAGS: [number, string][] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
];

function tcpText(p: TcpSegment): string {
  const flags = FLAGS.filter(([bit]) => p.flags & bit).map(([, name]) => name);
  const ack = p.flags & ACK ? ` ack ${p.ack}` : '';
  return `TCP ${p.src}:${p.sport} > ${p.dst}:${p.dport} ${flags.join('+')} seq ${p.seq}${ack} win ${p.wnd}, ${p.data.length} bytes`;
}

function dhcpText(p: UdpPacket): string {
  const message = parseDhcp(p.data);
  if (!message) return 'DHCP, unreadable';
  const parts = [`DHCP ${typeOf(message)} xid ${hex(message.xid, 8)} chaddr ${message.chaddr}`];
  if (message.ciaddr !== '0.0.0.0') parts.push(`ciaddr ${message.ciaddr}`);
  if (message.yiaddr !== '0.0.0.0') parts.push(`yiaddr ${message.yiaddr}`);
  const requested = ipOption(message, OPTION.requested);
  const server = ipOption(message, OPTION.server);
  const lease = message.options.get(OPTION.lease);
  if (requested) parts.push(`wants ${requested}`);
  if (server) parts.push(`server ${server}`);
  if (lease?.length === 4) parts.push(`lease ${new DataView(lease.buffer).getUint32(0)} s`);
  if (message.broadcast) parts.push('broadcast');
  return parts.join(', ');
}

function dnsText(p: UdpPacket): string {
  const message = parseDns(p.data);
  if (!message) return 'DNS, unreadable';
  const names = message.questions.map((q) => `${q.name} type ${q.type}`).join(', ');
  if (!(message.flags & QR)) return `DNS query ${hex(message.id, 4)}: ${names}`;
  const rcode = message.flags & RCODE_MASK;
  const failed = rcode ? `, rcode ${rcode}` : '';
  return `DNS answer ${hex(message.id, 4)}: ${names}, ${message.answers} records${failed}${message.flags & TC ? ', truncated' : ''}`;
}

function udpText(p: UdpPacket): string {
  const ports = [p.sport, p.dport];
  const head = `UDP ${p.src}:${p.sport} > ${p.dst}:${p.dport}, ${p.data.length} bytes`;
  if (ports.includes(SERVER_PORT) || ports.includes(CLIENT_PORT)) return `${head}: ${dhcpText(p)}`;
  return ports.includes(DNS_PORT) ? `${head}: ${dnsText(p)}` : head;
}

export function describePacket(packet: Packet): string {
  switch (packet.proto) {
    case 'arp':
      return packet.op === 'request'
        ? `ARP who has ${packet.targetIp}? asks ${packet.senderIp} (${packet.from})`
        : `ARP ${packet.senderIp} is at ${packet.from}`;
    case 'icmp':
      return `ICMP ${packet.src} > ${packet.dst}: port ${packet.port} of ${packet.ip} unreachable`;
    case 'udp':
      return udpText(packet);
    default:
      return tcpText(packet);
  }
}
