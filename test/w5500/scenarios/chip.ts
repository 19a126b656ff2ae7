// What a chip is told once, register by register; addresses and values are those of the datasheet.
import * as R from '../../fakes/virtualW5500/registers';
import { STATIC } from '../world';
import type { Rig, RigOptions, Scenario } from '../rig';

/** what is written to a register of the chip from now on */
function writesTo(r: Rig, address: number): number[] {
  const writes: number[] = [];
  r.chip.probes.push({ frame: (f) => void (f.write && !f.block && f.address === address && writes.push(f.data[0])) });
  return writes;
}

/** n registers: of the chip, or of the socket with this number */
function read(r: Rig, at: number, n: number, socket?: number): number[] {
  const block = socket === undefined ? 0 : socket * 4 + R.SOCKET_REGISTERS;
  const { cs } = r.chip.pins();
  cs.write(0);
  const miso = r.chip.transfer(new Uint8Array([at >> 8, at, block << R.BSB_SHIFT, ...new Array(n).fill(0)]));
  cs.write(1);
  return Array.from(miso.subarray(3));
}

/** A chip that is linked, and what was written to a register on the way there. */
function told(name: string, address: number, run: (r: Rig, writes: number[]) => any, options?: RigOptions): Scenario {
  return {
    name,
    options,
    async run(r) {
      const writes = writesTo(r, address);
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await run(r, writes);
    },
  };
}

type Phy = NonNullable<RigOptions['driver']>['phy'];

// OPMD and OPMDC, then the end of a PHY reset, from which on they count (p. 43)
const modes: [Phy, number[]][] = [
  ['10H', [0x40, 0xc0]],
  ['10F', [0x48, 0xc8]],
  ['100H', [0x50, 0xd0]],
  ['100F', [0x58, 0xd8]],
  ['auto', []],
  [undefined, []],
];

const splits: [number[] | undefined, number[]][] = [
  [undefined, [2, 2, 2, 2, 2, 2, 2, 2]],
  [[16], [16, 0, 0, 0, 0, 0, 0, 0]],
  [
    [4, 8, 1],
    [4, 8, 1, 0, 0, 0, 0, 0],
  ],
];

export const chipRows: Scenario[] = [
  ...modes.map(([phy, want]) =>
    told(`phy ${phy}`, R.PHYCFGR, (_r, writes) => expect(writes).toEqual(want), { driver: { phy } }),
  ),
  ...splits.map(([buffers, want]) =>
    told(
      `buffers ${buffers}, of RX and TX`,
      R.MR,
      (r) => expect(want.map((_, n) => read(r, R.Sn_RXBUF_SIZE, 2, n))).toEqual(want.map((kb) => [kb, kb])),
      { driver: { buffers } },
    ),
  ),
  told(
    'INTn, where there is a pin',
    R.MR,
    (r) => expect([read(r, R.INTLEVEL, 2), read(r, R.SIMR, 1)]).toEqual([[255, 255], [255]]),
    {
      irq: true,
    },
  ),
  told(
    'keep-alive probes, in units of 5 s',
    R.MR,
    async (r) => {
      await r.connect();
      await r.rest(100);
      expect(read(r, R.Sn_KPALVTR, 1, 0)).toEqual([2]);
      await r.does({ op: 'drop', name: 'connect' });
    },
    { driver: { keepalive: 10 } },
  ),
  told(
    'INTn, where there is no pin',
    R.MR,
    (r) => expect([read(r, R.INTLEVEL, 2), read(r, R.SIMR, 1)]).toEqual([[0, 0], [0]]),
    {
      irq: false,
    },
  ),
  {
    name: 'a reset by its pin, long enough, and none by MR',
    options: { rst: true },
    async run(r) {
      const levels: number[] = [];
      const mr = writesTo(r, R.MR);
      r.chip.probes.push({ rst: (level) => void levels.push(level) });
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      expect([levels, mr]).toEqual([[0, 1], []]);
    },
  },
  told('a reset by MR where there is no pin', R.MR, (_r, writes) => expect(writes).toEqual([R.MR_RST])),
  {
    name: 'all of it once more, where the chip has lost it before it could be asked',
    async run(r) {
      let times = 0;
      r.chip.probes.push({
        frame(f) {
          // SHAR, the last of it
          if (f.write && !f.block && f.address === R.SHAR && f.data.length === 6 && !times++) r.chip.reset();
        },
      });
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      expect(times).toBe(2);
    },
  },
  {
    name: 'nothing before MR says that its reset is over',
    async run(r) {
      const { common } = r.chip as any;
      const plain = common.read.bind(common);
      let over = r.clock.now() + 20;
      let at = 0;
      common.read = (address: number) => (address === R.MR && r.clock.now() < over ? R.MR_RST : plain(address));
      r.chip.probes.push({
        frame(f) {
          if (f.write && !f.block && f.address === R.MR) over = r.clock.now() + 30;
          if (f.write && f.address === R.SHAR) at = r.clock.now();
        },
      });
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      expect(at).toBeGreaterThanOrEqual(over);
    },
  },
  told('few tries to find somebody at an address that may be free', R.RCR, (r, writes) => {
    expect(writes).toEqual([2]);
    // and the usual number of them, from RTR on, together with the address
    expect(read(r, R.RTR, 3)).toEqual([7, 208, 8]);
  }),
  told(
    'a cable that is put in is noticed soon',
    R.MR,
    async (r) => {
      r.chip.plug(false);
      await r.until(() => !r.linked);
      await r.rest(5300);
      r.chip.plug(true);
      await r.until(() => r.linked, 150);
    },
    { chip: { linkUpMs: 1 } },
  ),
];
