// Request bodies that are read piece by piece while they are sent.
import { file } from './engine';
import { send } from './requests';
import { bytes } from './source';
import type { UploadOptions } from './requests';
import type { Response } from './response';
import type { Source } from './fd';

declare const require: (name: string) => any;

/**
 * Sends `fd.size()` bytes, read with `fd.read(n)`, one piece in memory at a time.
 * @throws (rejects) as `request` does, and IOError (code "EFILE") if `fd` fails, ends early or is too long
 */
export function upload(url: string, fd: Source, options?: UploadOptions): Promise<Response> {
  const o: UploadOptions = options || {};
  return send(o.method || 'POST', url, o, fd || ({} as Source), o.mime_type || 'application/octet-stream');
}

/** A file in the board's Storage. */
function storage(name: string): Source {
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

/** Ready-made sources for `upload`. */
export const fd = { file: file, storage: storage, bytes: bytes };
