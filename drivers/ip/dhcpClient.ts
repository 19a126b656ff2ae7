// DHCP client (RFC 2131): from DISCOVER to an address that nobody else has, and keeping it.
import { bytes, ALL, hostBits, isHost, toNumber } from './address';
import { codes } from './bytes';
import { buildDhcp, keyOf, Option, parseDhcp, Type } from './dhcpWire';
import { random32 } from './random';
import { halt, soon } from './task';
import type { Answer } from './dhcpWire';
import type { Datagrams, Env } from './env';
import type { Task } from './task';

/** What it waits for, with the number of the message that asks for it. */
const enum Wait {
  /** an answer to the address check, which should not come; or the time to start anew */
  Check,
  Offer = Type.DISCOVER,
  Ack = Type.REQUEST,
  /** T1, T2, or the end of the lease */
  Bound,
}

/** The client of a driver. */
export interface Dhcp extends Task {
  _driver: Env;
  _wait: Wait;
  _socket?: Datagrams;
  _xid: number[];
  /** what an answer must contain */
  _key: string;
  /** ms: of the first message, of the last one */
  _began: number;
  _sentAt: number;
  _tries: number;
  _naks: number;
  /** the address, once there is one, and the server to talk to; 0 or undefined: any server */
  _ip?: string | 0;
  _server?: string | 0;
  /** ms: when to renew, to rebind, to give up */
  _t1: number;
  _t2: number;
  _end: number;
  _stop(d: Dhcp): void;
}

/** REQUESTs until it starts anew: 12 s, since a server is silent about an address that it does not know (section 4.3.2) */
const ENOUGH = 2;
/** UDP ports (RFC 2131 section 4.1) */
const SERVER_PORT = 67;
const CLIENT_PORT = 68;
/** the discard service: a datagram to it makes the chip send ARP for the address */
const DISCARD = 9;

/** Begins a transaction. Throws if no socket is free. */
function open(d: Dhcp): void {
  const c = d._driver;
  close(d);
  d._socket = c._udp(CLIENT_PORT, heard);
  d._socket._dhcp = d;
  d._xid = [random32(), random32(), random32(), random32()];
  d._began = c._now;
  d._tries = 0;
  c._why = 'no DHCP server answers';
}

function close(d: Dhcp): void {
  const s = d._socket;
  d._socket = undefined;
  if (s) s.close();
}

function send(d: Dhcp, type: Type): void {
  const c = d._driver;
  const bound = d._wait === Wait.Bound;
  const name = c._wanted!.hostname;
  // the client identifier is the hardware type, Ethernet, and the MAC address
  let options = [Option.TYPE, 1, type, Option.CLIENT, 7, 1].concat(c._mac);
  let secs = 0;
  d._sentAt = c._now;
  if (!bound) {
    if (d._ip) options = options.concat(Option.ADDRESS, 4, bytes(d._ip));
    if (d._server) options = options.concat(Option.SERVER, 4, bytes(d._server));
  }
  if (type !== Type.DECLINE) {
    secs = (d._sentAt - d._began) / 1000;
    options.push(Option.LIST, 6, Option.MASK, Option.ROUTER, Option.DNS, Option.LEASE, Option.T1, Option.T2);
    if (name) options = options.concat(Option.HOST_NAME, name.length, codes(name));
  }
  const message = buildDhcp(d._xid, secs, bound ? bytes(d._ip) : [], c._mac, options);
  d._key = keyOf(message);
  d._socket!.send(message, (bound && d._server) || ALL, SERVER_PORT);
}

/** Sends the message of this state, and again later: doubled up to 64 s, each plus or minus a second (section 4.1). */
function step(d: Dhcp): void {
  if (d._wait === Wait.Bound) {
    keep(d);
    return;
  }
  if (d._wait !== Wait.Offer && d._tries >= ENOUGH) {
    open(d);
    d._wait = Wait.Offer;
    d._ip = d._server = 0;
  }
  send(d, d._wait as number);
  soon(d, (4000 << Math.min(d._tries++, 4)) + (random32() % 2001) - 1000);
}

/** The address must not be used any more. */
function lose(d: Dhcp, why: string): void {
  d._driver._setup = undefined;
  d._driver._restart(why);
}

