// A virtual chip and its network, and a clock moved by hand under both.
import { DhcpServer, DnsServer, Lan, ManualClock, realClock, VirtualW5500 } from '../fakes/virtualW5500';
import type { ChipOptions, LanOptions } from '../fakes/virtualW5500';
import { SOCK_CLOSED } from '../fakes/virtualW5500/registers';
import type { DhcpOptions } from '../fakes/virtualW5500/dhcpServer';
import type { DnsServerOptions } from '../fakes/virtualW5500/dnsServer';

export const STATIC = { ip: '10.0.0.50', mask: '255.255.255.0', gw: '10.0.0.1', dns: '10.0.0.1' };

export interface WorldOptions {
  chip?: ChipOptions;
  lan?: Partial<LanOptions>;
  dhcp?: DhcpOptions;
  dns?: DnsServerOptions;
  /** ms on the clock when it begins */
  startMs?: number;
}

/** A chip and its network in real time, for a program in the interpreter: with DHCP, and 10.0.0.7 by the name api.test. */
export function liveWorld() {
  const chip = new VirtualW5500({ linkUpMs: 5 });
  const lan = new Lan({ clock: realClock });
  lan.attach(chip);
  new DhcpServer(lan);
  new DnsServer(lan, { zone: { 'api.test': { a: '10.0.0.7' } } });
  return { chip, lan };
}

export type World = ReturnType<typeof makeWorld>;

export function makeWorld(o: WorldOptions = {}) {
  const clock = new ManualClock(o.startMs);
  const chip = new VirtualW5500({ clock, ...o.chip });
  const lan = new Lan({ clock, ...o.lan });
  lan.attach(chip);
  clock.busy = () => lan.busy;
  const dhcp = new DhcpServer(lan, o.dhcp);
  const dns = new DnsServer(lan, o.dns);
  clock.advance(10);
  const w = {
    clock,
    chip,
    lan,
    dhcp,
    dns,
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
    /** waits for the error of a promise that has to fail */
    async fails(promise: Promise<unknown>, limitMs?: number): Promise<any> {
      const error = promise.then(
        () => {
          throw new Error('did not fail');
        },
        (e) => e,
      );
      return w.wait(error, limitMs);
    },
    /** lets so many ms pass */
    async rest(ms: number): Promise<void> {
      let over = false;
      clock.setTimeout(() => (over = true), ms);
      await clock.until(() => over, ms + 10);
    },
    /** how many sockets of the chip are in this state */
    countIn: (status: number) => chip.sockets.filter((s) => s.status === status).length,
    free: () => w.countIn(SOCK_CLOSED) === chip.sockets.length,
    allFree: () => w.until(w.free, 10000),
  };
  return w;
}
