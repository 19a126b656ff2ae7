// The soak: 2,000 requests with 50 MB down and 10 MB up while things go wrong, polled and with INTn. SOAK=7 in the
// environment takes another seed than 1.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describeOnNode } from './onNode';
import { soak, soakingRig } from './soaking';
import type { Amount } from './soaking';
import type { Scenario } from './rig';

const SEED = Number(process.env.SOAK) || 1;
const MB = 1e6;
const GOAL: Amount = { requests: 2000, down: 50 * MB, up: 10 * MB };

jest.setTimeout(600000);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** MB in use */
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed / MB;
}

const soaking: Scenario = {
  ...soakingRig(SEED),
  async run(r) {
    expect(await r.link({ dhcp: true })).toMatchObject({ ip: '10.0.0.100' });
    const start = process.hrtime();
    await soak(r, SEED, { requests: 100, down: 0, up: 0 });
    const before = heap();
    const done = await soak(r, SEED + 1000, GOAL);
    const after = heap();
    const [seconds] = process.hrtime(start);
    process.stdout.write(
      `${JSON.stringify(done)}, heap ${before.toFixed(1)} to ${after.toFixed(1)} MB, ${seconds} s\n`,
    );
    const failed = Object.values(done.codes).reduce((a, b) => a + b, 0);
    expect(failed).toBeLessThan(done.requests / 3);
    expect(after - before).toBeLessThan(3);
  },
};

describeOnNode([soaking]);
