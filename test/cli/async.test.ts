// Async functions, as compiled, against Node's own: a table, and programs made up from a seed. Each program runs under Node
// as it is, and bundled in the interpreters.
import fc from 'fast-check';
import { bundle } from '../../src/cli/bundle';
import { describeEngines, runIn } from '../engine/harness';
import { ROOT, Workshop } from './workshop';

const shop = new Workshop();
afterAll(() => shop.close());

const HELPERS = `
const say = (...a) => print(a.join(' '));
const later = (v, ms = 1) => new Promise((resolve) => setTimeout(resolve, ms, v));
const broken = (m) => new Promise((resolve, reject) => setTimeout(reject, 1, new Error(m)));
async function tell(name, f) {
  say('-', name);
  try { say(await f()); } catch (e) { say('error', e.message); }
}
`;

type Row = readonly [name: string, run: string];

/** Runs all rows, one after the other. */
const program = (rows: readonly Row[]): string =>
  `${HELPERS}const rows = [];
${rows.map(([name, run]) => `rows.push([${JSON.stringify(name)}, ${run}]);\n`).join('')}
async function main() { for (const [name, run] of rows.splice(0)) await tell(name, run); }
main();
`;

async function underNode(app: string): Promise<string> {
  const lines: string[] = [];
  const run = new Function('print', app.replace(/main\(\);\n$/, 'return main();'));
  await run((line: string) => lines.push(`${line}\n`));
  return lines.join('');
}

let files = 0;

async function make(app: string, readable: boolean): Promise<string> {
  const made = await bundle({ app: shop.file(`${++files}.js`, app), board: 'linux', root: ROOT, readable });
  expect(made.warnings).toEqual([]);
  return made.code;
}

