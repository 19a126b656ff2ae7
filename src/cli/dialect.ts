// Checks a program against the JavaScript that the interpreter runs: ES5 and arrow functions, without hoisting, and with
// gaps of its own.
import { parse } from 'acorn';
import {
  BUILT_IN_CLASSES,
  HELPERS,
  KNOWN_GLOBALS,
  MISSING_GLOBALS,
  MISSING_METHODS,
  MISSING_STATICS,
  READABLE_PROTOTYPES,
} from './lacking';
import { nodesOf } from './minify';
import { regexFault } from './regex';
import { checkOrder } from './order';
import { children } from './scopes';

export interface Finding {
  /** offset in the text, and the same as line (from 1) and column (from 0) */
  pos: number;
  line: number;
  column: number;
  rule: string;
  message: string;
}

export interface DialectOptions {
  /** for library code: also report what is only dangerous, and every global that is not known to exist */
  strict?: boolean;
}

type Report = (pos: number, rule: string, message: string) => void;

const MAX_IDENTIFIER = 63;

export function checkDialect(code: string, options: DialectOptions = {}): Finding[] {
  const found = new Map<string, Finding>();
  const report: Report = (pos, rule, message) => {
    const before = code.slice(0, pos).split('\n');
    const finding = { pos, line: before.length, column: before[before.length - 1].length, rule, message };
    if (!found.has(pos + rule)) found.set(pos + rule, finding);
  };
  let program: any;
  try {
    program = parse(code, { ecmaVersion: 2015, sourceType: 'script', allowReturnOutsideFunction: true });
  } catch (e: any) {
    report(e.pos ?? 0, 'syntax', `not ES5: ${e.message.replace(/ \(\d+:\d+\)$/, '')}`);
    return [...found.values()];
  }
  for (const node of nodesOf(program)) {
    if (node.type === 'ArrowFunctionExpression') asFunction(node);
    const newer = newerThanES5(node);
    if (newer) {
      report(node.start, 'syntax', `not ES5: ${newer}`);
      return [...found.values()];
    }
  }
  const checked: Program = { code, own: ownNames(program, code), strict: options.strict, report };
  for (const node of nodesOf(program)) CHECKS[node.type]?.(node, checked);
  const order = checkOrder(program);
  for (const { pos, name, why } of order.faults) report(pos, 'order', `${name} ${why}`);
  for (const { pos, name } of order.globals) {
    if (HELPERS[name]) report(pos, 'helper', `${HELPERS[name]} is not supported`);
    else if (MISSING_GLOBALS.has(name) && !order.probed.has(name)) report(pos, 'missing', `no global ${name}`);
    else if (options.strict && !KNOWN_GLOBALS.has(name) && !order.probed.has(name))
      report(pos, 'missing', `unknown global ${name}`);
  }
  const list = [...found.values()].sort((a, b) => a.pos - b.pos);
  // Code that needs a helper often breaks the order too, which is nothing new.
  const helped = new Set(list.filter(({ rule }) => rule === 'helper').map(({ line }) => line));
  return list.filter(({ rule, line }) => rule !== 'order' || !helped.has(line));
}

/** Turns an arrow function into a plain one, for the checks that follow. */
function asFunction(node: any): void {
  node.type = 'FunctionExpression';
  if (!node.expression) return;
  const { start, end } = node.body;
  // no statement ends behind it, and none needs to
  node.body = {
    type: 'BlockStatement',
    start,
    end,
    body: [{ type: 'ReturnStatement', start, end, argument: node.body }],
  };
}

const ES5 = new Set(
  (
    'Program EmptyStatement BlockStatement ExpressionStatement IfStatement LabeledStatement BreakStatement ' +
    'ContinueStatement WithStatement SwitchStatement SwitchCase ReturnStatement ThrowStatement TryStatement ' +
    'CatchClause WhileStatement DoWhileStatement ForStatement ForInStatement DebuggerStatement FunctionDeclaration ' +
    'VariableDeclaration VariableDeclarator FunctionExpression Identifier Literal ThisExpression ArrayExpression ' +
    'ObjectExpression Property SequenceExpression UnaryExpression BinaryExpression AssignmentExpression ' +
    'UpdateExpression LogicalExpression ConditionalExpression CallExpression NewExpression MemberExpression'
  ).split(' '),
);

