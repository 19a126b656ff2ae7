// Makes the smallest text that the interpreter still accepts. It imports nothing of the project, as the build uses it.
import { parse } from 'acorn';
import { minify as terser } from 'terser';
import type { MinifyOptions } from 'terser';

export interface MinifyRequest {
  /** internal properties to shorten; none when absent */
  props?: RegExp;
  /** property names that must not be given to others */
  reserved?: string[];
  /** the short names of internal properties so far, for modules that must agree on them */
  cache?: { props?: object };
  /** false: shorten names only */
  compress?: boolean;
  /** false: compute nothing beforehand, such as the length of a string, which may differ in the interpreter */
  evaluate?: boolean;
  /** the longest line: in the interpreter, an error's stack has as many blanks as its column, which take memory */
  lineLength?: number;
  /**
   * names of properties that are frequent become variables, which are shorter; but not in the functions with these names,
   * which have to be fast: in the interpreter it takes a few percent more time
   */
  wordsExcept?: string[];
  /** false: no arrow functions, which Node, unlike the interpreter, does not accept as constructors */
  arrows?: boolean;
}

/** Names of internal properties: `_code`, not `__proto__`. */
export const INTERNAL = /^_[^_]/;

/** A part of a program, and all parts of it. */
export function* nodesOf(node: any): Generator<any> {
  yield node;
  for (const key of Object.keys(node)) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === 'string') yield* nodesOf(child);
    }
  }
}

/** A change of a text: `text` takes the place of what is between two offsets. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * A text with changes made, none of which may overlap another. What is inserted at the same place keeps its order, and
 * stands before what replaces the text behind it.
 */
export function edited(code: string, edits: Edit[]): string {
  // from the end, so that the offsets of what is still to be done stay right
  return [...edits]
    .reverse()
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), code);
}

const inserted = (at: number, text: string): Edit => ({ start: at, end: at, text });

/** The names of all properties that a program mentions, quoted ones included. */
export function propertyNames(code: string): Set<string> {
  const names = new Set<string>();
  for (const node of nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }))) {
    const key = node.type === 'MemberExpression' ? node.property : node.type === 'Property' ? node.key : node;
    if (key.type === 'Identifier' && key !== node) names.add(key.name);
    if (key.type === 'Literal' && typeof key.value === 'string') names.add(key.value);
  }
  return names;
}

/** The comparison with a string that a statement starts with, if its two sides can change places as they stand. */
function comparisonAt(statement: any, code: string): any {
  for (const node of nodesOf(statement)) {
    const { start, operator, left, right } = node;
    if (start !== statement.start || !/^[!=]==?$/.test(operator) || left.type !== 'Literal') continue;
    const plain = code.slice(left.end, right.start).trim() === operator;
    return plain && /^(?!function\b|class\b)[\w$]/.test(code.slice(right.start)) ? node : undefined;
  }
  return undefined;
}

/** Is a text lost behind a statement if the interpreter skips its last part: a block, or an `if` inside another? */
function losesText(statement: any, code: string): boolean {
  if (code[statement.end - 1] === '}') return true;
  let ifs = 0;
  for (let part = statement; part; part = part.alternate || part.consequent || part.body)
    if (part.type === 'IfStatement') ifs++;
  return ifs > 1;
}

