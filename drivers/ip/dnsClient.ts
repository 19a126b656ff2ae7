// DNS resolver (RFC 1035 section 7; RFC 5452 against forgery): ids and ports by chance, several servers, a small cache.
import { netError } from '../../src/net/neterror';
import { buildQuery, parseAnswer } from './dnsWire';
import { random32 } from './random';
import type { DnsMaker, Env } from './env';

/** names remembered; seconds that a name stays unknown, and that any name is remembered */
const CACHE = 8;
const UNKNOWN = 10;
const LONGEST = 86400;
/** ms until the next try, doubled each time; tries in all */
const FIRST_WAIT = 1500;
const TRIES = 5;

interface Known {
  _name: string;
  _ip?: number[];
  _until: number;
}

/** A resolver. Its answers are at once where they are known. */
export const dnsClient: DnsMaker = function (env: Env) {
  let cache: Known[] = [];

  function remember(name: string, ip: number[] | undefined, seconds: number): void {
    cache = cache.filter(function (k) {
      return k._name !== name && k._until > env._now();
    });
    if (seconds) {
      if (cache.length >= CACHE) cache.shift();
      cache.push({ _name: name, _ip: ip, _until: env._now() + Math.min(seconds, LONGEST) * 1000 });
    }
  }

  return function (servers, name, done) {
    const key = name.toLowerCase();
    let socket: any;
    let tries = 0;
    let query: Uint8Array | undefined;
    let server = '';
    let timer = { _at: 0 };
    let why = 'no DNS server answers';
    let code = 'ETIMEDOUT';

    function finish(ip?: number[]): void {
      timer._at = Infinity;
      query = undefined;
      socket._close();
      done(ip ? null : netError(code, 'dns', 'name not found: ' + name + ' (' + why + ')'), ip);
    }

    function ask(): void {
      const to = servers[tries % servers.length];
      if (tries >= TRIES) {
        if (code === 'ENOTFOUND') remember(key, undefined, UNKNOWN);
        finish();
      } else {
        query = buildQuery(random32() & 0xffff, name);
        server = to.join('.');
        socket._send(query, to, 53);
        timer._at = Infinity;
        timer = env._after(FIRST_WAIT * Math.pow(2, (tries / servers.length) | 0), ask);
        tries++;
      }
    }

    function heard(data: Uint8Array, from: string, port: number): void {
      const a = query && from === server && port === 53 ? parseAnswer(data, query) : undefined;
      if (!a) return;
      if (a._ip) {
        remember(key, a._ip, a._ttl);
        finish(a._ip);
      } else if (a._rcode === 3 || !a._rcode) {
        code = 'ENOTFOUND';
        why = a._rcode ? 'there is none' : 'it has no address';
        remember(key, undefined, UNKNOWN);
        finish();
      } else {
        // this server cannot say: the next one, at once as long as there is one
        why = 'the DNS server says RCODE ' + a._rcode;
        code = 'EAI_AGAIN';
        query = undefined;
        if (tries < servers.length) ask();
      }
    }

    for (let i = 0; i < cache.length; i++)
      if (cache[i]._name === key && cache[i]._until > env._now()) {
        done(
          cache[i]._ip ? null : netError('ENOTFOUND', 'dns', 'name not found: ' + name + ' (a moment ago)'),
          cache[i]._ip,
        );
        return;
      }
    if (!buildQuery(0, name)) {
      done(netError('ENOTFOUND', 'dns', 'not a name: ' + name));
      return;
    }
    try {
      socket = env._udp(undefined, heard, function (err) {
        timer._at = Infinity;
        query = undefined;
        done(err);
      });
    } catch (e: any) {
      done(e);
      return;
    }
    ask();
  };
};
