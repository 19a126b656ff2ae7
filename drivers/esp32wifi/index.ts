// WiFi of the ESP32 firmware: link, reconnection and name lookup over `Wifi`, sockets over `net` and `tls`.
//
// How `Wifi` behaves (Espruino 2v22 to 2v29 and the source after that, libs/network/esp32): connect() tries once or a
// few times and then stops for good, its callback may never be called, and 'disconnected' comes only when it has given
// up. getHostByName has one callback: whoever asks before it has answered gets the answer to the other name.
import { netError } from '../../src/net/neterror';
import { alive, end, isAddress, newSocket, notFound, open } from '../firmware/socket';
import type { FirmwareSocket } from '../firmware/socket';
import type {
  Capabilities,
  ConnectPhase,
  Endpoint,
  LinkInfo,
  NetDriver,
  NetError,
  Receiver,
  Socket,
} from '../../src/net/driver';

declare const require: (name: string) => any;

/** What `link` takes. */
export interface WifiOptions {
  /** 1 to 32 bytes */
  ssid: string;
  /** up to 64 bytes; leave it out for an open network */
  password?: string;
  /** ms until `link` gives up. Default 30000 */
  timeout?: number;
}

/** ms before the first try to reconnect; doubled each time below MAX_BACKOFF, plus up to half as long again */
const BACKOFF = 1000;
const MAX_BACKOFF = 30000;
/** ms that a try or a lookup may take: more than the firmware takes to give up (lwIP: 7 s for each DNS server) */
const PATIENCE = 30000;

let wifi: any;
/** the network to return to, or that link() waits for */
let wanted: any;
/** why there is no link; '' if there may be one */
let reason = '';
let backoff: number;
/** the timer of link()'s timeout, or of the next look at the link */
let timer: any;

/** Calls `then` after some time, and cancels what was to be called before. */
function wait(then?: ((what?: any) => void) | 0, ms?: number, what?: string): void {
  if (timer) clearTimeout(timer);
  timer = then && setTimeout(then, ms, what);
}

/** The error for a link that is missing, with the reason. */
function fault(phase?: ConnectPhase | 0, code?: string | false): NetError {
  return netError(code || 'ENETDOWN', 'no WiFi link' + reason, phase as ConnectPhase);
}

/** Tries again until there is a link: the firmware may not even answer. */
function reconnect(): void {
  wait(reconnect, PATIENCE);
  if (backoff < MAX_BACKOFF) backoff *= 2;
  wifi.connect(wanted.ssid, wanted);
}

/** There is no link: ends every socket, and tries again unless nobody wants one. */
function lose(why: string): void {
  reason = ': ' + why.toLowerCase().replace(/_/g, ' ');
  // before the sockets, whose owners may link again. The jitter comes from the microseconds of the clock, since
  // Math.random is the same on every board after its start
  wait(wanted && reconnect, backoff * (1 + (Date.now() % 1) / 2));
  alive.slice().forEach(function (s) {
    return end(s, fault(s.phase));
  });
}

/** called at the end of a try: the link() that waits, or `lose` */
let settle: (why: string) => void = lose;

/**
 * There is a link, whoever made it. While link() waits, it may be one to the network that the firmware was joining
 * before.
 */
function onConnected(): void {
  if (settle === lose) {
    reason = '';
    backoff = BACKOFF;
    wait();
  }
}

function onDisconnected(e: any): void {
  // while link() waits, only what ends its try: up to 2v29 no callback tells. ASSOC_LEAVE (8) is the end of the link before
  if (settle === lose || (e.ssid === wanted.ssid && e.reason - 8)) settle(e.msg);
}

/** The firmware's module. Its events matter from the first use on. */
function radio(): any {
  if (wifi) return wifi;
  wifi = require('Wifi');
  wifi.on('connected', onConnected);
  wifi.on('disconnected', onDisconnected);
  return wifi;
}

export function is_linked(): boolean {
  return parseInt(radio().getIP().ip) > 0 && !reason;
}

export function link_info(): LinkInfo {
  if (!is_linked()) throw fault();
  const got = wifi.getIP();
  // the firmware does not tell its DNS server
  return { ip: got.ip, mask: got.netmask, gw: got.gw, dns: '', mac: got.mac };
}

function drop(): void {
  wanted = 0;
  settle('unlinked');
}

function fits(text: any, max: number): boolean {
  return text === undefined || ('' + text === text && text.length <= max);
}

