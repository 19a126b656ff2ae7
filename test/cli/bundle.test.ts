import { bundle } from '../../src/cli/bundle';
import { checkDialect } from '../../src/cli/dialect';
import { describeEngines, runIn } from '../engine/harness';
import { ROOT, Workshop } from './workshop';

let shop: Workshop;
beforeEach(() => (shop = new Workshop()));
afterEach(() => shop.close());

async function make(app: string, { name = 'app.js', board = 'linux', readable = true } = {}): Promise<string> {
  const { code } = await bundle({ app: shop.file(name, app), board, root: ROOT, readable });
  // a small bundle is one block of `let`, which is all that is not ES5 about it
  const es5 = readable ? code : code.replace(/^\{|\}\s*$/g, '').replace(/(^|[;}])let /gm, '$1var ');
  expect(checkDialect(es5)).toEqual([]);
  return code;
}

const complaint = (app: string, name?: string): Promise<string> => make(app, { name }).then(String, (e) => e.message);

describe('a bundle', () => {
  it.each([
    ['import of a name', 'import { get } from "requests"; get("http://h/");'],
    ['import under the name of the package', 'import { get } from "espruino-requests"; get("http://h/");'],
    ['import of all', 'import * as requests from "requests"; requests.get("http://h/");'],
    ['import by default', 'import requests from "requests"; requests.get("http://h/");'],
    ['require', 'var requests = require("requests"); requests.get("http://h/");'],
    ['const and require', 'const requests = require("requests"); requests.get("http://h/");'],
    ['require in a list', 'var a = 1, requests = require("requests"), b = 2; requests.get("http://h/" + a + b);'],
    ['require in an expression', 'require("requests").get("http://h/");'],
    ['require taken apart', 'const { get } = require("requests"); get("http://h/");'],
    ['require inside a function', 'function f() { require("requests").get("http://h/"); } f();'],
  ])('by %s carries get, and no more', async (_, app) => {
    const code = await make(app);
    expect(code).toContain('"GET"');
    expect(code).not.toMatch(/"DELETE"|"PATCH"/);
    expect(code).not.toMatch(/require\("(espruino-)?requests"\)/);
  });

  it('carries upload when it is used', async () => {
    expect(await make('require("requests").get("http://h/");')).not.toMatch(/openFile|"Storage"/);
    expect(await make('var r = require("requests"); r.upload("http://h/", r.fd.file("x"));')).toContain('openFile');
  });

  it.each(['require("requests");', 'function f() { require("requests"); } f();', 'import "requests";'])(
    'carries nothing for a call whose value nobody uses: %s',
    async (app) => expect((await make(`${app} print(1);`)).length).toBeLessThan(100),
  );

  it('carries the whole module when it is used as a value', async () => {
    expect(await make('print(Object.keys(require("requests")));')).toMatch(/"DELETE"[^]*"PATCH"|"PATCH"[^]*"DELETE"/);
  });

  it('has the board it was made for', async () => {
    const app = 'require("board").auto_init();';
    expect(await make(app, { board: 'esp32' })).toContain('"esp32wifi"');
    expect(await make(app, { board: 'linux' })).not.toContain('"esp32wifi"');
  });

  it('has one registry', async () => {
    const app = 'import { list } from "netdriver"; import { auto_init } from "board"; auto_init(); print(list());';
    expect((await make(app)).match(/is registered already/g)).toHaveLength(1);
  });

  it('takes a driver by name', async () => {
    expect(await make('print(require("linux").driver.name);')).toContain('"linux"');
    expect(await make('import { driver } from "espruino-requests/drivers/linux"; print(driver.name);')).toContain(
      '"linux"',
    );
  });

  it('leaves modules of the firmware to the device', async () => {
    const code = await make('import fs from "fs"; import { read } from "Storage"; print(fs, read, require("Wifi"));');
    expect(code).toMatch(/require\("fs"\)[^]*require\("Storage"\)[^]*require\("Wifi"\)/);
    expect(code).not.toContain('interop');
  });

  it('warns of modules it does not know', async () => {
    const app = shop.file('app.js', '\nrequire("MQTT");');
    const { warnings, code } = await bundle({ app, board: 'linux', root: ROOT });
    expect(warnings.join()).toMatch(/app\.js:2: module "MQTT" is not part of the bundle/);
    expect(code).toContain('require("MQTT")');
  });

  it('says how to require the file beside the application that such a module may be meant for', async () => {
    shop.file('DHT22.js', 'exports.connect = function () {};');
    const app = shop.file('app.js', 'require("DHT22").connect();');
    const { warnings } = await bundle({ app, board: 'linux', root: ROOT });
    expect(warnings.join()).toMatch(
      /app\.js:1: module "DHT22" is not part of the bundle, require\("\.\/DHT22"\) would be the file beside this one$/,
    );
  });

  it('does not suggest that an application called like its module requires itself', async () => {
    const app = shop.file('MQTT.js', 'require("MQTT").connect("h");');
    const { warnings } = await bundle({ app, board: 'linux', root: ROOT });
    expect(warnings.join()).toMatch(
      /MQTT\.js:1: module "MQTT" is not part of the bundle, it has to be in the firmware/,
    );
  });

  it('shortens the library, not what the application calls its own', async () => {
    const app = 'require("requests").get("http://h/").then(function (r) { print(r.json()._id); });';
    const code = await make(app, { readable: false });
    expect(code).toContain('._id');
    expect(code.match(/\._[a-z]\w*/g)).toEqual(['._id']);
  });

  it('keeps what is meant for the interpreter', async () => {
    expect(await make('function f() { "ram"; return 1; } print(f(), f());', { readable: false })).toContain('"ram"');
  });

  it.each([
    ['an ES module', 'export const two = 2;', 'import { two } from "./part"; print(two);'],
    ['a CommonJS module', 'exports.two = 2;', 'var part = require("./part"); print(part.two);'],
    ['a CommonJS module by import', 'exports.two = 2;', 'import { two } from "./part.js"; print(two);'],
    ['module.exports', 'module.exports = { two: 2 };', 'print(require("./part").two);'],
    ['an ES module by require', 'export const two = 2;', 'var part = require("./part"); print(part.two);'],
  ])('takes in %s of the application', async (_, part, app) => {
    shop.file('part.js', part);
    expect(await make(app)).toMatch(/2/);
  });

  it('takes in TypeScript and JSON', async () => {
    shop.file('part.ts', 'export enum Colour { Red = 5 }; export interface Unused { a: number }');
    shop.file('data.json', '{ "answer": 42 }');
    const app =
      'import { Colour } from "./part"; import data from "./data.json"; const n: number = data.answer; print(n, Colour.Red);';
    expect(await make(app, { name: 'app.ts' })).toMatch(/42[^]*5|5[^]*42/);
    expect(await make('var data = require("./data.json"); print(data.answer);')).toContain('42');
  });
});

