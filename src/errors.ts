// The one place where errors are made. In the interpreter a class cannot extend Error, so a real Error, which has the
// stack, is given a prototype chain made by hand.

import { isList } from './engine';

/** How far a call was when it failed. */
export type Phase = 'url' | 'dns' | 'connect' | 'tls' | 'send' | 'headers' | 'body';

/** What every call rejects with. */
export interface RequestError extends Error {
  /** stable, upper case: "ETIMEDOUT", "ECONNREFUSED", "EINVAL", "EPROTO" ... */
  code: string;
  phase: Phase;
  /** true: the same call over a new connection does nothing twice, and may well succeed */
  retryable: boolean;
}

/** Base of HTTPConnectionError and HTTPResponseError. */
export interface HTTPError extends RequestError {
  readonly name: 'HTTPConnectionError' | 'HTTPResponseError';
}

/** The server cannot be contacted. Nothing was sent; `retryable` says whether another try makes sense. */
export interface HTTPConnectionError extends HTTPError {
  readonly name: 'HTTPConnectionError';
}

/** What came back is not valid HTTP, or more than was allowed; also what `raise_for_status()` throws. */
export interface HTTPResponseError extends HTTPError {
  readonly name: 'HTTPResponseError';
}

/** The connection, or the file to send, failed midway. */
export interface IOError extends RequestError {
  readonly name: 'IOError';
}

/** The type of the error classes: only for `instanceof`. */
export type ErrorClass<T extends RequestError = RequestError> = (abstract new () => T) & { readonly prototype: T };

function kind<T extends RequestError>(name: string, base: { prototype: any }): ErrorClass<T> {
  const made: any = function () {};
  made.prototype = Object.assign(Object.create(base.prototype), {
    name: name,
    toString: function (this: any): string {
      return name + ': ' + this.message;
    },
  });
  return made;
}

export const HTTPError: ErrorClass<HTTPError> = /*#__PURE__*/ kind('HTTPError', Error);
export const HTTPConnectionError: ErrorClass<HTTPConnectionError> = /*#__PURE__*/ kind(
  'HTTPConnectionError',
  HTTPError,
);
export const HTTPResponseError: ErrorClass<HTTPResponseError> = /*#__PURE__*/ kind('HTTPResponseError', HTTPError);
export const IOError: ErrorClass<IOError> = /*#__PURE__*/ kind('IOError', Error);
/** A bad argument; a TypeError, which is not an Error in the interpreter. */
const BadArgument: ErrorClass = /*#__PURE__*/ kind('TypeError', TypeError);

/** An error of one of the classes above. */
export function error(
  type: ErrorClass,
  code: string,
  phase: Phase,
  message: string,
  retryable?: boolean,
): RequestError {
  return Object.assign(Object.setPrototypeOf(Error(message), type.prototype), {
    code: code,
    phase: phase,
    retryable: !!retryable,
  });
}

/** The error for a bad argument. */
export function bad(message: string): RequestError {
  return error(BadArgument, 'EINVAL', 'url', message);
}

/**
 * Throws unless an argument is valid.
 * @throws TypeError (EINVAL) that names it and shows what was given
 */
export function need(good: any, what: string, given: any): asserts good {
  if (!good) throw bad('bad ' + what + ': ' + given);
}

export function isFunction(value: any): boolean {
  return typeof value === 'function';
}

/**
 * Pairs of names and values: null, undefined, or an object that is no list and no array of numbers.
 * @throws TypeError (EINVAL)
 */
export function pairsOf(given: any, what: string): any {
  need(
    given == null || (typeof given === 'object' && !isList(given) && given.byteLength == null),
    what,
    // not what was given, which may be secret
    'not a plain object',
  );
  return given || {};
}
