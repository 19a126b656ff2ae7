// `onData` for where it matters: strings in the middle of a long run of body. All in one function, with its state in
// variables of its own: of the forms tried the one that the interpreter runs fastest. Whatever is not the usual case
// leaves for good by `_leave`, in few words, since code that is skipped costs time too. The interpreter looks a name up
// in the function, then in the scope around it in the order of declaration, and only then among the hundred of the bundle.
import { toBuf, U8 } from './engine';
import { arrived, Count } from './http/parser';
import { settle } from './settle';
import type { Exchange } from './model';
import type { Response } from './response';

/** Bytes of body so far, but for those that wait until they are a whole piece. */
export function received(this: Exchange): number {
  return this._count ? this._got - this._count(Count.Due) : arrived(this) - this._rest.length;
}

/**
 * The next pieces of `stream_chunk` bytes, all but the last of the run. What a packet has beyond the piece that it
 * completes is not cut off but stays in it, from `at` on, and the next piece is completed behind it.
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
  let budget = Math.ceil((x._left - need) / chunk);
  const tail = x._left - need - chunk * budget;
  delete x._rest;
  x._count = function (what) {
    // no number is below 1 then: the loop, if this comes from inside it, is over
    if (what === Count.Stop) need = NaN;
    return (what ? chunk : need) + chunk * budget + tail;
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

/** `stream_chunk: 0`: what arrives, but not the last of the run. */
export function fastDirect(
  left: number,
  callback: any,
  Uint8: typeof U8,
  buffer: any,
  response: Response,
  x: Exchange,
): (bytes: any) => void {
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