/** Syntax newer than ES5, except arrow functions and shorthand properties, which the interpreter has. */
function newerThanES5(node: any): string | undefined {
  if (!ES5.has(node.type)) return node.type;
  if (node.type === 'VariableDeclaration' && node.kind !== 'var') return node.kind;
  if (node.generator) return 'a generator';
  if (node.type === 'Property' && node.computed) return 'a computed key';
  if (typeof node.value === 'string' && /[^\\](\\\\)*\\u\{/.test(node.raw)) return node.raw;
  return undefined;
}

/** Names of methods that the program defines on its own objects, and those it adds to others, such as `Array.from`. */
function ownNames(program: any, code: string): Set<string> {
  const names = new Set<string>();
  for (const node of nodesOf(program)) {
    if (node.type === 'Property') names.add(node.key.name ?? node.key.value);
    if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression')
      names.add(nameOf(node.left.property)).add(code.slice(node.left.start, node.left.end));
  }
  return names;
}

const nameOf = (node: any): string => node.name ?? String(node.value ?? '');

interface Program {
  code: string;
  /** see `ownNames` */
  own: Set<string>;
  strict?: boolean;
  report: Report;
}

type Check = (node: any, program: Program) => void;

const CHECKS: Record<string, Check> = {
  LabeledStatement: (node, { report }) => report(node.start, 'syntax', 'labels are not supported'),
  WithStatement: (node, { report }) => report(node.start, 'syntax', 'with is not supported'),
  DebuggerStatement: (node, { report }) => report(node.start, 'syntax', 'debugger stops the interpreter for good'),

  Identifier(node, { report }) {
    if (node.name.length > MAX_IDENTIFIER)
      report(node.start, 'identifier', `identifier longer than ${MAX_IDENTIFIER} characters: ${node.name}`);
    // eslint-disable-next-line no-control-regex
    if (/[^\x00-\x7f]/.test(node.name)) report(node.start, 'identifier', `identifier is not ASCII: ${node.name}`);
  },

  SwitchStatement(node, { report }) {
    const at = node.cases.findIndex((c: any) => !c.test);
    if (at >= 0 && at < node.cases.length - 1)
      report(node.cases[at].start, 'syntax', 'default must be the last case of a switch');
  },

  ForStatement(node, { report }) {
    for (const inner of node.init ? nodesOf(node.init) : [])
      if (inner.type === 'BinaryExpression' && inner.operator === 'in')
        report(inner.start, 'syntax', '"in" inside the initialiser of for(;;)');
  },

  ReturnStatement(node, { code, report }) {
    if (!node.argument && code[node.end - 1] !== ';' && /^\s*\}/.test(code.slice(node.end)))
      report(node.start, 'return', 'return without a semicolon before }');
  },

  TryStatement(node, { report }) {
    for (const { start, word } of node.finalizer ? exitsOf(node.finalizer) : [])
      report(start, 'finally', `${word} in finally, which the interpreter goes past`);
  },

  FunctionDeclaration: declaration,
  VariableDeclarator: declaration,
  FunctionExpression: reservedNames,
  CatchClause: reservedNames,

  Literal(node, { report }) {
    const fault = node.regex && regexFault(node.regex.pattern, node.regex.flags);
    if (fault) report(node.start, 'regex', `regular expression uses ${fault}, which is not supported`);
  },

  NewExpression: regexConstructor,

  UnaryExpression(node, { report }) {
    // a variable is deleted: it was the member of a module
    if (node.operator === 'delete' && node.argument.type === 'Identifier')
      report(node.start, 'module', 'a module in a bundle keeps its members: delete is not possible');
  },

  UpdateExpression: (node, { report }) => checkTarget(node, node.argument, report),
  ForInStatement: (node, { report }) => checkTarget(node, node.left, report),

  AssignmentExpression(node, { report }) {
    const { left, right } = node;
    checkTarget(node, left, report);
    if (left.type === 'MemberExpression' && nameOf(left.property) === 'length' && left.object.type !== 'ThisExpression')
      if (right.type === 'Literal') report(node.start, 'missing', 'the length of an array cannot be assigned');
  },

  MemberExpression(node, { code, own, report }) {
    const name = nameOf(node.property);
    const on = node.object;
    if ((node.computed && node.property.type !== 'Literal') || own.has(code.slice(node.start, node.end))) return;
    if (on.type === 'Identifier' && MISSING_STATICS[on.name]?.has(name))
      report(node.start, 'missing', `no ${on.name}.${name}`);
    if (on.type !== 'MemberExpression' || on.object.type !== 'Identifier' || nameOf(on.property) !== 'prototype')
      return;
    const type = on.object.name;
    if (BUILT_IN_CLASSES.has(type) && !READABLE_PROTOTYPES[type]?.has(name))
      report(node.start, 'missing', `${type}.prototype.${name} cannot be read as a value`);
  },

  CallExpression(node, program) {
    const { own, strict, report } = program;
    regexConstructor(node, program);
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.computed) return;
    const name = callee.property.name;
    const on = callee.object.type === 'Identifier' ? callee.object.name : '';
    const at = callee.property.start;
    const isMissing = MISSING_METHODS.has(name) || (name === 'search' && node.arguments[0]?.regex);
    if (isMissing && !own.has(name) && on !== 'Object') report(at, 'method', `no method ${name}()`);
    if (/^replace(All)?$/.test(name) && !own.has(name)) checkReplace(node, at, report);
    if (on === 'JSON' && name === 'parse' && node.arguments.length > 1)
      report(at, 'missing', 'JSON.parse has no reviver');
    if (name === 'split' && node.arguments.length > 1) report(at, 'missing', 'split ignores its limit');
    if (strict && name === 'catch')
      report(
        at,
        'risky',
        'catch() on a settled promise rejects with its value; use then(function (v) { return v }, f)',
      );
  },
};