const rows: Row[] = [
  ['nothing to wait for', 'async () => 1'],
  ['an error at once', "async () => { throw new Error('at once'); }"],
  ['an error that was waited for', "async () => { await broken('late'); }"],
  ['a default value', 'async (a = 1, b = 2) => a + b + (await later(3))'],
  ['a value before and after', 'async () => { let n = 1; n += await later(2); return [n, await later(3), n].join(); }'],
  ['a promise as its result', "() => (async () => later('promise'))()"],
  ['a broken promise as its result', "() => (async () => broken('result'))()"],
  ['what is no promise', "async () => [await 5, await null, await 'x', await undefined, await [1, 2]].join('|')"],
  ['a thenable', "async () => await { then: (ok) => setTimeout(ok, 1, 'thenable') }"],
  ['a thenable that answers at once', "async () => [await { then: (ok) => ok('now') }, await later('then')].join()"],
  [
    'a thenable that throws',
    "async () => { try { await { then() { throw new Error('no'); } }; } catch (e) { return e.message; } }",
  ],
  [
    'a wait in a condition',
    "async () => (await later(0)) || (await later('or')) ? await later('yes') : await later('no')",
  ],
  [
    'a wait in a call, a list, an object, a text',
    'async () => `${Math.max(await later(1), await later(4))}${[await later(2)]}${{ k: await later(3) }.k}`',
  ],
  ['caught', "async () => { try { await broken('one'); return 'no'; } catch (e) { return 'caught ' + e.message; } }"],
  [
    'caught, thrown on',
    "async () => { try { await broken('one'); } catch (e) { await later(1); throw new Error(e.message + ' more'); } }",
  ],
  [
    'caught by the caller',
    "async () => { const f = async () => { await later(0); throw new Error('f'); }; try { await f(); } catch (e) { return e.message; } }",
  ],
  ['finally', "async () => { try { return await later('try'); } finally { await later(0); say('cleaned'); } }"],
  ['finally that answers', "async () => { try { await broken('gone'); } finally { return 'finally'; } }"],
  ['finally that throws', "async () => { try { return 1; } finally { await later(0); throw new Error('finally'); } }"],
  [
    'finally after an error',
    "async () => { try { try { await broken('a'); } finally { say('inner'); } } finally { await 0; say('outer'); } }",
  ],
  [
    'break and continue through finally',
    "async () => { for (const i of [1, 2, 3, 4]) { try { if (i === 1) continue; if (i === 3) break; await later(i); say('try', i); } finally { await 0; say('end', i); } } return 'out'; }",
  ],
  [
    'return out of a loop in try',
    "async () => { while (true) { try { for (;;) return await later('x'); } finally { say('left'); } } }",
  ],
  [
    'loops',
    'async () => { let n = 0; while (n < 2) n += await later(1); do { n--; await 0; } while (n > 0); for (let i = 0; i < (await later(2)); i++) n += i; return n; }',
  ],
  [
    'a loop whose turns are kept',
    'async () => { const all = []; for (let i = 0; i < 3; i++) { await later(0); all.push(() => i); } return all.map((f) => f()).join(); }',
  ],
  [
    'a kept loop that is left',
    "async () => { for (let i = 0; i < 9; i++) { const f = () => i; await later(0); if (i === 1) continue; if (i === 3) return 'at ' + f(); } }",
  ],
  [
    'a kept loop that fails',
    "async () => { for (let i = 0; i < 9; i++) { const f = () => i; try { if (i === 2) await broken('at ' + f()); } finally { say('turn', f()); } } }",
  ],
  [
    'switch',
    "async () => { const f = async (k) => { switch (await later(k)) { case 1: await 0; return 'one'; case 2: say('two'); default: return 'other'; } }; return [await f(1), await f(2), await f(3)].join(); }",
  ],
  [
    'for in',
    'async () => { let all = 0; for (const k in { a: 1, b: 2 }) all += (await later(k)).length; return all; }',
  ],
  [
    'this and arguments',
    'async () => { const o = { n: 2, async m() { const f = async () => { await 0; return this.n; }; return (await f()) + arguments.length; } }; return await o.m(1, 2); }',
  ],
  [
    'a class',
    'async () => { class A { constructor() { this.n = 1; } async more(by) { await 0; return (this.n += by); } static async make() { await 0; return new A(); } } return (await A.make()).more(4); }',
  ],
  [
    'parameters taken apart',
    'async () => { const f = async ({ a, ...r }, [b, c = 9]) => { await 0; return a + b + c + Object.keys(r).join(); }; return f({ a: 1, x: 2, y: 3 }, [4]); }',
  ],
  [
    'side by side',
    "async () => { const f = async (k) => { say('in', k); await later(0, k); say('out', k); return k; }; return (await Promise.all([f(1), f(8), f(16)])).join(); }",
  ],
  [
    'not in the same turn',
    "async () => { const f = async () => { say('first'); await null; say('third'); }; const p = f(); say('second'); await p; }",
  ],
  [
    'a wait for what new is given',
    'async () => { class A { constructor(a, b) { this.all = [a, b].join(); } } const d = new Date(await later(5)); return [new A(1, await later(2)).all, new A(...(await later([3, 4]))).all, d.getTime()].join(); }',
  ],
  [
    'a wait in the second part of a spread',
    'async () => { const all = [...(await later([1])), ...(await later([2]))]; return JSON.stringify({ ...(await later({ all })), ...(await later({ b: 3 })) }); }',
  ],
  ['a function further down', "async () => { await 0; return down(); function down() { return 'down'; } }"],
  [
    'gaps in a list',
    'async () => { const all = [1, , 3]; if (all.length < 3) { all.push([, 2]); } return all.length; }',
  ],
];

const depth = { maxDepth: 3, depthIdentifier: fc.createDepthIdentifier() };

/**
 * Statements by chance, in a function that may end in any way. What waits nowhere is not compiled but left to the
 * interpreter, which knows no way out of `finally`.
 */
