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

function isByte(n: number): boolean {
  return n >= 0 && n < 256;
}

/** The four numbers of a dotted address; undefined where it is none. */
export function parseIp(text: any): number[] | undefined {
  const ip = ('' + text).split('.').map(Number);
  if (ip.length === 4 && ip.every(isByte) && ip.join('.') === text) return ip;
}

/** An address of `link`. */
export function needIp(what: string, text: any): number[] {
  return parseIp(text) || refuse(what, text, 'an address like 192.168.1.2');
}

/** `aa:bb:cc:dd:ee:ff` */
export function hex(mac: number[]): string {
  return mac
    .map(function (b) {
      return (256 + b).toString(16).substr(1);
    })
    .join(':');
}

/** The six bytes of a MAC address. */
export function parseMac(text: any): number[] {
  const mac = ('' + text).split(':').map(function (s) {
    return parseInt(s, 16);
  });
  need(mac.length === 6 && hex(mac) === text.toLowerCase() && !(mac[0] & 1), 'mac', text, 'like 02:12:34:56:78:9a');
  return mac;
}

function number(what: string, n: any, most: number, step: number): void {
  need(n === undefined || (n >= 0 && n <= most && n % step === 0), what, n, '0 to ' + most + ' in steps of ' + step);
}

/** What has to have what. */
const parts: any = { spi: 'send', cs: 'write', rst: 'write', irq: 'read' };

/** Looks at every option of `create`. */
export function check(o: any): void {
  const kb = o.buffers;
  const retry = o.retry || {};
  let sum = 0;
  for (const name in parts)
    need(
      (o[name] === undefined && name > 'd' && name < 's') || (o[name] && typeof o[name][parts[name]] === 'function'),
      name,
      o[name],
      'an object with ' + parts[name] + '()',
    );
  need(
    !kb ||
      (kb.length < 9 &&
        kb.every(function (k: number) {
          sum += k;
          return k >= 1 && !(k & (k - 1));
        }) &&
        sum > 0 &&
        sum < 17),
    'buffers',
    kb,
    'up to 8 of 1, 2, 4, 8, 16 KB, 16 in all',
  );
  number('retry.time', retry.time, 6553, 1);
  number('retry.count', retry.count, 255, 1);
  number('keepalive', o.keepalive, 1275, 5);
  need(!o.phy || MODES[o.phy] >= 0, 'phy', o.phy, Object.keys(MODES).join());
}

/** OPMDC of PHYCFGR */
export const MODES: { [mode: string]: number } = { auto: 7, '10H': 0, '10F': 1, '100H': 2, '100F': 3 };
