// DHCP messages as bytes (RFC 2131 section 2, options RFC 2132).

import { ipBytes, ipText, macBytes, macText } from './packets';

export const TYPES = ['?', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'];
export const OPTION = {
  mask: 1,
  router: 3,
  dns: 6,
  hostName: 12,
  requested: 50,
  lease: 51,
  type: 53,
  server: 54,
  list: 55,
  t1: 58,
  t2: 59,
  clientId: 61,
};

const COOKIE = [0x63, 0x82, 0x53, 0x63];
const FIXED = 236;
const BROADCAST_FLAG = 0x8000;

export interface DhcpMessage {
  op: number;
  xid: number;
  secs: number;
  broadcast: boolean;
  ciaddr: string;
  yiaddr: string;
  siaddr: string;
  giaddr: string;
  chaddr: string;
  options: Map<number, Uint8Array>;
}

export function typeOf(message: DhcpMessage): string {
  return TYPES[message.options.get(OPTION.type)?.[0] ?? 0] ?? '?';
}

export function ipOption(message: DhcpMessage, code: number): string | null {
  const value = message.options.get(code);
  return value && value.length >= 4 ? ipText(value) : null;
}

export function seconds(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** null when it is not DHCP at all; what is wrong with it otherwise goes to `complain` */
export function parseDhcp(data: Uint8Array, complain: (what: string) => void = () => {}): DhcpMessage | null {
  if (data.length < FIXED + 4 || COOKIE.some((b, i) => data[FIXED + i] !== b)) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data[1] !== 1 || data[2] !== 6) complain(`htype ${data[1]}, hlen ${data[2]}`);
  const options = new Map<number, Uint8Array>();
  let at = FIXED + 4;
  while (at < data.length && data[at] !== 255) {
    if (data[at] === 0) {
      at++;
      continue;
    }
    const end = at + 2 + data[at + 1];
    if (!(end <= data.length)) {
      complain(`option ${data[at]} runs over the end`);
      break;
    }
    options.set(data[at], data.slice(at + 2, end));
    at = end;
  }
  if (data[at] !== 255) complain('no end option');
  return {
    op: data[0],
    xid: view.getUint32(4),
    secs: view.getUint16(8),
    broadcast: (view.getUint16(10) & BROADCAST_FLAG) !== 0,
    ciaddr: ipText(data, 12),
    yiaddr: ipText(data, 16),
    siaddr: ipText(data, 20),
    giaddr: ipText(data, 24),
    chaddr: macText(data, 28),
    options,
  };
}

/** `overload`: all but the first two options are in `file` (1), in `sname` (2), or there are some in both (3) */
export function buildDhcp(message: DhcpMessage, overload = 0): Uint8Array {
  const out: number[] = new Array<number>(FIXED).fill(0);
  const { xid } = message;
  out.splice(0, 10, message.op, 1, 6, 0, xid >>> 24, (xid >>> 16) & 255, (xid >>> 8) & 255, xid & 255, 0, message.secs);
  out[10] = message.broadcast ? BROADCAST_FLAG >> 8 : 0;
  [message.ciaddr, message.yiaddr, message.siaddr, message.giaddr].forEach((ip, i) =>
    out.splice(12 + 4 * i, 4, ...ipBytes(ip)),
  );
  out.splice(28, 6, ...macBytes(message.chaddr));
  out.push(...COOKIE);
  const options = [...message.options].map(([code, value]) => [code, value.length, ...value]);
  const hidden = overload ? options.splice(2) : [];
  if (overload) options.push([52, 1, overload]);
  const inFile = hidden.splice(0, [0, 99, 0, 2][overload]).flat();
  const inName = hidden.flat();
  if (overload & 1) out.splice(108, inFile.length + 1, ...inFile, 255);
  if (overload & 2) out.splice(44, inName.length + 1, ...inName, 255);
  out.push(...options.flat());
  out.push(255);
  while (out.length < 300) out.push(0);
  return Uint8Array.from(out);
}
