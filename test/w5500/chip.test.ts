// What a chip is told once, register by register; addresses and values are those of the datasheet.
import { bench, STATIC } from './bench';
import type { BenchOptions } from './bench';

const PHYCFGR = 0x2e;

/** A chip that is linked, and what was written to a register on the way there. */
async function linked(o: BenchOptions, address = -1) {
  const b = bench(o);
  const writes: number[] = [];
  b.chip.probes.push({
    frame: (f) => {
      if (f.write && !f.block && f.address === address) writes.push(f.data[0]);
    },
  });
  await b.wait(b.driver.link(STATIC));
  /** n registers: of the chip, or of the socket with this number */
  function read(at: number, n: number, socket?: number): number[] {
    const block = socket === undefined ? 0 : socket * 4 + 1;
    b.pins.cs.write(0);
    const miso = b.chip.transfer(new Uint8Array([at >> 8, at, block << 3, ...new Array(n).fill(0)]));
    b.pins.cs.write(1);
    return Array.from(miso.subarray(3));
  }
  return { ...b, writes, read };
}

it.each([
  // OPMD and OPMDC, then the end of a PHY reset, from which on they count (p. 43)
  ['10H', [0x40, 0xc0]],
  ['10F', [0x48, 0xc8]],
  ['100H', [0x50, 0xd0]],
  ['100F', [0x58, 0xd8]],
  ['auto', []],
  [undefined, []],
] as const)('phy %s', async (phy, want) => {
  const b = await linked({ driver: { phy } }, PHYCFGR);
  expect(b.writes).toEqual(want);
});

it.each([
  [undefined, [2, 2, 2, 2, 2, 2, 2, 2]],
  [[16], [16, 0, 0, 0, 0, 0, 0, 0]],
  [
    [4, 8, 1],
    [4, 8, 1, 0, 0, 0, 0, 0],
  ],
])('buffers %j, of RX and TX', async (buffers, want) => {
  const b = await linked({ driver: { buffers } });
  expect(want.map((_, n) => b.read(0x1e, 2, n))).toEqual(want.map((kb) => [kb, kb]));
});

it.each([
  [true, [0xff, 0xff], 0xff],
  [false, [0, 0], 0],
])('INTn, where there is a pin: %s', async (irq, level, mask) => {
  const b = await linked({ irq });
  expect([b.read(0x13, 2), b.read(0x18, 1)]).toEqual([level, [mask]]);
});

it('a reset by its pin, long enough, and none by MR', async () => {
  const b = bench({ rst: true });
  const levels: number[] = [];
  const mr: number[] = [];
  const { write } = b.pins.rst;
  b.pins.rst.write = (level) => {
    if (levels[levels.length - 1] !== Number(level)) levels.push(Number(level));
    write(level);
  };
  b.chip.probes.push({ frame: (f) => void (f.write && !f.block && !f.address && mr.push(f.data[0])) });
  await b.wait(b.driver.link(STATIC));
  expect([levels, mr]).toEqual([[0, 1], []]);
});

it('a reset by MR where there is no pin', async () => {
  const b = await linked({}, 0);
  expect(b.writes).toEqual([0x80]);
});

it('all of it once more, where the chip has lost it before it could be asked', async () => {
  const b = bench();
  let times = 0;
  b.chip.probes.push({
    frame(f) {
      // SHAR, the last of it
      if (f.write && !f.block && f.address === 9 && f.data.length === 6 && !times++) b.chip.reset();
    },
  });
  await b.wait(b.driver.link(STATIC));
  expect(times).toBe(2);
});

it('nothing before MR says that its reset is over', async () => {
  const b = bench();
  const { common } = b.chip as any;
  const read = common.read.bind(common);
  let over = Infinity;
  let told = 0;
  common.read = (address: number) => (!address && b.clock.now() < over ? 0x80 : read(address));
  b.chip.probes.push({
    frame(f) {
      if (f.write && !f.block && !f.address) over = b.clock.now() + 30;
      if (f.write && f.address === 9) told = b.clock.now();
    },
  });
  over = b.clock.now() + 20;
  await b.wait(b.driver.link(STATIC));
  expect(told).toBeGreaterThanOrEqual(over);
});

it('few tries to find somebody at an address that may be free', async () => {
  const b = await linked({}, 0x1b);
  expect(b.writes).toEqual([2]);
  // and the usual number of them, from RTR on, together with the address
  expect(b.read(0x19, 3)).toEqual([7, 208, 8]);
});

it('a cable that is put in is noticed soon', async () => {
  const b = await linked({ chip: { linkUpMs: 1 } });
  b.chip.plug(false);
  await b.until(() => !b.driver.is_linked());
  await b.rest(5300);
  b.chip.plug(true);
  await b.until(() => b.driver.is_linked(), 150);
});
