// The calls: each verb is a line over `send`, which checks every argument before a socket is touched.
import { toStr, toU8 } from './engine';
import { bad, error, IOError, isFunction, need, pairsOf } from './errors';
import { newExchange, run } from './exchange';
import { requestHead } from './http/writer';
import { Response } from './response';
import { closeSource, requestBody, sizeOf } from './source';
import { parseUrl } from './url';
import type { Connection, Kept } from './connection';
import type { TlsContext } from './net/driver';
import type { Body } from './source';
import type { Source } from './fd';
import type { StreamCallback } from './model';

/** A plain object of names and values: no list, Map, URLSearchParams or array of numbers. */
export interface Pairs {
  [name: string]: any;
  forEach?: never;
  byteLength?: never;
}

/** The options of every call. */
export interface RequestOptions {
  /** pairs for the query: percent-encoded as UTF-8; a list repeats its key, null and undefined are left out */
  params?: Pairs;
  /** header fields; a name given here replaces the default, in any case; null removes it, but not Host or Content-Length */
  headers?: { [name: string]: string | number | boolean | null | undefined };
  /** body: an object is form-encoded, a string (as UTF-8) or bytes are sent as they are; wins over `json` */
  data?: Pairs | string | Uint8Array | ArrayBuffer;
  /** body: any JSON value */
  json?: any;
  /** a `Response.connection` to reuse, for the same scheme, host and port */
  connection?: Connection | null;
  /** TLS settings; `{verify: false}` if the driver cannot verify */
  ctx?: TlsContext;
  /** name of a registered driver; default: the default driver */
  driver?: string;
  /** receives the body in pieces, each lent for the call only; if it returns a promise, the next piece waits for that */
  stream_callback?: StreamCallback;
  /** bytes per piece, 1 to 65535; 0: as they arrive. Default 512 */
  stream_chunk?: number;
  /** ms for the whole call, 0: no limit. Default 30000 */
  timeout?: number;
  /** ms without a byte in either direction, 0: no limit. Default 10000 */
  idle_timeout?: number;
  /** bytes of status line and header fields, also of 1xx answers and trailers. Default 8192 */
  max_headers?: number;
  /** names of the fields to keep. Default all */
  keep_headers?: string[];
  /** bytes of a body kept in `content`. Default 16384 */
  max_content?: number;
}

/** The additional options of `upload`. */
export interface UploadOptions extends RequestOptions {
  /** Content-Type. Default application/octet-stream */
  mime_type?: string;
  /** default POST */
  method?: string;
}

/** Makes any call; `source` is the body of an upload. */
export function send(method: string, url: string, options?: any, source?: Source, type?: string): Promise<Response> {
  return new Promise(function (resolve, reject) {
    try {
      const o = pairsOf(options, 'options');
      const kept: Kept = o.connection;
      const keep = o.keep_headers;
      const target = parseUrl(url, o.params, pairsOf(o.ctx, 'ctx'));
      const x = newExchange(o);
      let length = -1;
      // 1: sending it twice does no harm, 2: it defines a body, 4: the answer has none (RFC 9110 section 9)
      const kind = ({ GET: 1, HEAD: 5, DELETE: 1, OPTIONS: 1, PUT: 3, POST: 2, PATCH: 2 } as any)[method];
      if (keep != null) {
        need(keep.map, 'keep_headers', keep);
        x._keep = keep.map(function (name: string) {
          need('' + name === name, 'keep_headers', name);
          return name.toLowerCase();
        });
      }
      if (kind & 4) x._isHead = 1;
      const origin = ((target.tls ? 'https://' : 'http://') + target._authority).toLowerCase();
      if (source) need(isFunction(source.size) && isFunction(source.read), 'fd', typeof source);
      else {
        source = requestBody(o.data, o.json);
        type = source && (source as Body)._type;
      }
      // RFC 9110 section 8.6: a method that defines a body announces an empty one
      if (source) {
        x._source = source;
        x._unsent = length = sizeOf(source);
      } else if (kind & 2) length = 0;
      // as bytes: it is sent in pieces, and no character may be cut in two or changed
      x._out = toStr(toU8(requestHead(method, target, pairsOf(o.headers, 'headers'), length, type)));
      // in the head as it is sent, the name and value may be of any case
      if (/\nconnection: keep-alive\r/i.test(x._out)) x._origin = origin;
      x._response = new (Response as any)(url, kind & 1);
      x._resolve = resolve;
      x._reject = reject;
      if (kept && (kept._origin !== origin || !kept._socket))
        throw error(IOError, 'ECONNECTION', 'connect', 'connection is closed, in use, or not to ' + origin, true);
      if (target.tls && target.tls.verify === false) x._unverified = 1;
      run(x, o.driver, target, kept);
    } catch (e: any) {
      closeSource(source);
      // not at once: see settle.ts
      setTimeout(reject, 0, e.phase ? e : bad('' + e.message));
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

type Call = (url: string, options?: RequestOptions) => Promise<Response>;

function verb(method: string): Call {
  return function (url, options) {
    return send(method, url, options);
  };
}

/** GET (RFC 9110 section 9.3.1). */
export const get: Call = /*#__PURE__*/ verb('GET');
/** POST (section 9.3.3). */
export const post: Call = /*#__PURE__*/ verb('POST');
/** PUT (section 9.3.4). */
export const put: Call = /*#__PURE__*/ verb('PUT');
/** PATCH (RFC 5789). */
export const patch: Call = /*#__PURE__*/ verb('PATCH');
/** DELETE (section 9.3.5). */
const del: Call = /*#__PURE__*/ verb('DELETE');
export { del as delete };
/** HEAD (section 9.3.2): no body, but `total` if the server tells it. */
export const head: Call = /*#__PURE__*/ verb('HEAD');
/** OPTIONS (section 9.3.7). */
export const options: Call = /*#__PURE__*/ verb('OPTIONS');
