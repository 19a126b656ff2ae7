// Programs for the interpreter with the driver in them.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minify } from 'terser';
import * as ts from 'typescript';
import { isSmall } from '../../engine/harness';
import { built, inMemory, inStorage } from '../../engine/program';
import type { Program } from './interpreter';

const HERE = __dirname;

/** What a program can do without is left out. */
export async function small(text: string): Promise<string> {
  const options = { ecma: 5, compress: false, mangle: { toplevel: true }, format: { semicolons: true } } as const;
  return (await minify(text, options)).code!;
}

/** A file of this folder. */
export function script(name: string): Promise<string> {
  return small(readFileSync(join(HERE, name), 'utf8'));
}

/** TypeScript of callbacks and ES5, as one module of these files that exports these names. */
export function plain(files: string[], names: string[]): Promise<string> {
  const compilerOptions = { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.ESNext, removeComments: true };
  let text = '';
  for (const file of files)
    text += ts.transpileModule(readFileSync(join(HERE, file), 'utf8'), { compilerOptions }).outputText;
  text = text.replace(/^import .*$/gm, '').replace(/^export (?=var|function|let)/gm, '');
  return small(text + names.map((name) => `exports.${name}=${name};`).join(''));
}

/**
 * A program that asks for these modules, the driver and what it needs. The interpreter on Linux reads Storage a byte at
 * a time, five times slower than memory, so only the small one has them there.
 */
export async function program(engine: string, text: string, own: { [name: string]: string }, driver = 'w5500') {
  const modules: { [name: string]: string } = {};
  for (const name of ['netdriver', 'requests', driver]) modules[name] = built(name + '.min');
  // in memory, each runs as it comes, and finds those before it
  Object.assign(modules, { spi: await script('spi.js') }, own);
  const first = `var DRIVER=${JSON.stringify(driver)};\n`;
  if (isSmall(engine)) return { text: first + text, cwd: await inStorage(engine, modules) };
  return { text: first + inMemory(modules) + text, cwd: mkdtempSync(join(tmpdir(), 'program-')) };
}

/** A board that obeys. */
export async function board(engine: string, driver?: string): Promise<Program> {
  const modules = {
    clock: await script('clock.js'),
    commands: await plain(['../sockets.ts', '../commands.ts'], ['commander']),
    device: await script('device.js'),
  };
  return program(engine, 'require("device");', modules, driver);
}
