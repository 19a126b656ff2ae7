// Compiles one file of an application to ES5.
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { parse } from 'acorn';
import ts from 'typescript';
import { Failure, show } from './failure';
import { asCreated, asHoisted, asKept, refusing } from './helpers';
import { jsonFault } from './json';
import { hide, hides, original, unescaped } from './literals';
import { nodesOf } from './minify';
import { children, findScopes, lookUp, mentioned, outerThis } from './scopes';
import type { Scope } from './scopes';

export interface Compiled {
  code: string;
  map: string;
  program: any;
  /** it has `import` or `export` */
  isModule: boolean;
  /** it fills or sets `exports` or `module.exports` instead */
  isCommonJs: boolean;
}

function read(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (e: any) {
    throw new Failure(`cannot read ${show(file)}: ${e.code === 'ENOENT' ? 'there is no such file' : e.message}`);
  }
  const fault = extname(file) === '.json' && jsonFault(text);
  if (fault) throw new Failure(`${show(file)}:${fault.line}: ${fault.why}`);
  return text;
}

/** A program with the escapes in its strings replaced by the characters beyond ASCII that they stand for. */
function withCharacters(source: string): string {
  const program = ts.createSourceFile('app.ts', source, ts.ScriptTarget.Latest);
  let out = '';
  let done = 0;
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      (node.kind >= ts.SyntaxKind.TemplateHead && node.kind <= ts.SyntaxKind.TemplateTail)
    ) {
      const start = node.getStart(program);
      out += source.slice(done, start) + unescaped(source.slice(start, node.end));
      done = node.end;
    }
    ts.forEachChild(node, visit);
  };
  visit(program);
  return out + source.slice(done);
}

/** Compiles a file of an application; `isApp` if it is the one that runs, whose `this` is the global object. */
export function compile(file: string, isApp: boolean): Compiled {
  const source = prepared(file);
  const refuse = (line: number, what: string): void => {
    throw new Failure(`${show(file)}:${line}: ${what} is not supported`);
  };
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(source, {
    fileName: plainName(file),
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES5,
      module: ts.ModuleKind.ESNext,
      allowJs: true,
      noEmitHelpers: true,
      removeComments: true,
      sourceMap: true,
    },
    transformers: { before: [refusing(refuse), asCommonJs, asSum, asCreated], after: [asKept, asHoisted] },
  });
  const [fault] = [...diagnostics!, ...unsaid(source, file)];
  if (fault) throw new Failure(`${show(file)}:${inWords(fault)}`);
  const code = outputText.replace(/(^|\n)(export \{\};)?\s*\/\/# sourceMappingURL=.*\s*$/, '\n');
  const map = JSON.stringify({ ...JSON.parse(sourceMapText!), sources: [file] });
  const program = parseModule(code, file, map);
  for (const { type, loc } of nodesOf(program))
    if (type in UNTRANSLATED)
      throw new Failure(`${show(file)}:${sourceLine(map, loc.start.line)}: ${UNTRANSLATED[type]}`);
  markNames(program);
  const isModule = program.body.some((node: any) => /^(Import|Export)/.test(node.type));
  const isOwn = isApp || outerThis(program).next().done;
  return { code, map, program, isModule, isCommonJs: !isModule && (!isOwn || usesExports(program)) };
}

/** A name that tells the compiler the language and no more: `.cts` would be compiled to CommonJS, `.d.ts` not at all. */
const plainName = (file: string): string =>
  `app${file.match(/\.[jt]sx$/)?.[0] ?? (/\.[cm]?ts$/.test(file) ? '.ts' : '.js')}`;