/** What a member of a module becomes that the module does not have. */
function checkTarget(node: any, target: any, report: Report): void {
  if (target.name === 'undefined')
    report(node.start, 'module', 'a module in a bundle gets no new members: set them on an object of your own');
}

/** What the interpreter would put into the text as it is. */
function checkReplace({ arguments: [what, by] }: any, at: number, report: Report): void {
  if (typeof what?.value === 'string' && by?.type === 'FunctionExpression')
    report(at, 'missing', 'no function in replace() of a text: replace a regular expression');
  if (typeof by?.value === 'string' && /\$[$&`']/.test(by.value))
    report(at, 'missing', `no ${by.value.match(/\$[$&`']/)[0]} in replace()`);
}

const EXITS: Record<string, string> = {
  ReturnStatement: 'return',
  ThrowStatement: 'throw',
  BreakStatement: 'break',
  ContinueStatement: 'continue',
};

/** The statements that leave a block; `inside` are the words that, this deep in it, do not. */
function* exitsOf(node: any, inside: string[] = []): Generator<{ start: number; word: string }> {
  const { type, start } = node;
  const word = EXITS[type];
  if (word && !inside.includes(word)) yield { start, word };
  if (/Function/.test(type)) return;
  if (/^(Do)?While|^For/.test(type)) inside = [...inside, 'break', 'continue'];
  if (type === 'SwitchStatement') inside = [...inside, 'break'];
  for (const [key, child] of children(node))
    yield* exitsOf(child, key === 'block' && node.handler ? [...inside, 'throw'] : inside);
}

function declaration(node: any, program: Program): void {
  const helper = HELPERS[node.id.name];
  if (helper && node.init?.type !== 'MemberExpression')
    program.report(node.start, 'helper', `${helper} is not supported`);
  reservedNames(node, program);
}

/** Words that are reserved in the interpreter, but not in ES5. */
function reservedNames(node: any, { report }: Program): void {
  for (const declared of [node.id, node.param, ...(node.params ?? [])])
    if (/^(of|let)$/.test(declared?.name))
      report(declared.start, 'identifier', `${declared.name} is a word of the interpreter, not a name`);
}

function regexConstructor(node: any, { report }: Program): void {
  const [pattern, flags] = node.arguments;
  if (node.callee.name !== 'RegExp' || typeof pattern?.value !== 'string') return;
  const fault = regexFault(pattern.value, typeof flags?.value === 'string' ? flags.value : '');
  if (fault) report(node.start, 'regex', `regular expression uses ${fault}, which is not supported`);
}
