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

type Done = (err: NetError | null, ip?: string) => void;

/** A lookup that goes on. */
export interface Lookup {
  /** Ends it. */
  _end(q: any, err?: NetError | null): void;
}

interface Query extends Task, Lookup {
  _driver: Env;
  _name: string;
  _ip?: string;
  _code?: string;
  _why?: string;
  _done: Done;
  _tries: number;
  _socket?: Datagrams;
  _bytes: Uint8Array;
  /** who was asked; undefined once it has answered */
  _server?: string;
}

/** What is wrong so far; the error itself is made at the end, since the interpreter takes long for its stack. */
function fail(q: Query, code: string, why: string): void {
  q._code = code;
  q._why = why;
}

function end(q: Query, err: NetError | null): void {
  const socket = q._socket;
  halt(q);
  // it holds the query as well: a circle is freed only by a collection
  q._socket = undefined;
  if (socket) socket.close();
  q._done(err, q._ip);
}

/** The end of a query, to be remembered for so many seconds. */
function finish(q: Query, seconds: number): void {
  const c = q._driver;
  const err = q._ip ? null : netError(q._code!, 'dns', 'name not found: ' + q._name + ' (' + q._why + ')');
  const known: any = { _name: q._name, _err: err, _ip: q._ip, _until: c._now + Math.min(seconds, LONGEST) * 1000 };
  c._names = c._names
    .filter(function (k) {
      return k._until > c._now && k._name !== q._name;
    })
    .slice(1 - CACHE)
    .concat(seconds ? known : []);
  end(q, err);
}

/** The next server. */
function ask(q: Query): void {
  const servers = q._driver._setup!._dns;
  if (q._tries >= TRIES) finish(q, 0);
  else {
    q._server = servers[q._tries % servers.length];
    q._bytes.set([random32(), random32()]);
    q._socket!.send(q._bytes, q._server, 53);
    soon(q, FIRST_WAIT * Math.pow(2, Math.floor(q._tries / servers.length)));
    q._tries++;
  }
}

function heard(this: any, data: Uint8Array, ip: string, port: number): void {
  const q: Query = this._query;
  let a;
  try {
    if (ip === q._server && port === 53) a = parseAnswer(data, q._bytes);
  } catch (e) {
    // broken: there may be a good one
  }
  if (!a) return;
  if (!a._why) {
    q._ip = a._ip;
    if (!a._ip) fail(q, 'ENOTFOUND', 'there is no address');
    finish(q, a._ip ? a._ttl : UNKNOWN);
  } else {
    // this server cannot say: the next one, at once as long as there is one
    fail(q, 'EAI_AGAIN', 'the DNS server says ' + a._why);
    q._server = undefined;
    if (q._tries < q._driver._setup!._dns.length) ask(q);
  }
}

/** Looks a name up; never answers at once. What it gives can be ended before: `done` hears of no address. */
export function lookup(c: Env, host: string, done: Done): Lookup | undefined {
  const name = host.toLowerCase();
  const bytes = buildQuery(name);
  const q: any = { _driver: c, _run: ask, _name: name, _done: done, _tries: 0, _bytes: bytes, _end: end };
  const known = c._names.filter(function (k) {
    return k._name === name && k._until > c._now;
  })[0];
  if (known) setTimeout(done, 0, known._err, known._ip);
  else if (!bytes || /:|^[\d.]*$/.test(name)) {
    fail(q, 'ENOTFOUND', 'it cannot be one');
    setTimeout(finish, 0, q, 0);
  } else {
    fail(q, 'ETIMEDOUT', 'no DNS server answers');
    try {
      q._socket = c._udp();
      q._socket._query = q;
      q._socket.onMessage = heard;
      q._socket.onClose = function (err: NetError) {
        end(q, err);
      };
      ask(q);
      return q;
    } catch (e: any) {
      setTimeout(done, 0, e);
    }
  }
}
