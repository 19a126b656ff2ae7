// Joins an application and the modules it uses into one text that the interpreter runs as it is.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { rollup } from 'rollup';
import type { RollupLog } from 'rollup';
import { ownArguments } from './arguments';
import { checkDialect } from './dialect';
import type { Finding } from './dialect';
import { Failure, show } from './failure';
import { openLibrary } from './library';
import type { Library } from './library';
import { hides, reveal, shown } from './literals';
import { asBlock, functionsFirst, INTERNAL, minify, propertyNames, tidy } from './minify';
import { ENTRY, Resolver } from './resolver';

export interface BundleRequest {
  app: string;
  board: string;
  /** folder of this package */
  root: string;
  readable?: boolean;
}

export interface Bundle {
  code: string;
  /** what may be wrong with it */
  warnings: string[];
  /** the files it was made from */
  files: string[];
}

interface Linked {
  code: string;
  map: any;
  files: string[];
  /** a file imports another one that imports it */
  isCircular: boolean;
}

export async function bundle(request: BundleRequest): Promise<Bundle> {
  const library = openLibrary(request.root, request.board);
  if (!existsSync(request.app)) throw new Failure(`cannot read ${request.app}: there is no such file`);
  const app = realpathSync(request.app);
  if (statSync(app).isDirectory()) throw new Failure(`${request.app} is a folder, not a program`);
  if (extname(app) === '.json') throw new Failure(`${request.app} is data, not a program`);
  const resolver = new Resolver(library);
  resolver.plan(app);
  const { code, map, files, isCircular } = await link(app, resolver);
  const trace = new TraceMap(map);
  const linked = `(function () {\n${code}})();\n`;
  const text = isCircular ? functionsFirst(linked) : linked;

  // places are those in `linked`
  const findings = isCircular && !checkDialect(text).length ? [] : checkDialect(linked);
  const faults = new Set<string>();
  for (const finding of findings) {
    // a module that only the device has may create objects of any kind
    const isGuess = finding.rule === 'method' && resolver.isOpen;
    for (const complaint of describe(finding, trace, library))
      if (isGuess) resolver.warnings.add(`${complaint}, unless a module on the device has it`);
      else faults.add(complaint);
  }
  if (faults.size) throw new Failure([...faults].join('\n'));
  const small = (): Promise<string> =>
    smallest(text, internalNames(files, resolver), findings.length, !library.isUnderNode);
  // unlike in the interpreter, in Node a `let` does not exist before its line
  const whole = request.readable ? await tidy(text) : library.isUnderNode ? await small() : asBlock(await small());
  const out = library.isUnderNode ? whole : ownArguments(whole);
  return {
    code: reveal(out.trimEnd(), !library.hasUnicode) + '\n',
    warnings: [...resolver.warnings],
    files: [...files, ...resolver.appFiles()],
  };
}

/** What rollup indents with: nothing else in a bundle does. */
const INDENT = '\v';

/**
 * Objects that stand for whole modules without rollup's `__proto__: null`: builds of the interpreter with assertions end as
 * soon as a member is looked for that such an object does not have.
 */
const withPrototypes = (code: string): string => code.replace(/^\v__proto__: null,?$/gm, '');

/** Makes one program of many files, without unused parts. */
async function link(app: string, resolver: Resolver): Promise<Linked> {
  let isCircular = false;
  try {
    const built = await rollup({
      input: ENTRY,
      context: 'this',
      plugins: [resolver.plugin(app)],
      treeshake: {
        moduleSideEffects: (id) => !id.startsWith(resolver.library.folder),
        propertyReadSideEffects: false,
        unknownGlobalSideEffects: false,
      },
      onwarn: (log) => {
        if (log.code === 'CIRCULAR_DEPENDENCY') isCircular = true;
        if (log.code === 'MISSING_EXPORT') resolver.warnings.add(inWords(log, resolver));
      },
    });
    const { output } = await built.generate({
      file: join(process.cwd(), 'bundle.js'),
      format: 'cjs',
      exports: 'none',
      esModule: false,
      strict: false,
      interop: 'esModule',
      externalLiveBindings: false,
      freeze: false,
      indent: INDENT,
      inlineDynamicImports: true,
      sourcemap: true,
    });
    await built.close();
    const { code, map, moduleIds } = output[0];
    return {
      code: withPrototypes(code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n')),
      map,
      files: moduleIds.filter((id) => !id.startsWith('\0')),
      isCircular,
    };
  } catch (e: any) {
    throw new Failure(e instanceof Failure ? e.text : inWords(e, resolver));
  }
}

/** A complaint of rollup, with its place in the source. */
function inWords(log: RollupLog, resolver: Resolver): string {
  const file = log.loc?.file || log.id;
  const what =
    log.code === 'MISSING_EXPORT'
      ? `"${log.binding}" is not exported by "${resolver.nameOf(log.exporter!)}"`
      : String(log.message || log).replace(/^.* \(\d+:\d+\): /, '');
  if (!file || file.startsWith('\0')) return what;
  return `${show(file)}${log.loc ? `:${resolver.sourceLine(file, log.loc.line)}` : ''}: ${what}`;
}

/** A finding with its place in the source; nothing for code that only runs under Node, which may do what it likes. */
function describe(finding: Finding, map: TraceMap, library: Library): string[] {
  const at = sourceOf(finding, map);
  if (!at) return [`in the bundle: ${finding.message}`];
  return library.isNodeOnly(at.file) ? [] : [`${show(at.file)}:${at.line}: ${shown(finding.message)}`];
}

/** Code made up by the compiler has no place of its own: the closest one before it counts. */
function sourceOf(finding: Finding, map: TraceMap): { file: string; line: number } | undefined {
  let { column } = finding;
  // The wrapper's first line is not in the map.
  for (let line = finding.line - 1; line > 0; line--) {
    for (const bias of [GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND] as const) {
      const at = originalPositionFor(map, { line, column, bias });
      if (at.source) return { file: resolve(at.source), line: at.line };
    }
    column = Infinity;
  }
  return undefined;
}

/** Only properties that library code alone mentions may be shortened: not the `_id` in somebody's JSON. */
function internalNames(files: string[], resolver: Resolver): string[] {
  const names = new Set<string>();
  for (const file of files.filter((id) => id.startsWith(resolver.library.folder)))
    for (const name of propertyNames(readFileSync(file, 'utf8'))) if (INTERNAL.test(name)) names.add(name);
  for (const file of resolver.appFiles())
    for (const name of propertyNames(resolver.load(file).code)) names.delete(name);
  return [...names];
}

/** The minifier moves code around; if that breaks the order that the interpreter needs, it may only shorten names. */
async function smallest(text: string, internal: string[], findings: number, arrows: boolean): Promise<string> {
  const props = internal.length ? new RegExp(`^(${internal.join('|')})$`) : undefined;
  for (const compress of [true, false]) {
    const out = await minify(text, { props, compress, arrows, lineLength: 200, evaluate: !hides(text) });
    // it writes the escapes of hidden characters into regular expressions, too
    if (checkDialect(reveal(out, true)).length <= findings) return out;
  }
  return tidy(text);
}
