// What a scenario has in its hands: a chip, its network, and a board whose driver runs under Node or in the interpreter.
import type { W5500Options } from '../../drivers/w5500';
import { makeWorld, STATIC } from './world';
import type { World, WorldOptions } from './world';
import type { Command, Told } from './commands';

/** Executes commands, as time passes. */
export interface Board {
  linked: boolean;
  order(c: Command): Promise<Told>;
  heard: (name: string, text: string, from: string) => void;
  closed: (name: string, code: string) => void;
}

export interface RigOptions extends WorldOptions {
  driver?: Partial<W5500Options>;
  rst?: boolean;
}

export interface Scenario {
  name: string;
  options?: RigOptions;
  /** takes more than 4,095 variables have room for */
  large?: boolean;
  run(r: Rig): Promise<void>;
}

/** One that works on a board that is linked, with a fixed address unless told otherwise. */
export function linked(name: string, run: (r: Rig) => Promise<void>, options: RigOptions = {}): Scenario {
  return {
    name,
    options,
    async run(r) {
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await run(r);
    },
  };
}

type Call = Omit<Command, 'op' | 'url'>;

export interface Rig extends World {
  readonly linked: boolean;
  datagrams: { name: string; text: string; from: string }[];
  closings: { name: string; code: string }[];
  /** starts something; time has to pass until it is told */
  begin(c: Command): Promise<Told>;
  /** does something, while time passes */
  does(c: Command, limitMs?: number): Promise<Told>;
  link(options: any): Promise<Told>;
  get(url: string, call?: Call): Promise<Told>;
  /** a request that works, and leaves all sockets free */
  works(): Promise<void>;
}

/** A board with a driver in a world of its own. */
export async function makeRig(board: (w: World) => Board, o: RigOptions & { irq?: boolean }): Promise<Rig> {
  const w = makeWorld(o);
  w.clock.skips = () => !w.lan.joined;
  const b = board(w);
  const r: Rig = {
    ...w,
    get linked() {
      return b.linked;
    },
    datagrams: [],
    closings: [],
    begin: (c) => b.order(c),
    does: (c, limitMs) => w.wait(b.order(c), limitMs),
    link: (options) => r.does({ op: 'link', options }),
    get: (url, call) => r.does({ op: 'call', url, ...call }, 300000),
    async works() {
      w.lan.serveTcp('10.0.0.200', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine'));
      expect(await r.get('http://10.0.0.200/')).toMatchObject({ status: 200, text: 'fine' });
      await w.allFree();
    },
  };
  b.heard = (name, text, from) => r.datagrams.push({ name, text, from });
  b.closed = (name, code) => r.closings.push({ name, code });
  const options = { mac: '02:08:dc:01:02:03', ...o.driver };
  expect(await r.does({ op: 'create', options, irq: o.irq, rst: o.rst })).toEqual({});
  return r;
}

/** Nothing is left open, the chip was not misused, and no RFC broken. */
export async function endRig(r: Rig): Promise<void> {
  await r.does({ op: 'unlink' });
  await r.rest(1100);
  expect(r.free()).toBe(true);
  r.lan.close();
  expect((await r.does({ op: 'memory' })).late).toBe(0);
  expect(r.chip.violations).toEqual([]);
  expect(r.lan.complaints).toEqual([]);
}

/** A peer that answers each request with the same, and closes when it is closed. */
export function answering(text: string, then?: (s: any) => void) {
  let head = '';
  return {
    onData(d: Uint8Array, s: any) {
      head += Buffer.from(d).toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      head = '';
      s.write(text);
      if (then) then(s);
    },
    onEnd: (s: any) => s.end(),
  };
}
