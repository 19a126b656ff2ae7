// examples/web-server.js on a board with a W5500, asked from outside.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { ROOT } from '../cli/workshop';
import { describeEngines, isSmall, runIn } from '../engine/harness';
import { connectPipes } from '../w5500/spiPipes';
import { liveWorld } from '../w5500/world';
import { listens } from './program';

function ask(port: number, path: string): Promise<{ status: number; type?: string; text: string }> {
  return new Promise((done, fail) => {
    get({ port, path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (d) => (text += d));
      answer.on('end', () => done({ status: answer.statusCode!, type: answer.headers['content-type'], text }));
    }).on('error', fail);
  });
}

describeEngines('examples/web-server.js', (engine) => {
  // its text alone takes more memory than the small one has
  const test = isSmall(engine) ? it.skip : it;
  test('answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stop-'));
    const { chip, lan } = liveWorld();
    const pipes = connectPipes(chip);
    const { code } = await bundle({ app: join(ROOT, 'examples/web-server.js'), board: 'esp32-w5500', root: ROOT });
    // this interpreter has neither SPI nor, the server being one that never ends, a reason to stop
    const desk = `${pipes.program}
var SPI2 = spi;
SPI2.setup = function (o) { print('port ' + JSON.stringify(o)); };
setInterval(function () { if (require('fs').readdirSync(${JSON.stringify(folder)}).indexOf('stop') >= 0) quit(); }, 50);
`;
    const run = runIn(engine, desk + code);
    try {
      const port = await lan.loopback.forward(80);
      await listens(chip, run);
      const page = await ask(port, '/');
      const figures = await ask(port, '/figures?now');
      const nothing = await ask(port, '/favicon.ico');
      writeFileSync(join(folder, 'stop'), '');
      const { stdout, timedOut } = await run;

      expect(page).toMatchObject({ status: 200, type: 'text/html', text: expect.stringContaining('LINUX') });
      expect(figures).toMatchObject({ status: 200, type: 'application/json' });
      const { time, answered, free } = JSON.parse(figures.text);
      expect({ answered, isNow: Math.abs(Date.parse(time) - Date.now()) < 3600000, isFree: free > 0 }).toEqual({
        answered: 1,
        isNow: true,
        isFree: true,
      });
      expect(nothing).toEqual({ status: 404, type: 'text/plain', text: 'there is no /favicon.ico' });
      expect(stdout).toContain('port {"sck":"D18","miso":"D19","mosi":"D23","baud":20000000}');
      expect(stdout).toContain('listening on http://10.0.0.100:80/');
      expect(timedOut).toBe(false);
      expect([chip.violations, lan.complaints]).toEqual([[], []]);
    } finally {
      writeFileSync(join(folder, 'stop'), '');
      await run;
      pipes.close();
      lan.close();
      rmSync(folder, { recursive: true });
    }
  });
});
