// URLs (RFC 3986): taken apart and percent-encoded. The interpreter's own url.parse and encodeURIComponent are wrong.
import { chr } from './chr';
import { toStr, toU8 } from './engine';
import { isFunction, need, pairsOf } from './errors';
import type { TlsContext } from './net/driver';

declare const btoa: (s: string) => string;

/** A URL as a request needs it; also the `Endpoint` for the driver. */
export interface Target {
  tls: TlsContext | undefined;
  /** without brackets */
  host: string;
  port: number;
  /** value of the Host field: with brackets, and with the port unless it is the scheme's own */
  _authority: string;
  /** path and query, percent-encoded, at least "/" */
  _path: string;
  /** value of the Authorization field, from the userinfo */
  _auth: string | undefined;
}

// RFC 3986 section 2.3; everything else in a query is encoded
const RESERVED = /[^\w\-.~]/g;
// what stays as it is in a path and query; also `%`, so that nothing is encoded twice
const NOT_PATH = /[^!$-;=?-Z_a-z~]/g;
/** NUL and control characters but TAB: never on the wire. */
export const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
/** Anything but a token character (RFC 9110 section 5.6.2). */
export const NOT_TOKEN = /[^\w!#$%&'*+\-.^`|~]/;
export const NOT_DIGIT = /\D/;

/** A decimal number of 1 to 15 digits (exact as a double), else -1. */
export function decimal(text: string): number {
  return text && text.length < 16 && !NOT_DIGIT.test(text) ? parseInt(text, 10) : -1;
}

/** The byte that `%XX` stands for. */
function decoded(escape: string): string {
  return chr(parseInt(escape.substr(1), 16));
}

function encoded(c: string): string {
  return '%' + (c.charCodeAt(0) + 256).toString(16).substr(1).toUpperCase();
}

/** A text with every reserved byte of its UTF-8 as `%XX`. */
function percent(text: string): string {
  return toStr(toU8(text)).replace(RESERVED, encoded);
}

/**
 * The text of a value, taken once, since it might be another the next time.
 * @throws TypeError (EINVAL) for a function or an object, whose text nobody wants to send, and for a text that has one
 * of `bad`
 */
export function textOf(value: any, what: string, name: string, bad?: RegExp): string {
  const text = '' + value;
  need(!isFunction(value) && !/^\[object \w+]$/.test(text) && !(bad && bad.test(text)), what, name);
  return text;
}

/**
 * `{a: 1, b: [2, "é"]}` as `a=1&b=2&b=%C3%A9`; null and undefined are left out.
 * @throws TypeError (EINVAL) for anything but an object with names, and for objects or functions in it
 */
export function encodePairs(pairs: any, what: string): string {
  let out = '';
  pairs = pairsOf(pairs, what);
  Object.keys(pairs).forEach(function (key) {
    ([] as any[]).concat(pairs[key]).forEach(function (value: any) {
      if (value != null) {
        value = textOf(value, what, key);
        out += (out && '&') + percent(key) + '=' + percent(value);
      }
    });
  });
  return out;
}

/**
 * Takes a URL apart and adds `params` to its query.
 * @throws TypeError (EINVAL); the message shows the URL, or if it has an `@`, what is behind the last one: no password
 */
export function parseUrl(url: any, params?: any, ctx?: TlsContext): Target {
  const text = '' + url;
  const tls = /^https:\/\//i.test(text);
  // as bytes: the interpreter's substr counts the bytes of longer characters
  let path = toStr(toU8(text))
    .substr(tls ? 8 : 7)
    .split('#')[0];
  let host = path.split(/[/?]/)[0];
  path = path.substr(host.length);
  const parts = host.split('@');
  host = parts.pop()!;
  const user = parts.join('@');
  const v6 = host[0] === '[';
  const name = v6 ? host.substr(0, host.indexOf(']') + 1) : host.split(':')[0];
  const given = host.substr(name.length);
  const own = tls ? '443' : '80';
  const port = decimal(given.substr(1) || own);
  need(
    text === url &&
      (tls || /^http:\/\//i.test(text)) &&
      !CONTROL.test(text) &&
      (v6 ? /^\[[\da-f:.]+\]/i.test(name) && /:.*:/.test(name) : name && !/[^\w\-.]/.test(name)) &&
      // others take a backslash for the end of the host
      !/\\/.test(user) &&
      (!given || given[0] === ':') &&
      port > 0 &&
      port < 65536,
    'URL',
    // what is behind the last `@`: never a password
    text.split('@').pop(),
  );
  const query = encodePairs(params, 'params');
  if (query) path += (!/\?/.test(path) ? '?' : /&$|^[^?]*.$/.test(path) ? '' : '&') + query;
  return {
    tls: tls ? ctx : undefined,
    host: v6 ? name.slice(1, -1) : name,
    port: port,
    _authority: port === +own ? name : name + ':' + port,
    _path: ((path[0] === '/' ? '' : '/') + path).replace(NOT_PATH, encoded),
    // RFC 7617 section 2: there is a colon, even without a password
    _auth: user
      ? 'Basic ' + btoa((/:/.test(user) ? user : user + ':').replace(/%[\da-f][\da-f]/gi, decoded))
      : undefined,
  };
}
