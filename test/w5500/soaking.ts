// Many requests while things go wrong by chance, from a seed: each settles once, and no byte is ever wrong.
import { pattern } from './commands';
import type { Rig, RigOptions } from './rig';
import type { Told } from './commands';
import { Random } from '../fakes/virtualW5500/random';

/** What has to be done, and what was; bytes are those that were compared. */
export interface Amount {
  requests: number;
  down: number;
  up: number;
}

export interface Soak extends Amount {
  /** how often a request ended in which error */
  codes: Record<string, number>;
  faults: Record<string, number>;
}

/** An HTTP server in the network: GET /n gives n bytes of the pattern, a POST is compared with it. */
function peer(seen: { up: number; wrong: number }) {
  let head = '';
  let left = -1;
  let at = 0;
  function body(s: any, d: string): void {
    if (d !== pattern(at, d.length)) seen.wrong++;
    at += d.length;
    left -= d.length;
    seen.up += d.length;
    if (left === 0) answer(s, 0);
  }
  function answer(s: any, n: number): void {
    s.write(`HTTP/1.1 200 OK\r\nContent-Length: ${n}\r\n\r\n`);
    s.write(pattern(0, n));
    head = '';
    left = -1;
    at = 0;
  }
  return {
    onData(d: Uint8Array, s: any) {
      const text = Buffer.from(d).toString('latin1');
      if (left >= 0) return body(s, text);
      head += text;
      const end = head.indexOf('\r\n\r\n') + 4;
      if (end < 4) return;
      const length = /content-length: (\d+)/i.exec(head);
      if (!length) return answer(s, Number(/ \/(\d+)/.exec(head)![1]));
      left = Number(length[1]);
      body(s, head.substring(end));
    },
    onEnd: (s: any) => s.end(),
  };
}

interface State {
  /** until then what is read may be what a dead bus says */
  stuckUntil: number;
}

type Fault = (r: Rig, random: Random, state: State) => void;

/** what may happen while a request runs; all of it passes */
const faults: Record<string, Fault> = {
  'packets lost': (r, random) => {
    r.lan.loss = 0.02 + random.next() * 0.05;
    r.clock.setTimeout(() => (r.lan.loss = 0), random.int(100, 3000));
  },
  'edges missed': (r, random) => void (r.chip.faults.missedEdges = random.int(1, 5)),
  'reset by the peer': (r, random) =>
    void r.clock.setTimeout(() => r.lan.connections().forEach((s) => s.reset()), random.int(1, 60)),
  'closed by the peer': (r, random) =>
    void r.clock.setTimeout(() => r.lan.connections().forEach((s) => s.end()), random.int(1, 60)),
  'peer dead': (r, random) =>
    void r.clock.setTimeout(() => r.lan.connections().forEach((s) => (s.dead = true)), random.int(1, 60)),
  'window shut': (r, random) => {
    r.clock.setTimeout(() => r.lan.connections().forEach((s) => (s.window = 0)), random.int(1, 30));
    r.clock.setTimeout(() => r.lan.connections().forEach((s) => (s.window = 65535)), random.int(100, 2000));
  },
  'cable out': (r, random) => {
    r.clock.setTimeout(() => r.chip.plug(false), random.int(1, 60));
    r.clock.setTimeout(() => r.chip.plug(true), random.int(100, 3000));
  },
  'SEND_OK late': (r, random) => {
    r.chip.faults.sendOkDelayMs = random.int(1, 300);
    r.clock.setTimeout(() => (r.chip.faults.sendOkDelayMs = 0), random.int(100, 2000));
  },
  // for so long that it is noticed: after less, nobody can know that bytes were lost
  'bus stuck': (r, random, state) => {
    const { faults } = r.chip;
    const free = () => {
      faults.clear();
      state.stuckUntil = r.clock.now();
    };
    const look = () => void r.clock.setTimeout(faults.spiStuck === null ? look : free, 1500);
    state.stuckUntil = Infinity;
    faults.spiStuckAfter = random.int(0, 3000);
    look();
  },
  'DNS in trouble': (r, random) => r.dns.script.push(random.pick(['silent', 'servfail', 'short', 'garbage', 'loop'])),
  'DNS forged': (r, random) => {
    r.dns.forge = [random.pick(['id', 'source', 'port', 'question', 'qr'])];
    r.clock.setTimeout(() => (r.dns.forge = []), 2000);
  },
  'DHCP silent': (r, random) => {
    r.dhcp.faults.silent = 'all';
    r.clock.setTimeout(() => r.dhcp.clearFaults(), random.int(1000, 20000));
  },
};

