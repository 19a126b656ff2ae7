// Runs a bundle under Node, with those of the interpreter's globals that an application without pins needs.
import { builtinModules, createRequire } from 'node:module';
import { resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import * as zlib from 'node:zlib';
import { isText, toBuf, toStr, toU8, trim, utf8 } from '../node/engine';
import * as virtual from '../node/virtual';
import { fs, openFile } from './files';
import { storage } from './storage';

/** The unit of `process.memory()`: blocks of this many bytes. */
const BLOCK = 16;

/** A string is bytes, unless it has a character beyond \xff: then it is text. */
const asBytes = (what: any): Uint8Array => toU8(typeof what === 'string' && !isText(what) ? toBuf(what) : what);

const bytesOf = (what: any): number[] =>
  typeof what === 'number' ? [what & 255] : Array.isArray(what) ? what.flatMap(bytesOf) : [...asBytes(what)];

const E = {
  toString: (...what: any[]) =>
    what.length === 1 && (typeof what[0] === 'string' || what[0] instanceof Uint8Array)
      ? toStr(what[0])
      : toStr(what.flatMap(bytesOf)),
  toUint8Array: (...what: any[]) => (what.length === 1 ? asBytes(what[0]) : new Uint8Array(what.flatMap(bytesOf))),
  /** for the library: a string is text */
  textBytes: toU8,
  toArrayBuffer: toBuf,
  asUTF8: utf8,
  fromUTF8: (text: string) => toStr(toU8(text)),
  isUTF8: isText,
  openFile,
  hwRand: () => (Math.random() * 0x100000000) | 0,
  // since Node 20.15
  CRC32: (data: any): number => (zlib as any).crc32(Uint8Array.from(bytesOf(data))),
  sum: (list: Iterable<number>) => [...list].reduce((a, b) => a + b, 0),
  lookupNoCase: (o: any, name: string) =>
    o[Object.keys(o).find((key) => key.toLowerCase() === name.toLowerCase()) as string],
  getErrorFlags: () => [],
  on: () => {},
};

/** The interpreter's `JSON.stringify` returns only ASCII. */
const json = {
  parse: (text: string) => JSON.parse(text),
  stringify: (value: any, ...rest: any[]) =>
    JSON.stringify(value, ...rest)?.replace(
      /[\u0080-\uffff]/g,
      (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase(),
    ),
};

function memory(): Record<string, number> {
  const { heapUsed, heapTotal } = process.memoryUsage();
  const usage = Math.ceil(heapUsed / BLOCK);
  const total = Math.ceil(heapTotal / BLOCK);
  return { free: total - usage, usage, total, blocksize: BLOCK };
}

function requireFrom(app: string): (name: string) => any {
  const nodes = createRequire(resolve(app));
  return (name) => {
    if (name === 'Storage') return storage;
    if (name === 'fs') return fs;
    if (name === 'virtual-chip') return virtual;
    if (name.startsWith('node:') || builtinModules.includes(name)) return nodes(name);
    throw new Error(`Module "${name}" not found`);
  };
}

/** The longest time that Node waits; a longer timer it would call at once. */
const LONGEST_MS = 2 ** 31 - 1;
/** The longest that the interpreter accepts: ten times what its message says. */
const MOST_MS = 31536000001000;

function waitOf(ms = 0): number {
  if (ms > MOST_MS) throw new Error('Interval is too long (>100 years)');
  return Math.min(ms, LONGEST_MS);
}

/** The application's timers. Once none is left, it cannot look at a chip again. */
class Timers {
  private readonly set = new Set<NodeJS.Timeout>();

  get running(): boolean {
    return [...this.set].some((timer) => timer.hasRef());
  }

  readonly setTimeout = (f: (...args: any[]) => void, ms?: number, ...args: any[]): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      this.set.delete(timer);
      f(...args);
    }, waitOf(ms));
    this.set.add(timer);
    return timer;
  };

  readonly setInterval = (f: (...args: any[]) => void, ms?: number, ...args: any[]): NodeJS.Timeout => {
    const timer = setInterval(f, waitOf(ms), ...args);
    this.set.add(timer);
    return timer;
  };

  /** Clears all timers if called without an argument; `undefined` is probably a mistake, and refused as in the interpreter. */
  private clearing(name: string) {
    return (...timers: (NodeJS.Timeout | undefined)[]): void => {
      if (timers.length && timers[0] === undefined)
        throw new Error(`${name}(undefined) not allowed. Use ${name}() instead`);
      for (const timer of timers.length ? timers.slice(0, 1) : this.set) {
        this.set.delete(timer!);
        clearTimeout(timer);
      }
    };
  }

  readonly clearTimeout = this.clearing('clearTimeout');
  readonly clearInterval = this.clearing('clearInterval');
}

/** Ends a virtual network after the application, once everything on its way has arrived. */
function hangUpAfter(timers: Timers): void {
  let wasIdle = false;
  const look = (): void => {
    if (wasIdle && !timers.running) virtual.hangUp();
    wasIdle = !timers.running;
  };
  setInterval(look, 500).unref();
}

/** The stack of an error, up to the last of the application's own lines. */
const ownLines = (stack: string): string => stack.replace(/(\(bundle\):.*)(\n(?!.*\(bundle\):).*)*$/, '$1');

export function runAtDesk(code: string, app: string): void {
  // ASCII white space only, as a string may be the bytes of UTF-8
  String.prototype.trim = function () {
    return trim(String(this));
  };
  const handlers: ((e: any) => void)[] = [];
  const report = (e: any): void => {
    try {
      if (!handlers.length) throw e;
      for (const handler of handlers) handler(e);
    } catch (uncaught: any) {
      console.error(`Uncaught ${uncaught?.stack ? ownLines(uncaught.stack) : uncaught}`);
      process.exitCode = 1;
    }
  };
  process.on('uncaughtException', report).on('unhandledRejection', report);
  const timers = new Timers();
  hangUpAfter(timers);
  const globals: Record<string, any> = {
    E,
    setTimeout: timers.setTimeout,
    setInterval: timers.setInterval,
    clearTimeout: timers.clearTimeout,
    clearInterval: timers.clearInterval,
    JSON: json,
    require: requireFrom(app),
    process: {
      memory,
      version: process.version,
      env: { BOARD: 'HOST', VERSION: process.version },
      on: (event: string, handler: (...args: any[]) => void) =>
        void (event === 'uncaughtException' ? handlers.push(handler) : process.on(event, handler)),
    },
    getTime: () => Date.now() / 1000,
    print: console.log,
    btoa: (data: any) => Buffer.from(bytesOf(typeof data === 'string' ? toBuf(data) : data)).toString('base64'),
    atob: (text: string) => Buffer.from(text, 'base64').toString('latin1'),
    quit: () => process.exit(),
  };
  try {
    compileFunction(code, Object.keys(globals), { filename: `${app} (bundle)` })(...Object.values(globals));
  } catch (e) {
    report(e);
  }
}
