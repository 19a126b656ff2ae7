// The driver without DHCP, DNS and UDP, which index.ts adds, for those who set their addresses by hand.
import { netError } from '../../src/net/neterror';
import { bytes, hostBits, isHost, isIp } from '../ip/address';
import { random32 } from '../ip/random';
import { notFound } from '../ip/notFound';
import { halt, turn } from '../ip/task';
import { pair, PIECE, write } from './bus';
import { boot, bootLater, breakAll, unlinked } from './chip';
import { hex, MODES, need, needBuffers, needHost, needNumber, parseMac, part } from './options';
import { Bit, Reg } from './registers';
import { order, place, poke } from './socket';
import { dial, newTcp } from './tcp';
import type { Chip } from './model';
import type { LinkOptions, StaticOptions, W5500Options } from './options';
import type { Asker, Env, Lease } from '../ip/env';
import type { lookup } from '../ip/dnsClient';
import type { Endpoint, LinkInfo, NetDriver, NetError, Receiver, Socket } from '../../src/net/driver';

export type { InputPin, OutputPin, SpiPort } from './options';
export type { StaticOptions, W5500Options };

declare const global: any;

/** The driver "w5500". */
export interface W5500 extends NetDriver {
  link(options: StaticOptions): Promise<LinkInfo>;
}

type Done = (err?: NetError | null, value?: any) => void;

/** What w5500-listen, a module of its own, needs of this one. In a list, since exports of that name would be public. */
export type Parts = [typeof newTcp, typeof place, typeof order, typeof need, typeof needPort];

/** The driver and its chip are one record. */
export interface Driver extends Chip, W5500, Pick<Env, '_queries'> {
  /** called when link() is over, and the timer of its timeout */
  _done?: Done | 0;
  _limit: any;
  /** the addresses to begin with, checked; with DHCP, if any, that of last time */
  _plan(l: LinkOptions): Lease | undefined;
  /** added by the complete driver: sockets for datagrams; names */
  _udp(port?: number, onMessage?: any): any;
  _lookup?: typeof lookup;
  _parts: Parts;
}

// not inside `promise`: a function and a scope that hold each other are a circle, freed only by garbage collection
function settler(resolve: (value: any) => void, reject: (err: any) => void): Done {
  return function (err, value) {
    // not at once: a promise that is rejected before anyone listens is an uncaught error in the interpreter
    if (err) setTimeout(reject, 0, err);
    else resolve(value);
  };
}

/** A promise of what `run` passes to its callback. */
function promise(run: (done: Done) => void): Promise<any> {
  return new Promise(function (resolve, reject) {
    const done = settler(resolve, reject);
    try {
      run(done);
    } catch (e: any) {
      done(e);
    }
  });
}

/**
 * A locally administered address, always the same for a board: the prefix of WIZnet, 00:08:dc, with the bit that says so,
 * and a hash of the serial number.
 */
function ownMac(): number[] {
  const id = '' + (global.getSerial ? global.getSerial() : random32());
  let h = 5381;
  for (let i = 0; i < id.length; i++) h = (h * 33 + id.charCodeAt(i)) & 0xffffff;
  return [2, 8, 220, h >> 16].concat(pair(h));
}

/** The port of an endpoint. */
export function needPort(port: any): number {
  return needNumber('port', port, port, 1, 65535, 1);
}

/** A name, or an address: that of a host, unless any address will do. */
export function needName(host: any, anyAddress?: any): void {
  need(
    '' + host === host && (anyAddress || !isIp(host) || isHost(host)),
    'host',
    host,
    'a name or an address of a host',
  );
}

export function needLink(c: Driver): void {
  if (!c._linked) throw unlinked(c);
}

/** Fixed addresses, checked. */
export function fixed(l: LinkOptions): Lease {
  need(!l.dhcp, 'dhcp', true, 'false in w5500-static');
  const none = '0.0.0.0';
  const gw = l.gw || none;
  const rest = hostBits(l.mask);
  need(rest >= 0, 'mask', l.mask, 'like 255.255.255.0');
  const own = needHost('ip', l.ip, rest, l.ip);
  need(gw !== own, 'gw', gw, 'another host');
  return {
    _ip: own,
    _mask: l.mask!,
    _gw: gw === none ? gw : needHost('gw', gw, rest, own),
    _dns: ([] as string[]).concat(l.dns || []).map(function (ip) {
      return needHost('dns', ip);
    }),
  };
}

/** Ends link(), if it waits. */
function settle(c: Driver, err?: NetError): void {
  if (c._done) {
    clearTimeout(c._limit);
    // while link() still waits, or link_info() would look at the chip first
    c._done(err, err || c.link_info());
    c._done = 0;
  }
}

/**
 * The address of a name, if it is known; otherwise the asker is told later.
 * @throws NetError if it cannot be found
 */
export function resolve(c: Driver, host: string, asker: Asker): string | undefined {
  if (isIp(host)) return host;
  needLink(c);
  if (c._lookup && c._setup!._dns.length) return c._lookup(host, asker);
  throw notFound(host, 'no DNS server is known');
}