/** Is a regular expression harmless if taken for program text: does it open no bracket, string or regular expression? */
function isHarmless(pattern: string): boolean {
  const left = pattern.replace(/[^()[\]{}]/g, '').replace(/\[\]|\(\)|\{\}/g, '');
  return !left && /^[^'"`/]*[\]$.\d]$/.test(pattern);
}

/** What the interpreter takes for the start of a regular expression if `/` is next. A property may have such a name. */
const BEFORE_REGEX = new RegExp(
  '(\\+\\+|--|\\}|(^|[^\\w$])(break|case|catch|class|const|continue|debugger|default|delete|do|else|extends|finally|for|' +
    'function|if|in|instanceof|let|new|of|return|static|super|switch|this|throw|try|typeof|var|void|while))$',
);

/** The statements that are parts of another without a block around them. */
const bodiesOf = ({ type, body, consequent, alternate }: any): any[] =>
  /^(If|While|For|ForIn)Statement$/.test(type) ? [body, consequent, alternate].filter(Boolean) : [];

/**
 * Mends what minifiers write and the interpreter cannot read:
 * - `if(x)return}`, a `return` without value and semicolon at the end of a function ("Unexpected end of Input");
 * - `i++/n`, a division behind `++`, `--`, `}` or a word such as `this`, which it takes for the start of a regular
 *   expression, and `if(x)/a/.exec(s)` or `n|/a/.test(s)`, where it takes a regular expression for a division;
 * - `for({a:1}.b(),i=0;;)` and `for(function(){}(),i=0;;)`, which it takes for a block and a declaration;
 * - `a[b,c]`, where it knows no comma;
 * - `/[/]/`, a slash in a class, which it takes for the end of the regular expression;
 * - `if(x){}"a"==y&&z()`, a string or regular expression at the start of a statement, which is empty behind a block that was
 *   skipped, behind an `if` inside a skipped one, and behind `case 1:`. It gets a `;`, or in a comparison the two sides
 *   change places, as Espruino's tools, should they minify the bundle again, would drop that.
 *
 * And what Espruino's tools cannot read: behind `|` they take a regular expression for a division, and its contents for
 * brackets and strings of the program.
 */
export function mend(code: string): string {
  const edits: Edit[] = [];
  const bracket = ({ start, end }: any) => edits.push(inserted(start, '('), inserted(end, ')'));
  for (const node of nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))) {
    if (node.type === 'ReturnStatement' && !node.argument && code[node.end - 1] !== ';')
      edits.push(inserted(node.end, ';'));
    if (/^\/=?$/.test(node.operator)) {
      const { start, end } = node.left;
      if (BEFORE_REGEX.test(code.slice(start, end)) && /^\s*\//.test(code.slice(end))) bracket(node.left);
    }
    if (node.type === 'ForStatement' && node.init && /^(\{|function\b)/.test(code.slice(node.init.start)))
      bracket(node.init);
    if (node.computed && node.property?.type === 'SequenceExpression' && code[node.property.end] === ']')
      bracket(node.property);
    for (const { start, end } of bodiesOf(node))
      if (code[start] === '/') edits.push(inserted(start, '{'), inserted(end, '}'));
    const list = Array.isArray(node.body) ? node.body : Array.isArray(node.consequent) ? node.consequent : [];
    for (let i = 0; i < list.length; i++) {
      const isLost = i ? losesText(list[i - 1], code) : node.type === 'SwitchCase';
      if (isLost && /["'`/]/.test(code[list[i].start])) {
        const { left, right, end, operator } = comparisonAt(list[i], code) || {};
        if (!left) edits.push(inserted(list[i].start, ';'));
        else
          edits.push(
            { start: left.start, end: right.start, text: '' },
            inserted(end, operator + code.slice(left.start, left.end)),
          );
      }
    }
    // outside a class a slash already has a backslash
    for (const { 0: piece, index } of node.regex ? node.regex.pattern.matchAll(/\\[^]|\//g) : [])
      if (piece === '/') edits.push(inserted(node.start + 1 + index, '\\'));
    const before = node.regex ? code.slice(0, node.start).trimEnd() : '';
    if (/(^|[^|])[|^~]$/.test(before) || (/\|$/.test(before) && !isHarmless(node.regex.pattern))) bracket(node);
  }
  return edited(code, edits);
}

/** What terser makes of a program, in a form that the interpreter can read. */
async function terse(code: string, options: MinifyOptions): Promise<string> {
  const { code: out } = await terser(code, options);
  return mend(out || '');
}

const FIRST = 'etnrisoaclhudfpmgvybkwxjqzETNRISOACLHUDFPMGVYBKWXJQZ$_';

/** Names from the shortest on. */
function* shortNames(): Generator<string> {
  yield* FIRST;
  for (const name of shortNames()) for (const last of FIRST + '0123456789') yield name + last;
}

/** Gives internal properties short names, the shortest to the most frequent; the minifier would go by their order. */
function nameProperties(code: string, { props, reserved = [], cache = {} }: MinifyRequest): object {
  const known: any = cache.props || (cache.props = { props: {} });
  const counts = new Map<string, number>();
  for (const { type, name, value } of nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }))) {
    // a property may be quoted
    const word = type === 'Literal' ? String(value) : name;
    if (word && props!.test(word) && !known.props[`$${word}`]) counts.set(word, (counts.get(word) || 0) + 1);
  }
  const taken = new Set([...reserved, ...propertyNames(code), ...Object.values(known.props)]);
  const free = shortNames();
  for (const [name] of [...counts].sort((a, b) => b[1] - a[1])) {
    let short: string;
    do short = free.next().value!;
    while (taken.has(short));
    known.props[`$${name}`] = short;
  }
  // a copy, as the minifier turns it into a Map
  return { props: { ...known.props } };
}

/**
 * Declared functions as variables: those without `this` can become arrow functions, a fifteenth less text. Nothing is
 * hoisted in the interpreter, so it makes no difference there.
 */
function undeclare(code: string): string {
  const edits: Edit[] = [];
  for (const node of nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))) {
    if (node.type === 'FunctionDeclaration')
      edits.push(
        { start: node.start, end: node.id.end, text: `var ${node.id.name}=function` },
        inserted(node.end, ';'),
      );
  }
  return edited(code, edits);
}

