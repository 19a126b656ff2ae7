// What the compiler leaves to helper functions and to hoisting, in a form that the interpreter runs; and what is refused.
import ts from 'typescript';

/** The compiler's helpers, and their counterparts in src/compiled.ts. */
const COUNTERPARTS = {
  __assign: 'assign',
  __awaiter: 'promise',
  __extends: 'inherit',
  __generator: 'parts',
  __new: 'create',
  __rest: 'rest',
  __spreadArray: 'spread',
};

/** The import of the helpers that a compiled file calls, unless it defines them itself; it adds no line. */
export function helperImport(code: string, from: string): string {
  const names = Object.entries(COUNTERPARTS)
    .filter(
      ([name]) => new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`\\b(var|function) ${name}\\b`).test(code),
    )
    .map(([name, own]) => `${own} as ${name}`);
  return names.length ? `import { ${names.join(', ')} } from ${JSON.stringify(from)}; ` : '';
}

/** Built-in classes whose constructors create an object of their own, whatever `this` is. */
const BUILT_IN = new RegExp(
  '^(Array|ArrayBuffer|Boolean|DataView|Date|Function|Number|Object|Promise|RegExp|String|(Uint|Int|Float)\\d+Array|' +
    'Uint8ClampedArray|(Eval|Internal|Range|Reference|Syntax|Type|URI)?Error)$',
);

/** The compiler has no name for the `super` of an object; that of a class is a parameter of a function around it. */
function isOfObject(node: ts.Node): boolean {
  while (node.parent && !ts.isClassElement(node)) node = node.parent;
  return !!node.parent && ts.isObjectLiteralExpression(node.parent);
}

/** The names that a declaration declares, patterns included. */
const namesOf = (name: ts.BindingName): string[] =>
  ts.isIdentifier(name)
    ? [name.text]
    : [...name.elements].flatMap((element) => (ts.isBindingElement(element) ? namesOf(element.name) : []));

/** Is there a function in it that mentions one of these variables? */
function isCaught(node: ts.Node, names: string[], inFunction = false): boolean {
  if (ts.isIdentifier(node)) return inFunction && names.includes(node.text);
  const own = ts.isFunctionLike(node) ? [...node.parameters].flatMap(({ name }) => namesOf(name)) : [];
  const others = names.filter((name) => !own.includes(name));
  return !!ts.forEachChild(
    node,
    (child) =>
      // the name of a property is no variable
      !((ts.isPropertyAccessExpression(node) || ts.isPropertyAssignment(node)) && child === node.name) &&
      isCaught(child, others, inFunction || ts.isFunctionLike(node)),
  );
}

/** Functions that are made in the head of a loop would see other variables than those in its body. */
const catchesHead = ({ initializer, incrementor }: ts.ForStatement): boolean => {
  if (!initializer || !ts.isVariableDeclarationList(initializer) || !(initializer.flags & ts.NodeFlags.BlockScoped))
    return false;
  const names = [...initializer.declarations].flatMap(({ name }) => namesOf(name));
  return isCaught(initializer, names) || (!!incrementor && isCaught(incrementor, names));
};

/** A getter or setter behind `...` becomes the value that it has at that moment. */
const losesAccessor = ({ properties }: ts.ObjectLiteralExpression): boolean =>
  properties.slice(properties.findIndex(ts.isSpreadAssignment)).some(ts.isAccessor) &&
  properties.some(ts.isSpreadAssignment);

/** Syntax whose compiled form does not run in the interpreter, or does something else there. */
function lost(node: ts.Node): string | undefined {
  if (ts.isFunctionLike(node) && 'asteriskToken' in node && node.asteriskToken) return 'a generator';
  if (ts.isForOfStatement(node) && node.awaitModifier) return 'for await';
  if (node.kind === ts.SyntaxKind.SuperKeyword && isOfObject(node)) return 'super in an object';
  if (ts.isForStatement(node) && catchesHead(node)) return 'a function in the head of a loop that uses its variables';
  if (ts.isObjectLiteralExpression(node) && losesAccessor(node)) return 'a getter or setter behind "..." in an object';
  if (!ts.isHeritageClause(node) || node.token !== ts.SyntaxKind.ExtendsKeyword) return undefined;
  if (!ts.isClassLike(node.parent)) return undefined;
  const base = node.types[0].expression;
  if (base.kind === ts.SyntaxKind.NullKeyword) return 'class inheritance from null';
  return ts.isIdentifier(base) && BUILT_IN.test(base.text) ? `class inheritance from ${base.text}` : undefined;
}

/** A transformer that changes nothing, but refuses what would not work. */
export const refusing =
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

