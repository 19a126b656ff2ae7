// A driver on a virtual chip, a clock moved by hand under both, and the promises of it all.
import { create, type W5500Options } from '../../drivers/w5500';
import { makeWorld, STATIC } from './world';
import type { World, WorldOptions } from './world';
import type { ManualClock } from '../fakes/virtualW5500';

export { STATIC };

export interface BenchOptions extends WorldOptions {
  driver?: Partial<W5500Options>;
  irq?: boolean;
  rst?: boolean;
}

const real = { setTimeout, clearTimeout, now: Date.now };

/** Puts a virtual clock under the globals that the driver uses. */
export function moveClock(clock: ManualClock): void {
  const g = globalThis as any;
  g.setTimeout = (f: (...args: any[]) => void, ms = 0, ...args: any[]) => {
    const act = () => f(...args);
    const refuse = () => {
      throw new Error(`Node takes a wait of ${ms} ms for 1`);
    };
    return ms < 2 ** 31 ? clock.setTimeout(act, ms) : clock.setTimeout(refuse, 0);
  };
  g.clearTimeout = (t: any) => clock.clearTimeout(t);
  g.Date.now = () => clock.now();
}

/** Puts the machine's own back. */
export function restoreClock(): void {
  const g = globalThis as any;
  g.setTimeout = real.setTimeout;
  g.clearTimeout = real.clearTimeout;
  g.Date.now = real.now;
  delete g.setWatch;
}

/** A bus that takes bytes: whoever stands in for one need not know lists in lists. */
export function strict(spi: ReturnType<World['chip']['spi']>) {
  return {
    send: (data: Uint8Array, select: any) => spi.send(data, select),
    write(...items: any[]) {
      const given = items.filter((item) => typeof item === 'number' || Array.isArray(item)).flat();
      expect(given.filter((n) => !(typeof n === 'number' && n >= 0 && n <= 255))).toEqual([]);
      spi.write(...items);
    },
  };
}

export type Bench = ReturnType<typeof bench>;
const open: { close(): void }[] = [];

export function bench(o: BenchOptions = {}) {
  const w: World = makeWorld(o);
  const { clock, chip, lan } = w;
  const pins = chip.pins();
  moveClock(clock);
  if (o.irq) {
    // the interpreter queues what a pin does until it is idle
    (globalThis as any).setWatch = (f: () => void, pin: any) => {
      expect(pin).toBe(pins.irq);
      chip.onInt((level) => {
        if (!level) clock.setTimeout(f, 0);
      });
    };
  }
  const driver = create({
    spi: strict(chip.spi()),
    cs: pins.cs,
    ...(o.rst ? { rst: pins.rst } : {}),
    ...(o.irq ? { irq: pins.irq } : {}),
    mac: '02:08:dc:01:02:03',
    ...o.driver,
  });
  const b = {
    ...w,
    pins,
    driver,
    close() {
      driver.unlink();
      lan.close();
      restoreClock();
    },
  };
  open.push(b);
  return b;
}

/** After each test: no misuse of the chip, no RFC broken, all sockets free. */
export function closeBenches(): void {
  for (const b of open.splice(0) as Bench[]) {
    b.close();
    expect(b.chip.violations).toEqual([]);
    expect(b.lan.complaints).toEqual([]);
  }
}

afterEach(closeBenches);

/** A receiver that takes everything and notes what happens. */
export function note(take = 512) {
  const n = {
    take,
    got: [] as number[][],
    rooms: [] as number[],
    closed: [] as any[],
    write: null as null | ((room: number) => void),
    want: () => n.take,
    onData: (bytes: any) => {
      expect(n.closed).toEqual([]);
      expect(bytes.length).toBeGreaterThan(0);
      n.got.push(typeof bytes === 'string' ? Array.from(Buffer.from(bytes, 'latin1')) : Array.from(bytes));
    },
    onWritable: (room: number) => {
      n.rooms.push(room);
      if (n.write) n.write(room);
    },
    onClose: (err: any) => void n.closed.push(err),
    bytes: () => n.got.flat(),
    text: () => Buffer.from(n.got.flat()).toString('latin1'),
  };
  return n;
}
