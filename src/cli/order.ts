// The interpreter hoists nothing: a function or var exists only once its declaration has run. This follows the flow of a
// program and reports names that are used before that, or that are declared on another branch only.
import { children, findScopes, isInside, lookUp, mentioned } from './scopes';
import type { Binding, Scope } from './scopes';

interface Use {
  binding: Binding;
  pos: number;
}

export interface Name {
  pos: number;
  name: string;
  /** what is wrong with it */
  why: string;
}

export interface Order {
  faults: Name[];
  /** undeclared names */
  globals: Name[];
  /** those that the program tests with `typeof` first */
  probed: Set<string>;
}

/** The names that exist; null: this point is never reached. */
type Live = Set<Binding> | null;

const CALLS_BACK = new Set('map forEach filter some every find findIndex reduce sort'.split(' '));
const TOO_EARLY = 'is used where its declaration has not run yet';

const copy = (live: Live): Live => live && new Set(live);
const meet = (a: Live, b: Live): Live => (a && b ? new Set([...a].filter((x) => b.has(x))) : a || b);
const startsWith = (path: number[], head: number[]): boolean => head.every((id, i) => path[i] === id);

export function checkOrder(program: any): Order {
  const scopes = findScopes(program);
  const result: Order = { faults: [], globals: [], probed: new Set() };
  const known = new Map<any, Use[]>();

  /** The outer names that a function needs while it runs. */
  function needs(fn: any): Use[] {
    let list = known.get(fn);
    if (!list) {
      known.set(fn, (list = []));
      follow(fn.body.body, scopes.of(fn), list);
    }
    return [...list];
  }

  /** The outer names that a function and those inside it mention, whenever they run. */
  function mentions(fn: any): Use[] {
    const list: Use[] = [];
    const own = scopes.of(fn);
    const walk = (node: any, around: Scope): void => {
      const scope = scopes.within(node, around);
      for (const name of mentioned(node)) {
        const binding = lookUp(name.name, scope);
        if (binding && !isInside(binding.scope, own)) list.push({ binding, pos: name.start });
      }
      for (const [, child] of children(node)) walk(child, scope);
    };
    walk(fn.body, own);
    return list;
  }

  /** Goes through the body of a function as it would run; names of outer functions that it uses are added to `outside`. */
  function follow(body: any[], scope: Scope, outside: Use[]): void {
    let live: Live = new Set();
    // of each loop around, and each `switch`: the names that exist where it is left, or its turn
    const breaks: Live[][] = [];
    const continues: Live[][] = [];

    function use(binding: Binding, pos: number, why: string): void {
      if (binding.scope !== scope) {
        if (!outside.some((use) => use.binding === binding)) outside.push({ binding, pos });
      } else if (live && !binding.always && !live.has(binding)) result.faults.push({ pos, name: binding.name, why });
    }

    function name(node: any): void {
      const binding = lookUp(node.name, scope);
      if (!binding) result.globals.push({ pos: node.start, name: node.name, why: '' });
      else use(binding, node.start, TOO_EARLY);
    }

    /** A function is called here. */
    function call(target: any, pos: number): void {
      if (target.type === 'Identifier') {
        const binding = lookUp(target.name, scope);
        if (!binding?.fn || binding.writes > 1) return;
        for (const need of needs(binding.fn))
          use(need.binding, pos, `is needed by ${target.name}(), called before its declaration has run`);
      } else if (target.type === 'FunctionExpression') {
        for (const need of needs(target)) use(need.binding, need.pos, TOO_EARLY);
      }
    }

    /** A function is created, and runs some time later. */
    function create(node: any): void {
      needs(node);
      const { path } = scopes.of(node);
      for (const { binding, pos } of mentions(node)) {
        if (binding.scope !== scope || binding.always || live?.has(binding)) continue;
        if (!binding.paths.some((head) => startsWith(path, head)))
          result.faults.push({ pos, name: binding.name, why: 'is declared on another branch only' });
      }
    }

    /** One turn stands for all; then the loop ends where its test fails, if it may, and where it is left. */
    function loop(test: any, turn: () => void): void {
      breaks.push([]);
      continues.push([]);
      turn();
      const ends = breaks.pop() as Live[];
      continues.pop();
      if (!test || test.value) live = null;
      live = ends.reduce(meet, live);
    }

    /** What may be left out: gives the names that exist after it, and goes on without them. */
    function aside(run: () => void): Live {
      const before = copy(live);
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
        // before its value: `var app = app || {}`
        live?.add(scope.names.get(node.id.name) as Binding);
        if (node.init) run(node.init);
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
        loop(node.test, () => aside(() => run(node.body)));
      },
      DoWhileStatement(node) {
        loop(node.test.value ? node.test : { value: false }, () => {
          run(node.body);
          live = continues[continues.length - 1].reduce(meet, live);
          run(node.test);
        });
      },
      ForStatement(node) {
        if (node.init) run(node.init);
        if (node.test) run(node.test);
        loop(node.test, () =>
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
        loop({ value: false }, () => aside(() => run(node.body)));
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
          live = meet(copy(entry), live);
          if (test) run(test);
          consequent.forEach(run);
        }
        const ends = breaks.pop() as Live[];
        if (!node.cases.some((c: any) => !c.test)) ends.push(entry);
        live = ends.reduce(meet, live);
      },
      TryStatement(node) {
        // `catch` and `finally` may begin before any of the block has run
        const before = copy(live);
        run(node.block);
        const after = live;
        live = copy(before);
        if (node.handler) run(node.handler.body);
        else live = null;
        const ended = meet(after, live);
        if (!node.finalizer) {
          live = ended;
          return;
        }
        live = copy(before);
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
        else if (!lookUp(node.argument.name, scope)) result.probed.add(node.argument.name);
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

    body.forEach(run);
  }

  follow(program.body, scopes.top, []);
  return result;
}
