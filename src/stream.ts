// The fast `onData`, for strings in the middle of a long run of body: one function with its state in variables of its
// own, the fastest of the forms that were tried in the interpreter. Anything unusual leaves it for good by `_leave`, in
// few words, since even code that is skipped costs time. The interpreter looks up a name in the function, then in the
// scope around it in the order of declaration, and only then among the hundred names of the bundle.
import { toBuf, U8 } from './engine';
import { arrived, Count } from './http/parser';
import { settle } from './settle';
import type { Exchange } from './model';
import type { Response } from './response';

/** Bytes of body so far, without those that wait to become a whole piece. */
export function received(this: Exchange): number {
  return arrived(this, Count.Due) - this._rest.length;
}

/**
 * Delivers the pieces of `stream_chunk` bytes that a run still has, all whole ones but the last. What a packet has beyond the
 * piece that it completes is not cut off: it stays in the packet, from `at` on, and the next piece is completed behind it.
 */
export function fastPieces(x: Exchange): (bytes: any) => void {
  let rest = x._rest;
  let need = x._chunk - rest.length;
  let at = 0;
  let n = 0;
  let answer: any;
  const chunk = x._chunk;
  const Uint8 = U8;
  const buffer: any = toBuf;
  const callback: any = x._callback;
  const response = x._response;
  // an integer, unlike Math.floor(): a double takes a variable of its own, and more time
  let budget = ((x._left - need) / chunk) | 0;
  x._left = (x._left - need) % chunk;
  delete x._rest;
  // in RAM, every 13 characters of it take a variable
  x._count = function (what) {
    // to stop: more is missing than any packet has, so the loop ends, if this is called from inside it
    return what! > Count.Due ? (need = what!) : (what ? chunk : need) + chunk * budget;
  };
  return function (bytes) {
    try {
      rest += bytes.substr(0, need);
      need -= n = bytes.length;
      while (need < 1 && budget--) {
        answer = callback(new Uint8(buffer(rest), at, chunk), response);
        rest = bytes;
        at = need + n;
        need += chunk;
        if (!budget || (answer && answer.then)) return x._leave(rest.substr(at), answer);
      }
    } catch (e) {
      settle(x, e);
    }
  };
}

/** For `stream_chunk: 0`: delivers what arrives, except the last bytes of the run. */
export function fastDirect(
  left: number,
  callback: any,
  Uint8: typeof U8,
  buffer: any,
  response: Response,
  x: Exchange,
): (bytes: any) => void {
  x._left = 0;
  x._count = function () {
    return left;
  };
  return function (bytes) {
    try {
      if ((left -= bytes.length) < 1 || (bytes = callback(new Uint8(buffer(bytes)), response))) x._leave(bytes);
    } catch (e) {
      settle(x, e);
    }
  };
}
