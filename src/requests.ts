// The calls: each verb is a line over `send`, which looks at every argument before a socket is touched.
import { requestBody } from './body';
import { error, HTTPConnectionError, invalid, IOError } from './errors';
import { newExchange, run } from './exchange';
import { requestHead } from './http/writer';
import { startParser } from './http/parser';
import { Response } from './response';
import { parseUrl } from './url';
import { get as driverOf } from './net/registry';
import type { Source } from './body';
import type { Connection } from './connection';
import type { StreamCallback } from './exchange';
import type { NetDriver, TlsContext } from './net/driver';
import type { Target } from './url';

/** What every call takes, all of it optional. */
export interface RequestOptions {
  /** pairs for the query: percent-encoded as UTF-8; a list repeats its key, null and undefined are left out */
  params?: { [key: string]: any };
  /** header fields; a name given here replaces the default one whatever its case, null takes it away */
  headers?: { [name: string]: any };
  /** body: an object is form-encoded, a string (as UTF-8) or Uint8Array sent as it is; wins over `json` */
  data?: { [key: string]: any } | string | Uint8Array;
  /** body: any JSON value */
  json?: any;
  /** a `Response.connection` to use again: same scheme, host and port */
  connection?: Connection | null;
  /** TLS settings; `{verify: false}` where the driver cannot verify */
  ctx?: TlsContext;
  /** name of a registered driver; default: the default driver */
  driver?: string;
  /** gets the body in pieces, each lent for the call only; a promise it returns holds up the next piece */
  stream_callback?: StreamCallback;
  /** bytes in a piece, 1 to 65535; 0: as they come. Default 512 */
  stream_chunk?: number;
  /** ms for the whole call, 0: no limit. Default 30000 */
  timeout?: number;
  /** ms without a byte in either direction, 0: no limit. Default 10000 */
  idle_timeout?: number;
  /** bytes of status line and header fields. Default 8192 */
  max_headers?: number;
  /** names of the fields worth keeping. Default all */
  keep_headers?: string[];
  /** bytes of a body kept in `content`. Default 16384 */
  max_content?: number;
}

/** What `upload` takes besides. */
export interface UploadOptions extends RequestOptions {
  /** Content-Type. Default application/octet-stream */
  mime_type?: string;
  /** default POST */
  method?: string;
}

function number(options: any, name: string, preset: number, max: number): number {
  const n = options[name];
  if (n === undefined) return preset;
  if (typeof n !== 'number' || !(n >= 0 && n <= max)) throw invalid(name + ' must be a number from 0 to ' + max + ', not ' + n);
  return n;
}

/** The driver, if it may and can connect to such a target (contract of TLS: never silently unauthenticated). */
function driverFor(name: string | undefined, target: Target, ctx: TlsContext): NetDriver {
  let driver: NetDriver;
  try {
    driver = driverOf(name);
  } catch (e: any) {
    throw error(HTTPConnectionError, 'ENODRIVER', 'connect', e.message);
  }
  const can = driver.capabilities;
  if (target.tls && !can.tls)
    throw error(HTTPConnectionError, 'ENOTLS', 'tls', 'net driver "' + driver.name + '" has no TLS');
  if (target.tls && !can.verify && ctx.verify !== false)
    throw error(
      HTTPConnectionError,
      'ETLSUNVERIFIED',
      'tls',
      'net driver "' + driver.name + '" cannot verify who answers; ctx: {verify: false} accepts that',
    );
  if (!driver.is_linked())
    throw error(HTTPConnectionError, 'ENETDOWN', 'connect', 'net driver "' + driver.name + '" has no link', true);
  return driver;
}

function lowerCase(name: string): string {
  return name.toLowerCase();
}