const statements = fc.letrec<{ block: string; one: string; inLoop: string; loopBlock: string }>((tie) => {
  const leaf = fc.constantFrom(
    'say(n++);',
    'await later(0);',
    'say(await later(n++));',
    "await broken('b' + n++);",
    "if (flip()) throw new Error('t' + n++);",
    'if (flip()) return n++;',
    'if (flip()) return await later(n++);',
  );
  const exit = fc.constantFrom('if (flip()) break;', 'if (flip()) continue;', 'if (flip()) { await 0; continue; }');
  const compound = (block: fc.Arbitrary<string>): fc.Arbitrary<string>[] => [
    fc.tuple(block, block).map(([a, b]) => `if (flip()) { ${a} } else { ${b} }`),
    fc.tuple(block, block).map(([a, b]) => `try { ${a} } catch (e) { say('caught', e.message); ${b} }`),
    fc.tuple(block, block).map(([a, b]) => `try { ${a} } finally { await 0; say('finally', n++); ${b} }`),
    fc
      .tuple(block, block, block)
      .map(([a, b, c]) => `try { ${a} } catch (e) { say(e.message); ${b} } finally { await 0; ${c} }`),
  ];
  const list = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => all.join(' '));
  return {
    block: list(tie('one')),
    loopBlock: list(tie('inLoop')),
    one: fc.oneof(
      depth,
      leaf,
      ...compound(tie('block')),
      tie('loopBlock').map((body) => `for (let i = 0; i < 2; i++) { ${body} }`),
      tie('loopBlock').map((body) => `for (let i = 0; i < 2; i++) { const f = () => i; ${body} say('kept', f()); }`),
      tie('loopBlock').map((body) => `for (const k of ['x', 'y']) { say(k); ${body} }`),
    ),
    inLoop: fc.oneof(depth, leaf, exit, ...compound(tie('loopBlock'))),
  };
}).block;

const madeUp = (count: number, seed: number): Row[] =>
  fc.sample(statements, { numRuns: count, seed }).map((body, i) => [
    `${i}`,
    // what flip() says is different in each, and the same wherever it runs
    `async () => { let n = 0, s = ${i}; const flip = () => (s = (s * 21 + 7) % 64) > 31; ${body} return 'end ' + n; }`,
  ]);

/** A program as it is bundled, and what it prints under Node: made once for all interpreters. */
const programs = [
  ...[0, 10, 20, 30].flatMap((from) =>
    [true, false].map((readable) => ({
      name: `the table from row ${from} on${readable ? ', readable' : ''}`,
      rows: rows.slice(from, from + 10),
      readable,
    })),
  ),
  ...[1, 2, 3, 4, 5, 6].map((seed) => ({ name: `made up, seed ${seed}`, rows: madeUp(3, seed), readable: false })),
].map(({ name, rows, readable }) => {
  const app = program(rows);
  let made: Promise<{ wanted: string; code: string }> | undefined;
  const both = async () => ({ wanted: await underNode(app), code: await make(app, readable) });
  return { name, count: rows.length, both: () => (made ||= both()) };
});

describeEngines('async functions', (engine) => {
  it.each(programs)('do what they do under Node: $name', async ({ count, both }) => {
    const { wanted, code } = await both();
    expect(wanted.match(/^- /gm)).toHaveLength(count);
    expect((await runIn(engine, code)).stdout).toBe(wanted);
  });

  it('leave nothing behind, and take little while they wait', async () => {
    const app = `
      const later = (v) => new Promise((resolve) => setTimeout(resolve, 1, v));
      async function one(fails) {
        try { for (const k of [1, 2]) await later(k); if (fails) throw new Error('x'); }
        catch (e) { await later(1); }
        finally { await later(2); }
      }
      const used = () => process.memory(false).usage;
      let before, n = 0;
      function go() {
        if (n === 4) before = used();
        if (n++ < 40) one(n % 2).then(() => setTimeout(go, 1));
        else setTimeout(() => { const idle = used(); one(0); print(idle - before < 30, used() - idle < 150); }, 5);
      }
      go();`;
    expect((await runIn(engine, await make(app, false))).stdout).toBe('true true\n');
  });
});
