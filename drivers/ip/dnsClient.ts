// DNS resolver (RFC 1035 section 7; RFC 5452 against forgery): ids and ports by chance, several servers, a small cache.
import { netError } from '../../src/net/neterror';
import { buildQuery, parseAnswer } from './dnsWire';
import { random32 } from './random';
import { halt, soon } from './task';
import type { Datagrams, Env } from './env';
import type { Task } from './task';
import type { NetError } from '../../src/net/driver';

/** names remembered; seconds that a name stays unknown, and that any name is remembered */
const CACHE = 8;
const UNKNOWN = 10;
const LONGEST = 86400;
/** ms until the next try, doubled each time; tries in all */
const FIRST_WAIT = 1500;
const TRIES = 5;

export interface Known {
  _name: string;
  /** undefined: there is no such name */
  _ip?: string;
  _until: number;
}

interface Query extends Task {
  _driver: Env;
  _name: string;
  _done(err: NetError | null, ip?: string): void;
  _servers: string[];
  _tries: number;
  _socket: Datagrams;
  _bytes?: Uint8Array;
  _server: string;
  /** what went wrong so far */
  _code: string;
  _why: string;
}

function notFound(code: string, name: string, why: string): NetError {
  return netError(code, 'dns', 'name not found: ' + name + ' (' + why + ')');
}

/** The end of a query: an address for so many seconds, or why not. */
function finish(q: Query, ip: string | undefined, seconds: number): void {
  const c = q._driver;
  const t = c._now;
  halt(q);
  q._socket.close();
  if (ip || q._code === 'ENOTFOUND') {
    c._names = c
      ._names!.filter(function (k) {
        return k._until > t && k._name !== q._name;
      })
      .slice(1 - CACHE);
    c._names.push({ _name: q._name, _ip: ip, _until: t + Math.min(seconds, LONGEST) * 1000 });
  }
  q._done(ip ? null : notFound(q._code, q._name, q._why), ip);
}

function ask(q: Query): void {
  const servers = q._servers;
  if (q._tries >= TRIES) finish(q, undefined, 0);
  else {
    q._server = servers[q._tries % servers.length];
    q._bytes = buildQuery(random32() & 0xffff, q._name);
    q._socket.send(q._bytes, q._server, 53);
    soon(q, FIRST_WAIT * Math.pow(2, Math.floor(q._tries / servers.length)));
    q._tries++;
  }
}

function heard(q: Query, data: Uint8Array): void {
  let a;
  try {
    a = q._bytes && parseAnswer(data, q._bytes);
  } catch (e) {
    // broken: there may be a good one
  }
  if (!a) return;
  if (a._ip) finish(q, a._ip, a._ttl);
  else if (a._rcode === 3 || !a._rcode) {
    q._code = 'ENOTFOUND';
    q._why = a._rcode ? 'there is none' : 'it has no address';
    finish(q, undefined, UNKNOWN);
  } else {
    // this server cannot say: the next one, at once as long as there is one
    q._why = 'the DNS server says RCODE ' + a._rcode;
    q._code = 'EAI_AGAIN';
    q._bytes = undefined;
    if (q._tries < q._servers.length) ask(q);
  }
}

/** Looks a name up; answers at once where it is known. */
export function lookup(c: Env, host: string, done: (err: NetError | null, ip?: string) => void): void {
  const name = host.toLowerCase();
  const q: any = {
    _driver: c,
    _run: ask,
    _name: name,
    _done: done,
    _servers: c._setup!._dns,
    _tries: 0,
    _code: 'ETIMEDOUT',
    _why: 'no DNS server answers',
  };
  const known = (c._names = c._names || []).filter(function (k) {
    return k._name === name && k._until > c._now;
  })[0];
  if (known) done(known._ip ? null : notFound('ENOTFOUND', host, 'a moment ago'), known._ip);
  else if (/^[\d.]*$/.test(name) || !buildQuery(0, name)) done(notFound('ENOTFOUND', host, 'it cannot be one'));
  else
    try {
      q._socket = c._udp();
      q._socket.onMessage = function (data: Uint8Array, ip: string, port: number) {
        if (ip === q._server && port === 53) heard(q, data);
      };
      q._socket.onClose = function (err: NetError) {
        halt(q);
        done(err);
      };
      ask(q);
    } catch (e: any) {
      done(e);
    }
}
