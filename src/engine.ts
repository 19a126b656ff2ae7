// The interpreter's natives that the core is built on, as variables: looking one up on `E` costs as much as calling it.
// Under Node another module with the same exports takes the place of this one.
import { chr } from './chr';
import type { Bytes } from './net/driver';
import type { Source } from './fd';

declare const E: any;
declare const require: (name: string) => any;

/** `new U8(toBuf(s))` is a view on the bytes of a byte string, not a copy. */
export const U8: Uint8ArrayConstructor = Uint8Array;
/** The ArrayBuffer under a byte string (the same memory); undefined for anything but a string. */
export const toBuf: (s: any) => ArrayBuffer | undefined = E.toArrayBuffer;
/** The byte string of an array; of a whole one it may be the same memory. */
export const toStr: (bytes: Bytes) => string = E.toString;
/** A copy as bytes; for text, its UTF-8 bytes. */
export const toU8: (data: Bytes) => Uint8Array = E.toUint8Array;

/** `n` bytes from `at` on: a view, not a copy. */
export function view(bytes: any, at: number, n: number): Uint8Array {
  const buffer: any = toBuf(bytes);
  return buffer ? new U8(buffer, at, n) : bytes.subarray(at, at + n);
}

/** Does a string have characters that are no bytes? Missing in old firmware. */
export const isText: ((s: any) => boolean) | undefined = E.isUTF8;
/** A list; under Node anything but a record. */
export const isList: (value: any) => boolean = Array.isArray;

/** Without surrounding white space; ASCII only, since 0xA0 may be the last byte of a UTF-8 character. */
export function trim(text: string): string {
  return text.trim();
}

/** UTF-8 bytes as text; builds without Unicode support keep text as UTF-8 bytes anyway. */
export function utf8(bytes: string): string {
  try {
    return E.asUTF8(bytes);
  } catch (e) {
    return bytes;
  }
}

// Below, no regular expression has a `|`, because the interpreter then goes back to the beginning of the text at each
// character, and none looks for a run of backslashes, because at each of them it would go through the rest of the run.
// Nor are calls chained, because each text would stay in memory until the last has returned.

/** UTF-8 of a character beyond ASCII. `limit`: how many values the first byte has room for, 64 in the beginning. */
function utf8Of(c: number, limit: number): string {
  return c < limit ? chr(256 - 2 * limit + c) : utf8Of(c >> 6, limit / 2) + chr(128 + (c % 64));
}

/** JSON text with what `encode` makes of each character beyond ASCII in the place of its escapes. */
function withoutEscapes(text: string, encode: (c: number, limit: number) => string): string {
  /** What an escape, or a pair of surrogates, stands for; an ASCII one stays as it is. */
  function unescaped(escape: string): string {
    const parts = escape.split('u');
    let c = parseInt(parts[1], 16);
    if (parts[2]) c = 0x10000 + (c % 1024) * 1024 + (parseInt(parts[2], 16) % 1024);
    return c > 127 ? encode(c, 64) : escape;
  }
  function replace(what: RegExp, by: any): void {
    // a copy that nobody needs would be in memory together with the text
    if (what.test(text)) text = text.replace(what, by);
  }
  // a build without Unicode support, where a character is a byte: fromCharCode() makes a byte on every build
  if (toU8('\u20ac').length < 2) {
    // \x01, which is not allowed in JSON text, stands for each escaped backslash
    replace(/\\\\/g, '\x01');
    replace(/\\ud[89ab]..\\ud[c-f]../gi, unescaped);
    replace(/\\u[^\\][^\\][^\\][^\\]/g, unescaped);
    replace(/\x01/g, '\\\\');
  }
  return text;
}

/**
 * JSON text in UTF-8. Without Unicode support the interpreter escapes each byte from 0x80 on as a character of its own
 * (mojibake), so those escapes are turned back into the bytes they were.
 */
export function jsonBytes(value: any): string {
  return withoutEscapes(JSON.stringify(value), function (byte) {
    return chr(byte);
  });
}

/**
 * The value of JSON text. Without Unicode support the interpreter turns any escape into a single byte, so escapes of
 * characters beyond ASCII are replaced by their UTF-8 bytes first.
 */
export function parseJson(text: string): any {
  return JSON.parse(withoutEscapes(text, utf8Of));
}

/** A file of the `fs` module as a body: opened when the request starts, closed when it ends. */
export function file(path: string): Source {
  let open: any;
  return {
    size: function (): number {
      const stat = require('fs').statSync(path);
      if (!stat || stat.dir) throw Error('no file ' + path);
      open = E.openFile(path, 'r');
      return stat.size;
    },
    read: function (n: number): string {
      return open.read(n);
    },
    close: function (): void {
      if (open) open.close();
      open = 0;
    },
  };
}

/** A file in the board's Storage as a body. */
export function storage(name: string): Source {
  let at = 0;
  return {
    size: function (): number {
      at = 0;
      const text = require('Storage').read(name);
      if (text === undefined) throw Error('no file ' + name);
      return text.length;
    },
    read: function (n: number): string {
      at += n;
      return require('Storage').read(name, at - n, n);
    },
  };
}
