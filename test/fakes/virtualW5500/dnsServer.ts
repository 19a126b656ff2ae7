// A DNS server on the virtual network (RFC 1035), which can misbehave on demand and watches its clients (RFC 5452).

import {
  buildDns,
  CLASS_IN,
  DNS_PORT,
  HEADER_LENGTH,
  NXDOMAIN,
  OPCODE_STATUS,
  parseDns,
  POINTER,
  QR,
  RD,
  REFUSED,
  SERVFAIL,
  TC,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
  type Answer,
  type DnsRecord,
  type Question,
} from './dnsMessage';
import type { Lan } from './net';
import type { UdpPacket } from './packets';
import type { Stream } from './peer';

/** what becomes of one query */
export type DnsFault =
  | 'silent'
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  /** TC set and no answer: to be had over TCP */
  | 'truncated'
  /** TC set, though a whole A record is there */
  | 'truncated-with-answer'
  /** the name of the answer is a pointer to itself, or to what comes after it */
  | 'loop'
  | 'forward-pointer'
  /** the CNAME is a pointer to the TTL, which is a pointer to itself */
  | 'inner-loop'
  /** before the answer comes the record of another name, with the address 6.6.6.6 */
  | 'stranger'
  /** a CNAME that leads to itself */
  | 'cname-loop'
  | 'no-answer'
  /** the question comes back in capitals */
  | 'capitals'
  /** the datagram ends in the middle of the record */
  | 'short'
  /** RDLENGTH over the end, or not 4 */
  | 'bad-rdlength'
  | 'long-address'
  /** the name of the answer is none: a label of 70 bytes, or 5 of 63 */
  | 'long-label'
  | 'long-name'
  | 'duplicate'
  | 'garbage';

/** a field that an attacker gets wrong; such answers say 6.6.6.6 */
export type DnsForgery = 'id' | 'source' | 'port' | 'question' | 'type' | 'qr' | 'opcode' | 'no-question';

export interface DnsEntry {
  a?: string | string[];
  cname?: string;
  ttl?: number;
}

export interface DnsQuery extends Question {
  id: number;
  server: string;
  port: number;
  at: number;
  tcp: boolean;
}

export interface DnsServerOptions {
  /** addresses it answers on; default the gateway */
  ips?: string[];
  zone?: Record<string, DnsEntry>;
  /** asked for names that are not in the zone */
  lookup?: (name: string) => Promise<string[]>;
}

const FORGED_IP = '6.6.6.6';
const RCODES: Partial<Record<DnsFault, number>> = { servfail: SERVFAIL, nxdomain: NXDOMAIN, refused: REFUSED };

export class DnsServer {
  readonly zone: Record<string, DnsEntry>;
  /** one for each query to come, undefined for a good answer */
  readonly script: (DnsFault | undefined)[] = [];
  /** for all queries that the script does not cover */
  fault: DnsFault | null = null;
  /** before each answer comes one of these */
  forge: DnsForgery[] = [];
  /** addresses that do not answer */
  readonly down = new Set<string>();
  delayMs = 0;
  readonly queries: DnsQuery[] = [];

  constructor(
    private lan: Lan,
    private options: DnsServerOptions = {},
  ) {
    this.zone = options.zone ?? {};
    for (const ip of options.ips ?? [lan.gateway]) {
      lan.serveUdp(ip, DNS_PORT, (packet) => this.receive(packet));
      lan.serveTcp(ip, DNS_PORT, () => this.session(ip));
    }
  }

  private complain(what: string): void {
    this.lan.complaints.push(`DNS ${what}`);
  }

  private note(data: Uint8Array, server: string, port: number, tcp: boolean): DnsQuery | null {
    const message = parseDns(data);
    if (!message || message.questions.length !== 1) {
      this.complain(`query of ${data.length} bytes that is none`);
      return null;
    }
    if ((message.flags & ~0x0020) !== RD) this.complain(`query with flags 0x${message.flags.toString(16)}`);
    if (message.answers) this.complain('query with an answer');
    const query = { ...message.questions[0], id: message.id, server, port, at: this.lan.clock.now(), tcp };
    if (query.klass !== CLASS_IN) this.complain(`query of class ${query.klass}`);
    const last = this.queries[this.queries.length - 1];
    if (last && !tcp && !last.tcp && last.id === query.id && last.port === port) {
      this.complain('query with the id and the port of the one before');
    }
    this.queries.push(query);
    return query;
  }

  private receive(packet: UdpPacket): void {
    const query = this.note(packet.data, packet.dst, packet.sport, false);
    if (!query || this.down.has(packet.dst)) return;
    const fault = this.script.length ? this.script.shift() : this.fault;
    if (fault === 'silent') return;
    this.lookup(query, (answer) => {
      this.lan.clock.setTimeout(() => {
        for (const field of this.forge) this.sendForged(packet, query, field);
        this.send(packet, this.faulty(query, answer, fault ?? null));
        if (fault === 'duplicate') this.send(packet, buildDns(answer));
      }, this.delayMs);
    });
  }

  private send(to: UdpPacket, data: Uint8Array, src = to.dst, sport = DNS_PORT): void {
    this.lan.udp({ src, sport, dst: to.src, dport: to.sport, data });
  }

