// DNS queries and answers as bytes (RFC 1035 section 4), A records only.

/** What an answer says: an address for some seconds, or why there is none (RCODE). */
export interface DnsAnswer {
  _ip?: number[];
  _ttl: number;
  _rcode: number;
}

/** CNAMEs that are followed */
const CHAIN = 8;

/** The bytes of a name, labels and all; undefined where it cannot be one. */
function labels(name: string): number[] | undefined {
  const out: number[] = [];
  const parts = name.replace(/\.$/, '').split('.');
  for (let i = 0; i < parts.length; i++) {
    const n = parts[i].length;
    if (n < 1 || n > 63 || /[^\x21-\x7e]/.test(parts[i])) return;
    out.push(n);
    for (let k = 0; k < n; k++) out.push(parts[i].charCodeAt(k));
  }
  out.push(0);
  return out.length > 255 ? undefined : out;
}

/** A query for the address of `name`; undefined where that cannot be a name. */
export function buildQuery(id: number, name: string): Uint8Array | undefined {
  const q = labels(name);
  if (q) return new Uint8Array([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0].concat(q, [0, 1, 0, 1]));
}

/**
 * The name at `at`, lower case, and where it ends. A pointer leads backwards only, and so to an end.
 * Answers undefined for a name that is none or leaves the message.
 */
function nameAt(d: Uint8Array, at: number): { _name: string; _next: number } | undefined {
  let name = '';
  let next = 0;
  let limit = at;
  for (;;) {
    if (at >= d.length) return;
    const n = d[at++];
    if (!n) return { _name: name, _next: next || at };
    if (n > 191) {
      const to = ((n & 63) << 8) | d[at++];
      if (at > d.length || to >= limit) return;
      next = next || at;
      at = limit = to;
    } else {
      if (n > 63 || at + n > d.length || name.length > 254) return;
      for (let i = 0; i < n; i++) name += String.fromCharCode(d[at++]);
      name = name.toLowerCase() + '.';
    }
  }
}

function at16(d: Uint8Array, i: number): number {
  return (d[i] << 8) | d[i + 1];
}

/** What `d` answers to our query `q`; undefined unless it is an answer to just that, and whole as far as it is needed. */
export function parseAnswer(d: Uint8Array, q: Uint8Array): DnsAnswer | undefined {
  const question = nameAt(q, 12)!;
  const same = nameAt(d, 12);
  const answer: DnsAnswer = { _ttl: 0x7fffffff, _rcode: d[3] & 15 };
  const records: { _name: string; _to: string; _ip: number[]; _ttl: number }[] = [];
  let wanted = question._name;
  let broken = false;
  // QR set, OPCODE 0, one question, and that is ours
  if (d.length < q.length || at16(d, 0) !== at16(q, 0) || (d[2] & 0xf8) !== 0x80 || at16(d, 4) !== 1) return;
  if (!same || same._name !== wanted || at16(d, same._next) !== 1 || at16(d, same._next + 2) !== 1) return;
  let at = same._next + 4;
  for (let i = at16(d, 6); i > 0; i--) {
    const owner = nameAt(d, at);
    broken = !owner;
    if (!owner) break;
    at = owner._next + 10;
    const type = at16(d, at - 10);
    const n = at16(d, at - 2);
    const to = type === 5 ? nameAt(d, at) : undefined;
    broken = at + n > d.length || (type === 5 && !to) || (type === 1 && n !== 4);
    if (broken) break;
    if (at16(d, at - 8) === 1 && (to || type === 1))
      records.push({
        _name: owner._name,
        _to: to ? to._name : '',
        _ip: [d[at], d[at + 1], d[at + 2], d[at + 3]],
        _ttl: ((d[at - 6] * 256 + d[at - 5]) * 256 + d[at - 4]) * 256 + d[at - 3],
      });
    at += n;
  }
  for (let hops = 0; hops <= CHAIN && !answer._ip; hops++) {
    const from = wanted;
    for (let i = 0; i < records.length; i++)
      if (records[i]._name === from && !answer._ip && wanted === from) {
        // a TTL with its first bit set is to be taken for 0 (RFC 2181 section 8)
        answer._ttl = Math.min(answer._ttl, records[i]._ttl > 0x7fffffff ? 0 : records[i]._ttl);
        if (records[i]._to) wanted = records[i]._to;
        else answer._ip = records[i]._ip;
      }
    if (wanted === from) break;
  }
  // cut off, and the address is in what is missing: as good as no answer
  if (!answer._ip && d[2] & 2) answer._rcode = 2;
  return answer._ip || !broken ? answer : undefined;
}
