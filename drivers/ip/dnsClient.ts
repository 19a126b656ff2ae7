// DNS resolver (RFC 1035 section 7; RFC 5452 against forgery): random ids and ports, several servers, a small cache.
import { buildQuery, parseAnswer } from './dnsWire';
import { isHost } from './address';
import { notFound } from './notFound';
import { random32 } from './random';
import { halt, readClock, soon } from './task';
import type { Asker, Datagrams, Env } from './env';
import type { Task } from './task';
import type { NetError } from '../../src/net/driver';

/** names remembered; seconds that a name stays unknown */
const CACHE = 8;
const UNKNOWN = 10;
/** UDP port of a server */
const PORT = 53;
/** ms until the next try, doubled once all servers were asked; tries in all */
const FIRST_WAIT = 1500;
const TRIES = 5;
const NONE = 'no address';

/** A lookup that is under way. */
export interface Query extends Task {
  _driver: Env;
  _name: string;
  /** what a server said instead of an answer */
  _why?: string;
  /** those who wait for it */
  _askers: Asker[];
  _tries: number;
  /** how many times the datagram of another lookup was on its way */
  _busy: number;
  _bytes: Uint8Array;
  /** the server that was asked */
  _server?: string;
  _drop(asker: Asker): void;
}

/** Ends a query, and tells all who wait for it. */
function end(q: Query, err?: NetError | null, ip?: string): void {
  const c = q._driver;
  halt(q);
  c._queries = c._queries.filter(function (other) {
    return other !== q;
  });
  let asker: Asker | undefined;
  // closed at once: the next lookups use another port, and the connection that waited may need its place
  if (c._resolver && !c._queries.length) {
    c._resolver.close();
    c._resolver = undefined;
  }
  // shifted, since one asker may cancel another
  while ((asker = q._askers.shift())) {
    asker._lookup = 0;
    asker._found(err!, ip);
  }
}

/** The end of a query, to be cached for so many seconds; not the error, which takes more memory than ten names. */
function finish(q: Query, seconds?: number, ip?: string): void {
  const c = q._driver;
  const name = q._name;
  const why = q._why;
  if (seconds)
    c._names = c._names
      .filter(function (k) {
        // expired: it would take the place of another name
        return k._name !== name;
      })
      .slice(1 - CACHE)
      .concat({ _name: name, _ip: ip, _until: c._now + seconds * 1000 });
  end(
    q,
    ip
      ? null
      : notFound(
          name,
          seconds ? NONE : why ? 'DNS server says ' + why : 'no DNS server answers',
          seconds ? '' : why ? 'EAI_AGAIN' : 'ETIMEDOUT',
        ),
    ip,
  );
}

/** Asks the next server, once the datagram of another lookup has gone out, or is stuck. */
function ask(q: Query): void {
  const c = q._driver;
  const servers = c._setup!._dns;
  if (c._resolver!._data && q._busy++ < 99) soon(q, 20);
  // at once if a new lease has no server
  else if (q._tries >= (servers.length && TRIES)) finish(q);
  else {
    q._server = servers[q._tries % servers.length];
    q._bytes.set([random32(), random32()]);
    c._resolver!.send(q._bytes, q._server, PORT);
    soon(q, FIRST_WAIT << (q._tries / servers.length));
    q._tries++;
  }
}

/** A datagram from anyone; it may be the answer to any of the lookups. */
function heard(this: Datagrams, data: Uint8Array, ip: string, port: number): void {
  this._driver._queries.forEach(function (q) {
    let a;
    try {
      if (ip === q._server && port === PORT) a = parseAnswer(data, q._bytes);
    } catch (e) {
      // broken: a good answer may follow
    }
    if (!a) return;
    q._why = a._why;
    // this server cannot tell: ask the next one at once
    if (a._why) ask(q);
    else if (isHost(a._ip)) finish(q, a._ttl, a._ip);
    // names are blocked by an address that no host has
    else finish(q, UNKNOWN);
  });
}

/** The network is gone. */
function gone(this: Datagrams, err: NetError): void {
  this._driver._queries.forEach(function (q) {
    end(q, err);
  });
}

/** Ends a query that nobody waits for any more. */
function drop(this: Query, asker: Asker): void {
  this._askers = this._askers.filter(function (other) {
    return other !== asker;
  });
  if (!this._askers.length) end(this);
}

/**
 * The address of a name, if it is known; otherwise the asker is told later.
 * @throws NetError if it cannot be found
 */
export function lookup(this: Env, host: string, asker: Asker): string | undefined {
  const c = this;
  const name = host.toLowerCase();
  // the last turn may be a second ago
  readClock(c);
  // a query has no `_until`, and what is known has no `_askers`
  let q = (c._queries as any[]).concat(c._names).find(function (k) {
    return k._name === name && !(k._until <= c._now);
  });
  if (!q) {
    const bytes = buildQuery(name);
    if (!bytes || /:|^[\d.]*$/.test(name)) throw notFound(name, 'it cannot be one');
    q = { _driver: c, _run: ask, _name: name, _askers: [], _tries: 0, _busy: 0, _bytes: bytes, _drop: drop };
    if (!c._resolver) {
      c._resolver = c._udp(0, heard);
      c._resolver.onClose = gone;
    }
    c._queries = c._queries.concat(q);
    ask(q);
  }
  if (!q._askers) {
    if (!q._ip) throw notFound(name, NONE);
    return q._ip;
  }
  q._askers.push(asker);
  asker._lookup = q;
}
