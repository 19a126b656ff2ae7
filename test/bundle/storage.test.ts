// Modules in Storage, put there as docs/storage.md says.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT, Workshop } from '../cli/workshop';
import { programsIn } from '../docs/blocks';
import { describeEngines, runIn } from '../engine/harness';

const [script] = programsIn(join(ROOT, 'docs/storage.md')).map(({ code }) => code);
const server = createServer((_, response) => response.end('hello'));
let shop: Workshop;

beforeAll(async () => {
  shop = new Workshop();
  mkdirSync(join(shop.folder, 'node_modules'));
  symlinkSync(ROOT, join(shop.folder, 'node_modules', 'espruino-requests'));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(async () => {
  shop.close();
  await new Promise((done) => server.close(done));
});

describeEngines('modules in Storage', (engine) => {
  it('are found by name', async () => {
    const cwd = join(shop.folder, 'device');
    mkdirSync(cwd, { recursive: true });
    const files = ['netdriver', 'requests', 'linux', 'boards/linux'];
    const writer = execFileSync(process.execPath, [shop.file('modules.mjs', script), ...files], { encoding: 'utf8' });
    expect((await runIn(engine, writer, { cwd })).failed).toBe(false);
    const app = `
      require('board').auto_init().then(function () {
        return require('requests').get('http://127.0.0.1:${(server.address() as AddressInfo).port}/');
      }).then(function (r) { print(r.status, r.text()); }, function (e) { print(e.message); });`;
    expect((await runIn(engine, app, { cwd })).stdout).toBe('200 hello\n');
  });
});