  /** over TCP each message is preceded by its length (4.2.2) */
  private session(ip: string) {
    let buffer: number[] = [];
    return {
      onData: (bytes: Uint8Array, stream: Stream) => {
        buffer.push(...bytes);
        const length = (buffer[0] << 8) | buffer[1];
        if (buffer.length < 2 || buffer.length < length + 2) return;
        const query = this.note(Uint8Array.from(buffer.slice(2, length + 2)), ip, stream.chipPort, true);
        buffer = buffer.slice(length + 2);
        if (!query) return stream.reset();
        this.lookup(query, (answer) => {
          const data = buildDns(answer);
          stream.write(Uint8Array.of(data.length >> 8, data.length & 255, ...data));
        });
      },
      onEnd: (stream: Stream) => stream.end(),
    };
  }

  /** follows the zone, CNAMEs included; answers at once unless the world outside has to be asked */
  private lookup(query: DnsQuery, done: (answer: Answer) => void): void {
    const records: DnsRecord[] = [];
    const question = { name: query.name, type: query.type, klass: query.klass };
    let name = query.name;
    for (let hops = 0; hops < 32; hops++) {
      const entry = this.zone[name.toLowerCase()];
      if (!entry) break;
      const ttl = entry.ttl ?? 300;
      if (entry.cname) {
        records.push({ name, ttl, cname: entry.cname });
        name = entry.cname;
        continue;
      }
      if (query.type === TYPE_A) for (const a of [entry.a ?? []].flat()) records.push({ name, ttl, a });
      return done({ id: query.id, question, records });
    }
    const outside = this.options.lookup;
    const unknown = () => done({ id: query.id, question, records, rcode: NXDOMAIN });
    if (!outside || query.type !== TYPE_A) return unknown();
    outside(name).then(
      (ips) => done({ id: query.id, question, records: records.concat(ips.map((a) => ({ name, ttl: 60, a }))) }),
      unknown,
    );
  }

  private faulty(query: DnsQuery, good: Answer, fault: DnsFault | null): Uint8Array {
    const { id, question } = good;
    // where the answer begins: the question takes a byte more at each end of the name, then its type and class
    const here = HEADER_LENGTH + query.name.length + 2 + 4;
    const pointerTo = (at: number) => [(POINTER | at) >> 8, at & 255];
    /** an A record for 60 s of this name; `rest` is RDLENGTH and RDATA */
    const named = (name: number[], ...rest: number[]) => [...name, 0, TYPE_A, 0, CLASS_IN, 0, 0, 0, 60, ...rest];
    const record = (at: number, ...rest: number[]) => named(pointerTo(at), ...rest);
    const cname = [...pointerTo(HEADER_LENGTH), 0, TYPE_CNAME, 0, CLASS_IN];
    const ttlLoop = pointerTo(here + cname.length);
    const label = (n: number): number[] => [n, ...new Array(n).fill(97)];
    switch (fault) {
      case 'nxdomain':
      case 'servfail':
      case 'refused':
        return buildDns({ id, question, rcode: RCODES[fault] });
      case 'truncated':
        return buildDns({ id, question, flags: TC });
      case 'truncated-with-answer':
        return buildDns({ ...good, flags: TC });
      case 'loop':
        return buildDns({ id, question, raw: record(here, 0, 4, 10, 66, 6, 6) });
      case 'inner-loop':
        return buildDns({ id, question, raw: [...cname, ...ttlLoop, 0, 0, 0, 2, ...ttlLoop] });
      case 'stranger':
        return buildDns({
          ...good,
          records: [{ name: 'bank.example', ttl: 60, a: FORGED_IP }, ...(good.records ?? [])],
        });
      case 'forward-pointer':
        return buildDns({ id, question, raw: record(here + 40, 0, 4, 10, 66, 6, 6) });
      case 'cname-loop':
        return buildDns({ id, question, records: [{ name: query.name, ttl: 60, cname: query.name }] });
      case 'no-answer':
        return buildDns({ id, question });
      case 'capitals':
        return buildDns({ ...good, question: question && { ...question, name: question.name.toUpperCase() } });
      case 'short':
        return buildDns(good).slice(0, -3);
      case 'bad-rdlength':
        return buildDns({ id, question, raw: record(HEADER_LENGTH, 0x40, 0, 10, 66, 6, 6) });
      case 'long-address':
        return buildDns({ id, question, raw: record(HEADER_LENGTH, 0, 5, 10, 66, 6, 6, 6) });
      case 'long-label':
        return buildDns({ id, question, raw: named([...label(70), 0], 0, 4, 10, 66, 6, 6) });
      case 'long-name':
        return buildDns({ id, question, raw: named([...Array(5).fill(label(63)).flat(), 0], 0, 4, 10, 66, 6, 6) });
      case 'garbage':
        return Uint8Array.from({ length: 40 }, () => this.lan.random.int(0, 255));
      default:
        return buildDns(good);
    }
  }

  private sendForged(to: UdpPacket, query: DnsQuery, field: DnsForgery): void {
    const { id, type, klass } = query;
    // of the same length
    const name = field === 'question' ? query.name.replace(/^./, 'x') : query.name;
    const question = field === 'no-question' ? null : { name, type: field === 'type' ? TYPE_AAAA : type, klass };
    const records = [{ name, ttl: 99999, a: FORGED_IP }];
    const data = buildDns({ id: field === 'id' ? id ^ 1 : id, question, records });
    if (field === 'qr') data[2] &= ~(QR >> 8);
    if (field === 'opcode') data[2] |= OPCODE_STATUS >> 8;
    this.send(to, data, field === 'source' ? '10.0.0.66' : to.dst, field === 'port' ? 5353 : DNS_PORT);
  }
}
