import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'acorn';
import { findEngines } from '../engine/harness';
import { Workshop } from './workshop';

let shop: Workshop;
beforeEach(() => (shop = new Workshop()));
afterEach(() => shop.close());

const APP = (url: string): string => `
  var board = require("board"), requests = require("requests");
  board.auto_init().then(function () { return requests.get(${JSON.stringify(url)}); }).then(function (r) {
    print(r.status + " " + r.text());
  }, function (e) { print("failed: " + e.message); });
`;

/** Runs app.js on board host and in each interpreter there is: all have to print the same, and no error. */
async function expectEverywhere(stdout: string, { shown = (text: string) => text, tidyUp = () => {} } = {}) {
  for (const way of [['host'], ...findEngines().map((engine) => ['linux', '--engine', engine])]) {
    const run = await shop.cli('run', 'app.js', '--board', ...way);
    expect({ way, ...run, stdout: shown(run.stdout) }).toEqual({ way, status: 0, stdout, stderr: '' });
    tidyUp();
  }
}

async function withServer(test: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => response.end(`hello ${request.url}`));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}/there`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('bundle', () => {
  it('writes one file', async () => {
    shop.file('app.js', 'require("requests").get("http://h/");');
    const { status, stdout } = await shop.cli('bundle', 'app.js', '--board', 'linux', '--out', 'out.js');
    const code = readFileSync(join(shop.folder, 'out.js'), 'utf8');
    expect({ status, stdout }).toEqual({ status: 0, stdout: `out.js: ${code.length} bytes\n` });
    expect(code.split('\n').every((line) => line.length < 300)).toBe(true);
  });

  it('names the boards when asked', async () => {
    const { stdout } = await shop.cli('bundle', '--help');
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /what it will run on: esp32, esp32-w5500, host, .*w5500-evb-pico, wave/,
    );
  });

  it('writes it to stdout', async () => {
    shop.file('app.js', 'print("é");');
    const { stdout, ...rest } = await shop.cli('bundle', 'app.js', '--board', 'linux', '--out', '-');
    expect(rest).toEqual({ status: 0, stderr: `${Buffer.byteLength(stdout)} bytes\n` });
    expect(stdout).toMatch(/^\{?print\("é"\);?\}?\n$/);
    expect(existsSync(join(shop.folder, '-'))).toBe(false);
  });

  it('writes it readable on demand', async () => {
    shop.file('app.ts', 'const answer: number = 42; print(answer, answer);');
    await shop.cli('bundle', 'app.ts', '--board', 'linux', '--out', 'out.js', '--readable');
    expect(readFileSync(join(shop.folder, 'out.js'), 'utf8')).toContain('var answer = 42;');
  });

  it.each([
    ['an empty file', ''],
    ['a comment', '// later\n'],
    ['a function that nobody calls', 'function f() { return 1; }\n'],
    ['a module that nobody uses', 'var requests = require("requests");\n'],
    ['a directive', '"use strict";\n'],
  ])('and run take %s: a program that does nothing', async (_, app) => {
    shop.file('app.js', app);
    for (const more of [[], ['--readable']]) {
      const made = await shop.cli('bundle', 'app.js', '--board', 'linux', '--out', 'out.js', ...more);
      expect(made).toMatchObject({ status: 0, stderr: '' });
      expect(() => parse(readFileSync(join(shop.folder, 'out.js'), 'utf8'), { ecmaVersion: 5 })).not.toThrow();
    }
    const run = await shop.cli('run', 'app.js', '--board', 'host');
    expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each([
    [
      'data for a program',
      ['data.json', '--board', 'linux', '--out', 'out.js'],
      /^data\.json is data, not a program\n$/,
    ],
    ['a folder for a program', ['.', '--board', 'linux', '--out', 'out.js'], /^\. is a folder, not a program\n$/],
    ['a path for a board', ['app.js', '--board', '../boards/esp32', '--out', 'out.js'], /unknown board "\.\.\/boards/],
    ['an unknown board', ['app.js', '--board', 'toaster', '--out', 'out.js'], /unknown board "toaster"/],
    ['a missing file', ['nothing.js', '--board', 'linux', '--out', 'out.js'], /there is no such file/],
    ['no board', ['app.js', '--out', 'out.js'], /--board/],
    ['no output', ['app.js', '--board', 'linux'], /--out/],
    ['an output that cannot be', ['app.js', '--board', 'linux', '--out', 'no/such/out.js'], /cannot write/],
    [
      'a bottomless program',
      ['deep.js', '--board', 'linux', '--out', 'out.js'],
      /deep\.js cannot .* nested too deeply/,
    ],
    [
      'too many letters',
      ['letters.js', '--board', 'linux', '--out', 'out.js'],
      /^more than 6400 different characters beyond ASCII/,
    ],
    ['a syntax error', ['bad.js', '--board', 'linux', '--out', 'out.js'], /bad\.js:2: /],
    [
      'a construct that cannot run',
      ['generator.js', '--board', 'linux', '--out', 'out.js'],
      /generator\.js:1: a generator/,
    ],
  ])('exits with 2 for %s and writes nothing', async (_, args, why) => {
    shop.file('app.js', 'print(1);');
    shop.file('data.json', '{}');
    const letters = Array.from({ length: 6401 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');
    shop.file('letters.js', `print("${letters}");`);
    shop.file('deep.js', `print(${'['.repeat(9999)}${']'.repeat(9999)});`);
    shop.file('bad.js', 'print(1);\nvar = 1;');
    shop.file('generator.js', '(function* () { yield 1; })();');
    const { status, stderr } = await shop.cli('bundle', ...args);
    expect(stderr).toMatch(why);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(status).toBe(2);
    expect(existsSync(join(shop.folder, 'out.js'))).toBe(false);
  });
});

describe('a CommonJS file by its name', () => {
  it.each(['app.cjs', 'app.cts'])('is an application: %s', async (name) => {
    shop.file('part.cjs', 'exports.two = 2;');
    shop.file(name, 'const { two } = require("./part.cjs");\nexports.three = two + 1;\nprint(exports.three);');
    expect(await shop.cli('run', name, '--board', 'host')).toEqual({ status: 0, stdout: '3\n', stderr: '' });
    shop.file(name, 'exports.a = 1;\n\nprint(new Map());');
    expect((await shop.cli('run', name, '--board', 'host')).stderr).toBe(`${name}:3: no global Map\n`);
  });
});

describe('the files of an application', () => {
  const files = { 'app.js': 'require("./lib/part"); print(require("./data.json").a);', 'lib/part.js': 'print(1);' };

  it.each([
    ['the application', 'app.js'],
    ['the application by another way', 'lib/../app.js'],
    ['the application by a link', 'link.js'],
    ['a file that it uses', 'lib/part.js'],
    ['data that it uses', 'data.json'],
  ])('are not written over: %s', async (_, out) => {
    for (const [name, text] of Object.entries({ ...files, 'data.json': '{ "a": 1 }' })) shop.file(name, text);
    symlinkSync('app.js', join(shop.folder, 'link.js'));
    const before = readFileSync(join(shop.folder, out), 'utf8');
    const stderr = `cannot write ${out}: it is one of the files that go into the bundle\n`;
    expect(await shop.cli('bundle', 'app.js', '--board', 'host', '--out', out)).toEqual({
      status: 2,
      stdout: '',
      stderr,
    });
    expect(await shop.cli('run', 'app.js', '--board', 'sim-w5500', '--trace', out)).toMatchObject({
      status: 2,
      stderr,
    });
    expect(readFileSync(join(shop.folder, out), 'utf8')).toBe(before);
  });
});

describe('what is wrong with an application', () => {
  it.each([
    ['a syntax error', 'print(1);\nvar = 1;', 2, 'app.js:2: Variable declaration expected.\n'],
    ['what only a function may have', '\n\nreturn 5;', 2, "app.js:3: 'return' outside of function\n"],
    ['a file that is not there', '\nrequire("./none");', 2, 'app.js:2: cannot find "./none"\n'],
    ['a file that is not there, beyond ASCII', 'require("./né");', 2, 'app.js:1: cannot find "./né"\n'],
    ['a fault in a file it uses', 'require("./lib/bad");', 2, 'lib/bad.js:3: Expression expected.\n'],
    [
      'a name we do not export',
      'import { nope } from "requests";\n\nnope();',
      2,
      'app.js:1: "nope" is not exported by "requests"\n',
    ],
    [
      'a method we do not have',
      'require("requests").nope();',
      0,
      'warning: app.js:1: "nope" is not exported by "requests"\n',
    ],
    [
      'the same through a variable',
      'var requests = require("requests"); requests.nope();',
      0,
      'warning: app.js:1: "nope" is not exported by "requests"\n',
    ],
    [
      'the same in a file of its own',
      '\n\nvar own = require("./lib/own");\n\nown.nope();',
      0,
      'warning: app.js:5: "nope" is not exported by "lib/own.js"\n',
    ],
    [
      'await outside of a function',
      'print(1);\n\nprint(await 1);',
      2,
      'app.js:3: await outside of a function: put it in an async one\n',
    ],
    [
      'a dynamic import',
      '\nimport("./lib/own").then(print);',
      2,
      'app.js:2: dynamic import: the interpreter cannot load a file later, use require()\n',
    ],
    ['import.meta', '\nprint(import.meta.url);', 2, 'app.js:2: import.meta: the interpreter has no files\n'],
    [
      'a private member',
      'class A {\n  #p = 1;\n}\nprint(new A());',
      2,
      'app.js:2: a #private member is not supported\n',
    ],
    ['BigInt', 'print(1);\nprint(10n);', 2, 'app.js:2: a BigInt is not supported\n'],
    ['a generator', '\nfunction* f() { yield 1; }\nf();', 2, 'app.js:2: a generator is not supported\n'],
    [
      'a text to be run later',
      'function f() { print(1); }\nsetTimeout("f()", 1);\nsetInterval(f, 1);',
      0,
      'warning: app.js:2: setTimeout() of a text, which finds no names of a bundle: give a function\n',
    ],
    [
      'a name beyond ASCII',
      'var a = "é";\nvar na\u00efve = 1;',
      2,
      'app.js:2: \u00ef outside of a text: names in the interpreter are ASCII\n',
    ],
    [
      'what the tools compile',
      'function f() {\n  "compiled";\n  return 1;\n}\nprint(f());\nprint(E.asm("int()", "bx lr"), E.compiledC(`int a;`));',
      0,
      [
        'warning: app.js:2: "compiled" is for',
        'warning: app.js:6: E.asm is for',
        'warning: app.js:6: E.compiledC is for',
      ]
        .map((start) => `${start} Espruino's own tools: in a bundle nobody compiles it\n`)
        .join(''),
    ],
    [
      'a method that a module on the device may have',
      'var g = require("SSD1606").connect();\ng.off();',
      0,
      'warning: app.js:1: module "SSD1606" is not part of the bundle, it has to be in the firmware or in Storage\n' +
        'warning: app.js:2: no method off(), unless a module on the device has it\n',
    ],
    ['data that is none', 'require("./lib/bad.json");', 2, "lib/bad.json:3: this is not JSON: b: 'c' }\n"],
    ['a number that is none', 'require("./lib/octal.json");', 2, 'lib/octal.json:2: this is not JSON: 01 }\n'],
    ['data that ends early', 'require("./lib/short.json");', 2, 'lib/short.json:2: this is not JSON: it ends here\n'],
    [
      'a module that is not named',
      'var name = "fs";\nprint(require(name + 1));',
      0,
      'warning: app.js:2: which module is required here is not known: it has to be on the device\n',
    ],
    [
      'a call of `require` under another name',
      'var load = require;\nprint(load("./lib/own"));',
      0,
      'warning: app.js:1: what load() requires is not known: it has to be on the device\n',
    ],
    [
      'what only the `require` of Node has',
      'print(1);\nif (require.main === module) print(2);',
      0,
      'warning: app.js:2: require.main does not exist in the interpreter\n',
    ],
  ])('is told in one line, with its place in the source: %s', async (_, app, status, stderr) => {
    shop.file('lib/bad.js', 'var a = 1;\n\nvar b = ;');
    shop.file('lib/own.js', 'export const yes = 1;');
    shop.file('lib/bad.json', '{\n  "a": [1, -2.5e3, "x\\"y", {}, []],\n  b: \'c\' }');
    shop.file('lib/octal.json', '{\n  "a": 01 }');
    shop.file('lib/short.json', '{ "a": 1,\n  "b": true ');
    shop.file('app.js', app);
    expect(await shop.cli('bundle', 'app.js', '--board', 'linux', '--out', 'out.js')).toMatchObject({ status, stderr });
  });

  it.each([
    [
      'half',
      'a package that hides it',
      /^app\.js:2: cannot find "half": No "exports" main defined in .*package\.json\n$/,
    ],
    ['empty', 'a package without its file', /^app\.js:2: cannot find "empty": Cannot find module '.*main\.js'.*\n$/],
    ['#own', 'none that package.json names', /^app\.js:2: cannot find "#own": Package import specifier .*\n$/],
  ])('is not left to the device: module "%s", %s', async (name, _, why) => {
    shop.file('node_modules/half/package.json', '{ "exports": { "./part": "./part.js" } }');
    shop.file('node_modules/empty/package.json', '{ "main": "main.js" }');
    shop.file('package.json', '{ "imports": { "#other": "./other.js" } }');
    shop.file('app.js', `\nrequire("${name}");`);
    const { status, stderr } = await shop.cli('bundle', 'app.js', '--board', 'linux', '--out', 'out.js');
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(why) });
  });
});