/** Renews: from T1 on with the server, from T2 on with any, each time after half of what is left (section 4.4.5). */
function keep(d: Dhcp): void {
  const c = d._driver;
  const t = c._now;
  let left = (t < d._t1 ? d._t1 : t < d._t2 ? d._t2 : d._end) - t;
  if (left <= 0) lose(d, 'the lease is over');
  else {
    if (t >= d._t1) {
      if (t >= d._t2) d._server = 0;
      try {
        // each time anew: ARP for the server may still be under way
        open(d);
        send(d, Type.REQUEST);
        left = Math.min(left, Math.max(left / 2, 60000));
      } catch (e) {
        // no socket is free
        left = Math.min(left, 10000);
      }
    }
    soon(d, Math.min(left, 1e9));
  }
}

function anew(d: Dhcp, why: string, ms: number): void {
  d._driver._why = why;
  d._wait = Wait.Check;
  d._tries = ENOUGH;
  soon(d, ms);
}

function check(d: Dhcp, a: Answer): void {
  anew(d, 'address check', 30000);
  d._socket!.send('0', d._ip as string, DISCARD, function (err) {
    // closed meanwhile, so this is not a result
    if (!d._socket) return;
    if (!err) {
      send(d, Type.DECLINE);
      anew(d, 'somebody else has ' + d._ip, 10000);
    } else bind(d, a);
  });
}

/** A time in ms from one in seconds; the usual one if the server gives none, or nonsense. */
function time(value: any, most: number, usual: number): number {
  value = toNumber(value) * 1000;
  return value && value < most ? value : usual;
}

/** The addresses in an option. */
function addresses(value: any): string[] {
  return ('' + value).match(/\d+\.\d+\.\d+\.\d+/g) || [];
}

function bind(d: Dhcp, a: Answer): void {
  const all = toNumber(a[Option.LEASE]) * 1000;
  const t2 = time(a[Option.T2], all, all * 0.875);
  const mask = addresses(a[Option.MASK])[0];
  close(d);
  d._wait = Wait.Bound;
  d._t1 = d._sentAt + time(a[Option.T1], t2, all / 2);
  d._t2 = d._sentAt + t2;
  d._end = d._sentAt + all;
  d._driver._use({
    _ip: d._ip as string,
    _mask: hostBits(mask) < 0 ? '255.255.255.0' : mask,
    _gw: addresses(a[Option.ROUTER])[0] || '0.0.0.0',
    _dns: addresses(a[Option.DNS]).filter(isHost),
  });
  keep(d);
}

function heard(this: Datagrams, data: Uint8Array, from: string, port: number): void {
  const d = this._dhcp!;
  const a = port === SERVER_PORT && parseDhcp(data, d._key);
  const server = a && a[Option.SERVER];
  if (!server) return;
  const type = a[Option.TYPE];
  const ip = a[Option.ADDRESS];
  if (d._wait === Wait.Offer) {
    if (type === '' + Type.OFFER && isHost(ip) && !/^127/.test(ip)) {
      d._wait = Wait.Ack;
      d._ip = ip;
      d._server = server;
      d._tries = 0;
      // secs must be that of the DISCOVER, as relays go by it (section 4.4.1)
      d._began += d._driver._now - d._sentAt;
      step(d);
    }
  } else if (d._wait && (!d._server || d._server === server)) {
    if (type === '' + Type.NAK) {
      const why = 'the DHCP server refuses ' + d._ip;
      if (d._wait === Wait.Bound) lose(d, why);
      // at once the first time, then after a while
      else anew(d, why, d._naks++ ? 10000 : 0);
    } else if (type === '' + Type.ACK && toNumber(a[Option.LEASE]) && ip === d._ip) {
      d._server = server;
      if (d._wait === Wait.Bound) bind(d, a);
      else check(d, a);
    }
  }
}

function stop(d: Dhcp): void {
  halt(d);
  close(d);
}

/** Starts when the cable is in. An address known from last time is asked for first (INIT-REBOOT). */
export function startDhcp(this: Env): void {
  const ip = this._setup && this._setup._ip;
  const d = {
    _driver: this,
    _run: step,
    _stop: stop,
    _naks: 0,
    _ip: ip,
    _wait: ip ? Wait.Ack : Wait.Offer,
  } as Dhcp;
  this._dhcp = d;
  open(d);
  step(d);
}
