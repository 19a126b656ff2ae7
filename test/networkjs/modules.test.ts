// The modules of dist/ each by itself, as a board has them in its Storage: what one is to another has the same name in both.
import { rmSync } from 'node:fs';
import { get } from 'node:http';
import { describeEngines, runIn } from '../engine/harness';
import { built, inStorage } from '../engine/program';
import { connectPipes } from '../w5500/spiPipes';
import { liveWorld } from '../w5500/world';
import { listens } from './program';

const PROGRAM = `
var driver = require('w5500-listen').extend(require(DRIVER).create({ spi: spi, cs: cs }));
driver.link({ ip: '10.0.0.50', mask: '255.255.255.0', gw: '10.0.0.1' }).then(function () {
  require('networkjs').install(driver);
  require('http').createServer(function (q, a) {
    if (q.url === '/end') {
      driver.unlink();
      quit();
    } else a.end('hello ' + q.url);
  }).listen(80);
}, function (e) { print(e.message); });
`;

describeEngines('modules in Storage', (engine) => {
  it.each(['w5500', 'w5500-static'])('%s, w5500-listen, networkjs', async (driver) => {
    const names = [driver, 'w5500-listen', 'networkjs', 'netdriver'];
    const cwd = await inStorage(engine, Object.fromEntries(names.map((name) => [name, built(`${name}.min`)])));
    const { chip, lan } = liveWorld();
    const pipes = connectPipes(chip);
    const run = runIn(engine, `${pipes.program}var DRIVER='${driver}';${PROGRAM}`, { cwd });
    try {
      const port = await lan.loopback.forward(80);
      await listens(chip, run);
      const text = await new Promise((done, fail) => {
        get({ port, path: '/there', agent: false }, (answer) => {
          let text = '';
          answer.on('data', (d) => (text += d));
          answer.on('end', () => done(text));
        }).on('error', fail);
      });
      get({ port, path: '/end', agent: false }).on('error', () => {});
      const { stdout, timedOut } = await run;
      expect([text, stdout, timedOut]).toEqual(['hello /there', '', false]);
    } finally {
      pipes.close();
      lan.close();
      rmSync(cwd, { recursive: true, force: true });
    }
    expect([chip.violations, lan.complaints]).toEqual([[], []]);
  });
});
