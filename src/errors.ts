// Errors are made in one place. A class cannot extend Error in the interpreter, so the prototype chain is made by
// hand under a real Error, which keeps the stack.

import { isList } from './engine';

/** Where a call was when it failed. */
export type Phase = 'url' | 'dns' | 'connect' | 'tls' | 'send' | 'headers' | 'body';

/** What every rejected call gives. */
export interface RequestError extends Error {
  /** stable, upper case: "ETIMEDOUT", "ECONNREFUSED", "EINVAL", "EPROTO" ... */
  code: string;
  phase: Phase;
  /** true: made once more, over a new connection, nothing happens twice by it and it may well succeed */
  retryable: boolean;
}

/** The type of the error classes: only for `instanceof`. */
export type ErrorClass = (abstract new () => RequestError) & { readonly prototype: RequestError };

function kind(name: string, base: { prototype: any }): ErrorClass {
  const made: any = function () {};
  made.prototype = Object.assign(Object.create(base.prototype), {
    name: name,
    toString: function (this: any): string {
      return name + ': ' + this.message;
    },
  });
  return made;
}

/** Base of HTTPConnectionError and HTTPResponseError. */
export const HTTPError: ErrorClass = /*#__PURE__*/ kind('HTTPError', Error);
/** The server cannot be contacted. Nothing was sent; `retryable` says whether another try makes sense. */
export const HTTPConnectionError: ErrorClass = /*#__PURE__*/ kind('HTTPConnectionError', HTTPError);
/** What came back is not valid HTTP, or more than was allowed; also what `raise_for_status()` throws. */
export const HTTPResponseError: ErrorClass = /*#__PURE__*/ kind('HTTPResponseError', HTTPError);
/** The connection, or the file to send, failed on the way. */
export const IOError: ErrorClass = /*#__PURE__*/ kind('IOError', Error);
/** A bad argument; a TypeError, which in the interpreter is no Error. */
const BadArgument: ErrorClass = /*#__PURE__*/ kind('TypeError', TypeError);

/** An error of one of the classes above. */
export function error(
  type: ErrorClass,
  code: string,
  phase: Phase,
  message: string,
  retryable?: boolean,
): RequestError {
  return Object.assign(Object.setPrototypeOf(new Error(message), type.prototype), {
    code: code,
    phase: phase,
    retryable: !!retryable,
  });
}

/** The error of a bad argument. */
export function bad(message: string): RequestError {
  return error(BadArgument, 'EINVAL', 'url', message);
}

/**
 * Throws unless an argument is good.
 * @throws TypeError (EINVAL) that names it and shows what was given
 */
export function need(good: any, what: string, given: any): void {
  if (!good) throw bad('bad ' + what + ': ' + given);
}

/**
 * Pairs of names and values: none, or an object with names; no list, no array of numbers.
 * @throws TypeError (EINVAL)
 */
export function pairsOf(given: any, what: string): any {
  need(given == null || (typeof given === 'object' && !isList(given) && given.byteLength === undefined), what, given);
  return given || {};
}
