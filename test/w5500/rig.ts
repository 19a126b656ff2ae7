// What a scenario has in its hands: a chip, its network, and a board whose driver runs under Node or in the interpreter.
import type { W5500Options } from '../../drivers/w5500';
import { Heard } from './heard';
import { makeWorld, STATIC } from './world';
import type { World, WorldOptions } from './world';
import type { Command, Told } from './commands';
import type { Handler, Job } from './sockets';

/** Executes commands, as time passes. */
export interface Board {
  linked: boolean;
  order(c: Command): Promise<Told>;
  said: (name: string, what: string, bytes?: string, value?: any) => void;
}

export interface RigOptions extends WorldOptions {
  driver?: Partial<W5500Options>;
  rst?: boolean;
  /** with the pin INTn, or without; else once so and once so */
  irq?: boolean;
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

export interface SocketOptions {
  name?: string;
  /** connect: 10.0.0.9 and 80 unless told otherwise */
  host?: string;
  port?: number;
  /** connect: bytes wanted at a time */
  want?: number;
  /** in these events the board does that; also `before` and `after` it is asked for the socket */
  acts?: { [event: string]: Handler };
  arg?: any;
}

export interface Rig extends World {
  readonly linked: boolean;
  /** what each socket has told, by name */
  readonly heard: { [name: string]: Heard };
  /** starts something; time has to pass until it is told */
  begin(c: Command): Promise<Told>;
  /** does something, while time passes */
  does(c: Command, limitMs?: number): Promise<Told>;
  link(options: any): Promise<Told>;
  get(url: string, call?: Call): Promise<Told>;
  /** starts a connection, opens a UDP socket: what these tell from now on */
  connect(o?: SocketOptions): Promise<Heard>;
  udp(o?: SocketOptions): Promise<Heard>;
  /** has a function executed, which gives a value, or a promise */
  run(job: Job, arg?: any): Promise<Told>;
  /** a request that works, and leaves all sockets free */
  works(): Promise<void>;
}

/** The text of a function, as boards get it. */
function text(f: (...args: any[]) => any): string {
  const it = String(f);
  if (!/^(function|\()/.test(it)) throw new Error('not a plain function: ' + it);
  return it;
}

/** A board with a driver in a world of its own. */
export async function makeRig(board: (w: World) => Board, o: RigOptions): Promise<Rig> {
  const w = makeWorld(o);
  w.clock.skips = () => !w.lan.joined;
  const b = board(w);
  const heard: Rig['heard'] = {};
  async function open(op: 'connect' | 'udp', o: SocketOptions): Promise<Heard> {
    const name = o.name || op;
    const acts: { [event: string]: string } = {};
    for (const what in o.acts) acts[what] = text(o.acts[what]);
    const it = (heard[name] = new Heard());
    expect(await r.does({ op, ...o, name, acts })).not.toHaveProperty('error');
    return it;
  }
  const r: Rig = {
    ...w,
    get linked() {
      return b.linked;
    },
    heard,
    begin: (c) => b.order(c),
    does: (c, limitMs) => w.wait(b.order(c), limitMs),
    link: (options) => r.does({ op: 'link', options }),
    get: (url, call) => r.does({ op: 'call', url, ...call }, 300000),
    connect: (o) => open('connect', { host: '10.0.0.9', port: 80, ...o }),
    udp: (o = {}) => open('udp', o),
    run: (job, arg) => r.does({ op: 'run', text: text(job), arg }),
    async works() {
      w.lan.serveTcp('10.0.0.200', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine'));
      expect(await r.get('http://10.0.0.200/')).toMatchObject({ status: 200, text: 'fine' });
      await w.allFree();
    },
  };
  b.said = (name, what, bytes, value) => (heard[name] ||= new Heard()).add(what, bytes, value);
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
  expect(Object.values(r.heard).flatMap((one) => one.complaints)).toEqual([]);
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
