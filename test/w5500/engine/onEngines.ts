// Scenarios with the driver in the interpreter, which runs on from one to the next: what a scenario leaves behind shows.
import { describeEngines, findEngines, isSmall } from '../../engine/harness';
import { endRig, linked, makeRig } from '../rig';
import type { Scenario } from '../rig';
import { Interpreter } from './interpreter';
import { board } from './programs';

/**
 * Which of many tests an engine gets: those with memory enough share them, the small one, where all is slow, gets every
 * ninth. With W5500_ALL=1 in the environment each of them gets all.
 */
export function share<T>(engine: string, tests: T[]): T[] {
  if (process.env.W5500_ALL || findEngines().length === 1) return tests;
  if (isSmall(engine)) return tests.filter((_, i) => i % 9 === 0);
  const large = findEngines().filter((one) => !isSmall(one));
  return tests.filter((_, i) => i % large.length === large.indexOf(engine));
}

const warmUp = linked('a request', async (r) => {
  await r.works();
  // a kind of arrays that the driver has nothing to do with
  await r.run(() => void new Uint16Array(1));
});

/** Runs scenarios in the interpreters, polled and with INTn by turns. */
export function describeOnEngines(name: string, scenarios: Scenario[], driver?: string): void {
  describeEngines(name, (engine) => {
    let interpreter: Interpreter | undefined;
    let usage = 0;

    /** Runs one, and gives the variables in use when it is over. */
    async function play(irq: boolean, { options, run }: Scenario): Promise<number> {
      const here = interpreter || new Interpreter(engine, await board(engine, driver));
      interpreter = here;
      try {
        const r = await makeRig(
          (w) => {
            here.watch(w);
            return here;
          },
          { irq, startMs: here.now, ...options },
        );
        await run(r);
        await endRig(r);
        expect(here.printed).toBe('');
        await r.does({ op: 'create' });
        return (await r.does({ op: 'memory' })).usage!;
      } catch (e) {
        // the next one is not to suffer from it
        interpreter = undefined;
        await here.end();
        throw e;
      }
    }

    afterAll(async () => interpreter && (await interpreter.end()));

    const fitting = scenarios.filter((one) => !isSmall(engine) || !one.large);
    const mine = share(engine, fitting).map((one, i) => ({ name: one.name, one, irq: i % 2 > 0 }));
    if (!mine.length) it.skip('(nothing that fits into it)', () => {});
    else
      it.each(mine)('$name', async ({ one, irq }) => {
        // what is only made the first time does not count
        if (!interpreter) usage = await play(irq, warmUp);
        const now = await play(irq, one);
        // numbers that are no integers take one more, and the buffer of the bus 8, where it does not come in one piece
        expect(now).toBeLessThanOrEqual(usage + (isSmall(engine) ? 11 : 3));
      });
  });
}
