// The interpreter's `Storage`, in memory: files of bytes that are written in place and may be given a size beforehand.
import { toBuf, toStr } from '../node/engine';

const FREE = 1024 * 1024;
const NAME_LENGTH = 28;

const files = new Map<string, Uint8Array>();

const bytes = (data: any): Uint8Array =>
  typeof data === 'string'
    ? new Uint8Array(toBuf(data) as ArrayBuffer)
    : data instanceof Uint8Array
      ? data
      : bytes(JSON.stringify(data));
const used = (): number => [...files.values()].reduce((sum, file) => sum + file.length, 0);
const key = (name: string): string => name.slice(0, NAME_LENGTH);

function write(name: string, data: any, offset = 0, size = 0): boolean {
  const piece = bytes(data);
  let file = files.get(key(name));
  if (!offset) {
    const length = Math.max(size, piece.length);
    if (used() - (file ? file.length : 0) + length > FREE) return false;
    // erased flash reads as ones
    files.set(key(name), (file = new Uint8Array(length).fill(255)));
  }
  if (!file || offset + piece.length > file.length) throw new Error('Too much data for file size');
  file.set(piece, offset);
  return true;
}

function read(name: string, offset = 0, length?: number): string | undefined {
  const file = files.get(key(name));
  return file && toStr(file.subarray(offset, length === undefined ? undefined : offset + length));
}

function list(filter?: RegExp | string): string[] {
  const names = [...files.keys()].sort();
  return names.filter((name) => !filter || (typeof filter === 'string' ? name === filter : filter.test(name)));
}

function readJSON(name: string, noExceptions?: boolean): any {
  const text = read(name);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (e) {
    if (!noExceptions) throw e;
    return undefined;
  }
}

export const storage = {
  read,
  write,
  list,
  readJSON,
  readArrayBuffer: (name: string) => files.get(key(name))?.slice().buffer,
  writeJSON: (name: string, data: any) => write(name, JSON.stringify(data)),
  erase: (name: string) => void files.delete(key(name)),
  eraseAll: () => files.clear(),
  compact: () => {},
  getFree: () => FREE - used(),
};
