// Where the bytes of a request come from, and where those of a response go.
import { jsonBytes, toBuf, toStr, toU8, U8 } from './engine';
import { error, HTTPResponseError, invalid } from './errors';
import { encodePairs } from './url';
import type { Exchange } from './exchange';
import type { Bytes } from './net/driver';

/** Anything a body can be read from, piece by piece. */
export interface Source {
  /** length in bytes */
  size(): number;
  /** the next bytes, up to `n`; empty or undefined at the end */
  read(n: number): Bytes | undefined;
  /** called once the request is over, however it ended */
  close?(): void;
}

/** A source of bytes in memory: a string (as UTF-8) or a Uint8Array. */
export function bytes(data: Bytes): Source {
  const text = toStr(typeof data === 'string' ? toU8(data) : data);
  let at = 0;
  return {
    size: function (): number {
      return text.length;
    },
    read: function (n: number): string {
      at += n;
      return text.substr(at - n, n);
    },
  };
}

/** The body that `data` and `json` ask for, with its media type. */
export function requestBody(options: any): { source?: Source; type?: string } {
  let data = options.data;
  let type: string | undefined;
  if (data === undefined || data === null) {
    if (options.json === undefined) return {};
    data = jsonBytes(options.json);
    if (data === undefined) throw invalid('json cannot hold a function');
    type = 'application/json';
  } else if (data instanceof ArrayBuffer) {
    data = new U8(data);
  } else if (typeof data === 'object' && !(data instanceof Uint8Array)) {
    data = encodePairs(data);
    type = 'application/x-www-form-urlencoded';
  } else if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
    throw invalid('data must be an object, a string or a Uint8Array');
  }
  return { source: bytes(data), type: type };
}

/** A view of what arrived, as bytes. */
function view(piece: Bytes): any {
  const buffer = toBuf(piece);
  return buffer ? new U8(buffer) : piece;
}

/** Hands one piece to the caller, who may answer with a promise: then nothing more is taken until it settles. */
function deliver(x: Exchange, piece: Uint8Array): void {
  // the last piece stays as `content`
  if (!x._left) x._response.content = piece;
  const t = x._callback!(piece, x._response);
  if (t) x._hold(t);
}

/** `stream_chunk: 0`: pieces as they come. */
export function direct(this: Exchange, piece: Bytes): void {
  deliver(this, view(piece));
}

/**
 * Pieces of `stream_chunk` bytes. What does not fill one is kept as a string: to join and cut strings is what the
 * interpreter does fastest. A whole piece that the driver delivers is passed on untouched.
 */
export function regroup(this: Exchange, piece: any, n: number): void {
  const chunk = this._chunk;
  let k = chunk - this._fill;
  if (n < k) {
    this._rest += toStr(piece);
    this._fill += n;
    return;
  }
  if (n === chunk && k === chunk) {
    deliver(this, view(piece));
    return;
  }
  piece = toStr(piece);
  this._rest += piece.substr(0, k);
  this._fill = 0;
  deliver(this, view(this._rest));
  this._rest = '';
  while (!this._held && n - k >= chunk) {
    deliver(this, view(piece.substr(k, chunk)));
    k += chunk;
  }
  if (k < n) keepRest(this, piece.substr(k), n - k);
}

function keepRest(x: Exchange, rest: string, n: number): void {
  x._rest = '';
  x._fill = 0;
  if (x._held) {
    x._pending = rest;
    x._saved += n;
  } else {
    x._rest = rest;
    x._fill = n;
  }
}

/** The usual case of `regroup`, in line: a string in the middle of a body that fills just one piece. */
export function regroupFast(this: Exchange, piece: any, n: number): void {
  const k = this._chunk - this._fill;
  if (n < k || n - k >= this._chunk || typeof piece !== 'string') this._onBody(piece, n);
  else {
    this._rest += piece.substr(0, k);
    const t = this._callback!(new U8(toBuf(this._rest)!), this._response);
    if (t) this._hold(t);
    if (t) keepRest(this, piece.substr(k), n - k);
    else {
      this._rest = piece.substr(k);
      this._fill = n - k;
    }
  }
}

/** No `stream_callback`: the body is kept as a whole, up to `max_content` bytes. */
export function gather(this: Exchange, piece: Bytes, n: number): void {
  this._fill += n;
  if (this._fill > this._maxContent)
    throw error(HTTPResponseError, 'ELIMIT', 'body', 'body of more than max_content = ' + this._maxContent + ' bytes');
  this._rest += toStr(piece);
}

/** The end of the body: what is left of it. */
export function flush(x: Exchange): void {
  const rest = x._rest;
  x._rest = '';
  x._fill = 0;
  if (x._callback && rest) deliver(x, view(rest));
  else if (!x._response.content) x._response.content = view(rest);
}
