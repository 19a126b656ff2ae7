// Boards on a firmware that lacks what they need: they say so, and nothing else is printed.
import { rmSync } from 'node:fs';
import { bundle } from '../../src/cli/bundle';
import { ROOT, Workshop } from '../cli/workshop';
import { describeEngines, runIn } from './harness';
import { inStorage } from './program';

const APP = `
var board = require('board');
var list = require('netdriver').list;
var all = [undefined, null, {}, 5, 'x', { ssid: 'home' }, { ip: '10.0.0.5' }];
function next() {
  if (all.length) board.auto_init(all.shift()).then(function () { tell('linked'); }, function (e) { tell(e.message); });
}
function tell(what) {
  print(/Wifi|SPI9/.test(what) + ' ' + list().length);
  setTimeout(next, 1);
}
next();
`;

describeEngines('auto_init()', (engine) => {
  it.each(['esp32', 'esp32-w5500'])('rejects, and nothing is registered: %s', async (board) => {
    const shop = new Workshop();
    const { code } = await bundle({ app: shop.file('app.js', APP), board, root: ROOT });
    // no interpreter has that many ports
    const cwd = await inStorage(engine, { app: code.replace('SPI2', 'SPI9') });
    const { stdout, failed } = await runIn(engine, 'require("app");', { cwd });
    rmSync(cwd, { recursive: true, force: true });
    shop.close();
    expect({ told: stdout.trim().split('\n'), failed }).toEqual({ told: Array(7).fill('true 0'), failed: false });
  });
});
