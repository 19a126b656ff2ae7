// Who declares what: the names of each function of a program, and on which branch they come to be.

export interface Binding {
  name: string;
  scope: Scope;
  /** parameters and the like exist from the start */
  always: boolean;
  /** branches around each declaration, outermost first */
  paths: number[][];
  /** the function it stands for, as long as `writes` is 1 */
  fn?: any;
  writes: number;
}

export interface Scope {
  parent?: Scope;
  names: Map<string, Binding>;
  /** branches of the parent around this function */
  path: number[];
}

export interface Scopes {
  top: Scope;
  /** the scope of a function */
  of(fn: any): Scope;
  /** the scope that holds in a node, given the one that holds around it */
  within(node: any, around: Scope): Scope;
}

export function lookUp(name: string, scope: Scope | undefined): Binding | undefined {
  for (; scope; scope = scope.parent) if (scope.names.has(name)) return scope.names.get(name);
  return undefined;
}

export function isInside(scope: Scope | undefined, outer: Scope): boolean {
  for (; scope; scope = scope.parent) if (scope === outer) return true;
  return false;
}

export function* children(node: any): Generator<[string, any]> {
  for (const key of Object.keys(node)) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value])
      if (child && typeof child.type === 'string') yield [key, child];
  }
}

/** The names that a node itself mentions, not those of properties, labels and declarations. */
export function* mentioned(node: any): Generator<any> {
  for (const [key, child] of children(node)) {
    if (child.type !== 'Identifier') continue;
    if (node.type === 'MemberExpression' && key === 'property' && !node.computed) continue;
    if (node.type === 'Property' && key === 'key') continue;
    if (node.type === 'UnaryExpression' && node.operator === 'typeof') continue;
    if (/^(Function|Catch|Break|Continue|Labeled)/.test(node.type) && key !== 'body') continue;
    if (node.type === 'VariableDeclarator' && key === 'id') continue;
    yield child;
  }
}

/** `this` outside of functions. */
export function* outerThis(node: any): Generator<any> {
  if (node.type === 'ThisExpression') yield node;
  if (!/Function/.test(node.type)) for (const [, child] of children(node)) yield* outerThis(child);
}

/** A part of a statement that may not run although the statement does. */
function isBranch(node: any, key: string): boolean {
  return (
    (node.type === 'IfStatement' && key !== 'test') ||
    (/^(For|ForIn|While)Statement$/.test(node.type) && key === 'body') ||
    node.type === 'SwitchCase' ||
    (node.type === 'TryStatement' && key !== 'finalizer')
  );
}

export function findScopes(program: any): Scopes {
  const scopes = new Map<any, Scope>();
  let branches = 0;

  function declare(scope: Scope, name: string, path: number[], always = false, fn?: any): void {
    const known = scope.names.get(name);
    if (!known) scope.names.set(name, { name, scope, always, paths: [path], fn, writes: 1 });
    else {
      known.paths.push(path);
      known.writes++;
    }
  }

  function collect(node: any, scope: Scope, path: number[]): void {
    if (/^Function/.test(node.type)) {
      const inner: Scope = { parent: scope, names: new Map(), path };
      scopes.set(node, inner);
      // `export default function () {}` has no name
      if (node.type === 'FunctionDeclaration' && node.id) declare(scope, node.id.name, path, false, node);
      else if (node.id) declare(inner, node.id.name, [], true);
      declare(inner, 'arguments', [], true);
      for (const param of node.params) declare(inner, param.name, [], true);
      collect(node.body, inner, []);
      return;
    }
    if (node.type === 'VariableDeclarator')
      declare(scope, node.id.name, path, false, node.init?.type === 'FunctionExpression' ? node.init : undefined);
    if (node.type === 'CatchClause') declare(scope, node.param.name, [], true);
    for (const [key, child] of children(node))
      collect(child, scope, isBranch(node, key) ? [...path, ++branches] : path);
  }

  function countWrites(node: any, around: Scope): void {
    const scope = scopes.get(node) || around;
    const isWrite = /^(Assignment|Update)Expression$|^ForInStatement$/.test(node.type);
    const target = node.type === 'UpdateExpression' ? node.argument : node.left;
    const binding = isWrite && target.type === 'Identifier' && lookUp(target.name, scope);
    if (binding) binding.writes++;
    for (const [, child] of children(node)) countWrites(child, scope);
  }

  const top: Scope = { names: new Map(), path: [] };
  for (const statement of program.body) collect(statement, top, []);
  countWrites(program, top);
  return { top, of: (fn) => scopes.get(fn) as Scope, within: (node, around) => scopes.get(node) || around };
}
