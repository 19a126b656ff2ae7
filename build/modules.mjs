// Which source files are modules of their own, and by what name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** drivers and boards for a desk */
const NODE_ONLY = ['host', 'sim-w5500'];

/** The modules of a folder: its files, and the folders in it that have an index. */
function entries(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const name = basename(entry.name, '.ts');
      return { name, source: `${folder}/${name}${entry.isDirectory() ? '/index' : ''}` };
    })
    .filter(({ source }) => existsSync(`${source}.ts`));
}

const drivers = entries('drivers');
const boards = entries('boards').filter(({ source }) =>
  /export function auto_init/.test(readFileSync(`${source}.ts`, 'utf8')),
);
const forDevice = ({ name }) => !NODE_ONLY.includes(name);

/** `file` in `dist/`, `name` for `require` on the device, `source` without its extension. */
export const deviceModules = [
  { file: 'netdriver', name: 'netdriver', source: 'src/net/registry' },
  { file: 'requests', name: 'requests', source: 'src/index' },
  ...drivers.filter(forDevice).map(({ name, source }) => ({ file: name, name, source })),
  ...boards.filter(forDevice).map(({ name, source }) => ({ file: `boards/${name}`, name: 'board', source })),
].filter(({ source }) => existsSync(`${source}.ts`));

export const nodeModules = [
  { file: 'index', source: 'src/node/index', types: 'src/index' },
  { file: 'netdriver', source: 'src/net/registry' },
  { file: 'driver-contract', source: 'test/driver-contract/index' },
  { file: 'cli', source: 'src/cli/main', types: '' },
  ...drivers.map(({ name, source }) => ({ file: `drivers/${name}`, source })),
  ...boards.map(({ name, source }) => ({ file: `boards/${name}`, source })),
].filter(({ source }) => existsSync(`${source}.ts`));
