// URLs (RFC 3986): taken apart and percent-encoded. The interpreter's own url.parse and encodeURIComponent are wrong.
import { toStr, toU8 } from './engine';
import { invalid } from './errors';

declare const btoa: (s: string) => string;

/** A URL as a request needs it. */
export interface Target {
  tls: boolean;
  /** without brackets */
  host: string;
  port: number;
  /** value of the Host field: with brackets, and with the port where it is not the scheme's own */
  authority: string;
  /** path and query, percent-encoded, at least "/" */
  path: string;
  /** value of the Authorization field that the userinfo stands for */
  auth: string | undefined;
}

// RFC 3986 section 2.3; everything else in a query is encoded
const RESERVED = /[^0-9A-Za-z\-._~]/;
// what may stand in a path and query as it is; `%` too, so that what is encoded already stays
const NOT_PATH = /[^!$-;=?-Z_a-z~]/;
/** NUL and control characters but TAB: never on the wire. */
export const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
/** Anything that is no token character (RFC 9110 section 5.6.2). */
export const NOT_TOKEN = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
/** Anything that is no digit. */
export const NOT_DIGIT = /[^0-9]/;

function percent(text: string, bad: RegExp): string {
  if (!bad.test(text)) return text;
  const bytes = toU8(text);
  let out = '';
  let c: string;
  for (let i = 0; i < bytes.length; i++) {
    c = String.fromCharCode(bytes[i]);
    out += bad.test(c) ? '%' + (bytes[i] + 256).toString(16).substr(1).toUpperCase() : c;
  }
  return out;
}

function decode(text: string): string {
  const bytes = text.split('%');
  let out = bytes[0];
  for (let i = 1; i < bytes.length; i++) {
    if (!/^[0-9a-fA-F][0-9a-fA-F]/.test(bytes[i])) throw invalid('bad percent-encoding before "@" in the URL');
    out += String.fromCharCode(parseInt(bytes[i].substr(0, 2), 16)) + bytes[i].substr(2);
  }
  return out;
}

/** `{a: 1, b: [2, "é"]}` as `a=1&b=2&b=%C3%A9`; null and undefined are left out. */
export function encodePairs(pairs: any): string {
  const out: string[] = [];
  let values: any[];
  let value: any;
  for (const key of Object.keys(pairs)) {
    value = pairs[key];
    values = Array.isArray(value) ? value : [value];
    for (let i = 0; i < values.length; i++)
      if (values[i] !== undefined && values[i] !== null)
        out.push(percent(key, RESERVED) + '=' + percent('' + values[i], RESERVED));
  }
  return out.join('&');
}

function badUrl(url: any, why: string): Error {
  // the userinfo stays out of messages: they end up in logs
  return invalid('bad URL' + (typeof url === 'string' && url.indexOf('@') < 0 ? ' "' + url + '"' : '') + ': ' + why);
}

/**
 * Takes a URL apart and adds `params` to its query.
 * @throws TypeError (EINVAL)
 */
export function parseUrl(url: any, params?: any): Target {
  if (typeof url !== 'string' || CONTROL.test(url)) throw badUrl(url, 'it must be a string without control characters');
  let i = url.indexOf(':');
  const scheme = url.substr(0, i).toLowerCase();
  const tls = scheme === 'https';
  if ((!tls && scheme !== 'http') || url.substr(i, 3) !== '://') throw badUrl(url, 'it must start with http:// or https://');
  let path = url.substr(i + 3);
  i = path.indexOf('#');
  if (i >= 0) path = path.substr(0, i);
  let host = path;
  i = path.indexOf('/');
  if (i >= 0) host = path.substr(0, i);
  i = host.indexOf('?');
  if (i >= 0) host = host.substr(0, i);
  path = path.substr(host.length);
  if (path.charAt(0) !== '/') path = '/' + path;

  let auth: string | undefined;
  i = host.lastIndexOf('@');
  if (i >= 0) {
    auth = 'Basic ' + btoa(decode(toStr(toU8(host.substr(0, i)))));
    host = host.substr(i + 1);
  }
  let port: any = '';
  const v6 = host.charAt(0) === '[';
  i = v6 ? host.indexOf(']') + 1 : host.indexOf(':');
  if (i > 0) {
    port = host.substr(i);
    host = host.substr(0, i);
    if (port && port.charAt(0) !== ':') throw badUrl(url, 'only a port may follow "]"');
    port = port.substr(1);
  }
  if (v6 ? !/^\[[0-9a-fA-F:.]+\]$/.test(host) : !host || /[^0-9A-Za-z\-._]/.test(host))
    throw badUrl(url, 'bad host name');
  if (port.length > 5 || NOT_DIGIT.test(port) || (port && !(+port > 0 && +port < 65536)))
    throw badUrl(url, 'the port must be 1 to 65535');
  port = port ? parseInt(port, 10) : tls ? 443 : 80;

  const query = params ? encodePairs(params) : '';
  if (query) path += (path.indexOf('?') < 0 ? '?' : '&') + query;
  return {
    tls: tls,
    host: v6 ? host.substr(1, host.length - 2) : host,
    port: port,
    authority: host + (port === (tls ? 443 : 80) ? '' : ':' + port),
    path: percent(path, NOT_PATH),
    auth: auth,
  };
}
