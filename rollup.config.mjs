// From what tsc emitted (dist/esm: ES5 modules, out/node: modern ones) to the modules people load.
import { readFileSync, readdirSync, mkdirSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { builtinModules } from 'node:module';
import { parse } from 'acorn';
import { deviceModules, nodeModules } from './build/modules.mjs';
import { sweep } from './build/sweep.mjs';
import { INTERNAL, minify, propertyNames, tidy } from './out/node/src/cli/minify.js';
import { children, findScopes, lookUp, mentioned } from './out/node/src/cli/scopes.js';

const packageJson = JSON.parse(readFileSync('package.json', 'utf8'));
/** Modules that know each other's internals agree on their short names: those of the core, those of a driver. */
const caches = {};
/** What this module needs of the others in its family is all that they agree on: no two of those are loaded together. */
const plugins = { 'drivers/w5500': 'drivers/w5500/listen' };

/** The functions that run for every packet, by family. */
const FAST = {
  src: 'fastPieces fastDirect onData want take onWritable lines line advance',
  'drivers/w5500': 'read write fill flush run work receive offer waiting turn soon',
  'drivers/networkjs': 'recv send piece',
};

/** Finds `./x` and `./x/index`, and leaves every other device module to `require`. */
function resolver(root, outside = []) {
  const external = new Map(outside.map(({ name, source }) => [resolve(root, `${source}.js`), name]));
  return {
    name: 'resolver',
    resolveId(id, importer) {
      if (!importer || !id.startsWith('.')) return null;
      const path = resolve(dirname(importer), id);
      const file = [`${path}.js`, `${path}/index.js`].find(existsSync);
      if (!file) throw new Error(`${importer}: cannot find ${id}`);
      return external.has(file) ? { id: external.get(file), external: true } : file;
    },
  };
}

/** Under Node the interpreter's natives are replaced by their equals. */
const nodeEngine = {
  name: 'node-engine',
  resolveId(id, importer) {
    const equal = ['engine', 'virtual'].find(
      (n) => importer && resolve(dirname(importer), id) === resolve(`out/node/src/${n}`),
    );
    return equal ? resolve(`out/node/src/node/${equal}.js`) : null;
  },
};

const smallNames = () =>
  deviceModules.flatMap(({ source }) => [...propertyNames(readFileSync(`dist/esm/${source}.js`, 'utf8'))]);

/** How often a program mentions each of the variables declared at its top, besides where it declares them. */
function mentions(program) {
  const { top, within } = findScopes(program);
  const counts = {};
  const visit = (node, around) => {
    const scope = within(node, around);
    for (const { name } of mentioned(node))
      if (lookUp(name, scope)?.scope === top) counts[name] = (counts[name] || 0) + 1;
    for (const [, child] of children(node)) visit(child, scope);
  };
  visit(program, top);
  return counts;
}

/** Puts what a call makes only for the list of exports into that list. */
function inlineExports(code, list) {
  const counts = mentions(parse(code, { ecmaVersion: 'latest' }));
  return code.replace(/^(?:const|var) (\w+) = \/\*#__PURE__\*\/ (.*);$/gm, (all, name, value) => {
    const exported = list.find((pair) => pair.value === name);
    if (!exported || counts[name]) return all;
    exported.value = value;
    return '';
  });
}

/**
 * One assignment for all that a module exports. Where it is a driver itself and names the whole of it `driver` as well,
 * that object is the module.
 */
function exportAtOnce(code) {
  const [, keys] = /^(?:const|var) driver = \{([^}]*)\};$/m.exec(code) ?? [];
  const pairs = [];
  const rest = code.replace(/^exports\.(\w+) = (\w+);$/gm, (all, name, value) => {
    if (keys && name !== 'driver' && !new RegExp(`\\b${name}:`).test(keys))
      throw new Error(`driver lacks ${name}, which the module has`);
    pairs.push({ name, value });
    return '';
  });
  if (keys) return `${rest}module.exports = driver.driver = driver;\n`;
  if (pairs.length < 3) return code;
  const before = inlineExports(rest, pairs);
  return `${before}module.exports = { ${pairs.map(({ name, value }) => `${name}: ${value}`).join(', ')} };\n`;
}