describe('an application that can run', () => {
  it.each([
    [
      'a function in the head of a loop',
      'for (let i = 0, l = [1].map((x, i) => x.i + i); i < l.length; i++) print(() => i);',
    ],
    ['one that is called in its test', 'for (let i = 0; [1, 2].some((n) => n > i); i++) print(i);'],
    ['a getter before a spread', 'var o = { get b() { return 1; }, ...{ c: 2 } }; print(o.b + o.c);'],
  ])('is not refused for %s', async (_, app) => {
    expect(await make(app)).toContain('print');
  });
});

describe('an application that cannot run', () => {
  it.each([
    [
      'for await',
      'async function f(a) {\n  for await (const x of a) print(x);\n}\nf([]);',
      /app\.js:2: for await is not/,
    ],
    [
      'a generator',
      'var a = 1;\nfunction* g() { yield 1; }\nprint(g(), a);',
      /app\.js:2: a generator is not supported/,
    ],
    ['an error of its own', '\nclass B extends Error {}\nprint(new B());', /app\.js:2: class inheritance from Error/],
    ['bytes of its own', 'print(class extends Uint8Array {});', /app\.js:1: class inheritance from Uint8Array/],
    ['a class of nothing', 'print(1);\nclass A extends null {}\nprint(A);', /app\.js:2: class inheritance from null/],
    [
      'super in an object',
      'class A {\n  m() { return { n: super.toString, o: { p() { return [() =>\n super.q()]; } } }; }\n}\nprint(A);',
      /app\.js:3: super in an object/,
    ],
    [
      'a function in the head of a loop',
      'for (let i = 0, f = () => i; i < 2; i++) print(f());',
      /app\.js:1: a function in the head of a loop that uses its variables is not supported/,
    ],
    [
      'a function that counts in the head of a loop',
      'print(1);\nfor (let { i } = { i: 0 }; i < 2; (() => i++)()) print(() => i);',
      /app\.js:2: a function in the head of a loop/,
    ],
    [
      'a getter behind a spread',
      'var a = { get b() { return 1; }, ...{} };\nvar o = { ...a, get b() { return 2; } };\nprint(o, a);',
      /app\.js:2: a getter or setter behind "\.\.\." in an object is not supported/,
    ],
    ['a tagged template', 'print`x`;', /app\.js:1: a tagged template/],
    ['a missing global', 'var a = 1;\nvar m = new Map();\nprint(m, a);', /app\.js:2: no global Map/],
    ['a missing method', '\n\nprint([[1]].flat());', /app\.js:3: no method flat\(\)/],
    ['a missing static', 'print(Array.from("ab"));', /app\.js:1: no Array\.from/],
    ['a regex', '// a comment\nprint(/ab?/.test("a"));', /app\.js:2: regular expression uses \?/],
    ['an escape in a regex', 'print(/[\\u00e9]/.test("a"));', /app\.js:1: regular expression uses escape \\u/],
    ['an escape of a letter', 'print(/\\é/.test("a"));', /app\.js:1: regular expression uses escape \\é, which/],
    [
      'return in finally',
      'function f() {\n  try { print(1); } finally { if (1) return 2; }\n}\nf();',
      /app\.js:2: return in finally/,
    ],
    ['throw in finally', 'try { print(1); } finally {\n  throw 2;\n}', /app\.js:2: throw in finally/],
    ['break in finally', 'for (;;) {\n  try { print(1); } finally { break; }\n}', /app\.js:2: break in finally/],
    [
      'continue in finally',
      'for (;;) try { print(1); } finally {\n  switch (1) { case 1: continue; }\n}',
      /app\.js:2: continue in finally/,
    ],
    ['a label', 'a: for (;;) { print(1); break a; }', /app\.js:1: labels/],
    [
      'default before a case',
      'switch (+"1") {\n  default: print(1); break;\n  case 2: print(2);\n}',
      /app\.js:2: default/,
    ],
    ['a call above its function', 'f();\nvar f = function () { print(1); };', /app\.js:1: f is used where/],
    [
      'a call above what its function needs',
      'f();\nvar a = 1;\nfunction f() { print(a); }',
      /app\.js:1: a is needed by f\(\), called before its declaration has run/,
    ],
    ['a missing file', '\nrequire("./nothing");', /app\.js:2: cannot find "\.\/nothing"/],
    [
      'a driver of Node',
      '\nimport { driver } from "host"; print(driver);',
      /app\.js:2: module "host" runs under Node only/,
    ],
    [
      'a board under Node',
      'var b = 1;\nfunction f() { require("espruino-requests/boards/sim-w5500"); }',
      /app\.js:2: module "espruino-requests\/boards\/sim-w5500" runs under Node only/,
    ],
    ['a name that is not exported', 'import { fetch } from "requests"; fetch();', /"fetch" is not exported/],
    [
      'a name that a CommonJS file does not export',
      'import { two } from "./part"; print(two);',
      /app\.js:1: "two" is not exported by "[^\0]*part\.js"$/,
    ],
    [
      'a new member of a module',
      'var r = require("requests");\nr.mine = 1;',
      /app\.js:2: a module in a bundle gets no new members: set them on an object of your own$/,
    ],
    [
      'a member of a module that is counted',
      'var r = require("requests");\nr.n++;',
      /app\.js:2: a module in a bundle gets/,
    ],
    [
      'a member of a module that is deleted',
      'var r = require("requests");\nprint(delete r.get);',
      /app\.js:2: a module in a bundle keeps its members: delete is not possible$/,
    ],
    ['a syntax error', 'var a = 1;\nvar = 2;', /app\.js:2: /],
    ['top-level await', 'print(await 1);', /await/],
    [
      'arguments in an arrow function',
      'function f() {\n  return () => arguments[0];\n}\nprint(f(1));',
      /app\.js:2: The 'arguments' object cannot be referenced in an arrow function/,
    ],
    [
      'an assignment to a constant',
      '#!/bin/sh\nconst a = 1;\nprint(a);\na = 2;',
      /app\.js:4: Cannot assign to 'a' because it is a constant/,
    ],
    ['a name declared twice', 'let a = 1;\nprint(a);\nlet a = 2;', /app\.js:1: Cannot redeclare .* 'a'/],
  ])('is refused for %s, with file and line', async (_, app, why) => {
    shop.file('part.js', 'exports.one = 1;');
    expect(await complaint(app)).toMatch(why);
  });

  it('is refused for the same in TypeScript', async () => {
    const app = 'enum Kind { One, Two }\nconst a: Kind = Kind.One;\n(a as any) === 1 && print(a);\na! = Kind.Two;';
    expect(await complaint(app, 'app.ts')).toMatch(/app\.ts:4: Cannot assign to 'a'/);
  });

  it('is refused for what a part of it does', async () => {
    shop.file('lib/part.ts', 'export interface A {}\n\nexport const all = (a: number[]) => a.at(-1);');
    expect(await complaint('import { all } from "./lib/part"; print(all([1]));')).toMatch(
      /part\.ts:3: no method at\(\)/,
    );
  });

  it('is refused once for all its faults', async () => {
    expect((await complaint('print(new Map());\nprint(new Set());')).split('\n')).toHaveLength(2);
  });

  it.each([
    ['an unknown board', { app: 'app.js', board: 'toaster' }, /unknown board "toaster", there is: .*linux/],
    ['a missing application', { app: 'nothing.js', board: 'linux' }, /cannot read nothing\.js: there is no such file/],
  ])('is refused for %s', async (_, request, why) => {
    await expect(bundle({ ...request, root: ROOT })).rejects.toThrow(why);
  });
});

