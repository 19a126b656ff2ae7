// The interpreter hoists nothing: a function or var exists from the moment its declaration has run. This follows the
// flow of a program and reports names that are used before that, or that came to be on another branch only.

interface Binding {
  name: string;
  scope: Scope;
  /** parameters and the like exist from the start */
  always: boolean;
  /** branches around each declaration, outermost first */
  paths: number[][];
  /** the function it stands for, when it is never anything else */
  fn?: any;
  writes: number;
}

interface Scope {
  node: any;
  parent?: Scope;
  names: Map<string, Binding>;
  /** branches of the parent around this function */
  path: number[];
}

interface Use {
  binding: Binding;
  pos: number;
}

interface Fault {
  pos: number;
  name: string;
  why: string;
}

/** Names that have come to be; null: this point is never reached. */
type Live = Set<Binding> | null;

const CALLS_BACK = new Set([
  'map',
  'forEach',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'reduce',
  'sort',
  'call',
  'apply',
]);

const isFunction = (node: any): boolean => /^Function/.test(node.type);
const meet = (a: Live, b: Live): Live => (a && b ? new Set([...a].filter((x) => b.has(x))) : a || b);
const startsWith = (path: number[], head: number[]): boolean => head.every((id, i) => path[i] === id);

export function checkOrder(program: any): { faults: Fault[]; globals: Fault[]; probed: Set<string> } {
  const scopes = new Map<any, Scope>();
  const faults: Fault[] = [];
  const globals: Fault[] = [];
  const probed = new Set<string>();
  let branches = 0;

  // First pass: who is declared where.

  function declare(scope: Scope, name: string, path: number[], always = false, fn?: any): void {
    const known = scope.names.get(name);
    if (known) {
      known.paths.push(path);
      known.writes++;
    } else scope.names.set(name, { name, scope, always, paths: [path], fn, writes: 1 });
  }

  function collect(node: any, scope: Scope, path: number[]): void {
    if (isFunction(node)) {
      if (node.type === 'FunctionDeclaration') declare(scope, node.id.name, path, false, node);
      const inner: Scope = { node, parent: scope, names: new Map(), path };
      scopes.set(node, inner);
      if (node.type === 'FunctionExpression' && node.id) declare(inner, node.id.name, [], true);
      declare(inner, 'arguments', [], true);
      for (const param of node.params) declare(inner, param.name, [], true);
      collect(node.body, inner, []);
      return;
    }
    if (node.type === 'VariableDeclarator') {
      const fn = node.init?.type === 'FunctionExpression' ? node.init : undefined;
      declare(scope, node.id.name, path, false, fn);
    }
    if (node.type === 'CatchClause') declare(scope, node.param.name, [], true);
    for (const [key, child] of children(node)) {
      const apart =
        (node.type === 'IfStatement' && key !== 'test') ||
        (/^(For|ForIn|While)Statement$/.test(node.type) && key === 'body') ||
        node.type === 'SwitchCase' ||
        (node.type === 'TryStatement' && key !== 'finalizer');
      collect(child, scope, apart ? [...path, ++branches] : path);
    }
  }

  function lookUp(name: string, scope: Scope | undefined): Binding | undefined {
    for (; scope; scope = scope.parent) if (scope.names.has(name)) return scope.names.get(name);
    return undefined;
  }

  function countWrites(node: any, scope: Scope): void {
    const inner = scopes.get(node) || scope;
    const target = node.type === 'AssignmentExpression' || node.type === 'ForInStatement' ? node.left : node.argument;
    if (/^(Assignment|Update)Expression$|^ForInStatement$/.test(node.type) && target.type === 'Identifier') {
      const binding = lookUp(target.name, inner);
      if (binding) binding.writes++;
    }
    for (const [, child] of children(node)) countWrites(child, inner);
  }

  // Second pass: the flow of each function.

  const uses = new Map<any, Use[]>();

  /** What a function needs from outside while it runs. */
  function needs(fn: any): Use[] {
    const known = uses.get(fn);
    if (known) return known;
    const list: Use[] = [];
    uses.set(fn, list);
    follow(fn, scopes.get(fn) as Scope, list);
    return list;
  }

  /** What a function and those inside it mention of outside, whenever they run. */
  function mentions(fn: any, scope: Scope = scopes.get(fn) as Scope, list: Use[] = []): Use[] {
    const walk = (node: any, at: Scope): void => {
      const inner = scopes.get(node) || at;
      forEachName(node, (name) => {
        const binding = lookUp(name.name, inner);
        if (binding && !isInside(binding.scope, scope)) list.push({ binding, pos: name.start });
      });
      for (const [, child] of children(node)) walk(child, inner);
    };
    walk(fn.body, scope);
    return list;
  }

  function isInside(scope: Scope | undefined, outer: Scope): boolean {
    for (; scope; scope = scope.parent) if (scope === outer) return true;
    return false;
  }

  function follow(fn: any, scope: Scope, outside: Use[]): void {
    let live: Live = new Set();
    let breaks: Live[][] = [];
    let continues: Live[][] = [];

    function use(binding: Binding, pos: number, why: string): void {
      if (binding.scope !== scope) outside.push({ binding, pos });
      else if (live && !binding.always && !live.has(binding)) faults.push({ pos, name: binding.name, why });
    }

    function name(node: any): void {
      const binding = lookUp(node.name, scope);
      if (!binding) globals.push({ pos: node.start, name: node.name, why: '' });
      else use(binding, node.start, 'is used where its declaration has not run yet');
    }

    /** A function runs here and now. */
    function call(target: any, pos: number): void {
      if (target.type === 'Identifier') {
        const binding = lookUp(target.name, scope);
        if (!binding?.fn || binding.writes > 1) return;
        for (const need of needs(binding.fn))
          use(need.binding, pos, `is needed by ${target.name}(), called before its declaration has run`);
      } else if (target.type === 'FunctionExpression') {
        for (const need of needs(target)) use(need.binding, need.pos, 'is used where its declaration has not run yet');
      }
    }

    /** A function comes to be, and runs some time later. */
    function create(node: any): void {
      needs(node);
      const { path } = scopes.get(node) as Scope;
      for (const { binding, pos } of mentions(node)) {
        if (binding.scope !== scope || binding.always || live?.has(binding)) continue;
        if (!binding.paths.some((head) => startsWith(path, head)))
          faults.push({ pos, name: binding.name, why: 'is declared on another branch only' });
      }
    }

    function loop(node: any, test: any, body: () => void): void {
      breaks.push([]);
      continues.push([]);
      body();
      const ends = breaks.pop() as Live[];
      continues.pop();
      if (!test || test.value) live = null;
      live = ends.reduce(meet, live);
    }

    function aside(run: () => void): Live {
      const before = live && new Set(live);
      run();
      const after = live;
      live = before;
      return after;
    }

    const statements: Record<string, (node: any) => void> = {
      FunctionDeclaration(node) {
        create(node);
        live?.add(scope.names.get(node.id.name) as Binding);
      },
      FunctionExpression: create,
      VariableDeclarator(node) {
        if (node.init) run(node.init);
        live?.add(scope.names.get(node.id.name) as Binding);
      },
      Identifier: name,
      IfStatement(node) {
        run(node.test);
        const yes = aside(() => run(node.consequent));
        if (node.alternate) run(node.alternate);
        live = meet(yes, live);
      },
      WhileStatement(node) {
        run(node.test);
        loop(node, node.test, () => aside(() => run(node.body)));
      },
      DoWhileStatement(node) {
        loop(node, node.test.value ? node.test : { value: false }, () => {
          run(node.body);
          live = continues[continues.length - 1].reduce(meet, live);
          run(node.test);
        });
      },
      ForStatement(node) {
        if (node.init) run(node.init);
        if (node.test) run(node.test);
        loop(node, node.test, () =>
          aside(() => {
            run(node.body);
            live = continues[continues.length - 1].reduce(meet, live);
            if (node.update) run(node.update);
          }),
        );
      },
      ForInStatement(node) {
        run(node.right);
        run(node.left);
        loop(node, { value: false }, () => aside(() => run(node.body)));
      },
      BreakStatement() {
        breaks[breaks.length - 1]?.push(live);
        live = null;
      },
      ContinueStatement() {
        continues[continues.length - 1]?.push(live);
        live = null;
      },
      ReturnStatement(node) {
        if (node.argument) run(node.argument);
        live = null;
      },
      ThrowStatement(node) {
        run(node.argument);
        live = null;
      },
      SwitchStatement(node) {
        run(node.discriminant);
        const entry = live;
        breaks.push([]);
        live = null;
        for (const { test, consequent } of node.cases) {
          live = meet(entry && new Set(entry), live);
          if (test) run(test);
          consequent.forEach(run);
        }
        const ends = breaks.pop() as Live[];
        if (!node.cases.some((c: any) => !c.test)) ends.push(entry);
        live = ends.reduce(meet, live);
      },
      TryStatement(node) {
        const before = live && new Set(live);
        run(node.block);
        const after = live;
        live = before && new Set(before);
        if (node.handler) run(node.handler.body);
        else live = null;
        const ended = meet(after, live);
        if (!node.finalizer) {
          live = ended;
          return;
        }
        live = before && new Set(before);
        run(node.finalizer);
        live = live && ended && new Set([...live, ...ended]);
      },
      MemberExpression(node) {
        run(node.object);
        if (node.computed) run(node.property);
      },
      Property: (node) => run(node.value),
      UnaryExpression(node) {
        if (node.operator !== 'typeof' || node.argument.type !== 'Identifier') run(node.argument);
        else if (!lookUp(node.argument.name, scope)) probed.add(node.argument.name);
      },
      CallExpression: invoke,
      NewExpression: invoke,
    };

    function invoke(node: any): void {
      const { callee } = node;
      run(callee);
      node.arguments.forEach(run);
      call(callee, node.start);
      const method = callee.type === 'MemberExpression' && !callee.computed && callee.property.name;
      if (method === 'call' || method === 'apply') call(callee.object, node.start);
      if (CALLS_BACK.has(method) || callee.name === 'Promise')
        for (const argument of node.arguments) call(argument, node.start);
    }

    function run(node: any): void {
      const special = statements[node.type];
      if (special) special(node);
      else for (const [, child] of children(node)) run(child);
    }

    (fn.body.body || fn.body).forEach(run);
    breaks = continues = [];
  }

  const top: Scope = { node: program, names: new Map(), path: [] };
  scopes.set(program, top);
  for (const statement of program.body) collect(statement, top, []);
  countWrites(program, top);
  follow(program, top, []);
  return { faults, globals, probed };
}

function* children(node: any): Generator<[string, any]> {
  for (const key of Object.keys(node)) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value])
      if (child && typeof child.type === 'string') yield [key, child];
  }
}

/** The names that a node itself mentions, not those of properties, labels and declarations. */
function forEachName(node: any, visit: (name: any) => void): void {
  for (const [key, child] of children(node)) {
    if (child.type !== 'Identifier') continue;
    if (node.type === 'MemberExpression' && key === 'property' && !node.computed) continue;
    if (node.type === 'Property' && key === 'key') continue;
    if (node.type === 'UnaryExpression' && node.operator === 'typeof') continue;
    if (/^(Function|Catch|Break|Continue|Labeled)/.test(node.type) && key !== 'body') continue;
    if (node.type === 'VariableDeclarator' && key === 'id') continue;
    visit(child);
  }
}
