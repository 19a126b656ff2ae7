// The suite as a program for the interpreter, as the documentation has it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { ROOT, Workshop } from '../cli/workshop';
import { describeEngines, runIn } from '../engine/harness';
import { freePort } from '../servers/installed';
import { ContractPeer } from './index';
import { cases } from './suite';

let shop: Workshop;
let peer: ContractPeer;
beforeEach(async () => {
  shop = new Workshop();
  peer = await ContractPeer.start();
});
afterEach(async () => {
  await peer.stop();
  shop.close();
});

/** The program of the page, here. */
async function program(more = 'timeoutMs: 100000,'): Promise<string> {
  const page = readFileSync(join(ROOT, 'docs/drivers/your-own.md'), 'utf8');
  const text = /```javascript\n([^]*?)```/.exec(page)![1];
  return text
    .replace('192.168.1.2', '127.0.0.1')
    .replace('40001', `${peer.port}`)
    .replace('40002', `${await freePort()}`)
    .replace('    driver:', `${more}    driver:`);
}

const held = [...cases.map(() => 'ok'), '0'];
const firstWords = (output: string): string[] =>
  output
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0].trim())
    .filter((word) => word !== 'ERROR:');

describe('runContract()', () => {
  it.each(['host', 'sim-w5500'])('finds that the driver of board %s holds to the contract', async (board) => {
    const text = (await program()).replace(/(?<=var link = ).*/, '{ dhcp: true };');
    shop.file('app.js', text.replace(/ *resetIsEnd.*\n/, ''));
    const { status, stdout } = await shop.cli('run', 'app.js', '--board', board);
    expect({ status, told: firstWords(stdout) }).toEqual({ status: 0, told: held });
  });

  it('names the row that fails', async () => {
    const wrong = "Object.assign({}, require('netdriver').get(), { is_linked: function () { return 1; } })";
    shop.file('app.js', (await program()).replace("require('netdriver').get()", wrong));
    const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
    expect(stdout).toMatch(/^FAILED says what it is: it is linked\nok [^]*\n1 failed\n$/);
  });

  it('gives up a row that never ends', async () => {
    const wrong =
      "Object.assign({}, require('netdriver').get(), { gethostbyname: function () { return new Promise(function () {}); } })";
    shop.file('app.js', (await program('timeoutMs: 500,')).replace("require('netdriver').get()", wrong));
    const { stdout } = await shop.cli('run', 'app.js', '--board', 'host');
    expect(stdout).toMatch(/^FAILED gethostbyname\(\) answers an address as it is: it did not end within 500 ms$/m);
  });
});

describeEngines('runContract()', (engine) => {
  it('finds that the driver of board linux holds to the contract', async () => {
    const app = shop.file('app.js', await program());
    const { code } = await bundle({ app, board: 'linux', root: ROOT });
    const { stdout, failed } = await runIn(engine, code);
    expect({ told: firstWords(stdout), failed }).toEqual({ told: held, failed: false });
  });
});
