// What the drivers take for chance: the interpreter's own generators begin alike at each start, on an ESP32 too.
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { ROOT, Workshop } from '../cli/workshop';
import { describeEngines, runIn } from './harness';

describeEngines('random numbers', (engine) => {
  it('are others after each start', async () => {
    const shop = new Workshop();
    const from = JSON.stringify(join(ROOT, 'drivers/ip/random'));
    const app = shop.file('app.ts', `import { random32 } from ${from};\nprint(random32(), random32());`);
    const { code } = await bundle({ app, board: 'linux', root: ROOT });
    shop.close();
    const runs = [await runIn(engine, code), await runIn(engine, code)];
    const numbers = runs.flatMap(({ stdout }) => stdout.trim().split(' '));
    expect(new Set(numbers).size).toBe(4);
    for (const n of numbers) expect(+n).toBe(+n >>> 0);
  });
});
