// The device modules of this package, as ES5 modules with imports, from which bundles are made.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure';

/** Boards whose bundles run under Node. */
export const UNDER_NODE = ['host', 'sim-w5500'];
/** Boards where strings have Unicode characters; on all others each byte is a character. */
const WITH_UNICODE = [...UNDER_NODE, 'linux'];

export interface Library {
  /** folder of the ES5 modules */
  folder: string;
  /** the board is one of those */
  isUnderNode: boolean;
  hasUnicode: boolean;
  /** the file of a module, by the name that an application uses, if it is one of ours */
  find(name: string): string | undefined;
  /** the name that an application uses for the module in this file, if it is one of ours */
  nameOf(file: string): string | undefined;
  /** its code uses Node, so it may do what the interpreter cannot */
  isNodeOnly(file: string): boolean;
}

/** Modules of the firmware: `require` finds them on the device. */
export const FIRMWARE = new Set(
  `Wifi net tls http fs Storage dgram crypto telnet Flash heatshrink timer neopixel NetworkJS ESP8266 ESP32 WIZnet CC3000
  bluetooth tensorflow tv nodemcu wice`.split(/\s+/),
);

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => name.replace(/\.js$/, '')) : [];
}

const folderIn = (root: string): string => join(root, 'dist', 'esm');

/** The names of all boards. */
export function boardsIn(root: string): string[] {
  const boards = join(folderIn(root), 'boards');
  return namesIn(boards).filter((name) =>
    /export function auto_init/.test(readFileSync(join(boards, `${name}.js`), 'utf8')),
  );
}

export function openLibrary(root: string, board: string): Library {
  const folder = folderIn(root);
  if (!existsSync(folder)) throw new Failure(`${folder} is missing: build the package first (npm run build)`);
  const boards = boardsIn(root);
  const isBoard = (name: string): boolean => boards.includes(name);
  if (!isBoard(board)) throw new Failure(`unknown board "${board}", there is: ${boards.join(', ')}`);
  const drivers = namesIn(join(folder, 'drivers'));

  function find(name: string): string | undefined {
    const own = name.replace(/^espruino-requests(\/|$)/, '');
    if (own === '' || own === 'requests') return join(folder, 'src', 'index.js');
    if (own === 'netdriver') return join(folder, 'src', 'net', 'registry.js');
    if (own === 'board') return join(folder, 'boards', `${board}.js`);
    if (own === 'driver-contract') return join(folder, 'test', 'driver-contract', 'device.js');
    if (own.startsWith('boards/') && isBoard(own.slice(7))) return join(folder, `${own}.js`);
    const driver = own.replace(/^drivers\//, '');
    if (!drivers.includes(driver)) return undefined;
    return [join(folder, 'drivers', driver, 'index.js'), join(folder, 'drivers', `${driver}.js`)].find(existsSync);
  }

  const nameOf = (file: string): string | undefined =>
    ['requests', 'netdriver', 'board', ...drivers].find((name) => find(name) === file);

  const nodeOnly = [join(folder, 'drivers', 'host'), ...UNDER_NODE.map((name) => join(folder, 'boards', name))];
  const isNodeOnly = (file: string): boolean => nodeOnly.some((start) => file.startsWith(start));
  const isUnderNode = UNDER_NODE.includes(board);
  return { folder, isUnderNode, hasUnicode: WITH_UNICODE.includes(board), find, nameOf, isNodeOnly };
}