// rows of functions that return what they find, for the interpreters and Node
const functions: [name: string, run: string][] = [
  ['a rest inside a rest', '(...a) => { const b = (...c) => c.join(); return b(7, 8) + a.length; }'],
  [
    'arguments of one inside another',
    'function () { return [arguments.length, (function (a) { return arguments; })(9)[0]].join(); }',
  ],
  [
    'arguments of one that runs later',
    '(...a) => [4, 5].map((n, ...more) => later(n, n, n) + more[0] + a.length).join()',
  ],
  [
    'arguments in a block',
    '(...a) => { for (const n of a) { let f = function () { "ram"; return arguments.length + n; }; return f(1, 2); } }',
  ],
  ['an error past a try', '() => { try { throw new Error("one"); } finally { quietly(); } }'],
  ['an error of a catch', '() => { try { throw "one"; } catch (e) { throw e + 2; } finally { quietly(); } }'],
  ['an error of finally', '() => { try { note(1); } finally { fails(); } }'],
  ['an error in place of another', '() => { try { throw 1; } finally { fails(); } }'],
  [
    'an error beside a return',
    '(n) => { try { if (n) return n; throw "no"; } catch (e) { if (n === 0) throw e; return 2; } finally { quietly(); } }',
  ],
  ['a return past a try', '() => { try { return "returned"; } finally { try { quietly(); } finally { note(3); } } }'],
  [
    'ways out of a loop',
    '() => { for (const n of [1, 2, 3, 4]) try { if (n < 3) continue; note(n); break; } finally { quietly(); } }',
  ],
  [
    'an error out of a loop',
    '() => { if (lines) for (const n of [1, 2]) try { if (n === 1) continue; throw "e" + n; } finally { quietly(); note(n); } }',
  ],
  [
    'a switch, and a loop inside',
    '() => { try { for (;;) { switch (1) { case 1: break; } break; } throw 5; } finally { quietly(); } }',
  ],
  [
    'finally inside finally',
    '() => { try { throw 1; } finally { try { quietly(); } finally { quietly(); note(2); } } }',
  ],
  ['an error of an async function', 'async () => { try { throw "early"; } finally { quietly(); } }'],
];

