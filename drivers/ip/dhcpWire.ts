// DHCP messages as bytes (RFC 2131 section 2, options of RFC 2132).
import type { Lease } from './env';

export const enum Type {
  DISCOVER = 1,
  OFFER = 2,
  REQUEST = 3,
  DECLINE = 4,
  ACK = 5,
  NAK = 6,
}

/** What a server said. Times in seconds, undefined where it did not say. */
export interface Answer extends Lease {
  _type: number;
  _server?: number[];
  _lease?: number;
  _t1?: number;
  _t2?: number;
}

const COOKIE = [99, 130, 83, 99];
/** relays may drop anything shorter (RFC 1542 section 2.1) */
const SHORTEST = 300;

function bytesOf(text: string): number[] {
  return text.split('').map(function (c) {
    return c.charCodeAt(0);
  });
}

/**
 * A client's message.
 * @param xid four bytes
 * @param ciaddr own address while it is in use: then a unicast answer can be received
 * @param more options: requested address, server
 */
export function buildDhcp(
  type: Type,
  xid: number[],
  secs: number,
  mac: number[],
  name: string,
  ciaddr: number[] | undefined,
  more: number[],
): Uint8Array {
  const options = COOKIE.concat([53, 1, type, 61, 7, 1], mac, more);
  const all =
    type === Type.DECLINE
      ? options
      : options.concat([55, 6, 1, 3, 6, 51, 58, 59], name ? [12, name.length] : [], bytesOf(name));
  const out = new Uint8Array(Math.max(SHORTEST, 241 + all.length));
  out.set([1, 1, 6, 0].concat(xid, [secs >> 8, secs & 255, ciaddr ? 0 : 128, 0], ciaddr || []));
  out.set(mac, 28);
  out.set(all, 236);
  out[236 + all.length] = 255;
  return out;
}

function list(d: Uint8Array, at: number, n: number): number[] {
  const out = [];
  while (n-- > 0) out.push(d[at++]);
  return out;
}

/** The same bytes as `want`, from `at` on. */
function has(d: Uint8Array, at: number, want: number[]): boolean {
  for (let i = 0; i < want.length; i++) if (d[at + i] !== want[i]) return false;
  return true;
}

/** A server's message; undefined unless it is one, whole, and for us. */
export function parseDhcp(d: Uint8Array, xid: number[], mac: number[]): Answer | undefined {
  const a: Answer = { _type: 0, _ip: list(d, 16, 4), _mask: [255, 255, 255, 0], _gw: [0, 0, 0, 0], _dns: [] };
  let at = 240;
  if (d.length < 241 || d[0] !== 2 || !has(d, 4, xid) || !has(d, 28, mac) || !has(d, 236, COOKIE)) return;
  while (at < d.length && d[at] !== 255) {
    const code = d[at++];
    // 0 is a lone pad byte
    if (code) {
      const n = at < d.length ? d[at++] : 999;
      const four = list(d, at, 4);
      if (at + n > d.length) return;
      if (code === 53) a._type = d[at];
      if (n > 3) {
        const seconds = ((four[0] * 256 + four[1]) * 256 + four[2]) * 256 + four[3];
        if (code === 1) a._mask = four;
        if (code === 3) a._gw = four;
        if (code === 6) for (let i = 0; i + 4 <= n; i += 4) a._dns.push(list(d, at + i, 4));
        if (code === 51) a._lease = seconds;
        if (code === 54) a._server = four;
        if (code === 58) a._t1 = seconds;
        if (code === 59) a._t2 = seconds;
      }
      at += n;
    }
  }
  return a;
}
