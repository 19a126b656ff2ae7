// Request bodies that are read piece by piece while they are sent.
import { file, storage } from './engine';
import { send } from './requests';
import { bytes } from './source';
import type { UploadOptions } from './requests';
import type { Response } from './response';
import type { Source } from './fd';

/**
 * Sends `fd.size()` bytes, read with `fd.read(n)`, one piece in memory at a time.
 * @throws (rejects) as `request` does, and IOError (code "EFILE") if `fd` fails, ends early or is too long
 */
export function upload(url: string, fd: Source, options?: UploadOptions): Promise<Response> {
  options = options || {};
  return send(
    options.method || 'POST',
    url,
    options,
    fd || ({} as Source),
    options.mime_type || 'application/octet-stream',
  );
}

/** Ready-made sources for `upload`. */
export const fd = { file: file, storage: storage, bytes: bytes };