const ofFunctions = `
  const lines = [];
  const note = (n) => lines.push('note ' + n);
  function quietly() { try { note('quiet'); } catch (e) { note('never'); } }
  function fails() { throw new Error('of finally'); }
  function later() { return arguments.length; }
  async function all() {
    const list = [${functions.map(([, run]) => run).join(',\n')}];
    for (let i = 0; i < list.length; i++)
      try { note(i); lines.push(await list[i](0, 1, 2, 3)); lines.push(await list[i]()); } catch (e) { lines.push('caught ' + (e.message || e)); }
    for (const line of lines) print(line);
  }
`;

describeEngines('a bundle', (engine) => {
  const modern = `
    const { list } = require("netdriver");
    import * as board from "board";
    class Counter { n = 1; get next() { return this.n++; } static start(by = 2) { const c = new Counter(); c.n += by; return c; } }
    const { a, b: [c] } = { a: 1, b: [2] };
    let all = "";
    for (const name of ["x", "y"]) all += \`\${name}\${a ?? 0}\${c}\`;
    const later = [];
    for (let i = 0; i < 3; i++) later.push(() => i);
    board.auto_init();
    const merged = { ...{ p: 1 }, q: 2 };
    print(all, Counter.start().next, later.map((f) => f()).join(), list().join(), merged.p + merged.q, Math.max(...[4, 5]));
    global.made = 2 ** 3;
    by_hand = merged?.nothing?.more;
  `;

  it.each([true, false])('of modern source runs as it is (readable: %s)', async (readable) => {
    const code = await make(modern, { readable });
    const { stdout } = await runIn(engine, `${code}print(made, by_hand, typeof Counter, typeof all, typeof list);`);
    expect(stdout).toBe('x12y12 3 0,1,2 linux 3 5\n8 undefined undefined undefined undefined\n');
  });

  const shapes = `
    'use strict';
    exports.order = order;
    main([1, 2], 3);
    function main(list, n) {
      const all = [...list, ...'ab', n, ...new Uint8Array(2)], { p, ...others } = { p: 1, q: n, r: later() };
      print(all.join(), p, JSON.stringify(others), max(...list, 9), [].concat(...[list, n]).length);
      for (const i of list) {
        print(plus(n));
        function plus(k) { return k + i; }
      }
      function later() { return inner(); function inner() { return 'later'; } }
    }
    function max(...n) { return Math.max(...n) + order(); }
    function order() { return 0; }
    class Shape {
      static made = 4;
      constructor(n) { this.n = n; }
      static of(n) { return new this(n); }
      area() { return this.n; }
      get twice() { return 2 * this.n; }
    }
    class Square extends Shape {
      side = 'side';
      area() { return this.side + super.area() * this.n; }
    }
    class Cube extends Square {
      constructor(n, ...more) { super(n + 1, ...more); }
      area() { return 'cube of ' + super.area(); }
    }
    class LocalError extends Shape { area() { return 'local'; } }
    class Worse extends LocalError {}
    print(new Worse(1).area());
    const cube = Cube.of(2);
    print(cube.area(), cube.twice, Cube.made, [Shape, Square, Cube].map((type) => cube instanceof type).join());
    print(new Square(3).area(), new Square(3) instanceof Cube, cube.constructor === Cube, Shape.of(1).area());
  `;

  it.each([true, false])('has functions, lists and classes as Node has them (readable: %s)', async (readable) => {
    const lines: string[] = [];
    new Function('exports', 'print', shapes)({}, (...all: unknown[]) => lines.push(all.join(' ')));
    expect(lines).toHaveLength(6);
    expect((await runIn(engine, await make(shapes, { readable }))).stdout).toBe(`${lines.join('\n')}\n`);
  });

  it.each([true, false])('has arguments and errors as Node has them (readable: %s)', async (readable) => {
    const found: string[] = [];
    await new Function('print', `${ofFunctions}; return all();`)((line: unknown) => found.push(`${line}`));
    expect(found.length).toBeGreaterThan(functions.length * 2);
    const { stdout } = await runIn(engine, await make(`${ofFunctions}; all();`, { readable }));
    expect(stdout.split('\n')).toEqual([...found, '']);
  });

  it('may go about in finally', async () => {
    const app = `
      function f() {
        try { throw new Error('x'); }
        catch (e) { print(e.message); }
        finally {
          for (var i = 0; i < 3; i++) { if (i === 1) continue; if (i === 2) break; print(i); }
          try { throw new Error('in'); } catch (e) { print(e.message); }
          print([1].map(function () { return 'map'; })[0]);
        }
      }
      f();`;
    expect((await runIn(engine, await make(app))).stdout).toBe('x\n0\nin\nmap\n');
  });

  it('has in its template strings what the values are', async () => {
    const app = `
      let u, n = 2; const o = { toString: () => "o" }, at = new Date(0);
      print(\`x\${u}y\${null}\`, \`\${n}\${n}\`, \`\${n ? u : n}|\${n, o}|\${n + 1}|\${\`<\${[u, n]}>\`}\`, \`a\n\${n}\`.length * 2);
      print(\`\${at}\` === at.toString(), \`\${() => n}\`.length > 5, typeof \`\${n}\`, ((f) => \`\${f}.\`)(n));
    `;
    for (const readable of [true, false])
      expect((await runIn(engine, await make(app, { readable }))).stdout).toBe(
        'xundefinedynull 22 undefined|o|3|<,2> 6\ntrue true string 2.\n',
      );
  });

  it('costs little memory for the stack of an error, and no text is broken for that', async () => {
    const code = await make(
      `const { get, post } = require("requests"), long = "${'ab c'.repeat(100)}";
       print(long.length, /a${'[b ]'.repeat(60)}/.test(long), typeof get + typeof post);
       try { nowhere(); } catch (e) { print(e.stack.length < 500 || e.stack.length); }`,
      { readable: false },
    );
    expect((await runIn(engine, code)).stdout).toBe('400 false functionfunction\ntrue\n');
  });

  it('uses files of the application', async () => {
    shop.file('a.js', 'exports.name = "a"; exports.b = require("./b");');
    shop.file('b.js', 'module.exports = function () { return "b"; };');
    const code = await make('var a = require("./a"); import b from "./b"; print(a.name + a.b() + b());');
    expect((await runIn(engine, code)).stdout).toBe('abb\n');
  });
});

