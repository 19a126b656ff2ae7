// What a file of an application requires: calls of `require` for bundled modules become imports, so that unused parts can
// be left out, or calls that run a CommonJS file at that moment. No line moves, so errors can be traced to the source.
import { setsExports } from './app';
import type { Compiled } from './app';
import { Failure } from './failure';
import { edited, nodesOf } from './minify';
import type { Edit } from './minify';
import { children } from './scopes';

/** What a name in `require` or `import` stands for; without `file` the device has to find it. */
export interface Target {
  file?: string;
  /** what an `import` uses: the file, or for CommonJS a module that names its exports */
  imported?: string;
  isCommonJs?: boolean;
  /** it runs where it is required, and not before */
  isLazy?: boolean;
  /** one of this package's */
  isOurs?: boolean;
}

/** What a file needs to know of the rest; lines are those of its compiled text. */
export interface Surroundings {
  lookUp(name: string, line: number): Target;
  /** file and line in the source */
  place(line: number): string;
  warn(text: string): void;
  /** it is the application itself */
  isApp: boolean;
}

const requiredName = (node: any): string | undefined =>
  node?.type === 'CallExpression' && node.callee.name === 'require' && typeof node.arguments[0]?.value === 'string'
    ? node.arguments[0].value
    : undefined;

/** A place where a file names another. */
export interface Mention {
  name: string;
  line: number;
  kind: 'import' | 'require';
  /** nothing with an effect stands before it */
  isFirst: boolean;
}

/** The files that a file names, in order. */
export function mentionsOf({ code, program }: Compiled): Mention[] {
  const first = requiredFirst(program);
  const mentions: [any, Mention][] = [];
  for (const node of nodesOf(program)) {
    const name = node.source && program.body.includes(node) ? node.source.value : requiredName(node);
    if (name === undefined) continue;
    const kind = node.source ? 'import' : 'require';
    mentions.push([node, { name, line: lineOf(code, node), kind, isFirst: first.has(node) }]);
  }
  return mentions.sort(([a], [b]) => a.start - b.start).map(([, mention]) => mention);
}

/** The calls of `require` at the top of a file, up to the first statement that could notice when they are made. */
function requiredFirst(program: any): Set<any> {
  const calls = new Set<any>();
  // what can be read without an effect
  const names = new Set(['Object']);
  /** Can nobody notice when a value is made? If it is a call of `require`, that is added to the list. */
  const isQuiet = (value: any): boolean => {
    const from = value?.type === 'MemberExpression' && !value.computed ? value.object : value;
    if (requiredName(from) !== undefined) return !!calls.add(from);
    return !value || /^(Literal|FunctionExpression)$/.test(value.type) || (from !== value && names.has(from.name));
  };
  for (const node of program.body) {
    if (node.source || node.type === 'FunctionDeclaration') continue;
    if (node.type === 'VariableDeclaration') {
      if (!node.declarations.every((d: any) => isQuiet(d.init) && names.add(d.id.name))) break;
    } else if (node.type !== 'ExpressionStatement' || !isQuiet(exported(node.expression))) break;
  }
  return calls;
}

/** The value of an assignment to `exports.NAME` or `module.exports`; any other expression itself. */
function exported(node: any): any {
  if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression' || node.left.computed) return node;
  const { object } = node.left;
  return /^(exports|module)$/.test((object.object || object).name) ? node.right : node;
}

/** Parts of a program that only the uploading tools understand. */
function forTools({ type, object, property, directive }: any): string | undefined {
  if (directive === 'compiled') return '"compiled"';
  if (type !== 'MemberExpression' || object.name !== 'E' || !/^(asm|compiledC)$/.test(property.name)) return undefined;
  return `E.${property.name}`;
}

/** What runs a string later, when the program's names have been changed and are not global. */
function lateText({ type, callee, arguments: given }: any): string | undefined {
  if (type !== 'CallExpression' || !/^set(Timeout|Interval|Watch)$/.test(callee.name)) return undefined;
  return typeof given[0]?.value === 'string' ? callee.name : undefined;
}

/** `this` outside of functions. */
function* outerThis(node: any): Generator<any> {
  if (node.type === 'ThisExpression') yield node;
  if (!/Function/.test(node.type)) for (const [, child] of children(node)) yield* outerThis(child);
}

const lineOf = (code: string, node: any): number => code.slice(0, node.start).split('\n').length;

