// The interpreter's `Storage`, in memory: files of bytes that are written in place and may be given a size beforehand.
import { toBuf, toStr } from '../node/engine';

const FREE = 1024 * 1024;
const NAME_LENGTH = 28;

const files = new Map<string, Uint8Array>();

const bytes = (data: any): Uint8Array =>
  typeof data === 'string' ? new Uint8Array(toBuf(data) as ArrayBuffer) : Uint8Array.from(data);
const used = (): number => [...files.values()].reduce((sum, file) => sum + file.length, 0);
const key = (name: string): string => name.slice(0, NAME_LENGTH);
/** erased flash reads as ones */
const isErased = (part: Uint8Array): boolean => part.every((byte) => byte === 255);

/** Bytes that are written stay so until the whole file is replaced; all else is refused, in the words of the interpreter. */
function write(name: string, data: any, offset = 0, size = 0): boolean {
  if (Object.prototype.toString.call(data) === '[object Object]') return write(name, JSON.stringify(data));
  const piece = bytes(data);
  const length = size || piece.length;
  let file = files.get(key(name));
  if (offset < 0 || size < 0) return false;
  if (!length) throw new Error("Can't create zero length file");
  if (file && !offset && (file.length !== length || !isErased(file))) {
    if (toStr(file) === toStr(piece)) return true;
    files.delete(key(name));
    file = undefined;
  }
  if (!file && !offset && used() + length <= FREE) files.set(key(name), (file = new Uint8Array(length).fill(255)));
  if (!file) throw new Error('Unable to find or create file');
  if (offset + piece.length > file.length) throw new Error('Too much data for file size');
  if (!isErased(file.subarray(offset, offset + piece.length)))
    throw new Error('File already written with different data');
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
