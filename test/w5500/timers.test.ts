// Timers under Node, where they keep a program alive unless they are told not to, and the clock.
import { bench, note, restoreClock, STATIC } from './bench';
import type { DhcpOptions, StaticOptions } from '../../drivers/w5500';

/** Counts the timers, of all that are set from now on, that keep a program alive. */
function watchTimers(): () => number {
  const alive = new Set<unknown>();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  Object.assign(globalThis, {
    setTimeout(f: (...args: unknown[]) => void, ms: number, ...args: unknown[]) {
      const timer: any = set(() => {
        alive.delete(timer);
        f(...args);
      }, ms);
      alive.add(timer);
      timer.unref = () => alive.delete(timer);
      return timer;
    },
    clearTimeout(timer: any) {
      alive.delete(timer);
      clear(timer);
    },
  });
  return () => alive.size;
}

afterEach(restoreClock);

it.each([1e9, -1e9])('setting the clock by %d ms does not count as time that passes', async (ms) => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.lan.drop = (p) => p.proto === 'tcp';
  const n = note();
  const began = b.clock.now();
  b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
  await b.rest(1000);
  const { now } = Date;
  Date.now = () => now() + ms;
  await b.until(() => n.closed.length > 0);
  expect(n.closed).toEqual([expect.objectContaining({ code: 'ETIMEDOUT' })]);
  expect(Math.abs(b.clock.now() - began - 10000)).toBeLessThan(200);
});

it.each<StaticOptions | DhcpOptions>([STATIC, { dhcp: true }])(
  'only sockets keep a program alive: %j',
  async (options) => {
    const b = bench();
    const alive = watchTimers();
    b.lan.serveTcp('10.0.0.9', 80, () => ({ onEnd: (s) => s.end() }));
    await b.wait(b.driver.link(options));
    await b.rest(5000);
    expect(alive()).toBe(0);
    const socket = b.driver.connect({ host: '10.0.0.9', port: 80 }, note());
    await b.rest(5000);
    expect(alive()).toBe(1);
    const udp = b.driver.udp();
    await b.rest(5000);
    expect(alive()).toBe(2);
    socket.close();
    udp.close();
    await b.rest(5000);
    expect(alive()).toBe(0);
  },
);
