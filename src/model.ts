// Shapes that several files share: types only, nothing of this file is left at run time.
import type { Source } from './fd';
import type { Parser } from './http/parser';
import type { NetError, Receiver, Socket } from './net/driver';
import type { Answer, Response } from './response';

/** Called with each piece of a body; may return a promise. */
export type StreamCallback = (chunk: Uint8Array, response: Response) => any;

/** Everything about one call. */
export interface Exchange extends Parser, Receiver {
  _response: Answer;
  _callback?: StreamCallback;
  /** bytes in a piece, 0: as they come */
  _chunk: number;
  /** begun piece, or the body so far */
  _rest?: any;
  /** the callback has returned a promise: no fast sink any more */
  _plain?: any;
  max_content: number;
  /** how the peer closed: null, or the error; undefined while it has not */
  _closed?: NetError | null;
  /** the receiver takes nothing: the bytes that arrived since, and how many */
  _held?: any;
  _pending?: string[] | 0;
  _aside: number;
  /** bytes of body so far, but for those that wait until they are a whole piece */
  _received(): number;
  _leave(bytes: any, promise?: any): void;
  _socket?: Socket;
  /** what the connection is to be kept for: where the caller asked for a permanent one */
  _origin?: string;
  _unverified?: boolean;
  /** request bytes that wait to be written, then where more come from, and how many */
  _out?: any;
  _source?: Source;
  _unsent: number;
  _over?: boolean;
  _resolve(response: Response): void;
  _reject(err: any): void;
  /** one timer for both limits, in ms; what is left when it has run */
  _timer?: any;
  timeout: number;
  _timeLeft: number;
  /** when it should run, in ms of the clock; undefined without `timeout` */
  _due?: any;
  idle_timeout: number;
  /** the bytes that had moved at its last run, and how many runs have seen no other number */
  _seen: number;
  _quiet: number;
}