export function toModule(compiled: Compiled, isLazy: boolean, { lookUp, place, warn, isApp }: Surroundings): string {
  const { code, program } = compiled;
  const imports: string[] = [];
  const edits: Edit[] = [];
  const done = new Set<any>();
  const written = new Set<string>();
  const loaders = new Map<string, string>();
  const target = (node: any): Target => lookUp(requiredName(node) as string, lineOf(code, node));
  /** Modules run in the order of their imports, so each import stands where the file is required. */
  const importAt = (node: any, text: string): void => {
    const { start } = program.body.find((statement: any) => node.end <= statement.end);
    if (isLazy) imports.push(text);
    else edits.push({ start, end: start, text });
  };
  const importAs = (node: any, name: string, { file, isCommonJs }: Target): void =>
    importAt(node, `import ${isCommonJs ? name : `* as ${name}`} from ${JSON.stringify(file)}; `);

  for (const node of nodesOf(program))
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier') written.add(node.left.name);

  for (const node of program.body) {
    if (node.source) {
      const line = lineOf(code, node);
      edits.push(relink(node, lookUp(node.source.value, line), code, place(line)));
    }
    if (node.type !== 'VariableDeclaration') continue;
    const kept = node.declarations.filter((declarator: any) => {
      const { id, init } = declarator;
      if (requiredName(init) === undefined || written.has(id.name)) return true;
      const from = target(init);
      if (!from.file || from.isLazy) return true;
      done.add(init);
      importAs(node, id.name, from);
      return false;
    });
    if (kept.length === node.declarations.length) continue;
    // The rest of the declaration stays; requires in it are replaced by the loop below.
    for (const declarator of node.declarations) if (!kept.includes(declarator)) edits.push(drop(declarator, node));
  }

  for (const node of nodesOf(program)) {
    if (requiredName(node) === undefined && node.type === 'CallExpression' && node.callee.name === 'require')
      warn(`${place(lineOf(code, node))}: which module is required here is not known: it has to be on the device`);
    const tool = forTools(node);
    if (tool) warn(`${place(lineOf(code, node))}: ${tool} is for Espruino's own tools: in a bundle nobody compiles it`);
    const late = lateText(node);
    if (late)
      warn(`${place(lineOf(code, node))}: ${late}() of a text, which finds no names of a bundle: give a function`);
    if (requiredName(node) === undefined || done.has(node)) continue;
    const from = target(node);
    if (!from.file) continue;
    let name = loaders.get(from.file);
    if (!name) {
      name = `required_${node.start}`;
      if (from.isLazy) {
        loaders.set(from.file, name);
        importAt(node, `import { load as ${name} } from ${JSON.stringify(from.file)}; `);
      } else importAs(node, name, from);
    }
    edits.push({ start: node.start, end: node.end, text: from.isLazy ? `${name}()` : name });
  }

  if (isLazy || compiled.isCommonJs)
    for (const { start, end } of outerThis(program)) edits.push({ start, end, text: 'exports' });

  if (compiled.isCommonJs)
    for (const node of nodesOf(program))
      if (setsExports(node)) edits.push({ start: node.start, end: node.start, text: 'module.exports = ' });

  // the firmware looks for it among the globals
  if (isApp && program.body.some((node: any) => declares('onInit', node.declaration || node)))
    edits.push({ start: code.length, end: code.length, text: 'global.onInit = onInit;\n' });

  const body = edited(code, edits);
  return imports.join('') + (isLazy ? lazy(body) : compiled.isCommonJs ? commonJs(body) : body);
}

const declares = (name: string, { id, declarations }: any): boolean =>
  (declarations || [{ id }]).some((declarator: any) => declarator.id?.name === name);

/** Removes one declarator; the rest must still be a declaration. */
function drop(declarator: any, declaration: any): Edit {
  const all = declaration.declarations;
  if (all.length === 1) return { start: declaration.start, end: declaration.end, text: '' };
  return { start: declarator.start, end: declarator.end, text: `unused_${declarator.start}` };
}

/**
 * An `import` or `export ... from` with the file it means. Neither our modules nor the firmware's have a default export:
 * `import x from "fs"` means all of it.
 */
function relink(node: any, { imported: file, isOurs }: Target, code: string, place: string): Edit {
  const { source, specifiers = [], start, end } = node;
  if (node.type === 'ExportAllDeclaration' && !node.exported && !file)
    throw new Failure(`${place}: what "export *" of ${source.raw} would export, only the device knows`);
  const from = JSON.stringify(file || source.value);
  const isWhole = (specifier: any): boolean =>
    specifier.type === 'ImportDefaultSpecifier' || (specifier.imported || specifier.local).name === 'default';
  const whole = file && !isOurs ? [] : specifiers.filter(isWhole);
  if (!whole.length) return { start: source.start, end: source.end, text: from };

  const word = node.type === 'ImportDeclaration' ? 'import' : 'export';
  const named: string[] = [];
  let text = '';
  for (const specifier of specifiers) {
    const own = code.slice(specifier.start, specifier.end);
    const name = specifier.exported ? `whole_${specifier.start}` : specifier.local.name;
    if (whole.includes(specifier)) text += `import * as ${name} from ${from}; `;
    else if (specifier.type === 'ImportNamespaceSpecifier') text += `import ${own} from ${from}; `;
    else named.push(own);
    if (whole.includes(specifier) && specifier.exported) text += `export { ${name} as ${specifier.exported.name} }; `;
  }
  return { start, end, text: text + (named.length ? `${word} { ${named.join()} } from ${from};` : '') };
}

function commonJs(body: string): string {
  return `var module = { exports: {} }; var exports = module.exports; ${body}\nexport default module.exports;`;
}

/** A file that runs at the first call of `load`. */
function lazy(body: string): string {
  return `import { once } from ${JSON.stringify(ONCE)}; export var load = once(function (module, exports) { ${body}\n});`;
}

/** The module that keeps what `load` returns. A file that throws runs again when it is required again, as in Node. */
export const ONCE = '\0once';
export const ONCE_CODE = `
export function once(run) {
  var module;
  return function () {
    if (!module) {
      module = { exports: {} };
      try {
        run(module, module.exports);
      } catch (e) {
        module = null;
        throw e;
      }
      run = null;
    }
    return module.exports;
  };
}`;

/** The exports of a CommonJS file by name, as an `import` needs them; unused ones are left out. */
export function withNames(file: string, isLazy: boolean, names: string[]): string {
  const from = JSON.stringify(file);
  const whole = isLazy ? `import { load } from ${from}; var whole = load();` : `import whole from ${from};`;
  const named = names.map((name, i) => `var named_${i} = whole.${name}; export { named_${i} as ${name} };`);
  return `${whole} export default whole; ${named.join(' ')}`;
}
