// DHCP messages as bytes (RFC 2131 section 2, options of RFC 2132).
import { toNumber } from './address';
import { dotted, pick } from './bytes';

export const enum Type {
  DISCOVER = 1,
  OFFER = 2,
  REQUEST = 3,
  DECLINE = 4,
  ACK = 5,
  NAK = 6,
}

/** Codes of options. */
export const enum Option {
  MASK = 1,
  ROUTER = 3,
  DNS = 6,
  HOST_NAME = 12,
  ADDRESS = 50,
  LEASE = 51,
  OVERLOAD = 52,
  TYPE = 53,
  SERVER = 54,
  LIST = 55,
  T1 = 58,
  T2 = 59,
  CLIENT = 61,
}

/** Offsets of fields in a message. */
const enum At {
  XID = 4,
  SECS = 8,
  YIADDR = 16,
  CHADDR = 28,
  SNAME = 44,
  FILE = 108,
  COOKIE = 236,
  OPTIONS = 240,
}

/** What a server said: the values of options by their code, dotted, and yiaddr under ADDRESS. */
export type Answer = { [code: number]: string };

/** relays may drop anything shorter (RFC 1542 section 2.1) */
const SHORTEST = 300;

/** What an answer has in common with the question: xid, chaddr and cookie. */
export function keyOf(m: Uint8Array): string {
  return pick(m, [At.XID, At.SECS, At.CHADDR, At.CHADDR + 6, At.COOKIE, At.OPTIONS]);
}

/**
 * A client's message. `ciaddr`: our own address while it is in use, else empty. `options` begins with the message type, so
 * its value is at 2.
 */
export function buildDhcp(xid: number[], secs: number, ciaddr: number[], mac: number[], options: number[]): Uint8Array {
  const out = new Uint8Array(Math.max(SHORTEST, At.OPTIONS + 1 + options.length));
  // op BOOTREQUEST, htype Ethernet, hlen 6, hops 0; xid; secs; flags: 128 asks for a broadcast answer, as without an
  // address we cannot receive any other, but nobody answers DECLINE (RFC 2131, table 5)
  out.set([1, 1, 6, 0].concat(xid, [secs >> 8, secs, ciaddr[0] || options[2] === Type.DECLINE ? 0 : 128, 0], ciaddr));
  out.set(mac, At.CHADDR);
  // the magic cookie (section 3), and behind the options their end
  out.set([99, 130, 83, 99].concat(options, 255), At.COOKIE);
  return out;
}

/** A server's message; undefined unless it is one, whole, and with this key. */
export function parseDhcp(d: Uint8Array, key: string): Answer | undefined {
  const a: Answer = {};
  // the options, from and to; they may be continued in `file` and in `sname`
  const parts = [At.OPTIONS, d.length, At.FILE, At.COOKIE, At.SNAME, At.FILE];
  if (d[0] !== 2 || keyOf(d) !== key) return;
  for (let i = 0; i < 6; i += 2) {
    // the bits of option overload: 1 for `file`, 2 for `sname` (RFC 2132 section 9.3)
    let at = !i || toNumber(a[Option.OVERLOAD]) & (i / 2) ? parts[i] : 999;
    while (at < parts[i + 1] && d[at] !== 255) {
      const code = d[at++];
      // 0 is a single pad byte
      if (code) {
        const end = at + 1 + d[at];
        // also if there is no length: `end` is NaN
        if (!(end <= parts[i + 1])) return;
        a[code] = dotted(d, at + 1, end);
        at = end;
      }
    }
  }
  a[Option.ADDRESS] = dotted(d, At.YIADDR, At.YIADDR + 4);
  return a;
}
