// The errors of contract: made in one place. A class cannot extend Error in the interpreter, so the prototype
// chain is made by hand on top of a real Error, which keeps the stack.

/** Where a call was when it failed. */
export type Phase = 'url' | 'dns' | 'connect' | 'tls' | 'send' | 'headers' | 'body';

/** What every rejected call gives. */
export interface RequestError extends Error {
  /** stable, upper case: "ETIMEDOUT", "ECONNREFUSED", "EINVAL", "EPROTO" ... */
  code: string;
  phase: Phase;
  /** true: the same call may be made again, nothing happens twice by it and it may well succeed */
  retryable: boolean;
}

/** The type of the error classes: only for `instanceof`. */
export type ErrorClass = (abstract new () => RequestError) & { readonly prototype: RequestError };

function kind(name: string, base: { prototype: any }): ErrorClass {
  const made: any = function () {};
  made.prototype = Object.create(base.prototype);
  made.prototype.name = name;
  made.prototype.toString = function () {
    return name + ': ' + this.message;
  };
  return made;
}

/** Base of HTTPConnectionError and HTTPResponseError. */
export const HTTPError: ErrorClass = /*#__PURE__*/ kind('HTTPError', Error);
/** The server cannot be contacted. Nothing was sent: safe to try again, as far as `retryable` says so. */
export const HTTPConnectionError: ErrorClass = /*#__PURE__*/ kind('HTTPConnectionError', HTTPError);
/** What came back is not valid HTTP, or more than was allowed; also what `raise_for_status()` throws. */
export const HTTPResponseError: ErrorClass = /*#__PURE__*/ kind('HTTPResponseError', HTTPError);
/** The connection, or the file to send, failed on the way. */
export const IOError: ErrorClass = /*#__PURE__*/ kind('IOError', Error);

function mark(e: any, code: string, phase: Phase, retryable?: boolean): RequestError {
  e.code = code;
  e.phase = phase;
  e.retryable = !!retryable;
  return e;
}

/** An error of one of the classes above. */
export function error(type: ErrorClass, code: string, phase: Phase, message: string, retryable?: boolean): RequestError {
  const e = new Error(message);
  Object.setPrototypeOf(e, type.prototype);
  return mark(e, code, phase, retryable);
}

/** The error for a bad argument: a TypeError of code "EINVAL". */
export function invalid(message: string): RequestError {
  const e: any = new TypeError(message);
  e.name = 'TypeError';
  return mark(e, 'EINVAL', 'url');
}
