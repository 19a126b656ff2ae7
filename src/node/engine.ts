// What src/engine.ts takes from the interpreter, made from Node's own. A byte string is one of characters 0 to 255.
import { closeSync, openSync, readSync, fstatSync } from 'node:fs';
import type { Bytes } from '../net/driver';
import type { Source } from '../fd';

export const U8: Uint8ArrayConstructor = Uint8Array;

export function toBuf(bytes: any): ArrayBuffer | undefined {
  if (typeof bytes !== 'string') return undefined;
  const exact = new Uint8Array(bytes.length);
  Buffer.from(exact.buffer).write(bytes, 'latin1');
  return exact.buffer;
}

export function toStr(bytes: Bytes | number[]): string {
  if (typeof bytes === 'string') return bytes;
  if (!(bytes instanceof Uint8Array)) return Buffer.from(bytes).toString('latin1');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function toU8(data: Bytes): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
}

export function view(bytes: any, at: number, n: number): Uint8Array {
  if (typeof bytes !== 'string') return bytes.subarray(at, at + n);
  return new Uint8Array(toBuf(bytes.substr(at, n))!);
}

export function isText(s: any): boolean {
  return typeof s === 'string' && /[\u0100-\uffff]/.test(s);
}

/** Map, Headers, URLSearchParams and the like keep what they hold out of sight. */
export function isList(value: any): boolean {
  return Object.prototype.toString.call(value) !== '[object Object]';
}

export function trim(text: string): string {
  // from the first that is none to the last: an expression for the white space would try all of it at each space
  const words = /[^\t-\r ]([^]*[^\t-\r ])?/.exec(text);
  return words ? words[0] : '';
}

export function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function jsonBytes(value: any): string {
  return JSON.stringify(value);
}

export function parseJson(text: string): any {
  return JSON.parse(text);
}

export function file(path: string): Source {
  let fd = -1;
  return {
    size(): number {
      fd = openSync(path, 'r');
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw new Error(`no file ${path}`);
      return stat.size;
    },
    read(n: number): Uint8Array | undefined {
      const piece = new Uint8Array(n);
      const got = readSync(fd, piece, 0, n, null);
      return got ? piece.subarray(0, got) : undefined;
    },
    close(): void {
      if (fd >= 0) closeSync(fd);
      fd = -1;
    },
  };
}

/** As on a board, if the program has a global `require` that knows a Storage; Node itself has none. */
export function storage(name: string): Source {
  let at = 0;
  const read = (...range: number[]): any => {
    const { require: load } = globalThis as any;
    if (!load) throw new Error(`Node has no Storage for ${name}; use fd.file()`);
    return load('Storage').read(name, ...range);
  };
  return {
    size() {
      at = 0;
      const text = read();
      if (text === undefined) throw new Error(`no file ${name}`);
      return text.length;
    },
    read(n) {
      at += n;
      return read(at - n, n);
    },
  };
}
