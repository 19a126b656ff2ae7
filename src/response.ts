// What a call returns: Zerynth's members, and a few of Requests'.
import { parseJson, toStr, toU8, utf8 } from './engine';
import { error, HTTPResponseError } from './errors';
import type { Connection, Kept } from './connection';

/** Fields by lower-case name: a repeated field is joined with ", ", `set-cookie` is always a list. */
export type ResponseHeaders = { readonly [name: string]: string | undefined } & { readonly 'set-cookie'?: string[] };

/** The answer to a request. */
export interface Response {
  /** status code, 100 to 999 */
  readonly status: number;
  /** reason phrase as sent; may be empty */
  readonly reason: string;
  /** the fields that `keep_headers` keeps, by lower-case name */
  readonly headers: ResponseHeaders;
  /** the whole body; with `stream_callback` its last piece, once that is there */
  readonly content: Uint8Array;
  /** bytes of body announced by Content-Length, -1 if unknown */
  readonly total: number;
  /** the URL as given */
  readonly url: string;
  /** bytes of body so far; in `stream_callback`, up to the end of its piece */
  readonly received: number;
  /** the connection, open for another request to the same host; null once closed */
  readonly connection: Connection | null;
  /** `content` as text, decoded as UTF-8 */
  text(): string;
  /**
   * `content` as JSON, with or without a byte order mark.
   * @throws SyntaxError
   */
  json(): any;
  /**
   * Throws if the status is 400 or more, otherwise returns the response itself.
   * @throws HTTPResponseError (code "ESTATUS"); `retryable` for 408, 429 and 503, which say that nothing was done, and
   * for 500, 502 and 504 if doing it twice does no harm
   */
  raise_for_status(): this;
}

/** The same while it is filled in. */
export type Answer = { -readonly [name in keyof Response]: Response[name] } & {
  /** sending the request twice does no harm (RFC 9110 section 9.2.2) */
  _safe: boolean;
  /** bytes of body, or the object that counts them */
  _progress: { _received(): number } | number;
  _connection?: Kept;
};

/** The class, for `instanceof`: written this way it is smaller than a `class` compiled to ES5. */
export const Response: (abstract new () => Response) & { prototype: Response } = function (
  this: any,
  url: string,
  safe: boolean,
) {
  this.url = url;
  if (!safe) this._safe = 0;
} as any;
Response.prototype = {
  _safe: true,
  content: toU8(''),
  total: -1,
  _progress: 0,
  get received() {
    const p: any = this._progress;
    return p._received ? p._received() : p;
  },
  get connection() {
    const c = this._connection;
    return c && c._socket ? c : null;
  },
  text: function () {
    return utf8(toStr(this.content));
  },
  json: function () {
    const bytes = this.content;
    // JSON begins with EF only in a byte order mark, which may be ignored (RFC 8259 section 8.1)
    return parseJson(utf8(toStr(bytes[0] === 239 ? bytes.subarray(3) : bytes)));
  },
  raise_for_status: function () {
    const s: any = this.status;
    if (s > 399)
      throw error(
        HTTPResponseError,
        'ESTATUS',
        'body',
        s + ' ' + this.reason,
        /408|429|503/.test(s) || (/50[024]/.test(s) && this._safe),
      );
    return this;
  },
} as Partial<Answer> & ThisType<Answer> as Response;
