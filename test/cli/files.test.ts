// Applications of several files: each row runs in the interpreter, and prints what Node would print.
import { execFileSync } from 'node:child_process';
import { bundle } from '../../src/cli/bundle';
import { describeEngines, runIn } from '../engine/harness';
import { ROOT, Workshop } from './workshop';

let shop: Workshop;
beforeEach(() => (shop = new Workshop()));
afterEach(() => shop.close());

type Files = Record<string, string>;
/** name, files (the first is the application), what is printed */
type Row = [string, Files, string];

async function makeAnew(files: Files, readable: boolean): Promise<string> {
  for (const name of Object.keys(files)) shop.file(name, files[name]);
  const app = `${shop.folder}/${Object.keys(files)[0]}`;
  const { code, warnings } = await bundle({ app, board: 'linux', root: ROOT, readable });
  expect(warnings).toEqual([]);
  return code;
}

const bundles = new Map<string, Promise<string>>();

/** The bundle of these files, made once for all interpreters. */
function make(files: Files, readable = false): Promise<string> {
  const key = JSON.stringify([files, readable]);
  const made = bundles.get(key) ?? makeAnew(files, readable);
  bundles.set(key, made);
  return made;
}

const eb = 'export const one = 1, two = 2;\nexport default 9;';
const reexports: Row[] = [
  [
    'export *',
    { 'app.js': 'import { two } from "./ea"; print(two);', 'ea.js': 'export * from "./eb";', 'eb.js': eb },
    '2',
  ],
  [
    'export of a name under another',
    { 'app.js': 'import { uno } from "./ea"; print(uno);', 'ea.js': 'export { one as uno } from "./eb";', 'eb.js': eb },
    '1',
  ],
  [
    'export of the default under a name',
    {
      'app.js': 'import { K, one } from "./ea"; print(K + one);',
      'ea.js': 'export { default as K, one } from "./eb";',
      'eb.js': eb,
    },
    '10',
  ],
  [
    'export * under a name',
    { 'app.js': 'import { ns } from "./ea"; print(ns.two);', 'ea.js': 'export * as ns from "./eb";', 'eb.js': eb },
    '2',
  ],
  [
    'export * in TypeScript',
    { 'app.ts': 'import { two } from "./ea"; print(two as number);', 'ea.ts': "export * from './eb';", 'eb.ts': eb },
    '2',
  ],
  [
    'export * of what is exported elsewhere',
    {
      'app.js': 'export { one } from "./ea"; import { two } from "./ea"; print(two);',
      'ea.js': 'export * from "./eb"; export const own = 5;',
      'eb.js': 'export * from "./ec";',
      'ec.js': eb,
    },
    '2',
  ],
  [
    'a required file that exports again',
    {
      'app.js': 'var ea = require("./ea"); print(ea.two + ea.uno);',
      'ea.js': 'export * from "./eb"; export { one as uno } from "./eb";',
      'eb.js': eb,
    },
    '3',
  ],
  [
    'export from a CommonJS file',
    {
      'app.js': 'import { K, one, two } from "./ea"; print(K.one + one + two);',
      'ea.js': 'export { default as K, one } from "./eb"; export * from "./eb";',
      'eb.js': 'exports.one = 1; exports.two = 2;',
    },
    '4',
  ],
  [
    'export * of requests',
    { 'app.js': 'import { get } from "./ea"; print(typeof get);', 'ea.js': "export * from 'requests';" },
    'function',
  ],
  [
    'export from the library and the firmware',
    {
      'app.js':
        'import { r, get, all, crc, E1 } from "./ea"; print(typeof r.get, get === all.get, !!crc, E1.length > 0);',
      'ea.js':
        'export { default as r, get } from "requests"; export * as all from "requests"; export { default as crc } from "crypto";' +
        'export { list } from "netdriver"; export const E1 = "x";',
    },
    'function true true true',
  ],
  [
    'import of the whole beside names',
    {
      'app.js':
        'import requests, { get } from "requests"; import { default as r } from "requests"; print(requests.get === get, r.get === get);',
    },
    'true true',
  ],
];

