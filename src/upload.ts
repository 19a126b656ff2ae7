// Bodies that are read piece by piece while they are sent.
import { bytes } from './body';
import { openFile } from './engine';
import { send } from './requests';
import type { Source } from './body';
import type { Bytes } from './net/driver';
import type { OpenFile } from './engine';
import type { UploadOptions } from './requests';
import type { Response } from './response';

declare const require: (name: string) => any;

/**
 * Sends what `fd` gives: `fd.size()` bytes, read with `fd.read(n)`, one piece in memory at a time.
 * @throws (rejects) as `request` does, and IOError (code "EFILE") where `fd` fails, ends early or is too long
 */
export function upload(url: string, fd: Source, options?: UploadOptions): Promise<Response> {
  return send((options && options.method) || 'POST', url, options, fd || ({} as Source));
}

/** A file of the `fs` module, opened when the request starts and closed when it ends. */
function file(path: string): Source {
  let open: OpenFile | undefined;
  return {
    size: function (): number {
      open = openFile(path);
      return open.size;
    },
    read: function (n: number): Bytes | undefined {
      return open!.read(n);
    },
    close: function (): void {
      if (open) open.close();
      open = undefined;
    },
  };
}

/** A file in the board's Storage. */
function storage(name: string): Source {
  let at = 0;
  return {
    size: function (): number {
      const all = require('Storage').read(name);
      if (all === undefined) throw new Error('no file "' + name + '" in Storage');
      at = 0;
      return all.length;
    },
    read: function (n: number): Bytes | undefined {
      const piece = require('Storage').read(name, at, n);
      at += n;
      return piece;
    },
  };
}

/** Ready-made sources for `upload`. */
export const fd = { file: file, storage: storage, bytes: bytes };