describe('run --board host', () => {
  it('runs the bundle here', () =>
    withServer(async (url) => {
      shop.file('app.js', APP(url));
      const { status, stdout, stderr } = await shop.cli('run', 'app.js', '--board', 'host');
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '200 hello /there\n', stderr: '' });
    }));

  it('makes objects with `new`, whatever is in their constructors', async () => {
    shop.file(
      'app.ts',
      `class Sink { push(s: string) { print('got ' + s); } }
       const kinds = { Tap: function () {} };
       new Sink().push('x'); print(typeof new (kinds as any).Tap());`,
    );
    const { stdout, stderr } = await shop.cli('run', 'app.ts', '--board', 'host');
    expect({ stdout, stderr }).toEqual({ stdout: 'got x\nobject\n', stderr: '' });
  });

  it('has files, Storage and the rest that examples use', async () => {
    shop.file(
      'app.js',
      `var storage = require("Storage"), fs = require("fs");
       storage.write("big", "ab", 0, 6); storage.write("big", "yz", 4);
       print(storage.read("big", 0, 2) + storage.read("big", 4), storage.list().join(), storage.getFree() > 1000);
       fs.writeFileSync("f.bin", "caf\\xe9"); var f = E.openFile("f.bin", "r");
       print(fs.statSync("f.bin").size, f.read(3), f.read(9).charCodeAt(0), f.read(1)); f.close();
       print(typeof process.memory().usage, typeof getTime(), btoa("\\xff"), E.toString([65, 66]));`,
    );
    const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
    expect(stdout).toBe('abyz big true\n4 caf 233 undefined\nnumber number /w== AB\n');
  });

  it('says of a Storage that is full what the interpreter says', async () => {
    shop.file(
      'app.js',
      `try { require("Storage").write("big", "x", 0, 2000000); print("written"); } catch (e) { print(e.message); }`,
    );
    const stdout = 'Unable to find or create file\n';
    await expectEverywhere(stdout);
  });

  it('says of files that are not there what the interpreter says', async () => {
    shop.file(
      'app.js',
      `var fs = require("fs");
       function tried(f) { try { return f(); } catch (e) { return "thrown"; } }
       print(typeof fs.statSync("nope"), typeof fs.statSync("app.js/f"), typeof fs.readdirSync("nope"), fs.mkdirSync("made"), fs.statSync("made").dir,
         fs.writeFileSync("made/f", "a"), fs.appendFileSync("made/f", "b"), fs.unlinkSync("made/f"));
       print(["unlinkSync", "readFileSync", "writeFileSync", "appendFileSync", "mkdirSync"].map(function (name) {
         return tried(function () { return fs[name](name === "mkdirSync" ? "made" : "nope/f", "a"); });
       }).join());`,
    );
    const stdout = 'undefined undefined undefined true true true true true\nthrown,thrown,thrown,thrown,thrown\n';
    await expectEverywhere(stdout, { tidyUp: () => rmSync(join(shop.folder, 'made'), { recursive: true }) });
  });

  it('writes to Storage what the interpreter writes to flash, and no more than once', async () => {
    shop.file(
      'app.js',
      `var storage = require("Storage");
       [['big', 'x', 0, 100000000], ['none', 'x', 1], ['size', 'x', 0, -1], ['at', 'x', -1], ['empty', ''], ['small', 'xyz', 0, 2],
         ['later', '', 0, 4], ['later', 'ab'], ['parts', 'ab', 0, 4], ['parts', 'cd', 2], ['parts', 'x', 3], ['parts', 'xy', 3],
         ['parts', 'abcd'], ['parts', 'new', 0, 5], ['parts', '!!', 3, 5], ['list', [65, 66]], ['bytes', new Uint8Array([67, 68])],
         ['object', { a: 1 }, 9, 9]].forEach(function (w) {
         var told;
         try { told = storage.write(w[0], w[1], w[2], w[3]); } catch (e) { told = e.message; }
         print(w[0] + ': ' + told + ' ' + storage.read(w[0]));
       });`,
    );
    const stdout = [
      'big: Unable to find or create file undefined',
      'none: Unable to find or create file undefined',
      'size: false undefined',
      'at: false undefined',
      "empty: Can't create zero length file undefined",
      'small: Too much data for file size \xff\xff',
      'later: true \xff\xff\xff\xff',
      'later: true ab',
      'parts: true ab\xff\xff',
      'parts: true abcd',
      'parts: File already written with different data abcd',
      'parts: Too much data for file size abcd',
      'parts: true abcd',
      'parts: true new\xff\xff',
      'parts: true new!!',
      'list: true AB',
      'bytes: true CD',
      'object: true {"a":1}',
      '',
    ].join('\n');
    await expectEverywhere(stdout, {
      // bytes that are not UTF-8 come out of Node as characters, and are replaced on the way out of the interpreter
      shown: (text) => text.replace(/\xff|\ufffd/g, '\xff'),
      tidyUp: () => rmSync(join(shop.folder, 'espruino.flash'), { force: true }),
    });
  });

  it('looks beside the file that a link leads to, as Node does', async () => {
    shop.file('own/app.js', 'print(require("./part").n + require("../lib").n);');
    shop.file('own/part.js', 'exports.n = 1;');
    shop.file('far/lib.js', 'exports.n = require("./more").n;');
    shop.file('far/more.js', 'exports.n = 20;');
    symlinkSync('own/app.js', join(shop.folder, 'link.js'));
    symlinkSync('far/lib.js', join(shop.folder, 'lib.js'));
    const { stdout, stderr } = await shop.cli('run', 'link.js', '--board', 'host');
    expect({ stdout, stderr }).toEqual({ stdout: '21\n', stderr: '' });
  });

  it('takes byte strings for bytes, as the interpreter does', async () => {
    shop.file(
      'app.js',
      `var bytes = atob("//79AEE="), storage = require("Storage");
       storage.write("bytes", bytes);
       [bytes, E.toString(E.toUint8Array(bytes)), storage.read("bytes")].forEach(function (s) {
         print(E.toUint8Array(s).join(), E.CRC32(s), E.toUint8Array([s, 1], s).length, s.length, s === bytes);
       });
       print(E.toUint8Array("\u20ac\xff").length > 2, btoa(bytes), " voil\\xc3\\xa0\t".trim().length);`,
    );
    const line = '255,254,253,0,65 3594043520 11 5 true\n';
    expect(await shop.cli('run', 'app.js', '--board', 'host')).toEqual({
      status: 0,
      stdout: `${line.repeat(3)}true //79AEE= 6\n`,
      stderr: '',
    });
  });

  it('sends no text beyond bytes as the bytes of something else', () =>
    withServer(async (url) => {
      shop.file(
        'app.js',
        `var fd = { size: function () { return 1; }, read: function () { return this.done ? '' : (this.done = '€'); } };
         require('board').auto_init();
         require('requests').upload(${JSON.stringify(url)}, fd).then(print, function (e) { print(e.code, E.isUTF8('é')); });`,
      );
      const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
      expect(stdout).toBe('EFILE false\n');
    }));

  it('takes strings in a request for text', () =>
    withServer(async (url) => {
      shop.file('app.js', APP(`${url}?a=é€`));
      const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
      expect(stdout).toBe('200 hello /there?a=%C3%A9%E2%82%AC\n');
    }));

  it('clears timers as the interpreter does', async () => {
    shop.file(
      'app.js',
      `var never = function () { print("never"); }, nothing;
       [clearTimeout, clearInterval].forEach(function (clear) {
         try { clear(nothing); } catch (e) { print(e.message); }
         clear(null);
         clear(setTimeout(never, 1));
       });
       setTimeout(never, 1); setInterval(never, 1);
       clearTimeout();
       setTimeout(print, 1, "on");`,
    );
    const stdout =
      'clearTimeout(undefined) not allowed. Use clearTimeout() instead\n' +
      'clearInterval(undefined) not allowed. Use clearInterval() instead\non\n';
    await expectEverywhere(stdout);
  });

  it('waits for long, as the interpreter does', async () => {
    shop.file(
      'app.js',
      `var never = function () { print("never"); }, days = 86400000;
       setTimeout(never, 60 * days); setInterval(never, 60 * days);
       [Infinity, 1e6 * days].forEach(function (ms) {
         try { setTimeout(never, ms); } catch (e) { print(e.message); }
       });
       setTimeout(quit, 50);`,
    );
    const stdout = 'Interval is too long (>100 years)\n'.repeat(2);
    await expectEverywhere(stdout);
  });

  it('knows a variable before its line, as the interpreter does', async () => {
    shop.file('app.js', 'print(typeof late); var late = 1; var app = app || { late: late }; print(app.late);');
    await expectEverywhere('undefined\n1\n');
  });

  it.each([
    ['at once', 'nowhere();'],
    ['later', 'setTimeout(function () { nowhere(); }, 1);'],
    ['in a promise', 'Promise.resolve().then(function () { nowhere(); });'],
  ])('exits with 1 for an uncaught error %s', async (_, app) => {
    shop.file('app.js', app);
    const { status, stderr } = await shop.cli('run', 'app.js', '--board', 'host');
    expect(stderr).toMatch(/^Uncaught ReferenceError: nowhere is not defined\n( {4}at .*app\.js \(bundle\):.*\n)+$/);
    expect(status).toBe(1);
  });

  it.each(['host', 'sim-w5500'])('leaves errors to the program that asks for them: board %s', async (board) => {
    shop.file(
      'app.js',
      `process.on("uncaughtException", function (e) { print("handled " + e.message); });
       setTimeout(function () { throw new Error("later"); }, 1);
       Promise.resolve().then(function () { throw new Error("soon"); });
       throw new Error("at once");`,
    );
    const run = await shop.cli('run', 'app.js', '--board', board);
    expect(run).toEqual({ status: 0, stdout: 'handled at once\nhandled soon\nhandled later\n', stderr: '' });
  });

  it('says in one line what the system refuses', async () => {
    // stdin is a pipe or a socket, which has no path
    const { status, stderr } = await shop.cli('run', '/dev/stdin', '--board', 'host');
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^ENOENT: .*\n$/) });
  });

  it('takes a file of declarations for a program that does nothing', async () => {
    shop.file('types.d.ts', 'export declare const n: number;');
    shop.file('app.ts', 'import "./types.d.ts"; import { n } from "./types.d"; print(1 as typeof n);');
    expect(await shop.cli('run', 'app.ts', '--board', 'host')).toEqual({ status: 0, stdout: '1\n', stderr: '' });
  });

  it('reports what goes wrong in the handling of an error', async () => {
    shop.file('app.js', 'process.on("uncaughtException", function () { nowhere(); }); throw new Error("x");');
    const { status, stderr } = await shop.cli('run', 'app.js', '--board', 'host');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^Uncaught ReferenceError: nowhere/),
    });
  });

  it('ends quietly when nobody reads on', async () => {
    shop.file('app.js', 'setInterval(function () { print("line"); }, 1);');
    expect(await shop.cliInto('head -2', 'run', 'app.js', '--board', 'host')).toEqual({
      status: 0,
      stdout: 'line\nline\n',
      stderr: '',
    });
  });

  it('exits with 2 where it cannot run', async () => {
    shop.file('app.js', 'print(1);');
    const elsewhere = await shop.cli('run', 'app.js', '--board', 'esp32');
    expect(elsewhere).toMatchObject({ status: 2, stderr: expect.stringMatching(/cannot run here/) });
    const noEngine = await shop.cli('run', 'app.js', '--board', 'linux', '--engine', './none');
    expect(noEngine).toMatchObject({ status: 2, stderr: expect.stringMatching(/no interpreter at \.\/none/) });
    const folder = await shop.cli('run', 'app.js', '--board', 'linux', '--engine', '.');
    expect(folder).toMatchObject({ status: 2, stderr: expect.stringMatching(/no interpreter at \./) });
    const trace = await shop.cli('run', 'app.js', '--board', 'sim-w5500', '--trace', 'no/such/x');
    expect(trace).toMatchObject({ status: 2, stderr: expect.stringMatching(/^cannot write no\/such\/x: .*\n$/) });
  });
});