const driver: any = {
  name: 'w5500',
  capabilities: { tls: false, verify: false, sni: false, pause: true, blocking: [] },
  _regs: 0,
  _now: 0,
  _clock: 0,
  _why: 'link() was not called',
  _parts: [newTcp, place, order, need, needPort] as Parts,

  link: function (this: Driver, l: LinkOptions): Promise<LinkInfo> {
    const c = this;
    return promise(function (done) {
      need(!c._wanted, 'link()', 'called twice', 'preceded by unlink()');
      need(l && (l.dhcp || l.ip), 'ip', l && l.ip, 'given, or dhcp: true');
      c._setup = c._plan(l);
      const ms = needNumber('timeout', l.timeout, 30000, 1, 1e9, 1);
      c._wanted = l;
      c._done = done;
      c._failures = 0;
      c._why = 'no answer';
      boot(c);
      c._limit = setTimeout(function () {
        c._why += ' (' + ms + ' ms)';
        c._stop('ETIMEDOUT');
      }, ms);
    });
  },

  unlink: function (this: Driver): void {
    this._why = 'unlink() was called';
    this._stop();
  },

  is_linked: function (this: Driver): boolean {
    return !!this._linked;
  },

  link_info: function (this: Driver): LinkInfo {
    const c = this;
    const l = c._setup!;
    // the chip's turn now: does it still know its address?
    if (c._linked && !c._done) {
      halt(c);
      turn(c);
    }
    needLink(c);
    return { ip: l._ip, mask: l._mask, gw: isHost(l._gw) ? l._gw : '', dns: l._dns[0] || '', mac: hex(c._mac) };
  },

  gethostbyname: function (this: Driver, host: string): Promise<string> {
    const c = this;
    return promise(function (done) {
      needName(host, 1);
      const ip = resolve(c, host, { _found: done });
      if (ip) done(null, ip);
    });
  },

  connect: function (this: Driver, to: Endpoint, events: Receiver): Socket {
    need(to && events, 'connect()', to, '{host, port} and a receiver');
    const host = to.host;
    needLink(this);
    if (to.tls) throw netError('ENOTLS', 'w5500 has no TLS', 'tls');
    needPort(to.port);
    needName(host);
    const s = newTcp(this, events, host, to.port);
    const ip = resolve(this, host, s);
    if (ip) dial(s, ip);
    return s;
  },

  _plan: fixed,

  /** These are the addresses. */
  _use: function (this: Driver, l: Lease): void {
    const c = this;
    c._setup = l;
    // GAR, SUBR, SHAR, SIPR lie side by side, and so do RTR and RCR
    write(c, Reg.GAR, bytes(l._gw).concat(bytes(l._mask), c._mac, bytes(l._ip)));
    write(c, Reg.RTR, c._retry);
    c._linked = 1;
    settle(c);
  },

  /** Takes everything down, until `link` is called again. */
  _stop: function (this: Driver, code?: string): void {
    const c = this;
    halt(c);
    try {
      if (c._wanted && !c._blank) write(c, Reg.MR, Bit.RST);
    } catch (e) {
      // the bus fails as well
    }
    c._wanted = undefined;
    settle(c, unlinked(c, code));
    breakAll(c, code);
  },

  /** Everything starts over. */
  _restart: function (this: Driver, why: string, code?: string): void {
    const c = this;
    c._why = why;
    // after a few failures link() fails with the last one, rather than with a timeout
    if (c._done && code && c._failures++ > 1) c._stop(code);
    const next = c._up ? boot : bootLater;
    breakAll(c, code);
    // a receiver may have called unlink()
    if (c._wanted) next(c);
  },
};

/**
 * A driver for the chip on these pins.
 * @throws NetError (EINVAL) that says what was given and what is allowed
 */
export function create(options: W5500Options): W5500 {
  const o: any = options || {};
  const retry = o.retry || {};
  // "[object Object]", unlike a number, a text or a list
  need(/^\[/.test(retry), 'retry', retry, '{time, count}');
  part(o, 'spi', 'write');
  const irq = part(o, 'irq', 'read', 1);
  const c: Driver = Object.assign(Object.create(driver), {
    _spi: part(o, 'spi', 'send'),
    _cs: part(o, 'cs', 'write'),
    _out: new ArrayBuffer(PIECE + 3),
    _rst: part(o, 'rst', 'write', 1),
    _mac: o.mac === undefined ? ownMac() : parseMac(o.mac),
    _sizes: needBuffers(o.buffers || [2, 2, 2, 2, 2, 2, 2, 2]),
    // RTR counts in 100 us
    _retry: pair(needNumber('retry.time', retry.time, 200, 1, 6553, 1) * 10).concat(
      needNumber('retry.count', retry.count, 8, 0, 255, 1),
    ),
    _keepalive: needNumber('keepalive', o.keepalive, 0, 0, 1275, 5) / 5,
    _phy: MODES.indexOf(o.phy || 'auto'),
    _socks: [],
    _port: random32() & 16383,
  });
  c._driver = c;
  need(c._phy >= 0, 'phy', o.phy, MODES.join());
  breakAll(c);
  if (irq && global.setWatch) {
    c._irq = irq;
    global.setWatch(
      function () {
        c._socks.forEach(poke);
      },
      irq,
      { repeat: true, edge: 'falling' },
    );
  }
  return c;
}
