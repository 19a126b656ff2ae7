// The interpreter's `fs` and `E.openFile` over Node's: everything is a byte string.
import * as node from 'node:fs';
import { toBuf, toStr } from '../node/engine';

const bytes = (data: any): Uint8Array =>
  data instanceof Uint8Array ? data : new Uint8Array(toBuf(String(data)) as ArrayBuffer);

export function openFile(path: string, mode = 'r') {
  const fd = node.openSync(path, mode);
  let at: number | null = mode === 'r' ? 0 : null;
  return {
    read(length: number): string | undefined {
      const piece = new Uint8Array(length);
      const got = node.readSync(fd, piece, 0, length, at);
      if (at !== null) at += got;
      return got ? toStr(piece.subarray(0, got)) : undefined;
    },
    write(data: any): number {
      return node.writeSync(fd, bytes(data));
    },
    skip(length: number): void {
      if (at !== null) at += length;
    },
    seek(offset: number): void {
      at = offset;
    },
    close(): void {
      node.closeSync(fd);
    },
  };
}

const readFile = (path: string): string => toStr(node.readFileSync(path));

/** As in the interpreter: undefined if there is nothing of that name. */
const lookedAt =
  <Seen>(look: (path: string) => Seen) =>
  (path: string): Seen | undefined => {
    try {
      return look(path);
    } catch {
      return undefined;
    }
  };
const readdir = lookedAt((path) => node.readdirSync(path));
const statSync = lookedAt((path) => {
  const stat = node.statSync(path);
  return { size: stat.size, mtime: stat.mtime, dir: stat.isDirectory() };
});

/** As in the interpreter: returns true, or throws. */
const truly =
  <Given extends any[]>(action: (...given: Given) => void) =>
  (...given: Given): boolean => {
    action(...given);
    return true;
  };
const writeFile = truly((path: string, data: any) => node.writeFileSync(path, bytes(data)));
const appendFile = truly((path: string, data: any) => node.appendFileSync(path, bytes(data)));
const unlink = truly((path: string) => node.unlinkSync(path));
const mkdir = truly((path: string) => node.mkdirSync(path));

export const fs = {
  readFile,
  readFileSync: readFile,
  writeFile,
  writeFileSync: writeFile,
  appendFile,
  appendFileSync: appendFile,
  readdir,
  readdirSync: readdir,
  unlink,
  unlinkSync: unlink,
  mkdir,
  mkdirSync: mkdir,
  statSync,
};
