// The package as it is published: packed, and unpacked into an empty folder.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'acorn';
import { rollup } from 'rollup';
import { nodesOf } from '../../src/cli/minify';
import { linksIn, programsIn } from '../docs/blocks';
import { ROOT, Workshop } from '../cli/workshop';

const shop = new Workshop();
const modules = join(shop.folder, 'node_modules');
const unpacked = join(modules, 'espruino-requests');

beforeAll(() => {
  mkdirSync(unpacked, { recursive: true });
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', shop.folder];
  const name = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', join(shop.folder, name), '-C', unpacked, '--strip-components=1']);
  rmSync(join(shop.folder, name));
  for (const name of Object.keys(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages)) {
    const own = name.replace('node_modules/', '');
    if (!name || !existsSync(join(ROOT, name)) || existsSync(join(modules, own))) continue;
    mkdirSync(dirname(join(modules, own)), { recursive: true });
    symlinkSync(join(ROOT, name), join(modules, own));
  }
});
afterAll(() => shop.close());

function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd: shop.folder, encoding: 'utf8', timeout: 200000 });
}

/** What its command line makes of an application. */
function bundled(app: string): string {
  rmSync(join(shop.folder, 'out.js'), { force: true });
  const args = ['bundle', app, '--board', 'linux', '--out', 'out.js'];
  expect(node('node_modules/espruino-requests/dist/node/cli.mjs', ...args)).toMatchObject({ status: 0, stderr: '' });
  return readFileSync(join(shop.folder, 'out.js'), 'utf8');
}

it('is whole: what its pages link to is there', () => {
  const pages = (readdirSync(unpacked, { recursive: true }) as string[]).filter((name) => name.endsWith('.md'));
  expect(pages).toContain('docs/drivers/your-own.md');
  const dead = pages.flatMap((page) =>
    linksIn(join(unpacked, page))
      .filter(({ to }) => !existsSync(join(unpacked, dirname(page), to)))
      .map(({ to }) => `${page}: ${to}`),
  );
  expect(dead).toEqual([]);
});

it('has an export behind every entry, with types', () => {
  const { exports } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  for (const target of Object.values<any>(exports))
    for (const path of typeof target === 'string' ? [target] : Object.values<string>(target)) {
      const [folder, end] = join(unpacked, path).split('*');
      if (end === undefined) expect(existsSync(folder)).toBe(true);
      else expect(readdirSync(folder).filter((name) => name.endsWith(end))).not.toEqual([]);
    }
});

it('is found by tools that do not know exports', () => {
  const { exports, main, types } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  expect({ types, default: main }).toEqual(exports['.']);
});

it.each(['index', 'netdriver', 'driver-contract', 'drivers/host', 'boards/host', 'drivers/w5500', 'boards/sim-w5500'])(
  'bundlers for Node find all that %s needs',
  async (name) => {
    const input = join(unpacked, 'dist', 'node', `${name}.mjs`);
    const built = await rollup({ input, external: isBuiltin });
    const [{ code, imports }] = (await built.generate({ inlineDynamicImports: true })).output;
    await built.close();
    expect(imports.filter((needed) => !isBuiltin(needed))).toEqual([]);
    const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
    const calls = [...nodesOf(program)].filter(({ type }) => type === 'CallExpression');
    expect(calls.filter(({ callee }) => callee.name === 'require')).toEqual([]);
  },
);

it('bundles its examples', () => {
  expect(bundled('node_modules/espruino-requests/examples/get.js')).toContain('"GET"');
});

it('bundles what imports it by its own name', () => {
  shop.file(
    'app.ts',
    `import { get } from 'espruino-requests';
     import { list } from 'espruino-requests/netdriver';
     import { auto_init } from 'espruino-requests/boards/linux';
     import { driver } from 'espruino-requests/drivers/linux';
     auto_init().then(() => get('http://h/'), (e) => console.log(list(), driver.name, e.code));`,
  );
  expect(bundled('app.ts')).toContain('"GET"');
});