/** Forgets the short names that the plugin of a family, if there is one, does not need. */
function keepShared(family) {
  if (!plugins[family]) return;
  const needed = propertyNames(readFileSync(`dist/esm/${plugins[family]}.js`, 'utf8'));
  const { props } = caches[family].props;
  for (const key of Object.keys(props)) if (!needed.has(key.slice(1))) delete props[key];
}

const readableAndMinified = (family) => ({
  name: 'readable-and-minified',
  async generateBundle(_, bundle) {
    caches[family] ??= {};
    for (const chunk of Object.values(bundle)) {
      chunk.code = exportAtOnce(chunk.code);
      const code = await minify(chunk.code, {
        props: INTERNAL,
        reserved: smallNames().filter((n) => n.length < 3 && !INTERNAL.test(n)),
        cache: caches[family],
        wordsExcept: (FAST[family] || '').split(' '),
      });
      keepShared(family);
      this.emitFile({ type: 'asset', fileName: chunk.fileName.replace(/\.js$/, '.min.js'), source: code });
      chunk.code = await tidy(chunk.code);
    }
  },
});

/** NodeNext wants full file names in declarations; tsc writes them as they are in the source. */
function completeSpecifiers(folder) {
  for (const entry of readdirSync(folder, { recursive: true })) {
    const file = `${folder}/${entry}`;
    if (!file.endsWith('.d.ts')) continue;
    const text = readFileSync(file, 'utf8').replace(/(from |import\()(['"])(\.[^'"]*)\2/g, (all, word, quote, id) => {
      const path = resolve(dirname(file), id);
      if (existsSync(`${path}.d.ts`)) return `${word}${quote}${id}.js${quote}`;
      return existsSync(`${path}/index.d.ts`) ? `${word}${quote}${id}/index.js${quote}` : all;
    });
    writeFileSync(file, text);
  }
}

function writeTypes(file, source) {
  const target = `dist/${file}.d.ts`;
  mkdirSync(dirname(target), { recursive: true });
  const path = relative(dirname(target), `dist/types/${source}.js`);
  writeFileSync(target, `export * from '${path.startsWith('.') ? path : `./${path}`}';\n`);
}

/** The types of what an application for a device requires by its short name. */
function writeDeviceTypes() {
  const from = ({ name, source }) =>
    name === 'requests' ? '' : source.startsWith('drivers/') ? `/drivers/${name}` : `/${name}`;
  const modules = deviceModules
    .filter(({ name }) => name !== 'board')
    .map((own) => `declare module '${own.name}' {\n  export * from 'espruino-requests${from(own)}';\n}\n`);
  writeFileSync('dist/device.d.ts', modules.join('') + readFileSync('build/board.d.ts', 'utf8'));
}

const types = {
  name: 'types',
  writeBundle() {
    completeSpecifiers('dist/types');
    for (const { file, source } of deviceModules) writeTypes(file, source);
    writeDeviceTypes();
    for (const { file, source, types = source } of nodeModules) if (types) writeTypes(`node/${file}`, types);
  },
};

/** Removes what an earlier build left and this one, which begins with dist/esm, did not write. */
const sweeper = {
  name: 'sweep',
  closeBundle() {
    sweep('dist', 'dist/esm/src/index.js');
  },
};

// the parts of a driver come before the whole: what they share is named first
const device = [...deviceModules].reverse().map((own) => ({
  input: `dist/esm/${own.source}.js`,
  plugins: [
    resolver(
      'dist/esm',
      deviceModules.filter((m) => m !== own),
    ),
    readableAndMinified(own.source.match(/^(src|\w+\/\w+)/)[0]),
  ],
  output: {
    file: `dist/${own.file}.js`,
    format: 'cjs',
    exports: 'named',
    esModule: false,
    strict: false,
    externalLiveBindings: false,
    freeze: false,
  },
}));

const node = {
  input: Object.fromEntries(nodeModules.map(({ file, source }) => [file, `out/node/${source}.js`])),
  external: [...builtinModules, /^node:/, ...Object.keys(packageJson.dependencies)],
  plugins: [nodeEngine, resolver('out/node'), types, sweeper],
  output: {
    dir: 'dist/node',
    format: 'es',
    entryFileNames: '[name].mjs',
    chunkFileNames: 'shared/[name].mjs',
    banner: (chunk) => (chunk.name === 'cli' ? '#!/usr/bin/env node' : ''),
  },
};

export default [...device, node];
