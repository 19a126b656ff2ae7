// DHCP messages as bytes (RFC 2131 section 2, options of RFC 2132).
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

/** What a server said: the values of options by their code, dotted, and yiaddr under ADDRESS. */
export type Answer = { [code: number]: string };

/** relays may drop anything shorter (RFC 1542 section 2.1) */
const SHORTEST = 300;

/** What an answer has in common with the question: xid, chaddr and cookie. */
export function keyOf(m: Uint8Array): string {
  return pick(m, [4, 8, 28, 34, 236, 240]);
}

/** A client's message; `ciaddr` is our own address while it is in use, so that a unicast answer can be received. */
export function buildDhcp(xid: number[], secs: number, ciaddr: number[], mac: number[], options: number[]): Uint8Array {
  const out = new Uint8Array(Math.max(SHORTEST, 241 + options.length));
  out.set([1, 1, 6, 0].concat(xid, [secs >> 8, secs, ciaddr[0] || options[2] === Type.DECLINE ? 0 : 128, 0], ciaddr));
  out.set(mac, 28);
  out.set([99, 130, 83, 99].concat(options, 255), 236);
  return out;
}

/** A server's message; undefined unless it is one, whole, and with this key. */
export function parseDhcp(d: Uint8Array, key: string): Answer | undefined {
  const a: Answer = {};
  // they may be continued in `file` and in `sname` (option overload)
  const parts = [240, d.length, 108, 236, 44, 108];
  if (d[0] !== 2 || keyOf(d) !== key) return;
  for (let i = 0; i < 6; i += 2) {
    let at = !i || +a[Option.OVERLOAD] & (i / 2) ? parts[i] : 999;
    while (at < parts[i + 1] && d[at] !== 255) {
      const code = d[at++];
      // 0 is a single pad byte
      if (code) {
        const end = at + 1 + d[at];
        if (!(end <= parts[i + 1])) return;
        if ((code | 1) === Option.TYPE || d[at] > 3) a[code] = dotted(d, at + 1, end);
        at = end;
      }
    }
  }
  a[Option.ADDRESS] = dotted(d, 16, 20);
  return a;
}
