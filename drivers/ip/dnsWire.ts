// DNS queries and answers as bytes (RFC 1035 section 4), A records only.
import { codes, dotted, pick, word } from './bytes';

/** What an answer says: an address for some seconds, or that there is none, or why the server cannot tell. */
export interface DnsAnswer {
  _ip?: string;
  _ttl: number;
  _why?: string;
}

/** TYPE of a record */
const enum Rr {
  A = 1,
  CNAME = 5,
}

/** bytes before the question */
const HEADER = 12;

/** bytes of a name at most, with its lengths and its final 0 (section 3.1) */
const LONGEST_NAME = 255;

/** CLASS */
const INTERNET = 1;

/** RCODE: there is no such name */
const NXDOMAIN = 3;

/** seconds that any name is cached at most */
const LONGEST = 86400;

/** how many times an answer is gone through: CNAMEs need not be in order */
const PASSES = 8;

/** bytes and pointers that the names of an answer may have in all, or a forged one would take minutes to read */
const NAMES = 5000;

/** the offset behind the name that was read last */
let past: number;
/** what is left of NAMES */
let left: number;

/** A query for the address of `name`, a Uint8Array with an id of 0; falsy if that cannot be a name. */
export function buildQuery(name: string): any {
  const q = name
    .replace(/\.$/, '')
    .split('.')
    .reduce(
      function (q: any, label: string) {
        return q && label && label.length < 64 && !/[^!-~]/.test(label) && q.concat(label.length, codes(label));
      },
      // id; RD; one question, no records
      [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    );
  return q && q.length < HEADER + LONGEST_NAME && new Uint8Array(q.concat(0, 0, Rr.A, 0, INTERNET));
}

/** The name at `at`, in lower case; throws if it is broken. A pointer may only lead to what comes before the name. */
function nameAt(d: Uint8Array, at: number): string {
  const limit = at;
  let end = 0;
  let name = '';
  let n: number;
  while ((n = d[at++])) {
    // a pointer counts little: in a datagram, these bits of its offset are at most 5. The two top bits: 11 for a pointer,
    // 00 for a length (section 4.1.4)
    if ((left -= (n & 63) + 1) < 0 || (n > 63 && n < 192) || name.length > 254) throw 0;
    if (n > 191) {
      end = end || at + 1;
      at = ((n & 63) << 8) | d[at];
      if (at >= limit) throw 0;
    } else {
      while (n--) name += String.fromCharCode(d[at++]);
      name = name.toLowerCase() + '.';
    }
  }
  past = end || at;
  return name;
}

/**
 * What `d` answers to our query `q`; undefined unless it is an answer to exactly that.
 * @throws if it is broken before there was an address
 */
export function parseAnswer(d: Uint8Array, q: Uint8Array): DnsAnswer | undefined {
  const a: DnsAnswer = { _ttl: LONGEST };
  const rcode = d[3] & 15;
  left = NAMES;
  let wanted = nameAt(q, HEADER);
  // id, one question, and that is ours; QR set, OPCODE 0
  const same = [0, 2, 4, 6, q.length - 4, q.length];
  if (pick(d, same) !== pick(q, same) || (d[2] & 0xf8) !== 0x80 || nameAt(d, HEADER) !== wanted) return;
  for (let pass = 0; pass < PASSES; pass++) {
    let next = q.length;
    for (let i = word(d, 6); i--;) {
      const owner = nameAt(d, next);
      const at = past;
      const type = word(d, at);
      const data = at + 10;
      next = data + word(d, at + 8);
      if (next > d.length || (type === Rr.A && next !== data + 4)) throw 0;
      if (owner === wanted && word(d, at + 2) === INTERNET && (type === Rr.A || type === Rr.CNAME)) {
        // a TTL with its top bit set counts as 0 (RFC 2181 section 8)
        a._ttl = Math.max(0, Math.min(a._ttl, (word(d, at + 4) << 16) | word(d, at + 6)));
        if (type === Rr.A) {
          a._ip = dotted(d, data, next);
          return a;
        }
        wanted = nameAt(d, data);
      }
    }
  }
  if (rcode && rcode !== NXDOMAIN) a._why = 'RCODE ' + rcode;
  // truncated, and the address is in the missing part
  if (d[2] & 2) a._why = 'TC';
  return a;
}