/** Replaces `void 0` by a variable that is never set: the first of the program, which the interpreter finds at once. */
function nameNothing(code: string): string {
  const all = [...nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))].filter(
    ({ operator, argument }) => operator === 'void' && argument.value === 0,
  );
  if (all.length < 2 || !/^(\W?(function\(\)|\(\)=>)\{)?var /.test(code) || /\bnothing\b/.test(code)) return code;
  const edits = all.map(({ start, end }) => ({ start, end, text: ' nothing' }));
  return edited(code, edits).replace('var', 'var nothing,');
}

/** What a variable in the place of a longer name has to save, in bytes: it takes two or three variables of the interpreter. */
const WORTH = 16;

/** Replaces the names of frequent properties by variables: `a.length` by `a[length_]`. */
function nameWords(code: string, { props, wordsExcept = [] }: MinifyRequest): string {
  const all = [...nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))];
  const fast = all.filter(({ id, key }) => wordsExcept.includes((id || key)?.name));
  const places = new Map<string, any[]>();
  for (const { type, computed, property, start, end } of all) {
    if (type !== 'MemberExpression' || computed || props?.test(property.name)) continue;
    if (fast.some((part) => part.start <= start && end <= part.end)) continue;
    places.set(property.name, [...(places.get(property.name) || []), property]);
  }
  const worth = [...places].filter(([name, { length }]) => length * (name.length - 2) - name.length > WORTH);
  if (!worth.length || !code.startsWith('var ')) return code;
  // from the dot on
  const edits = worth.flatMap(([name, uses]) =>
    uses.map(({ start, end }) => ({ start: start - 1, end, text: `[${name}_]` })),
  );
  const words = worth.map(([name]) => `${name}_="${name}",`);
  return edited(code, edits).replace('var ', `var ${words.join('')}`);
}

/** Natives that the interpreter looks up in long tables. */
const NATIVES =
  'Uint8Array Array.isArray JSON.parse JSON.stringify Math.abs Math.ceil Math.floor Math.max Math.min Math.round ' +
  'Object.assign Object.create Object.keys String.fromCharCode';

/** Puts natives that a program does not replace into variables, where that is less text. */
function nameNatives(code: string): string {
  const uses = new Map<string, any[]>();
  const keys = new Set<any>();
  const changed = new Set<string>();
  for (const node of nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))) {
    if (!node.computed) keys.add(node.property).add(node.key);
    if (node.shorthand) keys.add(node.value);
    for (const own of [node.id, node.left, node.argument, ...(node.params || [])])
      if (own) changed.add(code.slice(own.start, own.end));
    const text = code.slice(node.start, node.end);
    if (/^(Identifier|MemberExpression)$/.test(node.type) && NATIVES.split(' ').includes(text) && !keys.has(node))
      uses.set(text, [...(uses.get(text) || []), node]);
  }
  let natives = '';
  const edits: Edit[] = [];
  for (const [text, nodes] of uses) {
    const [root] = text.split('.');
    // less two letters for each use, and a comma, two letters and `=` for the variable
    const saved = nodes.length * (text.length - 2) - text.length - 4;
    if (changed.has(root) || changed.has(text) || saved < WORTH) continue;
    const name = `${text.replace('.', '$')}$`;
    natives += `${name}=${text},`;
    for (const { start, end } of nodes) edits.push({ start, end, text: name });
  }
  const head = /^(\W?(function\(\)|\(\)=>)\{)?var /.exec(code);
  return head ? edited(code, [inserted(head[0].length, natives), ...edits]) : code;
}

/** Reserved words, and the interpreter's own `E`. */
const NO_NAMES = ['do', 'if', 'in', 'of', 'E'];

/**
 * Short names for what a program declares at its top, the most frequent ones the shortest; terser would go by their
 * order. A name that anything else in the program has is left out.
 */
function nameVariables(code: string): object {
  const body: any[] = (parse(code, { ecmaVersion: 'latest', sourceType: 'script' }) as any).body;
  const declared = body.flatMap((s) => (s.declarations || [s]).map((d: any) => d.id && d.id.name));
  const counts = new Map<string, number>(declared.filter(Boolean).map((name) => [name, 0]));
  for (const { type, name } of nodesOf({ type: 'Program', body }))
    if (type === 'Identifier' && counts.has(name)) counts.set(name, counts.get(name)! + 1);
  const free = shortNames();
  const props: any = {};
  for (const [name] of [...counts].sort((a, b) => b[1] - a[1])) {
    do props[`$${name}`] = free.next().value!;
    while (NO_NAMES.includes(props[`$${name}`]));
  }
  return { props };
}