const x = 'print("x runs"); exports.v = 1;';
/** When files run: the same under Node. */
const order: Row[] = [
  ['at the top', { 'app.js': 'var x = require("./x"); print(x.v);', 'x.js': x }, 'x runs,1'],
  ['behind a statement', { 'app.js': 'print("app"); var x = require("./x"); print(x.v);', 'x.js': x }, 'app,x runs,1'],
  [
    'in a function, once, when that runs',
    { 'app.js': 'function f() { return require("./x").v; } print("app"); print(f() + f());', 'x.js': x },
    'app,x runs,2',
  ],
  [
    'in a function that never runs',
    { 'app.js': 'var f = function () { require("./x"); }; print(!!f);', 'x.js': x },
    'true',
  ],
  ['where it never comes to', { 'app.js': 'if (false) require("./x"); print("app");', 'x.js': x }, 'app'],
  [
    'on one branch',
    { 'app.js': 'print(!global.no ? require("./x").v : require("./y").v);', 'x.js': x, 'y.js': x },
    'x runs,1',
  ],
  [
    'of a folder beside a file of the same name',
    {
      'app.js': 'print(require("./lib/").v, require("./lib/.").v, require("./lib").v, require(".").v);',
      'lib.js': 'exports.v = 1;',
      'lib/index.js': 'exports.v = 2;',
      'index.js': 'exports.v = 5;',
    },
    '2 2 1 5',
  ],
  [
    'without exports',
    { 'app.js': 'print("app"); require("./x"); require("./x");', 'x.js': 'print("x runs");' },
    'app,x runs',
  ],
  [
    'in the settings of a program',
    {
      'app.js': 'require("./config"); require("./main");',
      'config.js': 'global.CONFIG = 5;',
      'main.js': 'print(global.CONFIG);',
    },
    '5',
  ],
  [
    'and caught when it throws, again at the next call',
    {
      'app.js':
        'function f() { try { require("./bad"); } catch (e) { print("caught " + e.message); } }\nf(); f(); print("on");',
      'bad.js': 'print("bad runs"); exports.a = 1; throw new Error("no");',
    },
    'bad runs,caught no,bad runs,caught no,on',
  ],
  [
    'from two files',
    {
      'app.js': 'var a = require("./a"); print("app"); var x = require("./x"); print(a.v() === x);',
      'a.js': 'print("a"); exports.v = function () { return require("./x"); };',
      'x.js': x,
    },
    'a,app,x runs,true',
  ],
  [
    'in the order of the requires',
    {
      'app.js': 'const { v } = require("./x"); var y = require("./y"), z = require("./z").v; print(v + y + z);',
      'x.js': x,
      'y.js': 'print("y runs"); module.exports = 2;',
      'z.js': 'print("z runs"); module.exports = { v: 3 };',
    },
    'x runs,y runs,z runs,6',
  ],
  [
    'in the order of the requires, of files that are required elsewhere too',
    {
      'app.js': 'var a = require("./a"); var x = require("./x"); print(a + x.v);',
      'a.js': 'print("a"); module.exports = require("./x").v; print("a ends");',
      'x.js': x,
    },
    'a,x runs,a ends,2',
  ],
  [
    'by a file that runs late itself',
    {
      'app.js': 'print("app"); setTimeout(function () { print(require("./a").v); }, 1);',
      'a.js': 'var x = require("./x");\nprint("a runs"); exports.v = x.v + 1;',
      'x.js': x,
    },
    'app,x runs,a runs,2',
  ],
  [
    'in a circle',
    {
      'app.js': 'var a = require("./a"); print(a.name + a.b.name + a.b.a().name);',
      'a.js': 'exports.name = "a"; exports.b = require("./b");',
      'b.js': 'var a = require("./a"); exports.name = "b" + a.name; exports.a = function () { return a; };',
    },
    'abaa',
  ],
  [
    'by the application of itself',
    { 'app.js': 'exports.v = 1; print(require("./a").v);', 'a.js': 'exports.v = require("./app").v + 1;' },
    '2',
  ],
  [
    'with names of their own',
    {
      'app.js': 'var v = 1; function f() { return v; } print(f() + require("./x").v + v);',
      'x.js': 'var v = 5; function f() { return v; } var load = f, once = 2; exports.v = load() * once;',
    },
    '12',
  ],
  [
    'with the library and the firmware in it',
    {
      'app.js': 'print("app"); print(require("./x")("Storage").join("-"));',
      'x.js':
        'var net = require("netdriver");\nmodule.exports = function (name) { return [net.list().length, require("Storage") ? name : 0]; };',
    },
    'app,0-Storage',
  ],
];
const exporter = 'this.v = 1; exports.own = () => this === exports; (function () { exports.is = this === global; })();';
const atTop: Row[] = [
  ['the global object in a program', { 'app.js': 'this.v = 1; print(v, (() => this === global)());' }, '1 true'],
  ['exports', { 'app.js': 'var x = require("./x"); print(x.v, x.own(), x.is);', 'x.js': exporter }, '1 true true'],
  [
    'exports of a file that is run later',
    { 'app.js': 'print("app"); var x = require("./x"); print(x.v, x.own(), x.is);', 'x.js': exporter },
    'app,1 true true',
  ],
];

