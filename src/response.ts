// What a call gives back: Zerynth's members, with a few of Requests'.
import { toStr, utf8 } from './engine';
import { error, HTTPResponseError } from './errors';
import { received } from './http/parser';
import type { Connection } from './connection';
import type { Parser } from './http/parser';

/** The answer to a request. */
export class Response {
  /** status code, 100 to 999 */
  status = 0;
  /** reason phrase as sent, may be empty */
  reason = '';
  /** fields by lower-case name; a repeated one joined with ", ", `set-cookie` always a list */
  headers: { [name: string]: any } = {};
  /** the whole body; with `stream_callback` its last piece */
  content!: Uint8Array;
  /** bytes of body announced by Content-Length, -1 where it is not known */
  total = -1;
  /** the URL as it was given */
  url: string;
  /** bytes of body, or who counts them */
  _progress: Parser | number = 0;
  _connection?: Connection;

  constructor(url: string) {
    this.url = url;
  }

  /** bytes of body so far */
  get received(): number {
    const p: any = this._progress;
    return p._response ? received(p) : p;
  }

  /** the connection, open for another request to the same host; null once closed */
  get connection(): Connection | null {
    const c = this._connection;
    return c && c._socket ? c : null;
  }

  /** `content` as text: UTF-8 */
  text(): string {
    return utf8(toStr(this.content));
  }

  /**
   * `content` as JSON.
   * @throws SyntaxError
   */
  json(): any {
    return JSON.parse(this.text());
  }

  /**
   * Throws when the status is 400 or more, else gives the response itself.
   * @throws HTTPResponseError (code "ESTATUS"); `retryable` for 408, 429, 500, 502, 503 and 504
   */
  raise_for_status(): this {
    const s = this.status;
    if (s > 399)
      throw error(
        HTTPResponseError,
        'ESTATUS',
        'body',
        s + ' ' + this.reason,
        [408, 429, 500, 502, 503, 504].indexOf(s) >= 0,
      );
    return this;
  }
}