export async function minify(code: string, request: MinifyRequest = {}): Promise<string> {
  const compress = request.compress !== false;
  const arrows = compress && request.arrows !== false;
  const props = request.props ? nameProperties(code, request) : undefined;
  // directives: "ram" and the like mean something to the interpreter
  // inline: a function that is moved into its only caller is created anew at every call
  // arrow functions are the same there, `new` and `prototype` included
  const compressed = await terse(arrows ? undeclare(code) : code, {
    ecma: 5,
    toplevel: true,
    compress: compress && {
      ecma: 2015,
      passes: 6,
      evaluate: request.evaluate !== false,
      directives: false,
      inline: false,
      reduce_funcs: false,
      arrows,
      unsafe_arrows: arrows,
      unsafe_methods: arrows,
    },
    mangle: false,
    format: { ascii_only: true, comments: false, shorthand: true },
  });
  const natives = nameNatives(compressed);
  const small = nameNothing(request.wordsExcept ? nameWords(natives, request) : natives);
  return terse(small, {
    ecma: 5,
    toplevel: true,
    compress: false,
    mangle: {
      // the interpreter takes it for a keyword
      reserved: ['of'],
      properties: request.props ? { regex: request.props, reserved: request.reserved || [] } : false,
    },
    nameCache: props ? { props, vars: nameVariables(small) } : undefined,
    format: { ascii_only: true, comments: false, shorthand: true, max_line_len: request.lineLength },
  });
}

/** The same program in readable form, without comments: they would cost memory. */
export function tidy(code: string): Promise<string> {
  return terse(code, {
    ecma: 5,
    compress: false,
    mangle: false,
    format: { ascii_only: true, beautify: true, indent_level: 2, comments: false },
  });
}

/** A program wrapped in a function that is called at once, with the functions that it declares at the beginning. */
export function functionsFirst(code: string): string {
  const [statement] = parse(code, { ecmaVersion: 'latest', sourceType: 'script' }).body as any[];
  const { body, start } = statement.expression.callee.body;
  const edits: Edit[] = [];
  for (const item of body)
    if (item.type === 'FunctionDeclaration')
      edits.push(inserted(start + 1, `${code.slice(item.start, item.end)}\n`), {
        start: item.start,
        end: item.end,
        text: '',
      });
  return edited(code, edits);
}

/** `var` declarations of a function's own scope, and whether each stands directly in its body. */
function* ownVariables(node: any, direct: boolean): Generator<{ node: any; direct: boolean }> {
  if (node.type === 'VariableDeclaration') yield { node, direct };
  if (/Function/.test(node.type)) return;
  for (const key of Object.keys(node))
    for (const child of [node[key]].flat())
      if (child && typeof child.type === 'string') yield* ownVariables(child, false);
}

/**
 * A program wrapped in a function that is called at once, as a block with `let` instead. The interpreter keeps a copy
 * of a function's text while it runs it; a block costs none, which is a third of the memory it takes to load a bundle.
 */
export function asBlock(code: string): string {
  const [statement] = parse(code, { ecmaVersion: 'latest', sourceType: 'script' }).body as any[];
  // the program has no effect
  if (!statement) return '';
  const call = statement.expression.argument || statement.expression;
  const body: any[] = call.callee.body.body;
  const edits: Edit[] = [];
  const declared = new Set<string>();
  const hoisted = new Set<string>();
  const put = (start: number, end: number, text: string) => edits.push({ start, end, text });

  for (const item of body)
    if (item.type === 'FunctionDeclaration') {
      declared.add(item.id.name);
      put(item.start, item.id.end, `let ${item.id.name}=function`);
      put(item.end, item.end, ';');
    }
  for (const item of body)
    for (const { node, direct } of ownVariables(item, true)) {
      const names: string[] = node.declarations.map((d: any) => d.id.name);
      if (direct && !names.some((name) => declared.has(name) || hoisted.has(name))) {
        names.forEach((name) => declared.add(name));
        put(node.start, node.start + 'var'.length, 'let');
      } else {
        names.filter((name) => !declared.has(name)).forEach((name) => hoisted.add(name));
        const set = node.declarations.filter((d: any) => d.init).map((d: any) => code.slice(d.start, d.end));
        const end = code[node.end - 1] === ';' ? node.end - 1 : node.end;
        // `for (var k in o)` sets nothing, but has to name what is set
        put(node.start, end, /^\s+(in|of)\b/.test(code.slice(end)) ? names[0] : set.join());
      }
    }
  const whole = edited(code, edits);
  const shift = whole.length - code.length;
  const text = whole.slice(call.callee.body.start + 1, call.callee.body.end - 1 + shift);
  return `{${hoisted.size ? `let ${[...hoisted].join()};` : ''}${text}}`;
}
