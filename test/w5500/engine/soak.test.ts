// A short soak in the interpreter: what fails leaves no memory behind either.
import { soak, soakingRig } from '../soaking';
import type { Scenario } from '../rig';
import { describeOnEngines } from './onEngines';

function soaking(seed: number, large: boolean): Scenario {
  const { name, options } = soakingRig(seed);
  const stream = large ? [0, 100, 512, 512, 1000] : [100, 512];
  return {
    name: large ? name + ', some at once' : name,
    options,
    large,
    async run(r) {
      expect(await r.link({ dhcp: true })).toMatchObject({ ip: '10.0.0.100' });
      const goal = { requests: 25, down: 0, up: 0 };
      const done = await soak(r, seed, goal, { down: 6000, up: 4000, stream, atOnce: large ? 3 : 1 });
      expect(Object.keys(done.faults).length).toBeGreaterThan(2);
    },
  };
}

describeOnEngines(
  'soak',
  [1, 2, 3].flatMap((seed) => [soaking(seed, false), soaking(seed, true)]),
);
