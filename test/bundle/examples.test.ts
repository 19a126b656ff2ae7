// Every example runs on every board: at least it bundles for each kind of them, and one for each of them.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';

const ROOT = join(__dirname, '..', '..');

const namesIn = (folder: string, isWanted: RegExp): string[] =>
  existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)).filter((name) => isWanted.test(name)) : [];

const boards = namesIn('dist/node/boards', /\.mjs$/).map((name) => name.replace('.mjs', ''));
// boards with a W5500 differ in their pins
const kinds = ['host', 'linux', 'esp32', 'esp32-w5500', 'sim-w5500'];
const pairs = namesIn('examples', /\.[jt]s$/).flatMap((example) =>
  boards.filter((board) => example === 'get.js' || kinds.includes(board)).map((board) => [example, board]),
);

describe('examples', () => {
  (pairs.length ? it.each(pairs) : it.skip.each([['none', 'any']]))('%s bundles for %s', async (example, board) => {
    const { code, warnings } = await bundle({ app: join(ROOT, 'examples', example), board, root: ROOT });
    expect(code.length).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
  });
});
