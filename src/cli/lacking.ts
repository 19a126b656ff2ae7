// What the interpreter (2v29) lacks of JavaScript's library, and the globals that it has.

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));
/** A record in which nothing is found but its own keys, whatever a program calls its variables: `constructor`, say. */
const table = <Value>(rows: Record<string, Value>): Record<string, Value | undefined> =>
  Object.assign(Object.create(null), rows);

export const MISSING_GLOBALS = words(`
  Map Set WeakMap WeakSet WeakRef FinalizationRegistry Symbol Proxy Reflect BigInt BigInt64Array BigUint64Array Intl
  queueMicrotask setImmediate clearImmediate structuredClone fetch Headers Request Response FormData Blob
  XMLHttpRequest WebSocket URL URLSearchParams TextEncoder TextDecoder Buffer AbortController AbortSignal performance
  encodeURI decodeURI escape unescape RangeError EvalError URIError Atomics SharedArrayBuffer
  window document navigator location localStorage __dirname __filename
`);

/** The globals that code for the device may use. */
export const KNOWN_GLOBALS = words(`
  Array ArrayBuffer Boolean DataView Date E Error Float32Array Float64Array Function Infinity InternalError Int8Array
  Int16Array Int32Array JSON Math Modules NaN Number Object Promise ReferenceError RegExp String SyntaxError TypeError
  Uint8Array Uint8ClampedArray Uint16Array Uint24Array Uint32Array
  arguments atob btoa changeInterval clearInterval clearTimeout clearWatch console decodeURIComponent
  digitalPulse digitalRead digitalWrite encodeURIComponent eval exports getSerial getTime global globalThis isFinite
  isNaN module parseFloat parseInt pinMode Pin print process require setInterval setTimeout setWatch SPI SPI1 SPI2 I2C1
  Serial1 analogRead undefined
`);

export const MISSING_STATICS = table({
  Array: words('from of fromAsync'),
  ArrayBuffer: words('isView'),
  JSON: words('rawJSON'),
  Math: words('trunc log2 log10 log1p expm1 hypot imul clz32 cbrt fround sinh cosh tanh asinh acosh atanh'),
  Number: words(`isInteger isSafeInteger isNaN isFinite parseInt parseFloat
    MAX_SAFE_INTEGER MIN_SAFE_INTEGER EPSILON`),
  Object: words(`freeze seal is isFrozen isSealed isExtensible preventExtensions hasOwn groupBy
    getOwnPropertySymbols`),
  Promise: words('race any allSettled withResolvers try'),
  String: words('raw fromCodePoint'),
  Uint8Array: words('from of fromBase64 fromHex'),
});

/** Methods that no built-in object has; the program's own objects may have them, or those of a module on the device. */
export const MISSING_METHODS = words(`
  at codePointAt localeCompare matchAll normalize trimStart trimEnd trimLeft trimRight isWellFormed toWellFormed
  entries keys values flat flatMap findLast findLastIndex reduceRight copyWithin toSorted toReversed toSpliced
  isPrototypeOf propertyIsEnumerable toPrecision toExponential toLocaleUpperCase toLocaleLowerCase
  finally once off
`);

/** As values, `Array.prototype.slice` and the like are undefined; only these can be read. */
export const READABLE_PROTOTYPES = table({
  Object: words('hasOwnProperty'),
  Error: words('toString'),
});
export const BUILT_IN_CLASSES = words(
  'Array String Number Boolean Function Object RegExp Promise Uint8Array Date Error',
);

/**
 * The compiler's functions for constructs that ES5 lacks, with the names of these; none runs in the interpreter. Those that
 * have a counterpart (helpers.ts) have its name in a bundle.
 */
export const HELPERS = table({
  __extends: 'class inheritance (extends)',
  __awaiter: 'an async function or generator',
  __generator: 'an async function or generator',
  __asyncGenerator: 'an async generator',
  __asyncDelegator: 'an async generator',
  __asyncValues: 'for await',
  __await: 'an async generator',
  __spreadArray: 'spread in an array or call',
  __spreadArrays: 'spread in an array or call',
  __spread: 'spread in an array or call',
  __read: 'destructuring of an iterator',
  __values: 'iteration of an iterator',
  __rest: 'a rest element in object destructuring',
  __assign: 'object spread',
  __makeTemplateObject: 'a tagged template',
  __decorate: 'a decorator',
  __esDecorate: 'a decorator',
  __runInitializers: 'a decorator',
  __param: 'a decorator',
  __metadata: 'a decorator',
  __propKey: 'a decorator',
  __setFunctionName: 'a decorator or class expression',
  __classPrivateFieldGet: 'a #private member',
  __classPrivateFieldSet: 'a #private member',
  __classPrivateFieldIn: 'a #private member',
  __addDisposableResource: 'a using declaration',
  __disposeResources: 'a using declaration',
  __importDefault: 'a default import of a CommonJS module',
  __importStar: 'a namespace import of a CommonJS module',
  __exportStar: 'export * of a CommonJS module',
  __createBinding: 'export * of a CommonJS module',
});
