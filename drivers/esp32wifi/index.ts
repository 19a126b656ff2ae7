// WiFi of the ESP32 firmware: link, reconnection and name lookup over `Wifi`, sockets over `net` and `tls`.
//
// What `Wifi` does (Espruino 2v29, libs/network/esp32): connect() tries three times and then stops for good, its
// callback may never be called, 'disconnected' comes only when it has given up; getHostByName does one name at a time.
import { netError } from '../../src/net/neterror';
import { breakAll, newSocket, open } from '../firmware/socket';
import { inWords } from './reasons';
import type { Capabilities, Endpoint, LinkInfo, NetDriver, Receiver, Socket } from '../../src/net/driver';

declare const require: (name: string) => any;

/** What `link` takes. */
export interface WifiOptions {
  /** 1 to 32 bytes */
  ssid: string;
  /** up to 64 bytes; none for an open network */
  password?: string;
  /** ms until `link` gives up. Default 30000 */
  timeout?: number;
  /** name to give the DHCP server */
  hostname?: string;
}

/** ms before the first try to reconnect; doubled each time up to MAX_BACKOFF, each a quarter more or less */
const BACKOFF = 1000;
const MAX_BACKOFF = 60000;
/** ms for a name lookup */
const LOOKUP_TIMEOUT = 10000;

let options: WifiOptions | undefined;
let listening = false;
/** the firmware has given up, or was told to stop */
let down = false;
let lastReason: any;
let tries = 0;
let timer: any;

function stopTimer(): void {
  if (timer !== undefined) clearTimeout(timer);
  timer = undefined;
}

function dial(done: (reason: any) => void): void {
  // only undefined or an object is accepted as options, not null
  require('Wifi').connect(options!.ssid, options!.password === undefined ? {} : { password: options!.password }, done);
}

function nothing(): void {}

function again(): void {
  timer = undefined;
  if (options) {
    // should the firmware not even answer, the next try comes all the same
    retryLater();
    try {
      dial(nothing);
    } catch (e) {
      lastReason = e;
    }
  }
}

function retryLater(): void {
  const wait = Math.min(BACKOFF * Math.pow(2, tries++), MAX_BACKOFF);
  stopTimer();
  timer = setTimeout(again, wait * (0.75 + Math.random() / 2));
}

function onConnected(): void {
  down = false;
  tries = 0;
  stopTimer();
}

function onDisconnected(e: any): void {
  down = true;
  lastReason = e && e.msg;
  if (options) retryLater();
}

function listen(): any {
  const wifi = require('Wifi');
  if (!listening) {
    listening = true;
    wifi.on('connected', onConnected);
    wifi.on('disconnected', onDisconnected);
  }
  return wifi;
}

export function is_linked(): boolean {
  const ip = listen().getIP().ip;
  return !down && !!ip && ip !== '0.0.0.0';
}

export function link_info(): LinkInfo {
  if (!is_linked())
    throw netError('ENETDOWN', 'connect', 'WiFi is not linked' + (lastReason ? ': ' + inWords(lastReason) : ''));
  const got = require('Wifi').getIP();
  // the firmware tells nobody its DNS server
  return { ip: got.ip, mask: got.netmask, gw: got.gw, dns: '', mac: got.mac };
}

function check(good: any, what: string): void {
  if (!good) throw netError('EINVAL', 'connect', 'WiFi ' + what);
}

export function link(o: WifiOptions): Promise<LinkInfo> {
  return new Promise(function (resolve, reject) {
    let waiting: any;
    function done(code: string, reason?: any): void {
      if (waiting === undefined) return;
      clearTimeout(waiting);
      waiting = undefined;
      if (code) {
        lastReason = reason;
        options = undefined;
        reject(
          netError(
            code,
            'connect',
            'WiFi "' + o.ssid + '": ' + (code === 'ETIMEDOUT' ? 'no answer in time' : inWords(reason)),
          ),
        );
      } else {
        onConnected();
        resolve(link_info());
      }
    }
    try {
      check(o && typeof o.ssid === 'string' && o.ssid && o.ssid.length < 33, 'ssid must be 1 to 32 bytes');
      check(o.password === undefined || ('' + o.password).length < 65, 'password must be up to 64 bytes');
      check(o.timeout === undefined || o.timeout > 0, 'timeout must be more than 0 ms');
      if (options && is_linked() && options.ssid === o.ssid) return resolve(link_info());
      stopTimer();
      down = false;
      const wifi = listen();
      if (o.hostname) wifi.setHostname(o.hostname, nothing);
      options = o;
      waiting = setTimeout(done, o.timeout || 30000, 'ETIMEDOUT');
      dial(function (reason: any): void {
        try {
          done(reason ? (reason === 'AUTH_FAIL' ? 'EAUTH' : 'ENETDOWN') : '', reason);
        } catch (e) {
          reject(e);
        }
      });
    } catch (e) {
      if (waiting !== undefined) clearTimeout(waiting);
      // not at once: a promise rejected before anyone listens is an error of its own here
      setTimeout(reject, 0, e);
    }
  });
}

export function unlink(): void {
  options = undefined;
  stopTimer();
  down = true;
  breakAll(netError('ENETDOWN', 'open', 'the WiFi link was taken down'));
  require('Wifi').disconnect(nothing);
}

interface Lookup {
  host: string;
  done(ip: string | null): void;
}
const lookups: Lookup[] = [];

function nextLookup(): void {
  let guard: any;
  function answer(ip: any): void {
    if (guard === undefined) return;
    clearTimeout(guard);
    guard = undefined;
    const lookup = lookups.shift()!;
    if (lookups.length) nextLookup();
    lookup.done(typeof ip === 'string' && ip !== '0.0.0.0' ? ip : null);
  }
  guard = setTimeout(answer, LOOKUP_TIMEOUT, null);
  try {
    require('Wifi').getHostByName(lookups[0].host, answer);
  } catch (e) {
    setTimeout(answer, 0, null);
  }
}

function lookUp(host: string, done: (ip: string | null) => void): void {
  lookups.push({ host: host, done: done });
  if (lookups.length === 1) nextLookup();
}

function notFound(host: string): Error {
  return netError('ENOTFOUND', 'dns', 'name not found: ' + host);
}

export const name = 'esp32wifi';
export const capabilities: Capabilities = { tls: true, verify: false, sni: false, pause: false, blocking: ['connect'] };

export function gethostbyname(host: string): Promise<string> {
  return new Promise(function (resolve, reject) {
    if (!/[^0-9.]/.test(host)) resolve(host);
    else
      lookUp(host, function (ip) {
        if (ip) resolve(ip);
        else reject(notFound(host));
      });
  });
}

export function connect(to: Endpoint, events: Receiver): Socket {
  const s = newSocket(events);
  // connect() blocks for the lookup too, so the name is looked up first
  if (!/[^0-9.]/.test(to.host)) open(s, to.host, to);
  else
    lookUp(to.host, function (ip) {
      // closed meanwhile
      if (s._raw === null) return;
      try {
        if (!ip) {
          s.close();
          throw notFound(to.host);
        }
        open(s, ip, to);
      } catch (e: any) {
        s.events.onClose(e);
      }
    });
  return s;
}

/** The driver; the module itself is one too. */
export const driver: NetDriver = {
  name: name,
  capabilities: capabilities,
  link: link,
  unlink: unlink,
  is_linked: is_linked,
  link_info: link_info,
  gethostbyname: gethostbyname,
  connect: connect,
};
