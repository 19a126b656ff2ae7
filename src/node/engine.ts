// What src/engine.ts takes from the interpreter, made from Node's own. A byte string is one of characters 0 to 255.
import { closeSync, openSync, readSync, fstatSync } from 'node:fs';
import type { Bytes } from '../net/driver';
import type { OpenFile } from '../engine';

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

export function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function jsonBytes(value: any): string {
  const text = JSON.stringify(value);
  return text && Buffer.from(text, 'utf8').toString('latin1');
}

export function openFile(path: string): OpenFile {
  const fd = openSync(path, 'r');
  return {
    size: fstatSync(fd).size,
    read(n: number): Bytes | undefined {
      const piece = new Uint8Array(n);
      const got = readSync(fd, piece, 0, n, null);
      return got ? piece.subarray(0, got) : undefined;
    },
    close(): void {
      closeSync(fd);
    },
  };
}