/** ES modules among CommonJS */
const mixed: Row[] = [
  [
    'folders whose package.json names the file',
    {
      'app.js': 'print(require("./lib").v, require("./lib/").v, require("./own/part").v);',
      'lib/package.json': '{ "main": "main" }',
      'lib/main.js': 'exports.v = 1;',
      'lib/index.js': 'exports.v = 2;',
      'own/package.json': '{ "main": "src/own.js" }',
      'own/part.js': 'exports.v = require(".").v;',
      'own/src/own.js': 'exports.v = 3;',
    },
    '1 1 3',
  ],
  [
    'members that a module used as a value does not have',
    {
      'app.js':
        'import * as all from "requests"; var n = require("netdriver"), name = "no"; print(all?.[name], n[name], n == 1, "no" in n);',
    },
    'undefined undefined false false',
  ],
  [
    'exports that are used as a value',
    {
      'app.js': 'var x = require("./x"); print(x.v, require("./y").v, require("./z").v);',
      'x.js': 'var own = module; own.exports.v = 1;',
      'y.js': 'Object.assign(exports, { v: 2 });',
      'z.js': '(function (to) { to.v = 3; })(exports);',
    },
    '1 2 3',
  ],
  [
    'exports that a function calls its own',
    {
      'app.js': 'import { v, f } from "./x"; print(v, f().v);',
      'x.js':
        'function f(exports) { exports = exports || {}; exports.v = 2; return exports; } exports.f = f; exports.v = f().v - 1;',
    },
    '1 2',
  ],
  [
    'exports that are only `this`',
    {
      'app.js': 'import { v } from "./x"; print(v, require("./y").v);',
      'x.js': 'this.v = 1;',
      'y.js': '(function (root) { root.v = 2; })(this);',
    },
    '1 2',
  ],
  [
    'files with names beyond ASCII, written as they are and escaped',
    {
      'app.js': 'import { v } from "./maß/größe"; var d = require("./m\\u00e4rz.json"); print(v + d.n);',
      'maß/größe.js': 'exports.v = require("./é").v;',
      'maß/é.js': 'exports.v = 1;',
      'märz.json': '{ "n": 2 }',
    },
    '3',
  ],
  [
    'import of a file that is required in a function as well',
    {
      'app.js': 'import x, { v } from "./x"; function f() { return require("./x"); } print(f() === x, v);',
      'x.js': x,
    },
    'x runs,true 1',
  ],
  [
    'import and require in their order',
    {
      'app.js': 'import "./y"; const x = require("./x"); import "./z"; print(x.v);',
      'x.js': x,
      'y.js': 'print("y");',
      'z.js': 'print("z"); export {};',
    },
    'y,x runs,z,1',
  ],
  [
    'names of module.exports',
    {
      'app.js': 'import { a, b } from "./x"; print(a + b);',
      'x.js': 'var b = 2; module.exports = { a: 1, b, "c-d": 3 };',
    },
    '3',
  ],
  [
    'exports that are set, as the interpreter has it',
    {
      'app.js':
        'import { f } from "./y"; print("app"); var x = require("./x"); print(x.a, x.two, f(), require("./z")(3));',
      'x.js': 'var y = require("./y"); exports = { a: y.f() }; exports.two = 2;',
      'y.js': 'exports = { f: function () { return 1; } };',
      'z.js': 'exports = module.exports = function (n) { return n; };',
    },
    'app,1 2 1 3',
  ],
  [
    'values of JSON',
    {
      'app.js': 'import { a } from "./d.json"; function f() { return require("./d").b; } print(a + f());',
      'd.json': '{ "a": 1, "b": 2, "delete": 3 }',
    },
    '3',
  ],
];