describe('the driver contract, for a driver of somebody else', () => {
  const [mine, suite] = programsIn(join(ROOT, 'docs/drivers/your-own.md')).map(({ code }) => code);

  const throws = "\n    if (!linked) throw fault('ENETDOWN', 'connect', 'not linked');";

  function judge(driver: string, timeoutMs = 100000): { status: number | null; passed: string[]; failed: string[] } {
    shop.file('my-driver.mjs', driver);
    shop.file('my-driver.test.mjs', suite.replace('driver,', `driver, timeoutMs: ${timeoutMs},`));
    const { status, stdout } = node('--test-reporter=tap', 'my-driver.test.mjs');
    // the suite itself never stumbles over what a driver does
    expect(stdout).not.toMatch(/TypeError|Cannot read/);
    const rows = [...stdout.matchAll(/^(not )?ok \d+ - (.*?)( # .*)?$/gm)];
    return {
      status,
      passed: rows.filter(([, not]) => !not).map(([, , name]) => name),
      failed: rows.filter(([, not]) => not).map(([, , name]) => name),
    };
  }

  it('passes one that holds to it', () => {
    const { status, passed, failed } = judge(mine);
    expect({ status, failed }).toEqual({ status: 0, failed: [] });
    expect(passed.length).toBeGreaterThan(20);
  });

  it.each([
    ['pushes what nobody wants', 'this.events.want()', '1e9', 'delivers no more than wanted'],
    ['takes a reset for an end', 'this.events.onClose(err)', 'this.events.onClose(null)', 'tells a reset as an error'],
    [
      'takes a refusal for an end',
      'this.events.onClose(err)',
      'this.events.onClose(null)',
      'refused: thrown, or told once',
    ],
    ['goes on after close()', 'open.delete(this);\n    this.raw.destroy();', '', 'closes inside onData'],
    ['never connects', "this.raw.on('connect',", "this.raw.on('never',", 'carries bytes there and back'],
    ['hands on plain lists', 'new Uint8Array(bytes)', '[...bytes]', 'carries bytes there and back'],
    [
      'forgets whose method it calls',
      'this.events.onData(',
      '(0, this.events.onData)(',
      'carries bytes there and back',
    ],
    [
      'leaves sockets open when it is unlinked',
      'for (const connection of open)',
      'for (const connection of [])',
      'unlink() ',
    ],
    [
      'ends them in order',
      /connection\.end\(.*\)/.exec(mine)![0],
      'connection.end(null)',
      'unlink() ends every socket',
    ],
    ['connects without a link', `connect(to, events) {${throws}`, 'connect(to, events) {', 'without a link'],
    ['has addresses without a link', `link_info() {${throws}`, 'link_info() {', 'without a link'],
    ['loses what is handed back', 'this.raw.unshift(', 'void (', 'what is handed back comes again'],
    ['hands on too much again', 'this.piece.length - n', '0', 'what is handed back comes again'],
    ['says it is not linked', 'is_linked: () => linked', 'is_linked: () => false', 'says what it is'],
  ])('fails one that %s', (_, right, wrong, row) => {
    expect(mine).toContain(right);
    const { status, failed } = judge(mine.replace(right, wrong), 300);
    expect(status).not.toBe(0);
    expect(failed.filter((name) => name.startsWith(row))).toHaveLength(1);
  });
});

describe('its types, in a strict project', () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');

  function checked(compilerOptions: object, files: string[]) {
    shop.file('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    const { status, stdout } = node(tsc, '-p', '.');
    return { status, stdout };
  }

  function check(files: string[], module: string, moduleResolution: string, types: string[]) {
    for (const name of files) shop.file(name, readFileSync(join(ROOT, 'test/types', name), 'utf8'));
    const lib = ['es2022', 'dom'];
    return checked({ strict: true, noEmit: true, target: 'es2022', lib, types, module, moduleResolution }, files);
  }

  it('with the settings of its page, what a bundle may contain', () => {
    const page = readFileSync(join(unpacked, 'docs/cli.md'), 'utf8');
    const { compilerOptions } = JSON.parse(/```json\n([^]*?)```/.exec(page)![1]);
    shop.file(
      'await.ts',
      `import { auto_init } from 'board';
      import * as requests from 'requests';
      async function main(): Promise<void> {
        await auto_init({ ssid: 'x' });
        for (const n of [1, 2]) console.log((await requests.post('http://h/', { json: { n } })).text());
      }
      main();`,
    );
    shop.file(
      'equals.ts',
      `import requests = require('requests');\nrequests.get('http://h/').then((r) => r.json());\n`,
    );
    expect(checked(compilerOptions, ['await.ts', 'equals.ts'])).toEqual({ status: 0, stdout: '' });
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('module %s, resolved as by %s', (module, moduleResolution) => {
    const fine = { status: 0, stdout: '' };
    expect(check(['compiles.mts', 'refused.mts'], module, moduleResolution, ['espruino'])).toEqual(fine);
    expect(check(['device.ts'], module, moduleResolution, ['espruino', 'espruino-requests/device'])).toEqual(fine);
  });
});
