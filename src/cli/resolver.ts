// What the names in `require` and `import` stand for, and the rollup plugin that uses it.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type { Plugin } from 'rollup';
import { compile, exportedNames, sourceLine } from './app';
import type { Compiled } from './app';
import { Failure, show } from './failure';
import { helperImport } from './helpers';
import { FIRMWARE } from './library';
import type { Library } from './library';
import { shown } from './literals';
import { mentionsOf, ONCE, ONCE_CODE, toModule, withNames } from './requires';
import type { Target } from './requires';

export const ENTRY = '\0entry';
/** before the name of a CommonJS file: the module that an `import` of it gets */
const NAMED = '\0named:';

/** A file of the application that another one names. */
interface Use {
  file: string;
  isRequired: boolean;
  /** nothing before it could notice whether it has run */
  isFirst: boolean;
}

export class Resolver {
  private readonly compiled = new Map<string, Compiled>();
  private app = '';
  /** files that run where they are required */
  private lazy = new Set<string>();
  readonly warnings = new Set<string>();
  /** the application requires modules that are unknown here, which only the device has */
  isOpen = false;

  constructor(readonly library: Library) {}

  load(file: string): Compiled {
    let made = this.compiled.get(file);
    if (!made) this.compiled.set(file, (made = compile(file, file === this.app)));
    return made;
  }

  /** The line in a file of the application that a line of its compiled text came from. */
  sourceLine(file: string, line: number): number {
    const compiled = this.compiled.get(file);
    return compiled ? sourceLine(compiled.map, line) : line;
  }

  /** The files of the application itself. */
  appFiles(): string[] {
    return [...this.compiled.keys()];
  }

  /** What to call a module in a message. */
  nameOf(id: string): string {
    const file = id.replace(NAMED, '');
    return this.library.nameOf(file) || show(file);
  }

  private lookUp(written: string, file: string, line: number): Target {
    const name = shown(written);
    const own = this.library.find(name);
    if (own && this.library.isNodeOnly(own) && !this.library.isUnderNode)
      throw new Failure(`${show(file)}:${line}: module "${name}" runs under Node only`);
    if (own) return { file: own, imported: own, isOurs: true };
    if (FIRMWARE.has(name)) return {};
    const path = name.startsWith('.') || isAbsolute(name) ? localFile(name, file, line) : installed(name, file, line);
    if (path) {
      const { isCommonJs } = this.load(path);
      const isLazy = this.lazy.has(path);
      return { file: path, imported: isCommonJs || isLazy ? NAMED + path : path, isCommonJs, isLazy };
    }
    this.isOpen = true;
    const beside = fileAt(name, file);
    // a file called like the module that it uses does not mean itself
    const where =
      beside && realpathSync(beside) !== file
        ? `require("./${name}") would be the file beside this one`
        : 'it has to be in the firmware or in Storage';
    this.warnings.add(`${show(file)}:${line}: module "${name}" is not part of the bundle, ${where}`);
    return {};
  }

  /**
   * Decides which files run where they are required. Those that are only required at the top of a file, with nothing
   * before it that could notice, run ahead like imported ones, which costs nothing.
   */
  plan(app: string): void {
    this.app = app;
    const uses = this.usesFrom(app);
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      from === to ||
      (!seen.has(from) && !!seen.add(from) && uses.get(from)!.some(({ file }) => reaches(file, to, seen)));

    // what a file that runs late requires runs late as well: until there is nothing to add
    for (let before = -1; before < this.lazy.size;) {
      before = this.lazy.size;
      for (const [from, list] of uses)
        for (const { file, isRequired, isFirst } of list) {
          if (!isRequired || this.load(file).isModule || extname(file) === '.json') continue;
          if (!isFirst || this.lazy.has(from) || reaches(file, from)) this.lazy.add(file);
        }
    }
  }

