// What a call gives back: Zerynth's members, with a few of Requests'.
import { toStr, utf8 } from './engine';
import { error, HTTPResponseError } from './errors';
import type { Connection } from './connection';

/** Where a response is still coming in: who knows how far it is. */
export interface Progress {
  _received(): number;
}

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
  _progress: Progress | number = 0;
  _connection: Connection | null = null;

  constructor(url: string) {
    this.url = url;
  }

  /** bytes of body so far */
  get received(): number {
    const p = this._progress;
    return typeof p === 'number' ? p : p._received();
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
   * @throws HTTPResponseError (code "ESTATUS"); `retryable` for 408, 429 and 5xx but 501 and 505
   */
  raise_for_status(): this {
    const s = this.status;
    if (s < 400) return this;
    throw error(
      HTTPResponseError,
      'ESTATUS',
      'body',
      s + ' ' + this.reason + ' for ' + this.url,
      s === 408 || s === 429 || (s >= 500 && s !== 501 && s !== 505),
    );
  }
}
