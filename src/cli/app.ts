// One file of an application: compiled to ES5, its `require`s of bundled modules turned into imports so that what it
// does not use can be left out. No line moves, so errors can be traced to the source.
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { parse } from 'acorn';
import ts from 'typescript';
import { Failure, show } from './failure';
import { hide } from './literals';
import { nodesOf } from './minify';

export interface Compiled {
  code: string;
  map: string;
  program: any;
  /** it fills `exports` or `module.exports` instead of using `export` */
  isCommonJs: boolean;
}

/** What a name in `require` or `import` stands for; `file` is absent for what the device has to find. */
export interface Target {
  file?: string;
  isCommonJs?: boolean;
  /** one of this package's */
  isOurs?: boolean;
}

/** What a file has to be told of the rest; lines are those of its compiled text. */
export interface Surroundings {
  lookUp(name: string, line: number): Target;
  /** file and line in the source */
  place(line: number): string;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

export function compile(file: string): Compiled {
  let source: string;
  try {
    source = hide(readFileSync(file, 'utf8'));
  } catch (e: any) {
    throw new Failure(`cannot read ${show(file)}: ${e.code === 'ENOENT' ? 'there is no such file' : e.message}`);
  }
  if (extname(file) === '.json') source = `module.exports = ${source.trim()};`;
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(source.replace(/^#!.*/, ''), {
    fileName: file.replace(/\.json$/, '.js'),
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES5,
      module: ts.ModuleKind.ESNext,
      allowJs: true,
      noEmitHelpers: true,
      removeComments: true,
      sourceMap: true,
    },
  });
  for (const { messageText, start, file: at } of diagnostics || []) {
    const line = at && start !== undefined ? at.getLineAndCharacterOfPosition(start).line + 1 : 1;
    throw new Failure(`${show(file)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  }
  // Object.assign is what the compiler's own helper falls back on, and the interpreter has it.
  const helper = /\b__assign\(/.test(outputText) ? 'var __assign = Object.assign; ' : '';
  const code = helper + outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  const program = parseModule(code, file, sourceMapText || '');
  const isModule = program.body.some((node: any) => /^(Import|Export)/.test(node.type));
  return { code, map: sourceMapText || '', program, isCommonJs: !isModule && usesExports(program) };
}

/** The line of the source that a line of compiled code came from. */
export function sourceLine(map: string, line: number): number {
  return originalPositionFor(new TraceMap(map), { line, column: 0, bias: LEAST_UPPER_BOUND }).line || line;
}

function parseModule(code: string, file: string, map: string): any {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  } catch (e: any) {
    const why = e.message.replace(/ \(\d+:\d+\)$/, '');
    throw new Failure(`${show(file)}:${sourceLine(map, e.loc.line)}: ${why}`);
  }
}

function usesExports(program: any): boolean {
  for (const node of nodesOf(program)) {
    if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') continue;
    if (node.object.name === 'exports' || (node.object.name === 'module' && node.property.name === 'exports'))
      return true;
  }
  return false;
}

/** `exports.NAME = ` and `module.exports.NAME = ` */
function exportedNames(program: any): string[] {
  const names = new Set<string>();
  for (const node of nodesOf(program)) {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression' || node.left.computed) continue;
    const { object, property } = node.left;
    const isExports =
      object.name === 'exports' || (object.object?.name === 'module' && object.property.name === 'exports');
    if (isExports && property.name !== 'default') names.add(property.name);
  }
  return [...names];
}

const requiredName = (node: any): string | undefined =>
  node?.type === 'CallExpression' && node.callee.name === 'require' && typeof node.arguments[0]?.value === 'string'
    ? node.arguments[0].value
    : undefined;

export function toModule(compiled: Compiled, { lookUp, place }: Surroundings): string {
  const { code, program } = compiled;
  const imports: string[] = [];
  const edits: Edit[] = [];
  const done = new Set<any>();
  const written = new Set<string>();
  const lineOf = (node: any): number => code.slice(0, node.start).split('\n').length;
  const target = (node: any): Target => lookUp(requiredName(node) as string, lineOf(node));
  const importAs = (name: string, from: Target): void => {
    const what = from.isCommonJs ? name : `* as ${name}`;
    imports.push(`import ${what} from ${JSON.stringify(from.file)};`);
  };

  for (const node of nodesOf(program))
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier') written.add(node.left.name);

  for (const node of program.body) {
    if (node.source) edits.push(relink(node, lookUp(node.source.value, lineOf(node)), code, place(lineOf(node))));
    if (node.type !== 'VariableDeclaration') continue;
    const kept = node.declarations.filter((declarator: any) => {
      const { id, init } = declarator;
      if (requiredName(init) === undefined || written.has(id.name)) return true;
      const from = target(init);
      if (!from.file) return true;
      done.add(init);
      importAs(id.name, from);
      return false;
    });
    if (kept.length === node.declarations.length) continue;
    // The rest of the declaration stays where it was; requires in it are replaced by the loop below.
    for (const declarator of node.declarations) if (!kept.includes(declarator)) edits.push(drop(declarator, node));
  }

  for (const node of nodesOf(program)) {
    if (requiredName(node) === undefined || done.has(node)) continue;
    const from = target(node);
    if (!from.file) continue;
    const name = `required_${imports.length}`;
    importAs(name, from);
    edits.push({ start: node.start, end: node.end, text: name });
  }

  const body = edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), code);
  return imports.join(' ') + (compiled.isCommonJs ? commonJs(body, exportedNames(program)) : body);
}

/** Takes one declarator out: what is left of the declaration must still be one. */
function drop(declarator: any, declaration: any): Edit {
  const all = declaration.declarations;
  if (all.length === 1) return { start: declaration.start, end: declaration.end, text: '' };
  return { start: declarator.start, end: declarator.end, text: `unused_${declarator.start}` };
}

/**
 * An `import` or `export ... from` with the file it means. Neither our modules nor the firmware's have a default export:
 * `import x from "fs"` means all of it.
 */
function relink(node: any, { file, isOurs }: Target, code: string, place: string): Edit {
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

function commonJs(body: string, names: string[]): string {
  const named = names.map((name, i) => `var named_${i} = module.exports.${name}; export { named_${i} as ${name} };`);
  return `var module = { exports: {} }; var exports = module.exports; ${body}\nexport default module.exports; ${named.join(' ')}`;
}
