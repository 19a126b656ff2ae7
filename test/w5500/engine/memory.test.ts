// How much memory a download needs where there are 4,095 variables: no more for a long one.
import { rmSync } from 'node:fs';
import { describeEngines, isSmall, runIn } from '../../engine/harness';
import { pattern, serveHttp } from '../servers';
import { connectPipes } from '../spiPipes';
import { liveWorld, STATIC } from '../world';
import { program, script } from './programs';

/** bytes of the long body: 10 MB take half a minute over pipes */
const LONG = Number(process.env.W5500_MB || 0.25) * 1048576;

async function measure(engine: string, driver: string, size: number): Promise<any> {
  const { chip, lan } = liveWorld();
  const body = pattern(size);
  const port = await serveHttp((q, a) => void a.end(q.url === '/body' ? body : 'x'.repeat(1000)));
  const pipes = connectPipes(chip);
  const values = { LINK: STATIC, FROM: `http://10.0.0.7:${port}/`, EVERY: size < 10000 ? 1 : 8 };
  const { text, cwd } = await program(engine, 'require("memory");', { memory: await script('memory.js') }, driver);
  const settings = Object.entries(values).map(([name, value]) => `var ${name}=${JSON.stringify(value)};\n`);
  const { stdout } = await runIn(engine, pipes.program + settings.join('') + text, { timeoutMs: 580000, cwd });
  pipes.close();
  lan.close();
  rmSync(cwd, { recursive: true, force: true });
  expect([chip.violations, lan.complaints]).toEqual([[], []]);
  const told = JSON.parse(stdout);
  expect(told.bytes).toBe(size);
  return told;
}

describeEngines('memory', (engine) => {
  const test = isSmall(engine) ? it : it.skip;
  test.each(['w5500', 'w5500-static'])(
    '%s: the same for a long body',
    async (driver) => {
      const short = await measure(engine, driver, 1024);
      const long = await measure(engine, driver, LONG);
      const figures = ({ idle, bytes, peaks }: any) =>
        `${bytes} bytes ${peaks.callback} in the callback, ${peaks.bus} at the bus, ${peaks.timer} between (idle ${idle})`;
      process.stdout.write(`${driver}, variables above idle: ${figures(short)}; ${figures(long)}\n`);
      const [most, mostOfLong] = [short, long].map(({ peaks }) => Math.max(peaks.callback, peaks.bus, peaks.timer));
      expect(mostOfLong).toBeLessThanOrEqual(200);
      // numbers from 8192 on take a variable of their own, some of them the test's
      expect(mostOfLong).toBeLessThanOrEqual(most + 8);
      expect(long.idle).toBeLessThanOrEqual(short.idle + 10);
    },
    600000,
  );
});
