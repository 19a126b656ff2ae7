// Where the body of a request comes from.
import { jsonBytes, toStr, toU8, U8 } from './engine';
import { error, IOError, need } from './errors';
import { encodePairs } from './url';
import type { Source } from './fd';
import type { Bytes } from './net/driver';

/** A source of bytes in memory: a string (as UTF-8) or a Uint8Array. */
export function bytes(data: Bytes): Source {
  const text = toStr(typeof data === 'string' ? toU8(data) : data);
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
export function requestBody(data: any, json: any): Source | undefined {
  let type: string | undefined;
  if (data == null) {
    if (json === undefined) return;
    data = jsonBytes(json);
    type = 'application/json';
  }
  if (data instanceof ArrayBuffer) data = new U8(data);
  if (typeof data === 'object' && !(data instanceof Uint8Array)) {
    data = encodePairs(data, 'data');
    type = 'application/x-www-form-urlencoded';
  }
  need(typeof data === 'string' || data instanceof Uint8Array, 'data', data);
  const source = bytes(data);
  source._type = type;
  return source;
}

/** Closes a source, if it can be closed; what that throws changes nothing any more. */
export function closeSource(source?: Source): void {
  try {
    if (source && source.close) source.close();
  } catch (e) {}
}

/**
 * `source.size()` or `source.read(n)`.
 * @throws IOError where that throws
 */
export function ask(source: any, what: 'size' | 'read', n?: number): any {
  try {
    return source[what](n);
  } catch (e: any) {
    throw error(IOError, 'EFILE', 'send', 'cannot read the source: ' + ((e && e.message) || e));
  }
}
