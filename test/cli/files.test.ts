// Applications of several files: each row runs in the interpreter, and prints what Node would print.
import { bundle } from '../../src/cli/bundle';
import { describeEngines, runIn } from '../engine/harness';
import { ROOT, Workshop } from './workshop';

let shop: Workshop;
beforeEach(() => (shop = new Workshop()));
afterEach(() => shop.close());

type Files = Record<string, string>;
/** name, files (the first is the application), what is printed */
type Row = [string, Files, string];

async function make(files: Files, readable = false): Promise<string> {
  for (const name of Object.keys(files)) shop.file(name, files[name]);
  const app = `${shop.folder}/${Object.keys(files)[0]}`;
  const { code, warnings } = await bundle({ app, board: 'linux', root: ROOT, readable });
  expect(warnings).toEqual([]);
  return code;
}

const eb = 'export const one = 1, two = 2;\nexport default 9;';
const reexports: Row[] = [
  [
    'export *',
    { 'app.js': 'import { two } from "./ea"; print(two);', 'ea.js': 'export * from "./eb";', 'eb.js': eb },
    '2',
  ],
  [
    'export of a name under another',
    { 'app.js': 'import { uno } from "./ea"; print(uno);', 'ea.js': 'export { one as uno } from "./eb";', 'eb.js': eb },
    '1',
  ],
  [
    'export of the default under a name',
    {
      'app.js': 'import { K, one } from "./ea"; print(K + one);',
      'ea.js': 'export { default as K, one } from "./eb";',
      'eb.js': eb,
    },
    '10',
  ],
  [
    'export * under a name',
    { 'app.js': 'import { ns } from "./ea"; print(ns.two);', 'ea.js': 'export * as ns from "./eb";', 'eb.js': eb },
    '2',
  ],
  [
    'export * in TypeScript',
    { 'app.ts': 'import { two } from "./ea"; print(two as number);', 'ea.ts': "export * from './eb';", 'eb.ts': eb },
    '2',
  ],
  [
    'export * of what is exported elsewhere',
    {
      'app.js': 'export { one } from "./ea"; import { two } from "./ea"; print(two);',
      'ea.js': 'export * from "./eb"; export const own = 5;',
      'eb.js': 'export * from "./ec";',
      'ec.js': eb,
    },
    '2',
  ],
  [
    'a required file that exports again',
    {
      'app.js': 'var ea = require("./ea"); print(ea.two + ea.uno);',
      'ea.js': 'export * from "./eb"; export { one as uno } from "./eb";',
      'eb.js': eb,
    },
    '3',
  ],
  [
    'export from a CommonJS file',
    {
      'app.js': 'import { K, one, two } from "./ea"; print(K.one + one + two);',
      'ea.js': 'export { default as K, one } from "./eb"; export * from "./eb";',
      'eb.js': 'exports.one = 1; exports.two = 2;',
    },
    '4',
  ],
  [
    'export * of requests',
    { 'app.js': 'import { get } from "./ea"; print(typeof get);', 'ea.js': "export * from 'requests';" },
    'function',
  ],
  [
    'export from the library and the firmware',
    {
      'app.js':
        'import { r, get, all, crc, E1 } from "./ea"; print(typeof r.get, get === all.get, !!crc, E1.length > 0);',
      'ea.js':
        'export { default as r, get } from "requests"; export * as all from "requests"; export { default as crc } from "crypto";' +
        'export { list } from "netdriver"; export const E1 = "x";',
    },
    'function true true true',
  ],
  [
    'import of the whole beside names',
    {
      'app.js':
        'import requests, { get } from "requests"; import { default as r } from "requests"; print(requests.get === get, r.get === get);',
    },
    'true true',
  ],
];

describeEngines('an application of several files', (engine) => {
  it.each([...reexports])('runs: %s', async (_, files, stdout) => {
    expect((await runIn(engine, await make(files))).stdout).toBe(stdout + '\n');
  });
});

describe('an application of several files', () => {
  it('is refused for an export of what only the device knows', async () => {
    const files = { 'app.js': 'import { read } from "./ea"; print(read);', 'ea.js': '\nexport * from "Storage";' };
    await expect(make(files)).rejects.toThrow(/ea\.js:2: what "export \*" of "Storage" would export, only the device/);
  });
});
