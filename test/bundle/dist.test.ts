// What `npm run build` made for the device: it has to run in the interpreter as it is.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'acorn';
import { checkDialect } from '../../src/cli/dialect';
import { KNOWN_GLOBALS } from '../../src/cli/lacking';
import { nodesOf } from '../../src/cli/minify';
import { describeEngines, isSmall, runIn } from '../engine/harness';

const DIST = join(__dirname, '..', '..', 'dist');

const inFolder = (folder: string): string[] =>
  readdirSync(join(DIST, folder))
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name));

if (!existsSync(join(DIST, 'requests.js'))) throw new Error('dist/ is not there: npm run build');

const files = [...inFolder('.'), ...inFolder('boards')];
const read = (file: string): string => readFileSync(join(DIST, file), 'utf8');
const isMinified = (file: string): boolean => file.endsWith('.min.js');
const moduleName = (file: string): string => (file.startsWith('boards') ? 'board' : file.replace(/(\.min)?\.js$/, ''));

/** The modules that a file asks for. */
function required(file: string): string[] {
  const calls = [...nodesOf(parse(read(file), { ecmaVersion: 2015 }))].filter((node) => node.type === 'CallExpression');
  const asked = calls.filter(({ callee }) => callee.name === 'require').map((call) => call.arguments[0]);
  return asked.flatMap((name) => (name.test ? [name.consequent, name.alternate] : [name])).map(({ value }) => value);
}

describe('dist', () => {
  it('has every module readable and minified, with types', () => {
    const readable = files.filter((file) => !isMinified(file));
    expect(readable).toEqual(expect.arrayContaining(['requests.js', 'netdriver.js', 'linux.js', 'esp32wifi.js']));
    for (const file of readable) {
      expect(files).toContain(file.replace('.js', '.min.js'));
      expect(existsSync(join(DIST, file.replace('.js', '.d.ts')))).toBe(true);
    }
  });

  it.each(files)('%s is written in what the interpreter speaks', (file) => {
    const findings = checkDialect(read(file), { strict: true });
    expect(findings.map(({ line, message }) => `${file}:${line}: ${message}`)).toEqual([]);
  });

  it.each(files)('%s is ASCII, without comments and without the name of an internal property left long', (file) => {
    expect(read(file)).toMatch(/^[\n\x20-\x7e]*$/);
    expect(read(file)).not.toMatch(/^\s*(\/\/|\/\*)/m);
    if (isMinified(file)) expect(read(file)).not.toMatch(/\._[a-zA-Z]\w/);
  });

  // Espruino's own tools minify what they send, if asked to, and drop a `;` that stands alone. Behind a block that was
  // skipped the interpreter then takes a text at the start of a statement for an empty one.
  it.each(files)('%s has no statement that only an empty one before it lets work', (file) => {
    const lists = [...nodesOf(parse(read(file), { ecmaVersion: 2015 }))].flatMap((node) => [
      node.body,
      node.consequent,
    ]);
    const statements = lists.filter(Array.isArray).flat();
    expect(statements.filter(({ type }) => type === 'EmptyStatement')).toEqual([]);
  });

  it.each(files)('%s requires nothing but modules that are there', (file) => {
    const known = [...files.map(moduleName), 'fs', 'net', 'tls', 'Wifi', 'Storage', 'NetworkJS', 'crypto'];
    expect(required(file).filter((name) => !known.includes(name))).toEqual([]);
  });
});

/** The files that `file` needs, itself last. */
function withNeeds(file: string): string[] {
  const needs = files.filter(
    (other) => isMinified(other) === isMinified(file) && required(file).includes(moduleName(other)),
  );
  return [...new Set([...needs.flatMap(withNeeds), file])];
}

describeEngines('dist', (engine) => {
  // `require` also finds modules in node_modules/ of the folder it runs in.
  let cwd: string;
  beforeEach(() => mkdirSync(join((cwd = mkdtempSync(join(tmpdir(), 'dist-'))), 'node_modules')));
  afterEach(() => rmSync(cwd, { recursive: true }));

  // The readable text of all that is too much for the build with 4095 variables.
  const fitting = isSmall(engine) ? files.filter(isMinified) : files;

  it.each(fitting)('loads %s as a module, which leaves no global', async (file) => {
    for (const other of withNeeds(file))
      copyFileSync(join(DIST, other), join(cwd, 'node_modules', `${moduleName(other)}.js`));
    const program = [
      'var before = Object.keys(global);',
      // The firmware of this build has no Wifi.
      'Modules.addCached("Wifi", "exports.on = function () {};");',
      `print("exports " + Object.keys(require("${moduleName(file)}")).length);`,
      'print("new " + Object.keys(global).filter(function (name) { return before.indexOf(name) < 0; }).join());',
    ].join('\n');
    const { stdout, failed } = await runIn(engine, program, { cwd });
    expect(failed ? stdout : '').toBe('');
    expect(stdout).toMatch(/^exports [1-9]\d*$/m);
    // Built-in objects come to be as they are used; File is what require reads with.
    const created = (/^new (.*)$/m.exec(stdout)?.[1] || '').split(',');
    expect(created.filter((name) => name && !['before', 'File'].includes(name) && !KNOWN_GLOBALS.has(name))).toEqual(
      [],
    );
  });
});

describe.each([
  ['w5500.js', 'w5500-listen.min.js'],
  ['w5500.min.js', 'w5500-listen.js'],
  ['linux.js', 'w5500-listen.js'],
])('%s with %s', (driver, listen) => {
  const load = (file: string): any => {
    const module = { exports: {} as any };
    new Function('module', 'exports', 'require', 'global', read(file))(module, module.exports, load, {});
    return module.exports;
  };
  const part = { send() {}, write() {} };

  it('are told that they do not fit', () => {
    const { create, driver: ready } = load(driver);
    const extend = () => load(listen).extend(ready || create({ spi: part, cs: part, mac: '02:00:00:00:00:01' }));
    expect(extend).toThrow(expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/minified/) }));
  });
});
