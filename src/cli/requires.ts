// What a file of an application requires: calls of `require` for bundled modules become imports, so that unused parts can
// be left out, or calls that run a CommonJS file at that moment. No line moves, so errors can be traced to the source.
import { setsExports } from './app';
import type { Compiled } from './app';
import { Failure } from './failure';
import { edited, nodesOf } from './minify';
import type { Edit } from './minify';
import { outerThis } from './scopes';

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
export function mentionsOf({ program }: Compiled): Mention[] {
  const first = requiredFirst(program);
  const mentions: [any, Mention][] = [];
  for (const node of nodesOf(program)) {
    const name = node.source && program.body.includes(node) ? node.source.value : requiredName(node);
    if (name === undefined) continue;
    const kind = node.source ? 'import' : 'require';
    mentions.push([node, { name, line: lineOf(node), kind, isFirst: first.has(node) }]);
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

const lineOf = (node: any): number => node.loc.start.line;

/** Makes an ES module of a file: with `isLazy` one whose code is a function, else one that runs as it is loaded. */
export function toModule(compiled: Compiled, isLazy: boolean, surroundings: Surroundings): string {
  const { code, program, isCommonJs } = compiled;
  warnOf(program, surroundings);
  const { imports, edits } = replaceRequires(program, isLazy, surroundings);
  edits.push(...relinked(compiled, surroundings), ...exportWords(compiled, isLazy));
  // the firmware looks for it among the globals
  if (surroundings.isApp && program.body.some((node: any) => declares('onInit', node.declaration || node)))
    edits.push({ start: code.length, end: code.length, text: 'global.onInit = onInit;\n' });
  const body = edited(code, edits);
  return imports.join('') + (isLazy ? lazy(body) : isCommonJs ? commonJs(body) : body);
}

/** Warns of calls that a bundle makes useless, or that nobody can resolve. */
function warnOf(program: any, { place, warn }: Surroundings): void {
  for (const node of nodesOf(program)) {
    const warnHere = (text: string): void => warn(`${place(lineOf(node))}: ${text}`);
    if (node.type === 'CallExpression' && node.callee.name === 'require' && requiredName(node) === undefined)
      warnHere('which module is required here is not known: it has to be on the device');
    if (node.type === 'MemberExpression' && node.object.name === 'require')
      warnHere(`require.${node.property.name ?? '...'} does not exist in the interpreter`);
    if (node.type === 'VariableDeclarator' && node.init?.name === 'require')
      warnHere(`what ${node.id.name}() requires is not known: it has to be on the device`);
    const tool = forTools(node);
    if (tool) warnHere(`${tool} is for Espruino's own tools: in a bundle nobody compiles it`);
    const late = lateText(node);
    if (late) warnHere(`${late}() of a text, which finds no names of a bundle: give a function`);
  }
}

/**
 * Replaces each `require` of a bundled module: by the name of an import, or by a call that runs a lazy file. Modules run in
 * the order of their imports, so each import stands in front of the statement that requires the file. In a lazy file, whose
 * code becomes a function, they are `imports` to go before that.
 */
function replaceRequires(
  program: any,
  isLazy: boolean,
  { lookUp }: Surroundings,
): { imports: string[]; edits: Edit[] } {
  const imports: string[] = [];
  const edits: Edit[] = [];
  const target = (call: any): Target => lookUp(requiredName(call) as string, lineOf(call));
  const importAt = (node: any, text: string): void => {
    const { start } = program.body.find((statement: any) => node.end <= statement.end);
    if (isLazy) imports.push(text);
    else edits.push({ start, end: start, text });
  };
  const importAs = (node: any, name: string, { file, isCommonJs }: Target): void =>
    importAt(node, `import ${isCommonJs ? name : `* as ${name}`} from ${JSON.stringify(file)}; `);

  // a variable that is never anything else becomes the import itself
  const done = new Set<any>();
  const written = assignedNames(program);
  for (const statement of program.body)
    for (const declarator of statement.type === 'VariableDeclaration' ? statement.declarations : []) {
      const { id, init } = declarator;
      if (requiredName(init) === undefined || written.has(id.name)) continue;
      const from = target(init);
      if (!from.file || from.isLazy) continue;
      done.add(init);
      importAs(declarator, id.name, from);
      edits.push(drop(declarator, statement));
    }

  const loaders = new Map<string, string>();
  /** calls whose value nobody uses */
  const bare = new Set<any>();
  for (const node of nodesOf(program)) {
    if (node.type === 'ExpressionStatement') bare.add(node.expression);
    if (requiredName(node) === undefined || done.has(node)) continue;
    const from = target(node);
    if (!from.file) continue;
    if (bare.has(node) && !from.isLazy) {
      importAt(node, `import ${JSON.stringify(from.file)}; `);
      edits.push({ start: node.start, end: node.end, text: '0' });
      continue;
    }
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
  return { imports, edits };
}

/** What stands for the exports of a CommonJS file: `this` outside of functions, and `exports = ...`. */
function exportWords({ program, isCommonJs }: Compiled, isLazy: boolean): Edit[] {
  const edits: Edit[] = [];
  if (isLazy || isCommonJs)
    for (const { start, end } of outerThis(program)) edits.push({ start, end, text: 'exports' });
  for (const node of isCommonJs ? nodesOf(program) : [])
    if (setsExports(node)) edits.push({ start: node.start, end: node.start, text: 'module.exports = ' });
  return edits;
}

/** The names that are assigned to, wherever. */
function assignedNames(program: any): Set<string> {
  const names = new Set<string>();
  for (const { type, left } of nodesOf(program))
    if (type === 'AssignmentExpression' && left.type === 'Identifier') names.add(left.name);
  return names;
}

const declares = (name: string, { id, declarations }: any): boolean =>
  (declarations || [{ id }]).some((declarator: any) => declarator.id?.name === name);

/** Removes one declarator; the rest must still be a declaration. */
function drop(declarator: any, declaration: any): Edit {
  const all = declaration.declarations;
  if (all.length === 1) return { start: declaration.start, end: declaration.end, text: '' };
  return { start: declarator.start, end: declarator.end, text: `unused_${declarator.start}` };
}

/** Every `import` and `export ... from` names its file by the path. */
function relinked({ code, program }: Compiled, { lookUp, place }: Surroundings): Edit[] {
  const linking = program.body.filter(({ source }: any) => source);
  return linking.map((node: any) => {
    const line = lineOf(node);
    return relink(node, lookUp(node.source.value, line), code, place(line));
  });
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