/** Rejects with EINVAL, EAUTH (wrong password), ETIMEDOUT or ENETDOWN (everything else). */
export function link(o: WifiOptions): Promise<LinkInfo> {
  return new Promise(function (resolve, reject) {
    function done(why: string): void {
      if (settle === done) {
        settle = lose;
        if (why) {
          wanted = 0;
          lose(why);
        } else onConnected();
        if (is_linked()) resolve(link_info());
        // AUTH_FAIL, 802_1X_AUTH_FAILED, and HANDSHAKE_TIMEOUT; NO_REPLY is our own
        else reject(fault(0, /H_F|DS/.test(why) ? 'EAUTH' : /PL/.test(why) && 'ETIMEDOUT'));
      }
    }
    if (!o || !o.ssid || !fits(o.ssid, 32) || !fits(o.password, 64) || !(~~(o.timeout || 1) > 0))
      // not at once: a promise that is rejected before anyone listens is an uncaught error here
      setTimeout(reject, 0, netError('EINVAL', 'bad ssid (1-32), password (0-64), timeout'));
    else if (wanted && wanted.ssid === o.ssid && is_linked()) resolve(link_info());
    else {
      drop();
      // again, since an owner of a socket may have called link()
      drop();
      wanted = Object.assign({}, o);
      settle = done;
      wait(done, o.timeout || PATIENCE, 'NO_REPLY');
      radio().connect(o.ssid, o, done);
    }
  });
}

export function unlink(): void {
  // before the sockets end, whose owners may link again
  radio().disconnect();
  drop();
}

/** the callback of the lookup that the firmware is working on */
let asking: any;
/**
 * Up to 2v29 the answer to a name is null at first, and later the bytes of a pointer, the last of which is 63: then only
 * connect() can look up names. The driver finds out by asking for an address, which needs no lookup; undefined until then.
 */
let blind: boolean | 0 | undefined;

/** Asks for the name of the first socket that needs one, unless the firmware is at work on another. */
function ask(): void {
  const s: any =
    !asking &&
    alive.find(function (other) {
      return !other._raw;
    });
  const host = s && s._to.host;
  let guard: any;
  function answer(ip: any): void {
    if (asking === answer) {
      // null, or what ends with 63: find out, once; no comparison holds for undefined
      if ((blind as number) >= 0 || !/l|63$/.test(ip)) {
        clearTimeout(guard);
        asking = 0;
        try {
          if (s._raw === 0 || (blind ? s._lookup : !ip)) throw notFound(host);
          if (s._lookup) end(s, ip);
          else open(s, blind ? host : ip, s._to);
        } catch (e: any) {
          end(s, e);
        }
        ask();
      } else {
        blind = 0;
        // the firmware answers at once if it needs no lookup
        setTimeout(answer, 9, ip);
        wifi.getHostByName('1', function (one: any) {
          blind = /63$/.test(one);
        });
      }
    }
  }
  if (s) {
    asking = answer;
    guard = setTimeout(answer, PATIENCE);
    try {
      // blind: `true` has no such function, so it throws, and connect() may look the name up
      (blind || wifi).getHostByName(host, answer);
    } catch (e) {
      setTimeout(answer);
    }
  }
}

export const name = 'esp32wifi';
export const capabilities: Capabilities = { tls: true, verify: false, sni: false, pause: false, blocking: ['connect'] };

export function gethostbyname(host: string): Promise<string> {
  return new Promise(function (resolve, reject) {
    function over(what: any): void {
      (what.code ? reject : resolve)(what);
    }
    if (isAddress(host)) resolve(host);
    // a connection that is never opened: its end tells the address, or why there is none
    else (connect({ host: host } as Endpoint, { onClose: over } as any) as FirmwareSocket)._lookup = 1;
  });
}

export function connect(to: Endpoint, events: Receiver): Socket {
  const s = newSocket(events);
  // throws if there is no link, which `net` does not check
  link_info();
  s._to = to;
  s.phase = 'dns';
  // the firmware's connect() would block for the lookup too, so the name is looked up first
  if (isAddress(to.host)) open(s, to.host, to);
  alive.push(s);
  ask();
  return s;
}

/** The driver "esp32wifi". */
export interface Esp32Wifi extends NetDriver {
  link(options: WifiOptions): Promise<LinkInfo>;
}

/** The driver; the module itself is one too. */
export const driver: Esp32Wifi = {
  name: name,
  capabilities: capabilities,
  link: link,
  unlink: unlink,
  is_linked: is_linked,
  link_info: link_info,
  gethostbyname: gethostbyname,
  connect: connect,
};
