// A DHCP server on the virtual network (RFC 2131 section 4.3), which can misbehave on demand and watches its clients.

import {
  buildDhcp,
  CLIENT_PORT,
  FIELD,
  ipOption,
  MIN_LENGTH,
  OPTION,
  parseDhcp,
  seconds,
  SERVER_PORT,
  typeOf,
  typeOption,
  type DhcpMessage,
} from './dhcpMessage';
import { BROADCAST_IP, ipBytes, ipFromNumber, ipNumber, NO_IP, type UdpPacket } from './packets';
import type { Lan } from './net';

/** a field of an answer that an attacker gets wrong; `server`, `nak`: from a server that the client did not choose */
export type DhcpForgery = 'xid' | 'chaddr' | 'op' | 'cookie' | 'port' | 'server' | 'nak' | 'type';

export interface DhcpFaults {
  /** types of message that are not answered, or all */
  silent: string[] | 'all';
  /** so many messages are not answered */
  ignore: number;
  /** every REQUEST gets a NAK */
  nak: boolean;
  /** before each answer comes one of these, offering 10.66.6.6 */
  forge: DhcpForgery[];
  /** each answer is sent so many times more */
  repeat: number;
  /** answers that are not broadcast get lost */
  loseUnicast: boolean;
  /** answers are cut to so many bytes, or by so many where that is negative */
  truncate: number | null;
  /** the address that is offered, whatever it is */
  offer: string | null;
  /** the address that an ACK says, whatever was asked for */
  ack: string | null;
  /** options go on in `file` (1), in `sname` (2), or in both (3) (RFC 2132 section 9.3) */
  overload: number;
  /** what the field `file` says; shorter than it, and no options */
  file: string;
  /** a pad byte before each option */
  padding: boolean;
  /** options replaced, or left out where null */
  options: Record<number, Uint8Array | null>;
  delayMs: number;
}

export interface DhcpOptions {
  ip?: string;
  leaseS?: number;
  t1S?: number;
  t2S?: number;
  dns?: string[];
}

/** a message of a client as the server heard it */
export interface Heard {
  type: string;
  at: number;
  from: string;
  to: string;
  message: DhcpMessage;
}

const FORGED_IP = '10.66.6.6';
const ROGUE = '10.0.0.66';
/** for the site to give a meaning (RFC 2132 section 2); clients have to skip it */
const UNKNOWN_OPTION = 250;

function noFaults(): DhcpFaults {
  return {
    silent: [],
    ignore: 0,
    nak: false,
    forge: [],
    repeat: 0,
    loseUnicast: false,
    truncate: null,
    offer: null,
    ack: null,
    overload: 0,
    file: '',
    padding: false,
    options: {},
    delayMs: 0,
  };
}

export class DhcpServer {
  readonly ip: string;
  leaseS: number;
  t1S: number | null;
  t2S: number | null;
  dns: string[];
  faults = noFaults();
  /** everything that clients said */
  readonly heard: Heard[] = [];
  /** address by MAC, and until when */
  readonly leases = new Map<string, { ip: string; until: number }>();
  readonly declined = new Set<string>();
  private offers = new Map<string, string>();

  constructor(
    private lan: Lan,
    options: DhcpOptions = {},
  ) {
    this.ip = options.ip ?? lan.gateway;
    this.leaseS = options.leaseS ?? 3600;
    this.t1S = options.t1S ?? null;
    this.t2S = options.t2S ?? null;
    this.dns = options.dns ?? [lan.gateway];
    lan.serveUdp(this.ip, SERVER_PORT, (packet) => this.receive(packet));
  }

  clearFaults(): void {
    this.faults = noFaults();
  }

  private complain(what: string): void {
    this.lan.complaints.push(`DHCP ${what}`);
  }