function start(method: string, url: string, options: any, source?: Source): any {
  const callback = options.stream_callback;
  const chunk = number(options, 'stream_chunk', 512, 65535);
  const keep = options.keep_headers;
  const ctx = options.ctx || {};
  const kept: Connection = options.connection;
  const target = parseUrl(url, options.params);
  const x = newExchange(chunk, callback);
  let length = -1;
  let type: string | undefined;
  if (chunk % 1) throw invalid('stream_chunk must be a whole number, not ' + chunk);
  if (callback && typeof callback !== 'function') throw invalid('stream_callback must be a function');
  if (keep && !Array.isArray(keep)) throw invalid('keep_headers must be a list');
  if (source) {
    if (typeof source.size !== 'function' || typeof source.read !== 'function') throw invalid('fd needs size() and read(n)');
    type = options.mime_type || 'application/octet-stream';
  } else {
    const body = requestBody(options);
    source = body.source;
    type = body.type;
  }
  x._timeLeft = number(options, 'timeout', 30000, Infinity);
  x._idle = number(options, 'idle_timeout', 10000, Infinity);
  x._maxContent = number(options, 'max_content', 16384, Infinity);
  x._origin = (target.tls ? 's' : '') + target.host.toLowerCase() + ' ' + target.port;
  if (source) {
    try {
      length = source.size();
    } catch (e: any) {
      throw error(IOError, 'EFILE', 'send', 'cannot read the source: ' + (e.message || e));
    }
    if (!(length >= 0) || length % 1) throw invalid('size() gave ' + length);
    // RFC 9110 section 8.6: a method that defines a body announces an empty one
  } else if (method === 'POST' || method === 'PUT' || method === 'PATCH') length = 0;
  const head = requestHead(method, target, options.headers, length, type);
  x._response = new Response(url);
  startParser(x, method, number(options, 'max_headers', 8192, Infinity), keep && keep.map(lowerCase));
  x._out = head.text;
  x._wantKeep = head.keep;
  x._source = source;
  x._unsent = length > 0 ? length : 0;
  if (kept) {
    if (kept._origin !== x._origin) throw error(IOError, 'ECONNECTION', 'connect', 'connection belongs to another host, port or scheme');
    if (!kept._socket) throw error(IOError, 'ECONNECTION', 'connect', 'connection is closed or in use', true);
  }
  const driver = kept ? undefined : driverFor(options.driver, target, ctx);
  return function (resolve: any, reject: any): void {
    x._resolve = resolve;
    x._reject = reject;
    run(x, driver, { host: target.host, port: target.port, tls: target.tls ? ctx : undefined }, kept);
  };
}

/** The one way to make a call; `source` is the body of an upload. */
export function send(method: string, url: string, options?: RequestOptions, source?: Source): Promise<Response> {
  return new Promise(function (resolve, reject) {
    try {
      start(method, url, options || {}, source)(resolve, reject);
    } catch (e) {
      if (source && source.close) source.close();
      // not at once: see `fail` in exchange.ts
      setTimeout(reject, 0, e);
    }
  });
}

/**
 * Makes a request with any method.
 * @returns the response, once it is complete
 * @throws (rejects) TypeError of code EINVAL for bad arguments, HTTPConnectionError, HTTPResponseError, IOError
 */
export function request(method: string, url: string, options?: RequestOptions): Promise<Response> {
  return send(method, url, options);
}

/** GET (RFC 9110 section 9.3.1). */
export function get(url: string, options?: RequestOptions): Promise<Response> {
  return send('GET', url, options);
}

/** POST (section 9.3.3). */
export function post(url: string, options?: RequestOptions): Promise<Response> {
  return send('POST', url, options);
}

/** PUT (section 9.3.4). */
export function put(url: string, options?: RequestOptions): Promise<Response> {
  return send('PUT', url, options);
}

/** PATCH (RFC 5789). */
export function patch(url: string, options?: RequestOptions): Promise<Response> {
  return send('PATCH', url, options);
}

/** DELETE (section 9.3.5). */
function del(url: string, options?: RequestOptions): Promise<Response> {
  return send('DELETE', url, options);
}
export { del as delete };

/** HEAD (section 9.3.2): no body, but `total` is known where the server says it. */
export function head(url: string, options?: RequestOptions): Promise<Response> {
  return send('HEAD', url, options);
}

/** OPTIONS (section 9.3.7). */
export function options(url: string, options?: RequestOptions): Promise<Response> {
  return send('OPTIONS', url, options);
}
