// Shapes that several files share: types only, nothing of this file is left at run time.
import type { Source } from './fd';
import type { Parser } from './http/parser';
import type { NetError, Receiver, Socket } from './net/driver';
import type { Answer, Response } from './response';

/** Called with each piece of a body, lent for the call only; may return a promise, for which the next piece waits. */
export type StreamCallback = (chunk: Uint8Array, response: Response) => any;

/** Everything about one call. */
export interface Exchange extends Parser, Receiver {
  _response: Answer;
  _callback?: StreamCallback;
  /** bytes per piece, 0: as they arrive */
  _chunk: number;
  /** the piece that has begun, or the body so far */
  _rest?: any;
  /** the callback has returned a promise: no more fast sinks */
  _plain?: object;
  max_content: number;
  /** how the connection ended: null, or the error; undefined until then */
  _closed?: NetError | null;
  /** the receiver takes nothing; the bytes that arrived since, and how many */
  _held?: any;
  _pending?: string[] | 0;
  _aside: number;
  /** bytes of body so far, without those that wait to become a whole piece */
  _received(): number;
  _leave(bytes: any, promise?: any): void;
  _socket?: Socket;
  /** scheme, host and port of a connection that is to be kept, if the caller asked for that */
  _origin?: string;
  _unverified?: number;
  /** request bytes that wait to be written, then the source of more, and how many it still has */
  _out?: any;
  _source?: Source;
  _unsent: number;
  _over?: number;
  _resolve(response: Response): void;
  _reject(err: any): void;
  /** one timer for both limits, in ms, and what will be left when it runs */
  _timer?: any;
  timeout: number;
  _timeLeft: number;
  /** the time of the clock at which it should run, in ms; undefined without `timeout` */
  _due?: number;
  idle_timeout: number;
  /** the bytes that had moved when it last ran, and how many times it ran without a change */
  _seen: number;
  _quiet: number;
}