const typed: Row[] = [
  [
    'files named as they will be once compiled',
    {
      'app.mts':
        'import { a } from "./a.mjs"; import { b } from "./b.cjs"; import { c } from "./c.js"; print(a + b + c);',
      'a.mts': 'export const a: number = 1;',
      'b.cts': 'export const b: number = 2;',
      'c.ts': 'export const c: number = 3;',
    },
    '6',
  ],
  [
    'import = of the library',
    { 'app.ts': "import requests = require('requests');\nprint(typeof requests.get);" },
    'function',
  ],
  [
    'import = and export =',
    {
      'app.ts': "import part = require('./part'); const n: part.Two = part.two; print(n);",
      'part.ts': 'namespace part { export type Two = number; export const two: Two = 2; }\nexport = part;',
    },
    '2',
  ],
  [
    'import = for types alone',
    {
      'app.ts': "import part = require('./part'); let n: part.T = 3; print(n);",
      'part.ts': 'print("no"); export type T = number;',
    },
    '3',
  ],
  [
    'import = that is exported',
    {
      'app.ts': "import { x } from './part'; print(x.v);",
      'part.ts': "export import x = require('./x');",
      'x.js': x,
    },
    'x runs,1',
  ],
];

/** The same under Node. */
function runInNode(files: Files): string {
  const code = `global.print = console.log; require("./${Object.keys(files)[0]}");`;
  return execFileSync(process.execPath, ['-e', code], { cwd: shop.folder, encoding: 'utf8' });
}

const circles: Row[] = [
  [
    'functions of each other, called at once',
    {
      'app.js': 'import { a } from "./ea"; print(a(3));',
      'ea.js': 'import { b } from "./eb"; export function a(n) { return n ? b(n - 1) + "a" : ""; } print("a" + b(1));',
      'eb.js': 'import { a } from "./ea"; export function b(n) { return n ? a(n - 1) + "b" : ""; } print("b" + a(0));',
    },
    'b,ab,aba',
  ],
  [
    'functions called by methods, where nobody can tell',
    {
      'app.js': 'import { a } from "./ea"; print(a());',
      'ea.js':
        'import { list } from "./eb"; export function one() { return typeof a; } export function a() { return list.join(" "); }',
      'eb.js': `
        import * as ea from "./ea";
        class Eager { get() { return ea.one(); } }
        const late = { get: () => typeof ea.a };
        export const list = [new Eager().get(), late.get()];`,
    },
    'function function',
  ],
];

describe('an application of CommonJS files', () => {
  it.each(order.filter(([, files]) => !JSON.stringify(files).includes('netdriver')))(
    'is tested for what Node does: a file required %s',
    (_, files, stdout) => {
      for (const name of Object.keys(files)) shop.file(name, files[name]);
      expect(runInNode(files)).toBe(stdout.replace(/,/g, '\n') + '\n');
    },
  );

  it('is as small as before where it makes no difference', async () => {
    const files = {
      'app.js': 'var x = require("./x"), y = require("./y"); print(x.v + y);',
      'x.js': x,
      'y.js': 'module.exports = 2;',
    };
    expect(await make(files)).not.toMatch(/catch/);
    expect((await make({ ...files, 'app.js': 'print(0); ' + files['app.js'] })).match(/catch/g)).toHaveLength(1);
  });
});

describeEngines('an application of several files', (engine) => {
  it.each([...reexports, ...mixed, ...typed, ...circles])('runs: %s', async (_, files, stdout) => {
    expect((await runIn(engine, await make(files))).stdout).toBe(stdout.replace(/,/g, '\n') + '\n');
  });

  it.each(atTop)('takes for `this`: %s', async (_, files, stdout) => {
    for (const readable of [true, false])
      expect((await runIn(engine, await make(files, readable))).stdout).toBe(stdout.replace(/,/g, '\n') + '\n');
  });

  it.each(order)('runs a file required %s', async (_, files, stdout) => {
    for (const readable of [true, false])
      expect((await runIn(engine, await make(files, readable))).stdout).toBe(stdout.replace(/,/g, '\n') + '\n');
  });
});

describe('an application of several files', () => {
  it('is refused for an export of what only the device knows', async () => {
    const files = { 'app.js': 'import { read } from "./ea"; print(read);', 'ea.js': '\nexport * from "Storage";' };
    await expect(make(files)).rejects.toThrow(/ea\.js:2: what "export \*" of "Storage" would export, only the device/);
  });
});