describe('an application with onInit', () => {
  const rows: [string, string][] = [
    ['a function', 'print("file"); function onInit() { print("init"); }'],
    ['a variable', 'print("file"); const onInit = () => print("init");'],
    ['a variable that is set later', 'let onInit; print("file"); onInit = function () { print("init"); };'],
    ['an exported function', 'import "board"; print("file"); export function onInit() { print("init"); }'],
    ['a global', 'print("file"); global.onInit = function () { print("init"); };'],
  ];

  it.each(rows)('is started by it, as the firmware does at boot: %s', async (_, app) => {
    shop.file('app.js', app);
    await expectEverywhere('file\ninit\n');
  });

  it('keeps those of other files to themselves', async () => {
    shop.file('other.js', 'function onInit() { print("other"); } exports.f = onInit;');
    shop.file('app.js', 'require("./other").f();');
    expect(await shop.cli('run', 'app.js', '--board', 'host')).toEqual({ status: 0, stdout: 'other\n', stderr: '' });
  });
});

describe('run --board sim-w5500', () => {
  const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf';
  const whenHalf = (action: string): string =>
    `return requests.get(URL, { stream_chunk: 0, stream_callback: function () { ${action} } });`;
  const upload = (idleMs: number): string => `return requests.upload(URL, {
    size: function () { return 50000000; },
    read: function (n) { return new Uint8Array(n); }
  }, { timeout: 0, idle_timeout: ${idleMs} });`;

  it.each([
    ['unlink() with a connection open', whenHalf('setTimeout(function () { driver.unlink(); }, 0);'), HALF, 'ENETDOWN'],
    ['the cable pulled out', whenHalf('board.sim().chip.plug(false);'), HALF, 'ENETDOWN'],
    ['a peer that stops reading', upload(300), '', 'ETIMEDOUT'],
    ['a peer that answers and stops reading', upload(100000), 'HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n', '413'],
  ])('ends with the application: %s', async (_, call, answer, outcome) => {
    const open: Socket[] = [];
    const server = createTcpServer((socket) => {
      open.push(socket);
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.pause();
        socket.write(answer);
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as AddressInfo;
    shop.file(
      'app.js',
      `var board = require("board"), requests = require("requests"), URL = "http://10.0.0.1:${port}/";
       board.auto_init({ dhcp: true }).then(function () {
         var driver = require("netdriver").get();
         ${call}
       }).then(function (r) { print(r.status); }, function (e) { print(e.code); });`,
    );
    const run = await shop.cli('run', 'app.js', '--board', 'sim-w5500');
    for (const socket of open) socket.destroy();
    server.close();
    expect(run).toEqual({ status: 0, stdout: `${outcome}\n`, stderr: '' });
  });
});

describe('run --board linux', () => {
  // Stands in for the interpreter: what it prints of its own, around what it is told to say.
  function fakeEngine(lines: string, end: number | string = 0): string {
    const banner = `\\r\\n ____                 _ \\r\\n         |_| espruino.com\\r\\n\\r\\nhttp://espruino.com/Donate\\r\\n\\r\\n`;
    const path = shop.file(
      'engine.sh',
      `#!/bin/sh\nprintf '${banner}${lines}'\n${typeof end === 'number' ? `exit ${end}` : end}\n`,
    );
    chmodSync(path, 0o755);
    return path;
  }

  it.each([
    ['an error that was printed', 'one\\r\\n>\\r\\033[JUncaught Error: x\\r\\n>', 0, 1, 'one\nUncaught Error: x\n'],
    ['running out of memory', 'OUT OF MEMORY\\r\\n', 0, 1, 'OUT OF MEMORY\n'],
    ['an exit code of its own', 'one\\r\\n', 3, 3, 'one\n'],
    ['success', 'one\\r\\n>\\r\\033[Jtwo\\r\\n>', 0, 0, 'one\ntwo\n'],
  ])('reports %s', async (_, lines, status, expected, stdout) => {
    shop.file('app.js', 'print(1);');
    const run = await shop.cli('run', 'app.js', '--board', 'linux', '--engine', fakeEngine(lines, status));
    expect(run).toEqual({ status: expected, stdout, stderr: '' });
  });

  it('says that the interpreter was killed', async () => {
    shop.file('app.js', 'print(1);');
    const engine = fakeEngine('one\\r\\n', 'kill -SEGV $$');
    const run = await shop.cli('run', 'app.js', '--board', 'linux', '--engine', engine);
    expect(run).toEqual({ status: 1, stdout: 'one\n', stderr: `${engine} was killed by SIGSEGV\n` });
  });

  it('ends quietly when nobody reads on', async () => {
    shop.file('app.js', 'print(1);');
    const engine = fakeEngine(
      '',
      'trap "" PIPE; trap "echo > ended; exit" TERM; while :; do echo line; done 2> /dev/null',
    );
    expect(await shop.cliInto('head -2', 'run', 'app.js', '--board', 'linux', '--engine', engine)).toEqual({
      status: 0,
      stdout: 'line\nline\n',
      stderr: '',
    });
    const isOver = () => existsSync(join(shop.folder, 'ended'));
    for (let tries = 0; tries < 5000 && !isOver(); tries++) await new Promise((turn) => setTimeout(turn, 20));
    expect(isOver()).toBe(true);
  });

  it.each(['INT', 'TERM', 'HUP', 'QUIT'])('ends the interpreter when it is ended by SIG%s', async (signal) => {
    shop.file('app.js', 'print(1);');
    const loop = 'for i in 1 2 3 4 5 6 7 8 9; do sleep 0.2; done';
    const engine = fakeEngine('', `trap "echo ended; exit 5" ${signal}\nkill -${signal} $PPID\n${loop}`);
    const run = await shop.cli('run', 'app.js', '--board', 'linux', '--engine', engine);
    expect(run).toEqual({ status: 5, stdout: 'ended\n', stderr: '' });
  });

  it.each([
    ['a text', 'no such command\n'],
    ['a program that fails', '#!/bin/sh\necho out\necho sorry >&2\nexit 127\n'],
    ['a program that does something else', '#!/bin/sh\nls "$1"\n'],
  ])('says in one line that %s is no interpreter', async (_, text) => {
    shop.file('app.js', 'print(1);');
    chmodSync(shop.file('engine', text), 0o755);
    const run = await shop.cli('run', 'app.js', '--board', 'linux', '--engine', './engine');
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(/^\/.+\/engine is no Espruino interpreter\n$/);
  });

  const engines = findEngines();
  (engines.length ? it.each(engines) : it.skip.each(['no interpreter found']))('runs the bundle in %s', (engine) =>
    withServer(async (url) => {
      shop.file('app.js', APP(url));
      const { status, stdout } = await shop.cli('run', 'app.js', '--board', 'linux', '--engine', engine);
      expect({ status, stdout }).toEqual({ status: 0, stdout: '200 hello /there\n' });
    }),
  );
});
