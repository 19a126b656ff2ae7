import { checkDialect } from '../../src/cli/dialect';
import { mend, minify, propertyNames, tidy } from '../../src/cli/minify';
import { describeEngines, runIn } from '../engine/harness';

// Each row: name, program, and what the complaint must say.
const refused: [string, string, RegExp][] = [
  ['let', 'let a = 1;', /not ES5: let/],
  ['a class', 'class A {}', /not ES5: Class/],
  ['a template', 'var a = `x`;', /not ES5: Template/],
  ['spread', 'var a = [1]; print(...a);', /not ES5: Spread/],
  ['a default parameter', 'var f = (a = 1) => a;', /not ES5: AssignmentPattern/],
  ['destructuring', 'var { a } = { a: 1 };', /not ES5: ObjectPattern/],
  ['for of', 'for (var a of [1]) print(a);', /not ES5: ForOf/],
  ['a generator', 'function* f() {}', /not ES5: a generator/],
  ['a computed key', 'var a = { ["x"]: 1 };', /not ES5: a computed key/],
  ['a code point', 'var a = "\\u{1f600}";', /not ES5: .*1f600/],
  ['async', 'var f = async () => 1;', /not ES5/],
  ['a label', 'a: for (;;) { break a; }', /labels/],
  ['debugger', 'debugger;', /debugger/],
  ['with', 'var o = {}; with (o) { }', /with/],
  ['default before a case', 'switch (1) { default: break; case 2: break; }', /default must be the last/],
  ['in inside for', 'var o = {}; for (var a = ("x" in o); a; a = 0) { }', /"in" inside/],
  ['a bare return at the end of a function', 'function f(x){if(x)return}', /return without a semicolon/],
  ['a bare return after else', 'var f = function(x){if(x)x=1;else return\n}', /return without a semicolon/],

  ['an optional character in a regex', 'var r = /ab?c/;', /\? /],
  ['a count in a regex', 'var r = /a{2}/;', /\{n\}/],
  ['a lazy regex', 'var r = /a*?b/;', /\? /],
  ['a lookahead', 'var r = /a(?=b)/;', /\(\?=/],
  ['a non-capturing group', 'var r = /(?:ab)/;', /\(\?:/],
  ['a repeated group', 'var r = /(ab)+/;', /repeated group/],
  ['alternatives in a group', 'var r = /(GET|PUT) x/;', /alternatives in a group/],
  ['an alternative behind ^', 'var r = /^-|-$/;', /alternative behind one with \^/],
  ['a word boundary', 'var r = /\\bx/;', /word boundary/],
  ['a back-reference', 'var r = /(a)\\1/;', /back-reference/],
  ['a unicode escape in a regex', 'var r = /\\u0041/;', /escape/],
  ['the flag m', 'var r = /a/m;', /flag "m"/],
  ['a regex by constructor', 'var r = new RegExp("a?");', /\? /],

  ['a missing global', 'var m = new Map();', /no global Map/],
  ['Buffer', 'var b = Buffer.from("x");', /no global Buffer/],
  ['a missing static', 'var a = Array.from("x");', /no Array\.from/],
  ['Object.freeze', 'var a = Object.freeze({});', /no Object\.freeze/],
  ['Promise.race', 'var a = Promise.race([]);', /no Promise\.race/],
  ['Math.trunc', 'var a = Math.trunc(1.5);', /no Math\.trunc/],
  ['a missing method', 'var a = "x".normalize();', /no method normalize/],
  ['search', 'var a = "x".search(/x/);', /no method search/],
  ['flat', 'var a = [[1]].flat();', /no method flat/],
  ['finally', 'Promise.resolve(1).finally(print);', /no method finally/],
  ['slice of the prototype', 'var a = Array.prototype.slice.call([1]);', /Array\.prototype\.slice/],
  ['toString of the prototype', 'var a = Object.prototype.toString.call([1]);', /Object\.prototype\.toString/],
  ['emptying an array by its length', 'var a = [1]; a.length = 0;', /length of an array/],
  ['a reviver', 'var a = JSON.parse("1", print);', /reviver/],
  ['a function for a text', 'var a = "abc".replace("b", function (c) { return c + c; });', /no function in replace/],
  ['an arrow function for a text', 'var a = "abc".replaceAll("b", (c) => c + c);', /no function in replace/],
  ['the match in a replacement', 'var a = "abc".replace(/b/, "[$&]");', /no \$& in replace/],
  ['a limit to split', 'var a = "a b".split(" ", 1);', /limit/],
  ['a long identifier', `var ${'x'.repeat(64)} = 1;`, /longer than 63/],
  ['a variable named of', 'var of = 1; print(of);', /of is a word/],
  ['a variable named let', 'var let = 1; print(let);', /let is a word/],
  ['a parameter named of', 'print(function (a, of) { return of; }(1, 2));', /of is a word/],
  ['a non-ASCII identifier', 'var \u00e9t\u00e9 = 1;', /not ASCII/],

  ['a need of a promise executor', 'new Promise(function () { a(); }); function a() { }', /a is used where/],
  ['a var assigned above its declaration', 'a = 2; var a = 1;', /a is used where/],
  ['inheritance', 'var __extends = function () {}; var A = function () {}; __extends(A, Error);', /extends/],
  ['a helper that is not defined', '__awaiter(this, 0);', /async/],
];

// These would run elsewhere; in the interpreter each of them throws.
const tooEarly: [string, string, RegExp][] = [
  ['a function called above its declaration', 'f(); function f() { }', /f is used where/],
  ['a function read above its declaration', 'exports.f = f; function f() { }', /f is used where/],
  ['a var read above its declaration', 'print(a); var a = 1;', /a is used where/],
  ['a var of another branch', 'function f(x) { if (x) { var a = 1; } return a; } f(0);', /a is used where/],
  ['a var of the other branch', 'function f(x) { if (x) { var a = 1; } else { print(a); } } f(0);', /a is used where/],
  [
    'a var of a loop that may not run',
    'function f(x) { while (x) { var a = 1; x--; } return a; } f(0);',
    /a is used where/,
  ],
  [
    'a var of one case',
    'function f(x) { switch (x) { case 1: var a = 1; break; case 2: print(a); } } f(2);',
    /a is used where/,
  ],
  [
    'a var of a try that may fail',
    'function f() { try { throw 1; var a = 1; } catch (e) { } return a; } f();',
    /a is used where/,
  ],
  ['a call that needs a later function', 'function f() { return g(); } f(); function g() { }', /g is needed by f\(\)/],
  [
    'a call that needs a later var',
    'var f = function () { return a; }; var b = f(); var a = 1;',
    /a is needed by f\(\)/,
  ],
  [
    'a need two calls away',
    'function f() { return g(); } function g() { return h(); } new f(); function h() { }',
    /h is needed by f\(\)/,
  ],
  ['a need of a function run in place', '(function () { return a; })(); var a = 1;', /a is used where/],
  ['a need of a callback that runs at once', 'var b = [1].map(function () { return a; }); var a = 1;', /a is used/],
  ['a need of a named callback', 'function f() { return a; } var b = [1].map(f); var a = 1;', /a is needed by f/],
  [
    'a closure over another branch',
    'function f(x) { if (x) { var a = 1; } return function () { return a; }; } f(0)();',
    /another branch/,
  ],
  ['a need of an arrow function', 'var f = () => a; f(); var a = 1;', /a is needed by f\(\)/],
  ['a need of an arrow function run in place', '((b) => { print(a, b); })(1); var a = 1;', /a is used where/],
  ['a short property above its declaration', 'print({ a }); var a = 1;', /a is used where/],
  ['all of it inside a wrapper', '(function () { f(); function f() { } })();', /f is used where/],
];

const accepted: [string, string][] = [
  [
    'a text in place of another',
    'print("a b".replace("a", "$1"), "ab".replace(/(b)/g, "$1$1"), "ab".replace(/b/, (c) => c));',
  ],
  ['functions that call later ones, later', 'function f() { return g(); } function g() { return 1; } print(f());'],
  [
    'names that every object has',
    'function valueOf(x) { return x; } var constructor = { from: 2 }; print(valueOf(constructor.from));',
  ],
  ['recursion', 'function f(n) { return n ? f(n - 1) : 0; } print(f(3));'],
  ['mutual recursion', 'function f(n) { return n ? g(n) : 0; } function g(n) { return f(n - 1); } print(f(2));'],
  ['a var of both branches', 'function f(x) { if (x) { var a = 1; } else { var a = 2; } return a; } print(f(1));'],
  ['a var after a guard', 'function f(x) { if (!x) return 0; var a = 1; return a; } print(f(1));'],
  ['a var on the only way out', 'function f() { for (;;) { var a = 1; if (a) break; } return a; } print(f());'],
  ['a var of do while', 'function f() { do { var a = 1; } while (!a); return a; } print(f());'],
  ['a var of for', 'function f() { for (var i = 0; i < 2; i++); return i; } print(f());'],
  ['a var of for in', 'function f() { for (var k in {}); return k; } print(f());'],
  [
    'a var of all cases',
    'function f(x) { switch (x) { case 1: var a = 1; break; default: return 2; } return a; } print(f(1));',
  ],
  ['a var of try', 'function f() { try { var a = 1; } catch (e) { return 0; } return a; } print(f());'],
  ['a var used in finally', 'function f() { var a = 1; try { a = 2; } finally { print(a); } } f();'],
  [
    'a closure over what comes later',
    'function f() { var g = function () { return a; }; var a = 3; return g(); } print(f());',
  ],
  ['a var that is what it was, if anything', 'var a = a || {}; var b = typeof b === "undefined" ? 1 : b; print(a, b);'],
  ['a parameter declared again', 'function f(a) { if (!a) { var a = 1; } return a; } print(f(0));'],
  ['the name of a function expression', 'var f = function g(n) { return n ? g(n - 1) : 0; }; print(f(2));'],
  ['default at the end', 'switch (1) { case 2: break; default: print(1); }'],
  ['a return with a semicolon', 'function f(x){if(x)return;} f(1);'],
  ['a bare return in its own block', 'function f(x){if(x){return;}} f(1);'],
  ['simple regexes', 'print(/[^\\x00-\\x1f]+a*(b)\\.\\?[?{|]$|c/gi.test("xb.?{"), /[+*?]/.test("?"));'],
  ['a probe for a global', 'print(typeof Map === "undefined" ? 1 : new Map());'],
  ['an own method of a missing name', 'var o = { flat: function () { return 1; } }; print(o.flat());'],
  ['an own method given later', 'function A() {} A.prototype.at = function () { return 1; }; print(new A().at());'],
  [
    'arrow functions',
    'var f = a => b => a + b, g = (a, b) => (a, b), h = () => void 0, i = a => ({ a }), j = a => { if (a) return 1; }; ' +
      'print(f(1)(2), g(1, 2), h(), i(3).a, j(1), 0 ? x => x.y.z : y => y, [1].map(a => f(a)(1)));',
  ],
  ['an arrow function with `this`', '({ a: 5, f: function () { [1].forEach(() => print(this.a)); } }).f();'],
  [
    'an arrow function that makes objects',
    'var A = () => {}; A.prototype = { b: 2 }; print(new A().b, new A() instanceof A);',
  ],
  ['short properties and methods', 'var a = 1, o = { a, f() { return this.a; }, delete() {} }; print(o.f());'],
  ['Object.keys', 'print(Object.keys({ a: 1 }), Object.values({ a: 1 }));'],
  ['hasOwnProperty of the prototype', 'print(Object.prototype.hasOwnProperty.call({ a: 1 }, "a"));'],
  [
    'a method added to a prototype',
    'Array.prototype.last = function () { return this[this.length - 1]; }; print([1].last());',
  ],
  [
    'what a program adds where it is missing',
    'if (!Array.prototype.flat) Array.prototype.flat = function () { return 1; }; Array.from = Array.from || print; ' +
      'Date.prototype.zone = {}; Date.prototype.zone.name = "UTC"; print([[1]].flat(), Array.from.call, Date.prototype.zone);',
  ],
  ['search of a bus', 'function f(bus) { return bus.search(); } print(f);'],
  ['reserved words as properties', 'var o = {}; o.delete = 1; o.default = 2; print(o.delete, { in: 1 }.in);'],
  ['a global made on purpose', 'counter = 1; print(counter);'],
  [
    'a class as ES5',
    'var A = (function () { function A() { this.x = 1; } A.prototype.get = function () { return this.x; }; return A; })(); print(new A().get());',
  ],
];

const messages = (code: string, strict = false): string[] => checkDialect(code, { strict }).map((f) => f.message);

describe('the dialect check', () => {
  it.each([...refused, ...tooEarly])('refuses %s', (_, code, complaint) => {
    expect(messages(code).join('\n')).toMatch(complaint);
  });

  it.each(accepted)('accepts %s', (_, code) => {
    expect(messages(code)).toEqual([]);
  });

  it.each([
    ['catch', 'Promise.resolve(1).catch(print);', /catch/],
    ['an unknown global', 'print(lenght);', /unknown global lenght/],
    ['a global by mistake', 'count = 1;', /unknown global count/],
  ])('refuses %s in library code only', (_, code, complaint) => {
    expect(messages(code, true).join('\n')).toMatch(complaint);
    expect(messages(code)).toEqual([]);
  });

  it('says where', () => {
    expect(checkDialect('var a = 1;\nprint(a);\n  debugger;')).toMatchObject([{ line: 3, column: 2, pos: 23 }]);
  });

  it('reports everything, in order', () => {
    const found = checkDialect('f();\nvar m = new Map();\nfunction f() { }');
    expect(found.map(({ line, rule }) => [line, rule])).toEqual([
      [1, 'order'],
      [2, 'missing'],
    ]);
  });
});

describe('the minifier', () => {
  it('closes a return that ends a function', () => {
    expect(mend('x=i++/n+(j--)/m+k++;')).toBe('x=(i++)/n+(j--)/m+k++;');
    expect(mend('function f(a){if(a)return}function g(a){return a}')).toBe(
      'function f(a){if(a)return;}function g(a){return a}',
    );
  });

  it.each([
    ['x=/[/]/', 'x=/[\\/]/'],
    ['x=/[^/]+\\/[\\]/]/g', 'x=/[^\\/]+\\/[\\]\\/]/g'],
    ['x=/\\[\\/a]/', 'x=/\\[\\/a]/'],
    ['x=/[\\/\\\\/]/', 'x=/[\\/\\\\\\/]/'],
    ['x="[/]"', 'x="[/]"'],
  ])('puts a backslash before a slash in a class: %s', async (code, mended) => {
    expect(mend(code)).toBe(mended);
    expect(await minify(`${code};print(x)`)).toContain(mended.slice(2));
    expect(await tidy(code)).toContain(mended.slice(2));
  });

  it.each([
    ['x=y||/\\s+/.test(z)', 'x=y||(/\\s+/).test(z)'],
    ['x=y|| /"/.test(z)', 'x=y|| (/"/).test(z)'],
    ['x=y|/\\(.$/.test(z)', 'x=y|(/\\(.$/).test(z)'],
    ['x=y||/[^/]$/g.exec(z)', 'x=y||(/[^\\/]$/g).exec(z)'],
    ['x=y||/^[0-9.]+$/.test(z)', 'x=y||/^[0-9.]+$/.test(z)'],
    ['x=y&&/\\s+/.test(z)', 'x=y&&/\\s+/.test(z)'],
  ])("lets Espruino's tools tell a regular expression from a division: %s", async (code, mended) => {
    expect(mend(code)).toBe(mended);
    expect(await minify(`${code};print(x)`)).toContain(mended.replace(' ', '').slice(3));
  });

  it.each([
    ['x=this/n', 'x=(this)/n'],
    ['x=o.new/n/o.of', 'x=(o.new)/n/o.of'],
    ['o.default/=n;o.news/=n;news/n', '(o.default)/=n;o.news/=n;news/n'],
    ['x={}/n;x=[{}]/n;x=this[0]/n', 'x=({})/n;x=[{}]/n;x=this[0]/n'],
    ['for(;x;)/a/.test(x)&&y();while(x)/a/.exec(x)', 'for(;x;){/a/.test(x)&&y();}while(x){/a/.exec(x)}'],
    ['x=y|/a/.test(z)^/b$/.test(z);x=~/c/.test(z)', 'x=y|(/a/).test(z)^(/b$/).test(z);x=~(/c/).test(z)'],
    ['x=a[b,c][(d,e)][[f,g]]', 'x=a[(b,c)][(d,e)][[f,g]]'],
    ['for({a:1}.b(),i=0;;)y()', 'for(({a:1}.b(),i=0);;)y()'],
    ['for(function(){}(),i=0;;)y();for(functions=0;;)y()', 'for((function(){}(),i=0);;)y();for(functions=0;;)y()'],
  ])('brackets what the interpreter would take for something else: %s', (code, mended) => {
    expect(mend(code)).toBe(mended);
  });

  it.each([
    ['if(x){y()}"a"==z&&y()', 'if(x){y()}z=="a"&&y()'],
    ['if(x){y()}"a"!==z.b[0]++||y()', 'if(x){y()}z.b[0]++!=="a"||y()'],
    ['if(x){y()}"a"==\ntypeof z==w?y():z()', 'if(x){y()}typeof z=="a"==w?y():z()'],
    ['if(x){y()}"a"==z.f(i++/2)&&y()', 'if(x){y()}z.f((i++)/2)=="a"&&y()'],
    ['if(x){y()}"a"==(z,w)&&y()', 'if(x){y()};"a"==(z,w)&&y()'],
    ['if(x){y()}"a"==function(){}&&y()', 'if(x){y()};"a"==function(){}&&y()'],
    ['if(x){y()}"a"[z]++/w&&y()', 'if(x){y()};("a"[z]++)/w&&y()'],
    ['if(x){y()}"a"<z&&y()', 'if(x){y()};"a"<z&&y()'],
    ['function f(){if(x){y()}else{z()}"a"==z&&y()}', 'function f(){if(x){y()}else{z()}z=="a"&&y()}'],
    ['try{y()}catch(e){z()}`a`.b()', 'try{y()}catch(e){z()};`a`.b()'],
    ['switch(x){case 1:if(y){z()}"a"==x&&y()}', 'switch(x){case 1:if(y){z()}x=="a"&&y()}'],
    ['if(x){y()}/a/.test(z)&&y()', 'if(x){y()};/a/.test(z)&&y()'],
    ['if(x)y();else if(z)throw z;"a"==z&&y()', 'if(x)y();else if(z)throw z;z=="a"&&y()'],
    ['if(x)for(;z;)if(w)y();"a".b()', 'if(x)for(;z;)if(w)y();;"a".b()'],
    ['if(x)y();else z();"a"==z&&y()', 'if(x)y();else z();"a"==z&&y()'],
    ['switch(x){case 1:"a"==x&&y()}', 'switch(x){case 1:x=="a"&&y()}'],
    ['switch(x){case 1:/a/.test(x)&&y();/b/.test(x)&&y()}', 'switch(x){case 1:;/a/.test(x)&&y();/b/.test(x)&&y()}'],
    ['"use strict";if(x){"a"==z&&y()}else"b"==z&&y()', '"use strict";if(x){"a"==z&&y()}else"b"==z&&y()'],
    ['y();"a"==z&&y()', 'y();"a"==z&&y()'],
  ])('leaves no text at the start of a statement behind a block: %s', (code, mended) => {
    expect(mend(code)).toBe(mended);
  });

  it('leaves no character but printable ASCII', async () => {
    const out = await minify('print(/[\\x00-\\x1f\\x7f]/.test("\\x01\\x7f\\xe9\\u20ac"))');
    expect(out).toMatch(/^[\x20-\x7e]*$/);
    expect(out).toContain('[\\x00-\\x1f\\x7f]');
  });

  it('makes arrow functions of those that have no `this` and no `arguments` of their own', async () => {
    const out = await minify(
      'function a(b){function c(){return b*2}return c()+c()}function d(){return this.e}function f(){return arguments.length}' +
        'exports.a=a;exports.d=d;exports.f=f;exports.g={h:function(i){return i}};exports.j=[a,d,f]',
    );
    const exports: any = {};
    new Function('exports', out)(exports);
    expect([exports.a(1), exports.d.call({ e: 5 }), exports.f(1, 2), exports.g.h(6)]).toEqual([4, 5, 2, 6]);
    expect(out.match(/=>/g)).toHaveLength(3);
    expect(out).toMatch(/\{h:(\w)=>\1\}/);
    expect(out.match(/function/g)).toHaveLength(2);
  });

  it('leaves constructors to Node, which takes no arrow function for one', async () => {
    const code = 'function F(){}F.prototype.a=1;exports.f=new F().a;exports.g=function(b){return b}';
    expect(await minify(code)).toContain('=>');
    expect(await minify(code, { arrows: false })).not.toContain('=>');
  });

  it('writes `undefined` as a variable that nobody sets, where it is there more than once', async () => {
    const out = await minify('var a=require("a");exports.b=[a===undefined,void 0,"void 0"];exports.c=1');
    expect(out).toMatch(/^var (\w),(\w)=require\("a"\);exports\.b=\[\1===\2,\1,"void 0"\],exports\.c=1;$/);
    expect(await minify('var a=require("a");exports.b=a===undefined')).toContain('void 0===');
    const inFunction = '(function(){var a=require("a");print(a===undefined,a.b===undefined)})();';
    expect(await minify(inFunction)).toMatch(
      /^\(\(\)=>\{var (\w),(\w)=require\("a"\);print\(\1===\2,\1===\2\.b\)\}\)\(\);$/,
    );
  });

  it('puts natives that are there often into variables, unless the program makes its own', async () => {
    const min = (...values: string[]) => `exports.a=[${values.map((value) => `Math.min(${value})`)}];`;
    const often = min('b', '1', '2', '3', '4');
    const out = await minify(`var b=require("b");${often}exports.c=b`);
    expect(out).toMatch(/^var (\w)=Math\.min,(\w)=require\("b"\);exports\.a=\[\1\(\2\),\1\(1\),.*\],exports\.c=\2;$/);
    expect(await minify(`var b=require("b");${min('b', '1', '2')}exports.c=b`)).toContain('=[Math.min(');
    expect(await minify(`var b=Math.min=require("b");${often}exports.c=b`)).toContain('[Math.min(');
    expect(await minify(`function f(Math){${often}}f(exports.g);f(1)`)).not.toContain('Math');
    const shorthand = await minify(
      'var b=1;exports.a=[{Uint8Array},Uint8Array,Uint8Array,Uint8Array,new Uint8Array(b)]',
    );
    expect(shorthand).toMatch(/\{Uint8Array(:\w+)?\}/);
  });

  it('says the name of a frequent property once, but not in the functions that have to be fast', async () => {
    const code =
      'var a=[1,2];function slow(b){return b.length+(b.c+b.c).length+b.d.length+a.length+b.e.length+b.f().length+b.g.length}' +
      'function fast(b){return b.length+a.length}exports.slow=slow;exports.fast=fast;exports.all=[slow,fast]';
    const out = await minify(code, { wordsExcept: ['fast'] });
    expect(out).toMatch(/^var (\w)="length",/);
    expect(out.match(/\.length/g)).toHaveLength(2);
    expect(out).toMatch(/=>(\w)\.length\+\w\.length/);
    const exports: any = {};
    new Function('exports', out)(exports);
    expect(exports.slow({ length: 1, c: 'x', d: '', e: [1], f: () => 'ab', g: 'abc' })).toBe(1 + 2 + 0 + 2 + 1 + 2 + 3);
    expect(exports.fast('abc')).toBe(5);
    expect((await minify(code)).match(/\.length/g)).toHaveLength(9);
  });

  it('gives nobody the name `of`', async () => {
    const names = Array.from({ length: 400 }, (_, i) => 'name' + i);
    const out = await minify(
      `(function(){var ${names.map((name) => name + '=exports()').join()};print(${names.join()})})()`,
    );
    expect(out).not.toMatch(/\bof\b/);
  });

  it('keeps what it says to the interpreter', async () => {
    expect(await minify('print(function(){"ram";return 1})')).toContain('"ram"');
  });

  it('shortens the properties it is told to, and those alone', async () => {
    const cache = {};
    const first = await minify('exports.o={_long:1,_id:2}', { props: /^_long$/, cache });
    expect(first).not.toContain('_long');
    expect(first).toContain('_id');
    const name = /\{(\w+):1/.exec(first)?.[1];
    expect(await minify('print(require("o").o._long)', { props: /^_long$/, cache })).toContain(`.o.${name})`);
  });

  it('gives properties the same names whatever the comments mention', async () => {
    const code = 'exports.o={_first:1};exports.p={_second:2};exports.q={_second:3}';
    const props = /^_/;
    expect(await minify(`/* _first _first _first */${code}`, { props })).toBe(await minify(code, { props }));
  });

  it('drops comments from the readable form', async () => {
    expect(await tidy('// a\nvar b = 1; /* c */ /*! d */')).toBe('var b = 1;');
  });

  it('knows every property a program names', () => {
    expect([...propertyNames('var a = { b: 1, "c": 2 }; a.d = a["e"];')]).toEqual(['b', 'c', 'd', 'e']);
  });
});

describeEngines('a slash in a class', (engine) => {
  it('is read as one', async () => {
    const code = 'print("a/b".replace(/[/]/, "-"), "ab/c".match(/[^/]+/)[0], "x]".match(/[\\]/]/)[0]);';
    for (const text of [await minify(code), await tidy(code)])
      expect((await runIn(engine, text)).stdout).toBe('a-b ab ]\n');
  });
});

// One program for all rows: each prints its number and whether it threw.
function trial(rows: string[]): string {
  const one = (code: string, i: number): string =>
    `try { (function (exports) { ${code} })({}); print("ran ${i}"); } catch (e) { print("threw ${i}", e.toString()); }`;
  return rows.map(one).join('\n');
}

const unexpected = (rows: any[], stdout: string, what: string): string[] =>
  rows.flatMap(([name], i) => (stdout.includes(`${what} ${i}${what === 'ran' ? '\n' : ' '}`) ? [] : [name]));

describeEngines('what the dialect check says', (engine) => {
  it('is true of what it accepts', async () => {
    const { stdout } = await runIn(engine, trial(accepted.map(([, code]) => code)));
    expect(unexpected(accepted, stdout, 'ran')).toEqual([]);
  });

  it('is true of what it says is too early', async () => {
    const { stdout } = await runIn(engine, trial(tooEarly.map(([, code]) => code)));
    expect(unexpected(tooEarly, stdout, 'threw')).toEqual([]);
  });

  it('is true of what it accepts, minified', async () => {
    const { stdout } = await runIn(engine, await minify(trial(accepted.map(([, code]) => code))));
    expect(unexpected(accepted, stdout, 'ran')).toEqual([]);
  });
});

describeEngines('a text behind a block', (engine) => {
  it('is there when the block was skipped', async () => {
    const source = `function f(x, t) {
      if (x) { x = 2; t = 'string'; }
      if (typeof t === 'string') print('text');
      if (x) { x = 3; } else { x = 4; }
      if (typeof t === 'number') print('number');
      try { x++; } catch (e) { x = 0; }
      'ab'.split('').forEach(function (c) { print(c); });
    }
    f(0, 'a');
    f(1, 2);`;
    for (const text of [await minify(source), await tidy(source)])
      expect((await runIn(engine, text)).stdout).toBe('text\na\nb\ntext\na\nb\n');
  });
});

describeEngines('what the interpreter would take for something else', (engine) => {
  it.each([
    ['a division of this', 'Number.prototype.half = function () { return this / 2; }; print(n.half());'],
    ['a division of a property', 'var o = { new: n, of: 48 }; o.new /= 2; print(o.new / n, o.of / n / 2);'],
    ['a division of an object', 'print({ valueOf: function () { return n; } } / 2);'],
    [
      'a regular expression in a loop',
      'for (; n < 8; ) /7/.exec(n) ? (n = 9) : n++; while (/9/.test(n)) /./.test(n) && n++; print(n);',
    ],
    ['a regular expression behind an operator', 'print(n | /a/.test("a"), n ^ /b/.test("b"), ~/c/.test("c"));'],
    [
      'a text in a case',
      'for (; n < 8; n++) switch (n) { case 6: if (typeof n === "number") print("number"); break; case 7: print(n); }',
    ],
    [
      'a text behind branches',
      "if (n) print(1); else if (n === 1) throw n; 'a,b'.split(',').forEach(function (c) { print(c); });",
    ],
    [
      'a regular expression behind a block',
      'if (n) print(1); else { n++; print(2); } /a/.test(n) && print(3); print(4);',
    ],
    [
      'a regular expression in a case',
      'for (; n < 8; n++) switch (n) { case 6: if (/6/.test(n)) print("six"); break; case 7: print(n); }',
    ],
    ['a comma in an index', 'var a = [5, 6]; print(a[n++, n - 6]);'],
    ['an object before a loop', '({ say() { print("said"); } }).say(); for (n = 0; n < 2; n++) print(n);'],
    ['a function before a loop', '(function () { print(n); return n; })(n++); for (n = 0; n < 2; n++) print(n);'],
  ])('is read as it is meant: %s', async (_, code) => {
    const lines: string[] = [];
    const program = `function f(n) { ${code} } f(6);`;
    new Function('print', program)((...all: unknown[]) => lines.push(all.join(' ')));
    expect(lines.length).toBeGreaterThan(0);
    for (const text of [await minify(program), await tidy(program)])
      expect((await runIn(engine, text)).stdout).toBe(`${lines.join('\n')}\n`);
  });
});
