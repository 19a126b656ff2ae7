// Where the body of a request comes from.
import { jsonBytes, toStr, toU8, U8 } from './engine';
import { error, IOError, isFunction, need } from './errors';
import { encodePairs } from './url';
import type { Source } from './fd';
import type { Bytes } from './net/driver';

/** A body, and its media type. */
export interface Body extends Source {
  _type?: string;
}

/**
 * A source of bytes in memory: a string (as UTF-8), a Uint8Array or an ArrayBuffer.
 * @throws TypeError (EINVAL) for anything else
 */
export function bytes(data: Bytes | ArrayBuffer): Source {
  if (data instanceof ArrayBuffer) data = new U8(data);
  else if (typeof data === 'string') data = toU8(data);
  need(data instanceof U8, 'data', typeof data);
  const text = toStr(data);
  let at = 0;
  return {
    size: function (): number {
      at = 0;
      return text.length;
    },
    read: function (n: number): string {
      at += n;
      return text.substr(at - n, n);
    },
  };
}

/** The body that `data` and `json` ask for. */
export function requestBody(data: any, json: any): Body | undefined {
  let type: string | undefined;
  // the interpreter compares an array with null by making a text of it, four characters for a byte
  if (!data && data == null) {
    if (json === undefined) return;
    // the interpreter would make the text "undefined" of a function
    need(!isFunction(json), 'json', json);
    data = jsonBytes(json);
    type = 'application/json';
  }
  if (typeof data === 'object' && data.byteLength == null) {
    data = encodePairs(data, 'data');
    type = 'application/x-www-form-urlencoded';
  }
  const source: Body = bytes(data);
  source._type = type;
  return source;
}

/** Closes a source, if it can be closed; whatever that throws no longer matters. */
export function closeSource(source?: Source): void {
  try {
    if (source && source.close) source.close();
  } catch (e) {}
}

/** The error for a source that failed, unless what it threw is one of ours already. */
export function unreadable(e: any): Error {
  return e && e.retryable !== undefined
    ? e
    : error(IOError, 'EFILE', 'send', 'cannot read the source: ' + ((e && e.message) || e));
}

/**
 * The length of a source.
 * @throws IOError if `size()` throws, TypeError (EINVAL) if what it returns is not a length
 */
export function sizeOf(source: Source): number {
  let n: any;
  try {
    n = source.size();
  } catch (e) {
    throw unreadable(e);
  }
  need(+n === n && n >= 0 && n % 1 === 0, 'size()', n);
  return n;
}
