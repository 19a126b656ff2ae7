// Fault rows: a chip that is not there, or not well.
import { STATIC } from '../world';
import type { Rig, Scenario } from '../rig';

const broken: [string, (r: Rig) => void, RegExp][] = [
  ['no chip, all 0x00', (r) => (r.chip.faults.absent = 0), /VERSIONR is 0, expected 4/],
  ['no chip, all 0xff', (r) => (r.chip.faults.absent = 255), /VERSIONR is 255, expected 4/],
  ['another version', (r) => (r.chip.faults.version = 5), /VERSIONR is 5, expected 4/],
  ['a reset that never ends', (r) => (r.chip.faults.resetStuck = true), /VERSIONR is 0|MR is 128/],
];

export const bringUpRows: Scenario[] = [
  ...broken.map(([name, fault, text]) => ({
    name,
    async run(r: Rig) {
      fault(r);
      expect(await r.link(STATIC)).toMatchObject({ code: 'ENODEV', message: expect.stringMatching(text) });
      expect(r.linked).toBe(false);
      expect(await r.get('http://10.0.0.9/')).toMatchObject({ error: 'HTTPConnectionError', code: 'ENETDOWN' });
      r.chip.faults.clear();
      // nothing but RSTn or the power switch helps a chip that is stuck in its reset
      if (/reset/.test(name)) r.chip.reset();
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await r.works();
    },
  })),
  {
    name: 'a reset that never ends, and RSTn',
    options: { rst: true },
    async run(r) {
      r.chip.faults.resetStuck = true;
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await r.works();
    },
  },
  {
    name: 'no cable',
    async run(r) {
      r.chip.plug(false);
      const told = await r.link({ ...STATIC, timeout: 5000 });
      expect(told).toMatchObject({ code: 'ETIMEDOUT', message: expect.stringMatching(/cable/) });
      r.chip.plug(true);
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await r.works();
    },
  },
];