  private receive(packet: UdpPacket): void {
    const message = parseDhcp(packet.data, (what) => this.complain(what));
    if (!message) return this.complain(`message of ${packet.data.length} bytes that is none`);
    const type = typeOf(message);
    const entry = { type, at: this.lan.clock.now(), from: packet.src, to: packet.dst, message };
    this.check(packet, entry);
    this.heard.push(entry);
    if (this.faults.silent === 'all' || this.faults.silent.includes(type)) return;
    if (this.faults.ignore > 0) {
      this.faults.ignore--;
      return;
    }
    if (type === 'DISCOVER') this.offer(message);
    else if (type === 'REQUEST') this.request(message);
    else if (type === 'RELEASE') this.leases.delete(message.chaddr);
    else if (type === 'DECLINE') {
      this.declined.add(ipOption(message, OPTION.requested) ?? NO_IP);
      this.leases.delete(message.chaddr);
    }
  }

  /** RFC 2131 table 5, and what RFC 1542 2.1 asks of the size */
  private check(packet: UdpPacket, { type, message }: Heard): void {
    const requested = ipOption(message, OPTION.requested);
    const server = ipOption(message, OPTION.server);
    const bound = message.ciaddr !== NO_IP;
    const last = this.heard[this.heard.length - 1];
    const wrong = (bad: boolean, what: string) => bad && this.complain(`${type} ${what}`);
    wrong(message.op !== 1, `with op ${message.op}`);
    wrong(packet.sport !== CLIENT_PORT, `from port ${packet.sport}`);
    wrong(packet.data.length < MIN_LENGTH, `of ${packet.data.length} bytes`);
    wrong(message.chaddr !== packet.from, `with chaddr ${message.chaddr} from ${packet.from}`);
    if (type === 'DISCOVER') {
      wrong(bound, 'with ciaddr');
      wrong(!!server, 'with a server identifier');
      wrong(packet.src !== NO_IP || packet.dst !== BROADCAST_IP, `from ${packet.src} to ${packet.dst}`);
      wrong(last !== undefined && last.type !== 'DISCOVER' && last.message.xid === message.xid, 'with an old xid');
    } else if (type === 'REQUEST') {
      wrong(bound && !!(requested || server), 'with ciaddr and option 50 or 54');
      wrong(!bound && !requested, 'without a requested address');
      wrong(bound && packet.src !== message.ciaddr, `with ciaddr ${message.ciaddr} from ${packet.src}`);
      wrong(!bound && packet.dst !== BROADCAST_IP, `to ${packet.dst}`);
    } else if (type === 'DECLINE') {
      wrong(!requested || !server || bound, 'without option 50 or 54, or with ciaddr');
      wrong(message.broadcast, 'with the broadcast flag');
    } else if (type === 'RELEASE') wrong(!server || !bound, 'without option 54 or ciaddr');
    else this.complain(`message of type ${type}`);
    wrong(/DECLINE|RELEASE/.test(type) && message.secs !== 0, `with secs ${message.secs}`);
  }

  private offer(message: DhcpMessage): void {
    const ip = this.addressFor(message);
    if (!ip) return;
    this.offers.set(message.chaddr, ip);
    this.answer(message, 'OFFER', this.faults.offer ?? ip);
  }

  private addressFor(message: DhcpMessage): string | null {
    const known = this.leases.get(message.chaddr)?.ip;
    if (known && !this.declined.has(known)) return known;
    const now = this.lan.clock.now();
    const taken = new Set([...this.leases.values()].filter((l) => l.until > now).map((l) => l.ip));
    const { first, last } = this.lan.pool;
    for (let n = ipNumber(first); n <= ipNumber(last); n++) {
      const ip = ipFromNumber(n);
      if (!taken.has(ip) && !this.declined.has(ip)) return ip;
    }
    return null;
  }

