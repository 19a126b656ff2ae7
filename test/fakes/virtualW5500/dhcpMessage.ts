// DHCP messages as bytes (RFC 2131 section 2, options RFC 2132).

import { ipBytes, ipText, macBytes, macText } from './packets';

export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;
/** by their numbers in option 53 (RFC 2132 section 9.6) */
const TYPES = ['?', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'];
export const OPTION = {
  pad: 0,
  mask: 1,
  router: 3,
  dns: 6,
  hostName: 12,
  requested: 50,
  lease: 51,
  overload: 52,
  type: 53,
  server: 54,
  list: 55,
  t1: 58,
  t2: 59,
  clientId: 61,
  end: 255,
};

/** offsets of the fields (RFC 2131 figure 1); the options begin behind the cookie */
export const FIELD = {
  op: 0,
  htype: 1,
  hlen: 2,
  hops: 3,
  xid: 4,
  secs: 8,
  flags: 10,
  ciaddr: 12,
  yiaddr: 16,
  siaddr: 20,
  giaddr: 24,
  chaddr: 28,
  sname: 44,
  file: 108,
  cookie: 236,
  options: 240,
};
const COOKIE = [0x63, 0x82, 0x53, 0x63];
const BROADCAST_FLAG = 0x8000;
const ETHERNET = { htype: 1, hlen: 6 };
/** relays may drop less (RFC 1542 section 2.1) */
export const MIN_LENGTH = 300;

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

/** the value of option 53 */
export function typeOption(type: string): Uint8Array {
  return Uint8Array.of(TYPES.indexOf(type));
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
  if (data.length < FIELD.options || COOKIE.some((b, i) => data[FIELD.cookie + i] !== b)) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const { htype, hlen } = ETHERNET;
  if (data[FIELD.htype] !== htype || data[FIELD.hlen] !== hlen)
    complain(`htype ${data[FIELD.htype]}, hlen ${data[FIELD.hlen]}`);
  if (data[FIELD.hops]) complain(`hops ${data[FIELD.hops]}`);
  const flags = view.getUint16(FIELD.flags);
  if (flags & ~BROADCAST_FLAG) complain(`flags ${flags}`);
  const options = new Map<number, Uint8Array>();
  let at = FIELD.options;
  while (at < data.length && data[at] !== OPTION.end) {
    if (data[at] === OPTION.pad) {
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
  if (data[at] !== OPTION.end) complain('no end option');
  return {
    op: data[FIELD.op],
    xid: view.getUint32(FIELD.xid),
    secs: view.getUint16(FIELD.secs),
    broadcast: (flags & BROADCAST_FLAG) !== 0,
    ciaddr: ipText(data, FIELD.ciaddr),
    yiaddr: ipText(data, FIELD.yiaddr),
    siaddr: ipText(data, FIELD.siaddr),
    giaddr: ipText(data, FIELD.giaddr),
    chaddr: macText(data, FIELD.chaddr),
    options,
  };
}

/**
 * `overload`: all but the first two options are in `file` (1), in `sname` (2), or there are some in both (3); `padding`:
 * a pad byte before each
 */
export function buildDhcp(message: DhcpMessage, overload = 0, padding = false): Uint8Array {
  const pad = padding ? [OPTION.pad] : [];
  const options = [...message.options].map(([code, value]) => [...pad, code, value.length, ...value]);
  const hidden = overload ? options.splice(2) : [];
  if (overload) options.push([OPTION.overload, 1, overload]);
  const inFile = hidden.splice(0, [0, hidden.length, 0, 2][overload]);
  const inName = hidden;
  const end = options.flat().length + FIELD.options + 1;
  const out = new Uint8Array(Math.max(end, MIN_LENGTH));
  const view = new DataView(out.buffer);
  out.set([message.op, ETHERNET.htype, ETHERNET.hlen]);
  view.setUint32(FIELD.xid, message.xid);
  view.setUint16(FIELD.secs, message.secs);
  view.setUint16(FIELD.flags, message.broadcast ? BROADCAST_FLAG : 0);
  for (const name of ['ciaddr', 'yiaddr', 'siaddr', 'giaddr'] as const) out.set(ipBytes(message[name]), FIELD[name]);
  out.set(macBytes(message.chaddr), FIELD.chaddr);
  out.set(COOKIE, FIELD.cookie);
  if (overload & 1) out.set([...inFile.flat(), OPTION.end], FIELD.file);
  if (overload & 2) out.set([...inName.flat(), OPTION.end], FIELD.sname);
  out.set([...options.flat(), OPTION.end], FIELD.options);
  return out;
}
