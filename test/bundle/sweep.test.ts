import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../cli/workshop';

const folder = mkdtempSync(join(tmpdir(), 'sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that was written so many seconds ago. */
function file(name: string, ago: number) {
  const path = join(folder, name);
  writeFileSync(path, '');
  utimesSync(path, Date.now() / 1000 - ago, Date.now() / 1000 - ago);
  return path;
}

it('a build that takes long keeps all it wrote, and nothing of an earlier one', () => {
  mkdirSync(join(folder, 'esm'));
  const first = file('esm/first.js', 600);
  file('esm/second.js', 610);
  file('last.min.js', 0);
  file('esm/earlier.js', 4000);
  file('earlier.min.js', 3990);
  const code = `import { sweep } from ${JSON.stringify(pathToFileURL(join(ROOT, 'build/sweep.mjs')))}; sweep(...process.argv.slice(1));`;
  execFileSync(process.execPath, ['--input-type=module', '-e', code, folder, first]);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(
    ['esm', 'esm/first.js', 'esm/second.js', 'last.min.js'].map((name) => join(name)),
  );
});
