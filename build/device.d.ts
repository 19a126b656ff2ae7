// Globals that the interpreter and Node both have, and what the interpreter has beyond ES5.
declare function require(name: string): any;
declare function setTimeout(f: (...args: any[]) => void, ms?: number, ...args: any[]): any;
declare function setInterval(f: (...args: any[]) => void, ms?: number, ...args: any[]): any;
declare function clearTimeout(timer: any): void;
declare function clearInterval(timer: any): void;
declare function btoa(bytes: any): string;
declare function atob(text: string): string;
declare const process: any;
declare const console: { log(...what: any[]): void };
declare const global: any;

interface ObjectConstructor {
  assign(target: any, ...from: any[]): any;
  values(o: any): any[];
  entries(o: any): [string, any][];
  setPrototypeOf(o: any, proto: any): any;
}
interface String {
  startsWith(what: string): boolean;
  endsWith(what: string): boolean;
  includes(what: string): boolean;
  padStart(length: number, fill?: string): string;
  padEnd(length: number, fill?: string): string;
  repeat(times: number): string;
  replaceAll(what: string, by: string): string;
}
interface Array<T> {
  find(f: (item: T, i: number) => boolean): T | undefined;
  findIndex(f: (item: T, i: number) => boolean): number;
  includes(item: T): boolean;
  fill(value: T, from?: number, to?: number): this;
}
