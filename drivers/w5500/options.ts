// What `create` and `link` take, and what is wrong with it.
import { netError } from '../../src/net/neterror';

/** What `create` takes. */
export interface W5500Options {
  /** set up: mode 0, MSB first, up to 33 MHz */
  spi: any;
  /** chip select */
  cs: any;
  /** RSTn; without it the chip is reset by a command */
  rst?: any;
  /** INTn; without it the chip is polled */
  irq?: any;
  /** `aa:bb:cc:dd:ee:ff`; default: a locally administered one made of the board's serial number */
  mac?: string;
  /** KB of each socket, receiving and sending alike: 1, 2, 4, 8 or 16, 16 in all. Default 8 sockets of 2 */
  buffers?: number[];
  /** ms until the chip repeats a packet (default 200), and how often it does (default 8) */
  retry?: { time?: number; count?: number };
  /** seconds between keep-alive probes, a multiple of 5 up to 1275; 0: none (default) */
  keepalive?: number;
  /** default 'auto' */
  phy?: 'auto' | '10H' | '10F' | '100H' | '100F';
}

/** What `link` takes: an address of its own, or `{dhcp: true}`. */
export interface LinkOptions {
  dhcp?: boolean;
  /** name to give the DHCP server */
  hostname?: string;
  ip?: string;
  mask?: string;
  gw?: string;
  /** one server or several */
  dns?: string | string[];
  /** ms until `link` gives up. Default 30000 */
  timeout?: number;
}

function refuse(what: string, given: any, allowed: string): never {
  throw netError('EINVAL', 'connect', 'w5500: ' + what + ' is ' + given + ', must be ' + allowed);
}

/** Throws EINVAL unless `good`. */
export function need(good: any, what: string, given: any, allowed: string): void {
  if (!good) refuse(what, given, allowed);
}

/** The four numbers of a dotted address; undefined where it is none. */
export function parseIp(text: any): number[] | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const ip = text.split('.').map(Number);
    if (Math.max(ip[0], ip[1], ip[2], ip[3]) < 256) return ip;
  }
}

/** An address of `link`. */
export function needIp(what: string, text: any): number[] {
  return parseIp(text) || refuse(what, text, 'an address like 192.168.1.2');
}

/** The six bytes of a MAC address. */
export function parseMac(text: any): number[] {
  const mac: number[] = ('' + text).split(':').map(function (s) {
    return /^[0-9a-fA-F][0-9a-fA-F]$/.test(s) ? parseInt(s, 16) : 256;
  });
  need(mac.length === 6 && mac.every(isByte) && !(mac[0] & 1), 'mac', text, 'like 02:12:34:56:78:9a, not a group');
  return mac;
}

function isByte(n: number): boolean {
  return n < 256;
}

export function isPin(pin: any, method: string): boolean {
  return pin != null && typeof pin[method] === 'function';
}

function whole(n: any, from: number, to: number): boolean {
  return typeof n === 'number' && n >= from && n <= to && n % 1 === 0;
}

/** Looks at every option of `create`. */
export function check(o: W5500Options): void {
  const kb = (o && o.buffers) || [];
  const retry = (o && o.retry) || {};
  let sum = 0;
  need(o && isPin(o.spi, 'send') && isPin(o.spi, 'write'), 'spi', o && o.spi, 'an SPI port');
  need(isPin(o.cs, 'write'), 'cs', o.cs, 'a pin');
  need(o.rst === undefined || isPin(o.rst, 'write'), 'rst', o.rst, 'a pin');
  need(o.irq === undefined || isPin(o.irq, 'read'), 'irq', o.irq, 'a pin');
  need(
    kb.length <= 8 &&
      kb.every(function (k) {
        sum += k;
        return [1, 2, 4, 8, 16].indexOf(k) >= 0;
      }) &&
      sum <= 16 &&
      (!o.buffers || sum),
    'buffers',
    kb,
    'up to 8 of 1, 2, 4, 8, 16 KB, 16 in all',
  );
  need(whole(retry.time === undefined ? 1 : retry.time, 1, 6553), 'retry.time', retry.time, '1 to 6553 ms');
  need(whole(retry.count || 0, 0, 255), 'retry.count', retry.count, '0 to 255');
  need(whole((o.keepalive || 0) / 5, 0, 255), 'keepalive', o.keepalive, '0 to 1275 s in steps of 5');
  need(!o.phy || PHY[o.phy] !== undefined, 'phy', o.phy, Object.keys(PHY).join());
}

/** OPMDC of PHYCFGR */
export const PHY: { [mode: string]: number } = { auto: 7, '10H': 0, '10F': 1, '100H': 2, '100F': 3 };
