// A driver on a virtual chip, a clock moved by hand under both, and the promises of it all.
import { create, type W5500Options } from '../../drivers/w5500';
import {
  DhcpServer,
  DnsServer,
  Lan,
  ManualClock,
  VirtualW5500,
  type ChipOptions,
  type LanOptions,
} from '../fakes/virtualW5500';
import type { DhcpOptions } from '../fakes/virtualW5500/dhcpServer';
import type { DnsServerOptions } from '../fakes/virtualW5500/dnsServer';

export const STATIC = { ip: '10.0.0.50', mask: '255.255.255.0', gw: '10.0.0.1', dns: '10.0.0.1' };

export interface BenchOptions {
  chip?: ChipOptions;
  lan?: Partial<LanOptions>;
  driver?: Partial<W5500Options>;
  dhcp?: DhcpOptions;
  dns?: DnsServerOptions;
  irq?: boolean;
  rst?: boolean;
}

const real = { setTimeout, clearTimeout, now: Date.now };

/** Puts a virtual clock under the globals that the driver uses. */
function moveClock(clock: ManualClock): void {
  const g = globalThis as any;
  g.setTimeout = (f: (...args: any[]) => void, ms = 0, ...args: any[]) => clock.setTimeout(() => f(...args), ms);
  g.clearTimeout = (t: any) => clock.clearTimeout(t);
  g.Date.now = () => clock.now();
}

function restoreClock(): void {
  const g = globalThis as any;
  g.setTimeout = real.setTimeout;
  g.clearTimeout = real.clearTimeout;
  g.Date.now = real.now;
  delete g.setWatch;
}

export type Bench = ReturnType<typeof bench>;
const open: { close(): void }[] = [];

export function bench(o: BenchOptions = {}) {
  const clock = new ManualClock();
  const chip = new VirtualW5500({ clock, ...o.chip });
  const lan = new Lan({ clock, ...o.lan });
  lan.attach(chip);
  clock.busy = () => lan.busy;
  const dhcp = new DhcpServer(lan, o.dhcp);
  const dns = new DnsServer(lan, o.dns);
  const pins = chip.pins();
  moveClock(clock);
  clock.advance(10);
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
    spi: chip.spi(),
    cs: pins.cs,
    ...(o.rst ? { rst: pins.rst } : {}),
    ...(o.irq ? { irq: pins.irq } : {}),
    mac: '02:08:dc:01:02:03',
    ...o.driver,
  });
  const b = {
    clock,
    chip,
    lan,
    dhcp,
    dns,
    pins,
    driver,
    until: (done: () => boolean, limitMs?: number) => clock.until(done, limitMs),
    /** waits for a promise while the time runs */
    async wait<T>(promise: Promise<T>, limitMs?: number): Promise<T> {
      let over = false;
      promise.then(
        () => (over = true),
        () => (over = true),
      );
      await clock.until(() => over, limitMs);
      return promise;
    },
    async fails(promise: Promise<unknown>, limitMs?: number): Promise<any> {
      const done = promise.then(
        () => new Error('did not fail'),
        (e) => e,
      );
      return b.wait(done, limitMs);
    },
    async rest(ms: number): Promise<void> {
      const end = clock.now() + ms;
      await clock.until(() => clock.now() >= end, ms + 10);
    },
    free: () => chip.sockets.every((s) => s.status === 0),
    allFree: () => b.until(b.free, 10000),
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
