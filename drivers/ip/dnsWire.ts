// DNS queries and answers as bytes (RFC 1035 section 4), A records only.

/** What an answer says: an address for some seconds, or why there is none (RCODE). */
export interface DnsAnswer {
  _ip?: string;
  _ttl: number;
  _rcode: number;
}

/** TYPE of a record */
const enum Rr {
  A = 1,
  CNAME = 5,
}

/** how often an answer is gone through: CNAMEs need not be in order */
const PASSES = 8;

/** A query for the address of `name`; undefined where that cannot be a name. */
export function buildQuery(id: number, name: string): Uint8Array | undefined {
  let q = [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const labels = name.replace(/\.$/, '').split('.');
  for (let i = 0; i < labels.length; i++) {
    const n = labels[i].length;
    if (n < 1 || n > 63 || /[^\x21-\x7e]/.test(labels[i])) return;
    q.push(n);
    for (let k = 0; k < n; k++) q.push(labels[i].charCodeAt(k));
  }
  if (q.length < 267) return new Uint8Array(q.concat(0, 0, 1, 0, 1));
}

/** The name at `at`, lower case, and where it ends; a name that is none throws. A pointer leads backwards only, and so to an end. */
function nameAt(d: Uint8Array, at: number): { _name: string; _next: number } {
  let name = '';
  let next = 0;
  let limit = at;
  let n: number;
  while ((n = d[at++])) {
    if (n > 191) {
      next = next || at + 1;
      at = ((n & 63) << 8) | d[at];
      if (!(at < limit)) throw 0;
      limit = at;
    } else {
      if (n > 63 || name.length > 254) throw 0;
      while (n--) name += String.fromCharCode(d[at++]);
      name = name.toLowerCase() + '.';
    }
  }
  return { _name: name, _next: next || at };
}

function at16(d: Uint8Array, i: number): number {
  return (d[i] << 8) | d[i + 1];
}

/**
 * What `d` answers to our query `q`; undefined unless it is an answer to just that.
 * @throws where it is broken before there was an address
 */
export function parseAnswer(d: Uint8Array, q: Uint8Array): DnsAnswer | undefined {
  const a: DnsAnswer = { _ttl: 0x7fffffff, _rcode: d[3] & 15 };
  let wanted = nameAt(q, 12)._name;
  // QR set, OPCODE 0, one question, and that is ours
  if (at16(d, 0) !== at16(q, 0) || (d[2] & 0xf8) !== 0x80 || at16(d, 4) !== 1) return;
  if (d.subarray(12, q.length).join() !== q.subarray(12).join()) return;
  for (let pass = 0; pass < PASSES; pass++) {
    let at = q.length;
    for (let i = at16(d, 6); i--;) {
      const owner = nameAt(d, at);
      at = owner._next + 10;
      const type = at16(d, at - 10);
      const n = at16(d, at - 2);
      if (at + n > d.length || (type === Rr.A && n !== 4)) throw 0;
      if (owner._name === wanted && at16(d, at - 8) === 1 && (type === Rr.A || type === Rr.CNAME)) {
        // a TTL with its first bit set is to be taken for 0 (RFC 2181 section 8)
        a._ttl = Math.max(0, Math.min(a._ttl, (at16(d, at - 6) << 16) | at16(d, at - 4)));
        if (type === Rr.A) {
          a._ip = d.subarray(at, at + 4).join('.');
          return a;
        }
        wanted = nameAt(d, at)._name;
      }
      at += n;
    }
  }
  // cut off, and the address is in what is missing: as good as no answer
  if (d[2] & 2) a._rcode = 2;
  return a;
}
