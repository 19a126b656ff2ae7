// One SPI frame in words: "S0 Sn_CR <- OPEN", "VERSIONR -> 04".

import * as R from './registers';
import { ipText, macText } from './packets';
import type { Frame } from './spi';

const INTERRUPTS = ['CON', 'DISCON', 'RECV', 'TIMEOUT', 'SEND_OK'];
const MODES: Record<number, string> = { 0: 'closed', 1: 'TCP', 2: 'UDP', 4: 'MACRAW' };
const ADDRESSES = ['GAR', 'SUBR', 'SIPR', 'UIPR', 'Sn_DIPR'];
const MACS = ['SHAR', 'Sn_DHAR'];

export const hex = (value: number, digits = 2): string => value.toString(16).padStart(digits, '0');

function bits(value: number, names: string[]): string {
  const set = names.filter((_, i) => value & (1 << i));
  return set.length ? set.join('|') : hex(value);
}

/** the value of one whole register */
function valueText(name: string, value: Uint8Array): string {
  const first = value[0];
  if (ADDRESSES.includes(name)) return ipText(value);
  if (MACS.includes(name)) return macText(value);
  switch (name) {
    case 'Sn_CR':
      return first ? (R.COMMAND_NAMES[first] ?? hex(first)) : '0';
    case 'Sn_SR':
      return R.STATUS_NAMES[first] ?? hex(first);
    case 'Sn_IR':
    case 'Sn_IMR':
      return bits(first, INTERRUPTS);
    case 'Sn_MR':
      return (MODES[first & R.MODE_MASK] ?? hex(first)) + (first & 0xf0 ? `|${hex(first & 0xf0)}` : '');
  }
  if (value.length === 2) return String((first << 8) | value[1]);
  return Array.from(value, (b) => hex(b)).join(' ');
}

function registersText(frame: Frame, map: (R.Register | undefined)[]): string {
  const arrow = frame.write ? '<-' : '->';
  const parts: string[] = [];
  for (let i = 0; i < frame.data.length;) {
    const reg = map[frame.address + i];
    const whole = reg !== undefined && reg.address === frame.address + i && i + reg.size <= frame.data.length;
    const size = whole ? reg.size : 1;
    const bytes = Uint8Array.from(frame.data.slice(i, i + size));
    const name = whole ? reg.name : `${reg?.name ?? 'reserved'}@${hex(frame.address + i)}`;
    parts.push(`${name} ${arrow} ${valueText(whole ? reg.name : '', bytes)}`);
    i += size;
  }
  return parts.join(', ');
}

export function describeFrame(frame: Frame): string {
  const n = frame.block >> 2;
  const at = `[${hex(frame.address, 4)}]`;
  const verb = frame.write ? '<-' : '->';
  switch (frame.block & 3) {
    case R.SOCKET_REGISTERS:
      return `S${n} ${registersText(frame, R.SOCKET_MAP)}`;
    case R.TX_BUFFER:
      return `S${n} TX ${at} ${verb} ${frame.data.length} bytes`;
    case R.RX_BUFFER:
      return `S${n} RX ${at} ${verb} ${frame.data.length} bytes`;
  }
  return frame.block ? `reserved block ${frame.block} ${at}` : registersText(frame, R.COMMON_MAP);
}
