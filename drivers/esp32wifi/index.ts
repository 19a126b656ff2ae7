// WiFi of the ESP32 firmware: link, reconnection and name lookup over `Wifi`, sockets over `net` and `tls`.
//
// What `Wifi` does (Espruino 2v29, libs/network/esp32): connect() tries three times and then stops for good, its
// callback may never be called, 'disconnected' comes only when it has given up; getHostByName does one name at a time.
import { netError } from '../../src/net/neterror';
import { breakAll, newSocket, open } from '../firmware/socket';
import { inWords } from './reasons';
import type { Capabilities, Endpoint, LinkInfo, NetDriver, NetError, Receiver, Socket } from '../../src/net/driver';

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
const NO_IP = '0.0.0.0';
const LATE = 'no answer in time';

/** the network to be on, and why it is not */
let wanted: WifiOptions | undefined;
let reason: any = '';
let listening = false;
/** the firmware has given up, or was told to stop */
let down = false;
let tries = 0;
let timer: any;

function stopTimer(): void {
  if (timer) clearTimeout(timer);
  timer = 0;
}

function nothing(): void {}

function dial(done: (reason: any) => void): void {
  const password = wanted!.password;
  // only undefined or an object is accepted as options, not null
  require('Wifi').connect(wanted!.ssid, password === undefined ? {} : { password: password }, done);
}

function again(): void {
  // should the firmware not even answer, the next try comes all the same
  retryLater();
  try {
    dial(nothing);
  } catch (e) {
    reason = e;
  }
}

function retryLater(): void {
  stopTimer();
  timer = setTimeout(again, Math.min(BACKOFF * Math.pow(2, tries++), MAX_BACKOFF) * (0.75 + Math.random() / 2));
}

function onConnected(): void {
  down = false;
  tries = 0;
  stopTimer();
}

function onDisconnected(e: any): void {
  down = true;
  reason = e && e.msg;
  if (wanted) retryLater();
}

function getIP(): any {
  const wifi = require('Wifi');
  if (!listening) {
    listening = true;
    wifi.on('connected', onConnected);
    wifi.on('disconnected', onDisconnected);
  }
  return wifi.getIP();
}

export function is_linked(): boolean {
  const ip = getIP().ip;
  return !down && !!ip && ip !== NO_IP;
}

function fault(code: string, message: string): NetError {
  return netError(code, 'connect', 'WiFi ' + message);
}

export function link_info(): LinkInfo {
  const got = getIP();
  if (!is_linked()) throw fault('ENETDOWN', 'is not linked' + (reason && ': ' + inWords(reason)));
  // the firmware tells nobody its DNS server
  return { ip: got.ip, mask: got.netmask, gw: got.gw, dns: '', mac: got.mac };
}

function check(good: any, what: string): void {
  if (!good) throw fault('EINVAL', what);
}

export function link(o: WifiOptions): Promise<LinkInfo> {
  return new Promise(function (resolve, reject) {
    let waiting: any;
    function done(why: any): void {
      if (waiting)
        try {
          clearTimeout(waiting);
          waiting = 0;
          if (why) {
            reason = why;
            wanted = undefined;
            stopTimer();
            throw fault(
              why === LATE ? 'ETIMEDOUT' : why === 'AUTH_FAIL' ? 'EAUTH' : 'ENETDOWN',
              '"' + o.ssid + '": ' + inWords(why),
            );
          }
          onConnected();
          resolve(link_info());
        } catch (e) {
          reject(e);
        }
    }
    try {
      check(o && typeof o.ssid === 'string' && o.ssid && o.ssid.length < 33, 'ssid must be 1 to 32 bytes');
      check(o.password === undefined || ('' + o.password).length < 65, 'password must be up to 64 bytes');
      check(o.timeout === undefined || o.timeout > 0, 'timeout must be more than 0 ms');
      if (wanted && is_linked() && wanted.ssid === o.ssid) resolve(link_info());
      else {
        getIP();
        stopTimer();
        down = false;
        if (o.hostname) require('Wifi').setHostname(o.hostname, nothing);
        wanted = o;
        waiting = setTimeout(done, o.timeout || 30000, LATE);
        dial(done);
      }
    } catch (e) {
      if (waiting) clearTimeout(waiting);
      // not at once: a promise rejected before anyone listens is an error of its own here
      setTimeout(reject, 0, e);
    }
  });
}

export function unlink(): void {
  wanted = undefined;
  stopTimer();
  down = true;
  breakAll(netError('ENETDOWN', 'open', 'the WiFi link was taken down'));
  require('Wifi').disconnect(nothing);
}

type Found = (err: NetError | null, ip: string) => void;
/** host and receiver of each name that is waiting: the firmware looks up one at a time */
const lookups: [string, Found][] = [];

function nextLookup(): void {
  const first = lookups[0];
  let guard: any;
  function answer(ip: any): void {
    if (guard) {
      clearTimeout(guard);
      guard = 0;
      lookups.shift();
      if (lookups.length) nextLookup();
      first[1](ip && ip !== NO_IP ? null : netError('ENOTFOUND', 'dns', 'name not found: ' + first[0]), ip);
    }
  }
  guard = setTimeout(answer, LOOKUP_TIMEOUT);
  try {
    require('Wifi').getHostByName(first[0], answer);
  } catch (e) {
    setTimeout(answer, 0);
  }
}

/** Calls back at once where there is nothing to look up. */
function lookUp(host: string, done: Found): void {
  if (!/[^0-9.]/.test(host)) done(null, host);
  else if (lookups.push([host, done]) < 2) nextLookup();
}

export const name = 'esp32wifi';
export const capabilities: Capabilities = { tls: true, verify: false, sni: false, pause: false, blocking: ['connect'] };

export function gethostbyname(host: string): Promise<string> {
  return new Promise(function (resolve, reject) {
    lookUp(host, function (err, ip) {
      if (err) reject(err);
      else resolve(ip);
    });
  });
}

export function connect(to: Endpoint, events: Receiver): Socket {
  const s = newSocket(events);
  // connect() blocks for the lookup too, so the name is looked up first
  lookUp(to.host, function (err, ip) {
    // null: closed meanwhile
    if (s._raw !== null)
      try {
        if (err) {
          s.close();
          throw err;
        }
        open(s, ip, to);
      } catch (e: any) {
        events.onClose(e);
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
