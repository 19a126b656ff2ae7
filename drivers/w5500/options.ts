// The options of `create` and `link`, and their checks.
import { isHost, isIp, toNumber } from '../ip/address';
import { netError } from '../../src/net/neterror';

/** An output: `Pin` of the interpreter, or anything like it. */
export interface OutputPin {
  write(level: any): any;
  read?(): any;
}

/** An input. */
export interface InputPin {
  read(): any;
  write?(level: any): any;
}

/** An SPI port: `SPI` of the interpreter, or anything like it. */
export interface SpiPort {
  /** with `cs` low; for a Uint8Array, it returns another of that length */
  send(data: any, cs?: any): any;
  /** with `cs`, the last argument, low: numbers, lists of numbers, byte strings and Uint8Arrays, one after the other */
  write(...data: any[]): any;
}

/** The options of `create`. */
export interface W5500Options {
  /** already set up: mode 0, MSB first, up to 33 MHz */
  spi: SpiPort;
  /** chip select */
  cs: OutputPin;
  /** RSTn; without it the chip is reset by a command */
  rst?: OutputPin;
  /** INTn; without it the chip is polled */
  irq?: InputPin;
  /** `aa:bb:cc:dd:ee:ff`; default: a locally administered address derived from the board's serial number */
  mac?: string;
  /** KB for each socket, receiving and sending alike: 1, 2, 4, 8 or 16, and 16 in total. Default 8 sockets of 2 */
  buffers?: number[];
  /**
   * ms until the chip repeats a packet, 1 to 6553 (default 200; TCP doubles it each time), and how many times it does,
   * 0 to 255 (default 8)
   */
  retry?: { time?: number; count?: number };
  /** seconds between keep-alive probes, a multiple of 5 up to 1275; 0: none (default) */
  keepalive?: number;
  /** Mbit/s, half or full duplex; default 'auto': as the module is wired, which is usually to negotiate */
  phy?: 'auto' | '10H' | '10F' | '100H' | '100F';
}

/** All options of `link`. */
export interface LinkFields {
  /** true: get the addresses from a DHCP server */
  dhcp?: boolean;
  /** name for the DHCP server: up to 63 letters, digits and inner hyphens; default none */
  hostname?: string;
  /** addresses in dotted form */
  ip?: string;
  mask?: string;
  /** default none: only hosts in the subnet can be reached */
  gw?: string;
  /** one server or several; default none */
  dns?: string | string[];
  /** ms until `link` gives up. Default 30000 */
  timeout?: number;
}

/** A fixed address. */
export interface StaticOptions extends LinkFields {
  dhcp?: false;
  ip: string;
  mask: string;
}

/** An address from a DHCP server; `ip` is the one to ask for first. */
export interface DhcpOptions extends LinkFields {
  dhcp: true;
}

/** The options of `link`. */
export type LinkOptions = StaticOptions | DhcpOptions;

/** Throws EINVAL unless `good`. */
export function need(good: any, what: string, given: any, allowed: string): void {
  if (!good) throw netError('EINVAL', 'w5500: ' + what + ' is ' + given + ', must be ' + allowed);
}

/** A number from `least` to `most`; undefined stands for the default. */
export function needNumber(what: string, n: any, usual: any, least: number, most: number, step: number): number {
  if (n === undefined) n = usual;
  const good = typeof n === 'number' && n >= least && n <= most && n % step === 0;
  need(good, what, n, 'a number from ' + least + ' to ' + most + ', step ' + step);
  return n;
}

/** The address of a host; with the host bits `rest`, of one in the same subnet as `ip`. */
export function needHost(what: string, text: any, rest?: number, ip?: string): string {
  const n = toNumber(text);
  need(
    isIp(text) &&
      isHost(text) &&
      n >>> 24 !== 127 &&
      // the host bits of a network are all 0, those of its broadcast address all 1; a subnet of two has neither (RFC 3021),
      // and one of a single host has its gateway outside
      (!rest || (!((n ^ toNumber(ip)) & ~rest) && (rest < 2 || ((n + 1) & rest) > 1))),
    what,
    text,
    'the address of a host' + (rest ? ' in the subnet' : ''),
  );
  return text;
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
  text = '' + text;
  const mac = text
    .substr(0, 18)
    .split(':')
    .map(function (s: string) {
      return parseInt(s, 16);
    });
  need(
    mac.length === 6 && hex(mac) === text.toLowerCase() && !(mac[0] & 1) && +mac.join(''),
    'mac',
    text,
    'like 02:12:34:56:78:9a',
  );
  return mac;
}

/** PHY modes: OPMDC of PHYCFGR is the index in this list, less one */
export const MODES = ['auto', '10H', '10F', '100H', '100F'];

/** The pin or port `name` of `o`. */
export function part(o: any, name: string, method: string, optional?: any): any {
  let p: any;
  let good: any;
  try {
    p = o[name];
    good = p ? p[method] : p === undefined && optional;
  } catch (e) {
    // in the interpreter, reading a missing member of a number or text throws; pins are numbers
  }
  need(good, name, p, 'an object with ' + method + '()');
  return p;
}

/** The KB of each socket. */
export function needBuffers(kb: any): number[] {
  const sum =
    Array.isArray(kb) &&
    kb.reduce(function (sum: number, k: number) {
      return [1, 2, 4, 8, 16].indexOf(k) < 0 ? 99 : sum + k;
    }, 0);
  need(sum && sum < 17 && kb.length < 9, 'buffers', kb, 'up to 8 of 1, 2, 4, 8, 16 KB, 16 in all');
  return kb;
}