/** Is there an `await` of the same function in it? */
const awaits = (node: ts.Node): boolean =>
  ts.isAwaitExpression(node) || (!ts.isFunctionLike(node) && !!ts.forEachChild(node, (child) => awaits(child)));

/** Handles `new X(...list)` and `new X(await y)`: the compiler would bind X to the list, which fails in the interpreter. */
export const asCreated: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const visit = (given: ts.Node): ts.Node => {
    const node = ts.visitEachChild(given, visit, context);
    if (!ts.isNewExpression(node) || !node.arguments?.some((each) => ts.isSpreadElement(each) || awaits(each)))
      return node;
    const list = factory.createArrayLiteralExpression(node.arguments);
    const call = factory.createCallExpression(factory.createIdentifier('__new'), undefined, [node.expression, list]);
    return ts.setTextRange(call, node);
  };
  return (file) => ts.visitEachChild(file, visit, context);
};

/** Is there a way out of a statement, other than an error? */
const isLeft = (node: ts.Node, inLoop = false, inSwitch = false): boolean => {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isReturnStatement(node)) return true;
  if (ts.isContinueStatement(node)) return !inLoop;
  if (ts.isBreakStatement(node)) return !inLoop && !inSwitch;
  const isLoop = inLoop || ts.isIterationStatement(node, false);
  const isSwitch = inSwitch || ts.isSwitchStatement(node);
  return !!ts.forEachChild(node, (child) => isLeft(child, isLoop, isSwitch));
};

/** Is there a `throw` in it that nothing in it catches? */
const isThrown = (node: ts.Node): boolean =>
  ts.isThrowStatement(node) ||
  (!ts.isFunctionLike(node) &&
    !!ts.forEachChild(
      node,
      (child) => !(ts.isTryStatement(node) && node.catchClause && child === node.tryBlock) && isThrown(child),
    ));

/**
 * Keeps an error that is on its way while `finally` runs: the interpreter forgets it as soon as anything there has a `try`
 * of its own. What is left in no other way needs no `finally` at all, so that an error of the latter is not lost either.
 */
export const asKept: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const kept = (body: ts.Block, last: ts.Block, isFinal: boolean): ts.Statement[] => {
    const failed = factory.createUniqueName('failed');
    const error = factory.createUniqueName('error');
    const keep = factory.createAssignment(failed, factory.createArrayLiteralExpression([error]));
    const keeping = factory.createCatchClause(error, factory.createBlock([factory.createExpressionStatement(keep)]));
    const none = factory.createVariableDeclaration(failed, undefined, undefined, factory.createNumericLiteral(0));
    const fail = factory.createThrowStatement(factory.createElementAccessExpression(failed, 0));
    return [
      factory.createVariableStatement(undefined, [none]),
      factory.createTryStatement(body, keeping, isFinal ? last : undefined),
      ...(isFinal ? [] : [last]),
      factory.createIfStatement(failed, fail),
    ];
  };
  const visit = (node: ts.Node): ts.VisitResult<ts.Node> => {
    const last = ts.isTryStatement(node) && node.finallyBlock;
    // a way out of `finally` is refused later
    if (!last || isLeft(last) || isThrown(last)) return ts.visitEachChild(node, visit, context);
    const isFinal = isLeft(node.tryBlock) || (!!node.catchClause && isLeft(node.catchClause));
    const { tryBlock, catchClause } = ts.visitEachChild(node, visit, context);
    const body = catchClause
      ? factory.createBlock([factory.createTryStatement(tryBlock, catchClause, undefined)])
      : tryBlock;
    return kept(body, isFinal ? last : ts.visitEachChild(last, visit, context), isFinal);
  };
  return (file) => ts.visitEachChild(file, visit, context);
};

const isDirective = (node: ts.Statement): boolean =>
  ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);

/** Moves functions to the beginning of their block, since the interpreter hoists nothing. */
export const asHoisted: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const sorted = (list: ts.NodeArray<ts.Statement>): ts.NodeArray<ts.Statement> => {
    const rank = (node: ts.Statement): number => (isDirective(node) ? 0 : ts.isFunctionDeclaration(node) ? 1 : 2);
    const order = [...list].sort((a, b) => rank(a) - rank(b));
    return ts.setTextRange(factory.createNodeArray(order), list);
  };
  const visit = (given: ts.Node): ts.Node => {
    // `[1, , 2]`: the interpreter does not accept gaps
    if (ts.isOmittedExpression(given)) return factory.createVoidZero();
    const node = ts.visitEachChild(given, visit, context);
    return ts.isBlock(node) ? factory.updateBlock(node, sorted(node.statements)) : node;
  };
  return (given) => {
    const file = ts.visitEachChild(given, visit, context);
    return factory.updateSourceFile(file, sorted(file.statements));
  };
};