  private request(message: DhcpMessage): void {
    const requested = ipOption(message, OPTION.requested);
    const server = ipOption(message, OPTION.server);
    const lease = this.leases.get(message.chaddr);
    if (server && server !== this.ip) return;
    const wanted = message.ciaddr !== NO_IP ? message.ciaddr : requested;
    const held = server ? this.offers.get(message.chaddr) : lease?.ip;
    // INIT-REBOOT of somebody unknown: silence (RFC 2131 4.3.2)
    if (!server && !lease && message.ciaddr === NO_IP) return;
    if (this.faults.nak || !wanted || wanted !== held) return this.answer(message, 'NAK', NO_IP);
    this.leases.set(message.chaddr, { ip: wanted, until: this.lan.clock.now() + this.leaseS * 1000 });
    this.answer(message, 'ACK', this.faults.ack ?? wanted);
  }

  private answer(to: DhcpMessage, type: 'OFFER' | 'ACK' | 'NAK', yiaddr: string): void {
    const options = new Map<number, Uint8Array>([
      [OPTION.type, typeOption(type)],
      [OPTION.server, ipBytes(this.ip)],
    ]);
    if (type !== 'NAK') {
      options.set(OPTION.mask, ipBytes(this.lan.mask));
      options.set(UNKNOWN_OPTION, Uint8Array.of(1, 2, 3));
      options.set(OPTION.router, ipBytes(this.lan.gateway));
      options.set(OPTION.dns, Uint8Array.from(this.dns.flatMap((ip) => Array.from(ipBytes(ip)))));
      options.set(OPTION.lease, seconds(this.leaseS));
      if (this.t1S !== null) options.set(OPTION.t1, seconds(this.t1S));
      if (this.t2S !== null) options.set(OPTION.t2, seconds(this.t2S));
    }
    for (const [code, value] of Object.entries(this.faults.options)) {
      if (value) options.set(Number(code), value);
      else options.delete(Number(code));
    }
    const reply = { ...to, op: 2, secs: 0, yiaddr, siaddr: NO_IP, options };
    this.lan.clock.setTimeout(() => {
      for (const field of this.faults.forge) this.forge(to, reply, field);
      const data = buildDhcp(reply, this.faults.overload, this.faults.padding);
      if (this.faults.file) data.set(Buffer.from(this.faults.file + '\0'), FIELD.file);
      for (let i = 0; i <= this.faults.repeat; i++) this.send(to, reply, type, data);
    }, this.faults.delayMs);
  }

  /** RFC 2131 4.1: NAK is broadcast; else to ciaddr, or as the broadcast flag says */
  private send(
    to: DhcpMessage,
    reply: DhcpMessage,
    type: string,
    data: Uint8Array,
    sport = SERVER_PORT,
    src = this.ip,
  ): void {
    const isNak = type === 'NAK';
    const bound = to.ciaddr !== NO_IP && !isNak;
    const dst = bound ? to.ciaddr : to.broadcast || isNak ? BROADCAST_IP : reply.yiaddr;
    if (this.faults.loseUnicast && dst !== BROADCAST_IP) return;
    const cut = data.slice(0, this.faults.truncate ?? data.length);
    this.lan.udp({ src, sport, dst, dport: CLIENT_PORT, data: cut });
  }

  private forge(to: DhcpMessage, reply: DhcpMessage, field: DhcpForgery): void {
    const type = typeOf(reply);
    const options = new Map(reply.options);
    const fake = { ...reply, yiaddr: FORGED_IP, options };
    const rogue = field === 'server' || field === 'nak';
    // another server may make an offer, but may neither confirm nor refuse what was asked of us
    if (rogue && type === 'OFFER') return;
    if (rogue) options.set(OPTION.server, ipBytes(ROGUE));
    if (field === 'nak') {
      fake.yiaddr = NO_IP;
      options.set(OPTION.type, typeOption('NAK'));
    }
    if (field === 'xid') fake.xid = (reply.xid ^ 1) >>> 0;
    if (field === 'chaddr') fake.chaddr = '02:66:66:66:66:66';
    if (field === 'op') fake.op = 1;
    if (field === 'type') options.delete(OPTION.type);
    const data = buildDhcp(fake);
    if (field === 'cookie') data[FIELD.options - 1] ^= 1;
    this.send(to, fake, type, data, field === 'port' ? 6767 : SERVER_PORT, rogue ? ROGUE : this.ip);
  }
}