/** what a request may end in, given all this */
const KNOWN = /^(ENETDOWN|ECONNRESET|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|EIO|EAI_AGAIN|ETRUNCATED|ECONNECTION)$/;

/** bytes of a body each way, and of its pieces; requests at once */
const LARGEST = { down: 90000, up: 30000, stream: [0, 100, 512, 512, 512, 1000, 3000], atOnce: 3 };

/** A chip of the unkind sort, on a network where "soak.test" is a name and leases are short. */
export function soakingRig(seed: number) {
  const options: RigOptions = {
    chip: { seed, tearing: 0.5, commandFrames: [0, 5] },
    lan: { seed },
    dhcp: { leaseS: 300 },
    dns: { zone: { 'soak.test': { a: '10.0.0.9', ttl: 30 } } },
  };
  return { name: `seed ${seed}`, options };
}

/** A request by chance: `down` bytes or an upload, perhaps over the connection kept under `name`, perhaps to be kept there. */
function anyCall(random: Random, largest: typeof LARGEST, name: string, isKept: boolean) {
  const host = random.chance(0.5) ? 'soak.test' : '10.0.0.9';
  // a connection belongs to the host that it was made to
  const isKeepable = host === '10.0.0.9';
  const on = isKept && random.chance(0.7) && isKeepable ? name : undefined;
  const upload = random.chance(0.4) ? random.int(1, largest.up) : undefined;
  const down = upload ? 0 : random.int(1, largest.down);
  const call = {
    op: 'call' as const,
    url: `http://${host}/${down}`,
    upload,
    stream: upload ? undefined : random.pick(largest.stream),
    wait: random.chance(0.2) ? random.int(1, 300) : 0,
    every: random.int(20, 60),
    keep: random.chance(0.5) ? name : undefined,
    on,
    options: { timeout: 60000 },
  };
  return { down, call, isKeepable };
}

/** Requests until all of `goal` is done. The board is linked by DHCP. */
export async function soak(r: Rig, seed: number, goal: Amount, largest = LARGEST): Promise<Soak> {
  const random = new Random(seed);
  const done: Soak = { requests: 0, down: 0, up: 0, codes: {}, faults: {} };
  const seen = { up: 0, wrong: 0 };
  const kept = new Set<string>();
  const state: State = { stuckUntil: 0 };
  r.lan.serveTcp('10.0.0.9', 80, () => peer(seen));

  /** One request, over the connection kept under that name if there is one, and what it came to. */
  async function one(name: string): Promise<void> {
    const { down, call, isKeepable } = anyCall(random, largest, name, kept.has(name));
    if (kept.delete(name) && !call.on) await r.does({ op: 'drop', name });
    const started = r.clock.now();
    const told: Told = await r.wait(r.begin(call), 200000);
    done.requests++;
    done.down += told.received && !call.upload ? told.received : 0;
    // nobody can tell what is read from a dead bus from data
    if (started > state.stuckUntil) expect(told.wrong || 0).toBe(0);
    if (told.error) {
      const code = told.code || told.message || '';
      if (!KNOWN.test(code)) throw new Error(`${told.error} ${code} ${told.message}`);
      done.codes[code] = (done.codes[code] || 0) + 1;
    } else {
      expect([told.status, told.received]).toEqual([200, down]);
      if (call.stream) expect(told.odd).toBe(down % call.stream ? 1 : 0);
      if (call.keep && isKeepable) kept.add(name);
    }
    if (!kept.has(name)) await r.does({ op: 'drop', name });
  }

  while (done.requests < goal.requests || done.down < goal.down || seen.up < goal.up) {
    if (random.chance(0.35)) {
      const name = random.pick(Object.keys(faults));
      faults[name](r, random, state);
      done.faults[name] = (done.faults[name] || 0) + 1;
    }
    if (random.chance(0.1)) await Promise.all(['a', 'b', 'c'].slice(0, largest.atOnce).map(one));
    else await one('a');
    if (!r.linked) await r.until(() => r.linked, 300000);
    // the servers remember everything
    r.dhcp.heard.splice(0);
    r.dns.queries.splice(0);
  }
  for (const name of ['a', 'b', 'c']) await r.does({ op: 'drop', name });
  r.chip.faults.clear();
  await r.rest(60000);
  await r.allFree();
  done.up = seen.up;
  expect(seen.wrong).toBe(0);
  return done;
}
