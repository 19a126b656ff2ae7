// A DNS server on the virtual network (RFC 1035), which can misbehave on demand and watches its clients (RFC 5452).

import { buildDns, parseDns, QR, RD, TC, TYPE_A, type Answer, type DnsRecord, type Question } from './dnsMessage';
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
  /** the name of the answer is a pointer to itself, or to where it will be */
  | 'loop'
  | 'inner-loop'
  | 'stranger'
  | 'forward-pointer'
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
const RCODES: Partial<Record<DnsFault, number>> = { servfail: 2, nxdomain: 3, refused: 5 };

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
      lan.serveUdp(ip, 53, (packet) => this.receive(packet));
      lan.serveTcp(ip, 53, () => this.session(ip));
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
    if (query.klass !== 1) this.complain(`query of class ${query.klass}`);
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
    void this.lookup(query, (answer) => {
      this.lan.clock.setTimeout(() => {
        for (const field of this.forge) this.sendForged(packet, query, field);
        this.send(packet, this.faulty(query, answer, fault ?? null));
        if (fault === 'duplicate') this.send(packet, buildDns(answer));
      }, this.delayMs);
    });
  }

  private send(to: UdpPacket, data: Uint8Array, src = to.dst, sport = 53): void {
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
        void this.lookup(query, (answer) => {
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
    const unknown = () => done({ id: query.id, question, records, rcode: 3 });
    if (!outside || query.type !== TYPE_A) return unknown();
    outside(name).then(
      (ips) => done({ id: query.id, question, records: records.concat(ips.map((a) => ({ name, ttl: 60, a }))) }),
      unknown,
    );
  }

  private faulty(query: DnsQuery, good: Answer, fault: DnsFault | null): Uint8Array {
    const { id, question } = good;
    const here = 12 + query.name.length + 2 + 4;
    const record = (...rdata: number[]) => [0, 1, 0, 1, 0, 0, 0, 60, ...rdata];
    const pointer = (to: number, ...rdata: number[]) => [0xc0 | (to >> 8), to & 255, ...record(...rdata)];
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
        return buildDns({ id, question, raw: pointer(here, 0, 4, 10, 66, 6, 6) });
      case 'inner-loop':
        // a CNAME that leads back to its TTL, which leads to itself
        return buildDns({ id, question, raw: [0xc0, 12, 0, 5, 0, 1, 0xc0, here + 6, 0, 0, 0, 2, 0xc0, here + 6] });
      case 'stranger':
        return buildDns({
          ...good,
          records: [{ name: 'bank.example', ttl: 60, a: FORGED_IP }, ...(good.records ?? [])],
        });
      case 'forward-pointer':
        return buildDns({ id, question, raw: pointer(here + 40, 0, 4, 10, 66, 6, 6) });
      case 'cname-loop':
        return buildDns({ id, question, records: [{ name: query.name, ttl: 60, cname: query.name }] });
      case 'no-answer':
        return buildDns({ id, question });
      case 'capitals':
        return buildDns({ ...good, question: question && { ...question, name: question.name.toUpperCase() } });
      case 'short':
        return buildDns(good).slice(0, -3);
      case 'bad-rdlength':
        return buildDns({ id, question, raw: pointer(12, 0x40, 0, 10, 66, 6, 6) });
      case 'long-address':
        return buildDns({ id, question, raw: pointer(12, 0, 5, 10, 66, 6, 6, 6) });
      case 'long-label':
        return buildDns({ id, question, raw: [...label(70), 0, ...record(0, 4, 10, 66, 6, 6)] });
      case 'long-name':
        return buildDns({ id, question, raw: [...Array(5).fill(label(63)).flat(), 0, ...record(0, 4, 10, 66, 6, 6)] });
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
    const question = field === 'no-question' ? null : { name, type: field === 'type' ? 28 : type, klass };
    const records = [{ name, ttl: 99999, a: FORGED_IP }];
    const data = buildDns({ id: field === 'id' ? id ^ 1 : id, question, records });
    if (field === 'qr') data[2] &= ~(QR >> 8);
    if (field === 'opcode') data[2] |= 0x10;
    this.send(to, data, field === 'source' ? '10.0.0.66' : to.dst, field === 'port' ? 5353 : 53);
  }
}
