// What the compiler leaves to helpers and to hoisting, in a form that the interpreter runs.
import ts from 'typescript';

/** The compiler's own versions need what the interpreter lacks; these are its names and arguments. */
const HELPERS: Record<string, string> = {
  __assign: 'Object.assign',
  __spreadArray: 'function (to, from) { return to.concat(Array.isArray(from) ? from : [].slice.call(from)); }',
  __rest:
    'function (from, without) { var rest = {}; Object.keys(from).forEach(function (key) { ' +
    'if (without.indexOf(key) < 0) rest[key] = from[key]; }); return rest; }',
  // in the interpreter `prototype` is one of the keys, so it is set last
  __extends:
    'function (type, base) { Object.keys(base).forEach(function (key) { type[key] = base[key]; }); ' +
    'type.prototype = Object.create(base.prototype); type.prototype.constructor = type; }',
};

/** Those that a compiled file calls, as declarations in one line. */
export function helpersFor(code: string): string {
  return Object.keys(HELPERS)
    .filter((name) => new RegExp(`\\b${name}\\(`).test(code))
    .map((name) => `var ${name} = ${HELPERS[name]}; `)
    .join('');
}

/** Classes of the interpreter whose constructors make an object of their own, whatever they are called on. */
const BUILT_IN =
  /^(Array|ArrayBuffer|Boolean|DataView|Date|Error|Function|Number|Object|Promise|RegExp|String|\w+Error|\w+\d+(Clamped)?Array)$/;

/** What the compiler would make of it does not run in the interpreter, or does something else there. */
function lost(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.arguments?.some(ts.isSpreadElement)) return 'spread in the arguments of new';
  if (!ts.isHeritageClause(node) || node.token !== ts.SyntaxKind.ExtendsKeyword) return undefined;
  if (!ts.isClassLike(node.parent)) return undefined;
  const base = node.types[0].expression;
  return ts.isIdentifier(base) && BUILT_IN.test(base.text) ? `class inheritance from ${base.text}` : undefined;
}

/** Throws for what would be lost. */
export const asCan =
  (refuse: (line: number, what: string) => void): ts.TransformerFactory<ts.SourceFile> =>
  () =>
  (file) => {
    const visit = (node: ts.Node): void => {
      const what = lost(node);
      if (what) refuse(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1, what);
      ts.forEachChild(node, visit);
    };
    visit(file);
    return file;
  };

const isDirective = (node: ts.Statement): boolean =>
  ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);

/** Functions come first in their block, where the language has them: the interpreter hoists nothing. */
export const asHoisted: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const sorted = (list: ts.NodeArray<ts.Statement>): ts.NodeArray<ts.Statement> => {
    const rank = (node: ts.Statement): number => (isDirective(node) ? 0 : ts.isFunctionDeclaration(node) ? 1 : 2);
    const order = [...list].sort((a, b) => rank(a) - rank(b));
    return ts.setTextRange(factory.createNodeArray(order), list);
  };
  const visit = (given: ts.Node): ts.Node => {
    const node = ts.visitEachChild(given, visit, context);
    return ts.isBlock(node) ? factory.updateBlock(node, sorted(node.statements)) : node;
  };
  return (given) => {
    const file = ts.visitEachChild(given, visit, context);
    return factory.updateSourceFile(file, sorted(file.statements));
  };
};
