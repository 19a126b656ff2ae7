// What the names in `require` and `import` stand for, and the rollup plugin that goes by it.
import { existsSync, statSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Plugin } from 'rollup';
import { compile, sourceLine, toModule } from './app';
import type { Compiled, Target } from './app';
import { Failure, show } from './failure';
import { FIRMWARE } from './library';
import type { Library } from './library';

export const ENTRY = '\0entry';
const EXTENSIONS = ['', '.ts', '.js', '.json', '/index.ts', '/index.js'];

export class Resolver {
  private readonly compiled = new Map<string, Compiled>();
  readonly warnings = new Set<string>();

  constructor(readonly library: Library) {}

  load(file: string): Compiled {
    let made = this.compiled.get(file);
    if (!made) this.compiled.set(file, (made = compile(file)));
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

  private lookUp(name: string, file: string, line: number): Target {
    const own = this.library.find(name);
    if (own) return { file: own, isOurs: true };
    if (FIRMWARE.has(name)) return {};
    const found = name.startsWith('.') || isAbsolute(name) ? localFile(name, file, line) : installed(name, file);
    if (found) return { file: found, isCommonJs: this.load(found).isCommonJs };
    const where = 'it has to be in the firmware or in Storage';
    this.warnings.add(`${show(file)}:${line}: module "${name}" is not part of the bundle, ${where}`);
    return {};
  }

  plugin(app: string): Plugin {
    const { library } = this;
    return {
      name: 'application',
      resolveId: (id, importer) => {
        if (id === ENTRY || isAbsolute(id)) return id;
        if (!id.startsWith('.') || !importer?.startsWith(library.folder)) return { id, external: true };
        const path = resolve(dirname(importer), id);
        return [`${path}.js`, `${path}/index.js`].find(existsSync) || null;
      },
      load: (id) => {
        if (id === ENTRY) return `import ${JSON.stringify(app)};`;
        if (id.startsWith(library.folder)) return null;
        const compiled = this.load(id);
        const lineOf = (line: number): number => sourceLine(compiled.map, line);
        const code = toModule(compiled, {
          lookUp: (name, line) => this.lookUp(name, id, lineOf(line)),
          place: (line) => `${show(id)}:${lineOf(line)}`,
        });
        // of an application nothing is left out: a loop that only lets time pass does what it should
        return { code, map: JSON.parse(compiled.map), moduleSideEffects: 'no-treeshake' };
      },
    };
  }
}

function localFile(name: string, from: string, line: number): string {
  const path = resolve(dirname(from), name);
  const found = [...EXTENSIONS.map((end) => path + end), path.replace(/\.js$/, '.ts')].find(
    (file) => existsSync(file) && statSync(file).isFile(),
  );
  if (!found) throw new Failure(`${show(from)}:${line}: cannot find "${name}"`);
  return found;
}

function installed(name: string, from: string): string | undefined {
  if (builtinModules.includes(name) || name.startsWith('node:')) return undefined;
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}