  /** The files of the application, and which of them each one names. */
  private usesFrom(app: string): Map<string, Use[]> {
    const uses = new Map<string, Use[]>();
    const visit = (from: string): void => {
      if (uses.has(from)) return;
      const compiled = this.load(from);
      const list: Use[] = [];
      uses.set(from, list);
      let isQuiet = true;
      for (const { name, line, kind, isFirst } of mentionsOf(compiled)) {
        const { file, isOurs } = this.lookUp(name, from, sourceLine(compiled.map, line));
        // a module that only the device has may do anything
        if (!file && !FIRMWARE.has(name)) isQuiet = false;
        if (!file || isOurs) continue;
        list.push({ file, isRequired: kind === 'require', isFirst: isFirst && isQuiet });
        visit(file);
      }
    };
    visit(app);
    return uses;
  }

  plugin(app: string): Plugin {
    const { library } = this;
    return {
      name: 'application',
      resolveId: (id, importer) => {
        if (id.startsWith('\0') || isAbsolute(id)) return id;
        if (!id.startsWith('.') || !importer?.startsWith(library.folder)) return { id, external: true };
        const path = resolve(dirname(importer), id);
        return [`${path}.js`, `${path}/index.js`].find(existsSync) || null;
      },
      load: (id) => {
        if (id === ENTRY) return `import ${JSON.stringify(this.lazy.has(app) ? NAMED + app : app)};`;
        if (id === ONCE) return ONCE_CODE;
        if (id.startsWith(NAMED)) {
          const file = id.slice(NAMED.length);
          return withNames(file, this.lazy.has(file), exportedNames(this.load(file)));
        }
        // under Node no string tells whether it is text or bytes: what the library is given is text
        if (library.isUnderNode && id === join(library.folder, 'src', 'engine.js'))
          return readFileSync(id, 'utf8').replace('E.toUint8Array', 'E.textBytes');
        if (id.startsWith(library.folder)) return null;
        // of an application nothing is left out: a loop that only lets time pass does what it should
        return { ...this.moduleOf(id, id === app), moduleSideEffects: 'no-treeshake' };
      },
    };
  }

  /** A file of the application as a module, with what its compiled form needs. */
  private moduleOf(file: string, isApp: boolean): { code: string; map: any } {
    const compiled = this.load(file);
    const lineOf = (line: number): number => sourceLine(compiled.map, line);
    const code = toModule(compiled, this.lazy.has(file), {
      lookUp: (name, line) => this.lookUp(name, file, lineOf(line)),
      place: (line) => `${show(file)}:${lineOf(line)}`,
      warn: (text) => this.warnings.add(text),
      isApp,
    });
    const helpers = helperImport(compiled.code, join(this.library.folder, 'src', 'compiled.js'));
    return { code: helpers + code, map: JSON.parse(compiled.map) };
  }
}

/** The file that a path means, seen from another file, if there is one. */
function fileAt(name: string, from: string): string | undefined {
  const path = resolve(dirname(from), name);
  const isFolder = /(^|\/)\.{0,2}$/.test(name);
  const files = isFolder ? [] : ['', '.ts', '.js', '.json'].map((end) => path + end);
  const indices = ['index.ts', 'index.js'].map((index) => join(path, index));
  const main = existsSync(join(path, 'package.json')) ? found(`${path}/`, from) : undefined;
  return [
    ...files,
    ...(!main || indices.includes(main) ? [] : [main]),
    ...indices,
    path.replace(/\.([cm]?)js$/, '.$1ts'),
  ].find((file) => existsSync(file) && statSync(file).isFile());
}

function localFile(name: string, from: string, line: number): string {
  const file = fileAt(name, from);
  if (!file) throw new Failure(`${show(from)}:${line}: cannot find "${name}"`);
  return realpathSync(file);
}

/** What Node finds under a name, seen from a file, or its complaint. */
function found(name: string, from: string, complain?: (e: any) => void): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch (e) {
    complain?.(e);
    return undefined;
  }
}

/** The file of a package, if it is installed. One that is, but not as it should be, is no module of the device. */
function installed(name: string, from: string, line: number): string | undefined {
  if (builtinModules.includes(name) || name.startsWith('node:')) return undefined;
  return found(name, from, (e) => {
    if (name.startsWith('#') || e.code !== 'MODULE_NOT_FOUND' || e.path)
      throw new Failure(`${show(from)}:${line}: cannot find "${name}": ${e.message.split('\n')[0]}`);
  });
}