// what rollup and terser take for nothing, or work out beforehand, is what the program is about
const careful = `
function busy(ms) { var t = Date.now(); while (Date.now() - t < ms); }
var began = Date.now();
busy(50);
print('waited ' + (Date.now() - began >= 49));
var lit = 0;
var led = { set: function () { lit++; } };
led.set();
print('lit ' + lit);
print('lengths ' + ['\u00e9\u20ac'.length, 'é€'.length, 'aé'.indexOf('é') + 'é'.length].join());
print('bytes ' + ['\u00e9', '\xe9', 'é', '\u20ac'].map(function (s) { return E.toUint8Array(s).join('.'); }).join());
`;

describeEngines('a bundle does what its program does', (engine) => {
  it('byte by byte, and in its time', async () => {
    const plain = await runIn(engine, careful);
    const bundled = await runIn(engine, await make(careful, { readable: false }));
    expect(plain.stdout).toMatch(/^waited true\nlit 1\nlengths /);
    expect(bundled.stdout).toBe(plain.stdout);
  });
});

const texts = String.raw`
print(['\u00e9', '\u20ac!', 'x\ud83d\ude00', '\u{1F600}', '\\u00e9', '\u0041\u000a\u0027', '\x41', ${'`\u00fc${1}\u00df`'}].map(function (s) {
  return E.toUint8Array(s).join('.');
}).join());
print('a\x80\xffb'.length);
`;

