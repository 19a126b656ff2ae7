// DNS messages as bytes (RFC 1035 section 4).

import { ipBytes } from './packets';

export const DNS_PORT = 53;
export const HEADER_LENGTH = 12;
export const TYPE_A = 1;
export const TYPE_CNAME = 5;
export const TYPE_AAAA = 28;
export const CLASS_IN = 1;
export const QR = 0x8000;
export const TC = 0x0200;
export const RD = 0x0100;
const RA = 0x0080;
/** opcode 2, obsolete (4.1.1) */
export const OPCODE_STATUS = 0x1000;
export const RCODE_MASK = 0x000f;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const REFUSED = 5;
/** the top bits of a pointer (4.1.4) */
export const POINTER = 0xc000;
const MAX_LABEL = 63;

export interface Question {
  name: string;
  type: number;
  klass: number;
}

export interface DnsRecord {
  name: string;
  ttl: number;
  a?: string;
  cname?: string;
}

export interface DnsMessage {
  id: number;
  flags: number;
  questions: Question[];
  /** how many records the header announces in the answer section */
  answers: number;
}

/** null when it cannot be read as one; only header and questions are looked at */
export function parseDns(data: Uint8Array): DnsMessage | null {
  if (data.length < HEADER_LENGTH) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const questions: Question[] = [];
  let at = HEADER_LENGTH;
  for (let i = view.getUint16(4); i > 0; i--) {
    const labels: string[] = [];
    while (at < data.length && data[at]) {
      const end = at + 1 + data[at];
      if (data[at] > MAX_LABEL || end > data.length) return null;
      labels.push(Buffer.from(data.subarray(at + 1, end)).toString('latin1'));
      at = end;
    }
    if (at + 5 > data.length) return null;
    questions.push({ name: labels.join('.'), type: view.getUint16(at + 1), klass: view.getUint16(at + 3) });
    at += 5;
  }
  return { id: view.getUint16(0), flags: view.getUint16(2), questions, answers: view.getUint16(6) };
}

class Writer {
  readonly bytes: number[] = [];
  private names = new Map<string, number>();

  word(...values: number[]): void {
    for (const v of values) this.bytes.push((v >> 8) & 255, v & 255);
  }

  /** with compression (4.1.4): a tail that was written before becomes a pointer */
  name(name: string): void {
    for (let rest = name; rest;) {
      const known = this.names.get(rest.toLowerCase());
      if (known !== undefined) return this.word(POINTER | known);
      this.names.set(rest.toLowerCase(), this.bytes.length);
      const dot = rest.indexOf('.');
      const label = dot < 0 ? rest : rest.slice(0, dot);
      this.bytes.push(label.length, ...Buffer.from(label, 'latin1'));
      rest = dot < 0 ? '' : rest.slice(dot + 1);
    }
    this.bytes.push(0);
  }

  record(record: DnsRecord): void {
    this.name(record.name);
    this.word(record.cname ? TYPE_CNAME : TYPE_A, CLASS_IN, record.ttl >>> 16, record.ttl & 0xffff, 0);
    const start = this.bytes.length;
    if (record.cname) this.name(record.cname);
    else this.bytes.push(...ipBytes(record.a ?? '0.0.0.0'));
    const length = this.bytes.length - start;
    this.bytes[start - 2] = length >> 8;
    this.bytes[start - 1] = length & 255;
  }
}

export interface Answer {
  id: number;
  /** added to QR, RD and RA */
  flags?: number;
  rcode?: number;
  question: Question | null;
  records?: DnsRecord[];
  /** put behind the question as it is, counted as one record */
  raw?: number[];
}

export function buildDns(answer: Answer): Uint8Array {
  const writer = new Writer();
  const records = answer.records ?? [];
  const flags = QR | RD | RA | (answer.flags ?? 0) | (answer.rcode ?? 0);
  writer.word(answer.id, flags, answer.question ? 1 : 0, records.length + (answer.raw ? 1 : 0), 0, 0);
  if (answer.question) {
    writer.name(answer.question.name);
    writer.word(answer.question.type, answer.question.klass);
  }
  for (const record of records) writer.record(record);
  if (answer.raw) writer.bytes.push(...answer.raw);
  return Uint8Array.from(writer.bytes);
}