/** The text of a file as the compiler gets it: a program, in ASCII but for private-use characters. */
function prepared(file: string): string {
  const text = read(file);
  const program = extname(file) === '.json' ? `module.exports = ${text.trimEnd()};` : text.replace(/^#!.*/, '');
  return hide(withCharacters(program));
}

/** An error of the compiler: its line, and what is wrong. */
function inWords({ file, start, code, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 1;
  const letter = file?.text[start!] || '';
  const why = hides(letter)
    ? `${original(letter)} outside of a text: names in the interpreter are ASCII`
    : UNSAID[code] || ts.flattenDiagnosticMessageText(messageText, ' ');
  return `${line}: ${why}`;
}

/** Syntax that the compiler leaves as it is. (An `await` in a function becomes something else.) */
const UNTRANSLATED: Record<string, string> = {
  AwaitExpression: 'await outside of a function: put it in an async one',
  ImportExpression: 'dynamic import: the interpreter cannot load a file later, use require()',
  MetaProperty: 'import.meta: the interpreter has no files',
};

/**
 * Errors that the compiler reports only when it checks types, by their numbers. It has its own words for them (''), but for
 * the last two it would blame its target, which nobody can choose here.
 */
const UNSAID: Record<number, string> = {
  // a name declared twice, `arguments` in an arrow function, an assignment to a constant
  2451: '',
  2496: '',
  2588: '',
  2737: 'a BigInt is not supported',
  18028: 'a #private member is not supported',
};

/** The errors of UNSAID in a file; other errors of types are no concern of ours. */
function unsaid(source: string, file: string): readonly ts.Diagnostic[] {
  const name = plainName(file);
  const options = { target: ts.ScriptTarget.ES5, checkJs: true, noLib: true, noResolve: true, types: [] };
  const parsed = ts.createSourceFile(name, source, options.target);
  const host = { ...ts.createCompilerHost(options), getSourceFile: () => parsed };
  const program = ts.createProgram([name], options, host);
  return program.getSemanticDiagnostics(parsed).filter(({ code }) => code in UNSAID);
}

/** Translates `import x = require('y')` and `export = x` of TypeScript to CommonJS. */
const asCommonJs: ts.TransformerFactory<ts.SourceFile> =
  ({ factory }) =>
  (file) => {
    const translate = (node: ts.Statement): ts.Statement => {
      if (ts.isExportAssignment(node) && node.isExportEquals) {
        const exports = factory.createPropertyAccessExpression(factory.createIdentifier('module'), 'exports');
        return factory.createExpressionStatement(factory.createAssignment(exports, node.expression));
      }
      if (!ts.isImportEqualsDeclaration(node) || !ts.isExternalModuleReference(node.moduleReference)) return node;
      const isNeeded = node.modifiers || file.statements.some((other) => other !== node && isUsed(node.name, other));
      if (node.isTypeOnly || !isNeeded) return factory.createNotEmittedStatement(node);
      const required = factory.createCallExpression(factory.createIdentifier('require'), undefined, [
        node.moduleReference.expression,
      ]);
      const variable = factory.createVariableDeclaration(node.name, undefined, undefined, required);
      return factory.createVariableStatement(node.modifiers, [variable]);
    };
    const statements = file.statements.map((node) => ts.setTextRange(translate(node), node));
    return factory.updateSourceFile(file, statements);
  };

/**
 * Translates `a${b}` to `'a' + String(b)`. The compiler would write `'a'.concat(b)`, which leaves out undefined in the
 * interpreter, and `'a' + b` would take a date for a number there.
 */
const asSum: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const text = (part: ts.TemplateLiteralLikeNode): ts.Expression[] =>
    part.text ? [factory.createStringLiteral(part.text)] : [];
  const value = ({ expression }: ts.TemplateSpan): ts.Expression =>
    factory.createCallExpression(factory.createIdentifier('String'), undefined, [expression]);
  const visit = (given: ts.Node): ts.Node => {
    if (ts.isTaggedTemplateExpression(given)) return given;
    const node = ts.visitEachChild(given, visit, context);
    if (!ts.isTemplateExpression(node)) return node;
    const terms = [...text(node.head), ...node.templateSpans.flatMap((span) => [value(span), ...text(span.literal)])];
    return ts.setTextRange(
      terms.reduce((sum, term) => factory.createAdd(sum, term)),
      given,
    );
  };
  return (file) => ts.visitEachChild(file, visit, context);
};

/** Is a name used as a value? */
function isUsed(name: ts.Identifier, node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return node.text === name.text;
  return !ts.isTypeNode(node) && !!ts.forEachChild(node, (child) => isUsed(name, child) || undefined);
}

/** The line of the source that a line of compiled code comes from. */
export function sourceLine(map: string, line: number): number {
  return originalPositionFor(new TraceMap(map), { line, column: 0, bias: LEAST_UPPER_BOUND }).line || line;
}

function parseModule(code: string, file: string, map: string): any {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  } catch (e: any) {
    const why = e.message.replace(/ \(\d+:\d+\)$/, '');
    throw new Failure(`${show(file)}:${sourceLine(map, e.loc.line)}: ${why}`);
  }
}

/** Marks the mentions of `exports` and `module`: free if the file declares no such name, own if a function around them does. */
function markNames(program: any): void {
  const scopes = findScopes(program);
  const visit = (node: any, around: Scope): void => {
    const scope = scopes.within(node, around);
    for (const mention of mentioned(node))
      if (/^(exports|module)$/.test(mention.name)) {
        const binding = lookUp(mention.name, scope);
        mention.isFree = !binding;
        mention.isOwn = !!binding && binding.scope !== scopes.top;
      }
    for (const [, child] of children(node)) visit(child, scope);
  };
  visit(program, scopes.top);
}

/** Is it `exports = `, which in the interpreter sets what the module exports? */
export const setsExports = ({ type, left }: any): boolean =>
  type === 'AssignmentExpression' && left.name === 'exports' && !left.isOwn;

const isModuleExports = (node: any): boolean =>
  node?.type === 'MemberExpression' && node.object.name === 'module' && node.property.name === 'exports';

function usesExports(program: any): boolean {
  for (const node of nodesOf(program))
    if (
      setsExports(node) ||
      // as a value, too: `Object.assign(exports, ...)`
      node.isFree ||
      (isModuleExports(node) && !node.object.isOwn) ||
      (node.type === 'MemberExpression' && node.object.name === 'exports' && !node.object.isOwn)
    )
      return true;
  return false;
}

/** The names in `exports.NAME = `, `this.NAME = `, `exports = { NAME: ... }` and the same of `module.exports`. */
export function exportedNames({ program }: Compiled): string[] {
  const names = new Set<string>();
  const itself = new Set(outerThis(program));
  for (const node of nodesOf(program)) {
    const { type, left, right } = node;
    if (type !== 'AssignmentExpression' || left.computed) continue;
    if (left.object?.name === 'exports' || itself.has(left.object) || isModuleExports(left.object))
      names.add(left.property.name);
    else if ((isModuleExports(left) || setsExports(node)) && right.type === 'ObjectExpression')
      for (const { key } of right.properties) names.add(key.name ?? key.value);
  }
  return [...names].filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
}