describeEngines('escapes', (engine) => {
  it.each(['linux', 'esp32'])('are characters on every build, and those of bytes are bytes: %s', async (board) => {
    for (const readable of [true, false])
      expect((await runIn(engine, await make(texts, { board, readable }))).stdout).toBe(
        '195.169,226.130.172.33,120.240.159.152.128,240.159.152.128,92.117.48.48.101.57,65.10.39,65,195.188.49.195.159\n' +
          '4\n',
      );
  });
});

const places = String.raw`
var measured = { 'Temperatur in °C': '21 °C' };
if (!/^.ue000$/.test('\\ue000')) print('a text became another one');
print(/°C$/.test(measured['Temperatur in °C']), /[é°]/.test(${'`${1}°`'}), /[é°]/.test('C'), E.toUint8Array('°€😀').join('.'));
`;

// what uploads a program, the makers' own command line and IDE among them, sends "é" as the byte E9, but "€" as UTF-8
describeEngines('a bundle for a board', (engine) => {
  it.each(['esp32', 'w5500-evb-pico'])('is ASCII, and its texts are UTF-8 all the same: %s', async (board) => {
    for (const readable of [true, false]) {
      const code = await make(places, { board, readable });
      expect(code).toMatch(/^[ -~\n]*$/);
      expect((await runIn(engine, code)).stdout).toBe('true true false 194.176.226.130.172.240.159.152.128\n');
    }
  });
});
