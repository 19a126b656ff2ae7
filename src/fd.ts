// What a request body is read from: types only, nothing of this file is left at run time.
import type { Bytes } from './net/driver';

/** Anything that a body can be read from piece by piece. */
export interface Source {
  /** length in bytes; called once for each request, before the first `read`: a source that is used again starts over */
  size(): number;
  /** the next bytes, up to `n`; empty or undefined at the end */
  read(n: number): Bytes | undefined;
  /** called when the request is over, however it ended */
  close?(): void;
}
