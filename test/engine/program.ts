// Programs for the interpreter out of the built device modules.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runIn } from './harness';

export const DIST = join(__dirname, '..', '..', 'dist');

/** The text of a built module. */
export function built(name: string): string {
  const path = join(DIST, name + '.js');
  if (!existsSync(path)) throw new Error(path + ' is not there: npm run build');
  return readFileSync(path, 'utf8');
}

/** The modules that an application on the board "linux" may ask for, minified. */
export function linuxModules(): { [name: string]: string } {
  const modules: { [name: string]: string } = {};
  for (const name of ['netdriver', 'requests', 'linux']) modules[name] = built(name + '.min');
  modules.board = built('boards/linux.min');
  return modules;
}

/** Text that puts these modules where `require` finds them, the way the Espruino tools do it. */
export function inMemory(modules: { [name: string]: string }): string {
  return Object.entries(modules)
    .map(([name, text]) => 'Modules.addCached(' + JSON.stringify(name) + ',function(){' + text + '\n});\n')
    .join('');
}

/** A byte string as the interpreter reads it, with and without Unicode support. */
function literal(bytes: string): string {
  return JSON.stringify(bytes).replace(/[\x7f-\xff]/g, (c) => '\\x' + c.charCodeAt(0).toString(16));
}

/**
 * A folder whose Storage holds these modules. Code that runs from there leaves the memory to data, as on a board
 * that has it in flash; but this build reads Storage a byte at a time, so it is slow.
 */
export async function inStorage(engine: string, modules: { [name: string]: string }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'storage-'));
  let program = 'var s=require("Storage");\n';
  for (const [name, text] of Object.entries(modules)) {
    const bytes = Buffer.from(text).toString('latin1');
    for (let at = 0; at < bytes.length; at += 1024)
      program += `s.write(${JSON.stringify(name)},${literal(bytes.substr(at, 1024))},${at},${bytes.length});\n`;
  }
  const { failed, stdout } = await runIn(engine, program + 'print("written");', { cwd: folder });
  if (failed || stdout !== 'written\n') throw new Error('cannot write modules to Storage: ' + stdout);
  return folder;
}

/** A script of this folder. */
export function script(name: string): string {
  return readFileSync(join(__dirname, name), 'utf8');
}
