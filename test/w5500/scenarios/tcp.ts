// Connections, without requests: what goes to and fro, back-pressure, close() in each callback, all sockets at once.
import { pattern } from '../servers';
import type { Heard } from '../heard';
import { linked } from '../rig';
import type { Rig, RigOptions, Scenario } from '../rig';
import type { Handler } from '../sockets';
import type { Stream } from '../../fakes/virtualW5500';
import * as R from '../../fakes/virtualW5500/registers';

/** a peer that says the same back */
function echo(r: Rig, ip = '10.0.0.9'): void {
  r.lan.serveTcp(ip, 80, () => ({ onData: (d, s) => s.write(d), onEnd: (s) => s.end() }));
}

/** one that says this, and perhaps no more */
function saying(r: Rig, bytes: Uint8Array, ending = false): void {
  r.lan.serveTcp('10.0.0.9', 80, () => ({
    onOpen(s) {
      s.write(bytes);
      if (ending) s.end();
    },
    onEnd: (s) => s.end(),
  }));
}

const PERIOD = 2300;
const TABLE = Buffer.concat([pattern(PERIOD), pattern(700)]);

/** as it has room: bytes of the table, over and over, 20000 in all */
const pour: Handler = (n, b, room) => {
  if (!n.table) {
    n.table = atob(n.arg.table);
    n.at = 0;
  }
  while (room > 0 && n.at < 20000) {
    const piece = b.bytes(n.table.substr(n.at % n.arg.period, Math.min(room, 700, 20000 - n.at)));
    n.socket.write(piece);
    n.at += piece.length;
    room -= piece.length;
  }
};

const modes: { name: string; options: RigOptions; missed?: number }[] = [
  { name: 'as it is', options: {} },
  { name: 'with edges of INTn missed', options: { irq: true }, missed: 3 },
  { name: 'reset by pin', options: { rst: true } },
  { name: 'a slow and torn chip', options: { chip: { tearing: 0.7, commandFrames: [2, 9], commandMs: 3 } } },
  { name: 'one socket of 16 KB', options: { driver: { buffers: [16] } } },
  { name: 'pointers at the wrap', options: { chip: { pointers: 0xfff0 } } },
];

const flowing: Scenario[] = [
  ...modes.map(({ name, options, missed = 0 }) =>
    linked(
      `says the same back: ${name}`,
      async (r) => {
        r.chip.faults.missedEdges = missed;
        echo(r);
        const arg = { table: TABLE.toString('base64'), period: PERIOD };
        const it = await r.connect({ want: 300, arg, acts: { room: pour } });
        const want = Buffer.alloc(20000, pattern(PERIOD));
        await r.until(() => it.bytes.length === want.length);
        expect(it.bytes.equals(want)).toBe(true);
        await r.run((b) => {
          b.sockets.connect.socket.close();
          b.sockets.connect.socket.close();
        });
        await r.allFree();
        expect(it.closed).toEqual([]);
        await r.works();
      },
      options,
    ),
  ),
  ...modes.map(({ name, options, missed = 0 }) =>
    linked(
      `all bytes before an orderly end: ${name}`,
      async (r) => {
        r.chip.faults.missedEdges = missed;
        saying(r, pattern(5000), true);
        const it = await r.connect();
        await r.until(() => it.closed.length > 0);
        expect(it.bytes.equals(pattern(5000))).toBe(true);
        expect(it.closed).toEqual([null]);
        await r.does({ op: 'drop', name: 'connect' });
        await r.allFree();
        expect(it.closed).toEqual([null]);
        await r.works();
      },
      options,
    ),
  ),
];

/** bytes that each RECV releases, from now on */
function releases(r: Rig): number[] {
  const sizes: number[] = [];
  let at: number | undefined;
  r.chip.probes.push({
    frame({ write, block, address, data }) {
      if (!write || (block & 3) !== R.SOCKET_REGISTERS || address !== R.Sn_RX_RD) return;
      const to = (data[0] << 8) | data[1];
      if (at !== undefined) sizes.push((to - at) & 0xffff);
      at = to;
    },
  });
  return sizes;
}

const greedy = [512, 5000].map((want) =>
  linked(
    `reads no more than 2 KB at a time, nor in a turn, for a receiver that wants ${want}`,
    async (r) => {
      const released = releases(r);
      saying(r, pattern(9000));
      const it = await r.connect({ want });
      await r.until(() => it.bytes.length === 9000);
      expect(it.bytes.equals(pattern(9000))).toBe(true);
      expect(Math.max(...it.pieces.map((p) => p.length))).toBe(Math.min(want, 2048));
      expect(Math.max(...released)).toBe(2048);
      await r.does({ op: 'drop', name: 'connect' });
      await r.works();
    },
    { driver: { buffers: [16] } },
  ),
);

const busy = ['before', 'after'].map((when) =>
  linked(`an application that is at something else for long ${when} it opens a connection`, async (r) => {
    echo(r);
    const other = await r.connect({ name: 'other' });
    await r.until(() => other.rooms.length > 0);
    const work: Handler = (n, b) => b.work(5000);
    const udp: Handler = (n, b) => {
      n.udp = b.driver.udp();
    };
    const both: Handler = (n, b) => {
      n.udp = b.driver.udp();
      b.work(5000);
    };
    const start = r.clock.now();
    const it = await r.connect({ acts: when === 'before' ? { before: work, after: udp } : { after: both } });
    await r.until(() => it.rooms.length > 0);
    expect(r.clock.now() - start).toBeGreaterThanOrEqual(5000);
    expect([r.linked, it.closed, other.closed]).toEqual([true, [], []]);
    await r.run((b) => b.sockets.connect.udp.close());
  }),
);

const pausing: Scenario[] = [
  linked('leaves what is not wanted with the peer', async (r) => {
    let taken = 0;
    let stream: Stream | undefined;
    r.lan.serveTcp('10.0.0.9', 80, () => ({
      onOpen(s) {
        stream = s;
        s.write(new Uint8Array(60000));
      },
      onRoom() {
        taken++;
      },
    }));
    const it = await r.connect({ want: 0 });
    await r.rest(5000);
    expect(it.pieces).toEqual([]);
    r.chip.resetCounters();
    await r.rest(2000);
    expect(r.chip.frames).toBeLessThan(20);
    await r.run((b) => {
      b.sockets.connect.take = 100;
      b.sockets.connect.socket.resume();
    });
    await r.until(() => it.bytes.length >= 300);
    expect(it.pieces.every((p) => p.length <= 100)).toBe(true);
    expect(stream && taken).toBeGreaterThan(0);
    await r.does({ op: 'drop', name: 'connect' });
    await r.allFree();
  }),
  // the latter: connecting must have been over 10 s ago
  ...[1000, 12000].map((ms) =>
    linked(`what came before a reset is delivered even after a pause of ${ms} ms`, async (r) => {
      saying(r, new Uint8Array(1000).fill(7));
      const it = await r.connect({ want: 0 });
      await r.rest(ms);
      r.lan.connections()[0].reset();
      await r.rest(1000);
      expect(it.closed).toEqual([]);
      await r.run((b) => {
        b.sockets.connect.take = 64;
        b.sockets.connect.socket.resume();
      });
      await r.until(() => it.closed.length > 0);
      expect(it.text).toBe('\x07'.repeat(1000));
      expect(it.closed).toMatchObject([{ code: 'ECONNRESET' }]);
      await r.allFree();
    }),
  ),
];

const close: Handler = (n) => n.socket.close();
const closing: Scenario[] = [
  ...[
    { where: 'room', pieces: 0 },
    { where: 'data', pieces: 1 },
    { where: 'want', pieces: 0 },
  ].map(({ where, pieces }) =>
    linked(`close() inside ${where}: nothing is told, nor asked, any more`, async (r) => {
      saying(r, pattern(3000), true);
      const it = await r.connect({ want: 100, acts: { [where]: close } });
      await r.rest(3000);
      await r.allFree();
      expect(it.pieces.length).toBe(pieces);
      expect(it.events).toContain(where);
      expect(it.events.indexOf(where)).toBe(it.events.length - 1);
      expect(it.closed).toEqual([]);
      await r.works();
    }),
  ),
  linked('close() before it is open', async (r) => {
    echo(r);
    for (const ms of [0, 1, 2, 3, 4, 5]) {
      const it = await r.connect();
      await r.rest(ms);
      await r.does({ op: 'drop', name: 'connect' });
      expect(it.closed).toEqual([]);
    }
    await r.allFree();
  }),
  linked('what was written just before close() is sent', async (r) => {
    let heard = '';
    r.lan.serveTcp('10.0.0.9', 80, () => ({
      onData: (d) => void (heard += Buffer.from(d).toString('latin1')),
      onEnd: (s) => s.end(),
    }));
    const bye: Handler = (n) => {
      n.socket.write('bye');
      n.socket.close();
      n.socket.write('late');
    };
    await r.connect({ acts: { room: bye } });
    await r.until(() => heard === 'bye');
    await r.allFree();
    expect(heard).toBe('bye');
  }),
];

const many: Scenario[] = [
  linked('eight connections at once, the ninth is refused, and then there is room again', async (r) => {
    echo(r);
    const all: Heard[] = [];
    for (let i = 0; i < 8; i++) all.push(await r.connect({ name: 'c' + i }));
    const ninth = { op: 'connect' as const, name: 'c8', host: '10.0.0.9', port: 80 };
    expect(await r.does(ninth)).toMatchObject({ message: expect.stringMatching(/all 8 sockets/) });
    await r.until(() => all.every((it) => it.rooms.length > 0));
    await r.run((b) => {
      for (const name in b.sockets) b.sockets[name].socket.write('to ' + name);
    });
    await r.until(() => all.every((it, i) => it.text === `to c${i}`));
    expect(new Set(r.chip.sockets.map((s) => s.port)).size).toBe(8);
    await r.does({ op: 'drop', name: 'c3' });
    // one that is closing makes room
    const it = await r.connect({ name: 'c8' });
    await r.until(() => it.rooms.length > 0);
    await r.run((b) => {
      for (const name in b.sockets) b.sockets[name].socket.close();
    });
    await r.allFree();
    await r.works();
  }),
  linked('one that makes room while it is closing sends its FIN first, behind what the chip was given', async (r) => {
    const ends: string[] = [];
    let heard = '';
    r.lan.serveTcp('10.0.0.9', 80, () => {
      let text = '';
      return {
        onData: (d) => void (heard = text += Buffer.from(d).toString()),
        onEnd: () => void ends.push(text),
      };
    });
    for (let i = 0; i < 8; i++) await r.connect({ name: 'c' + i });
    await r.until(() => Object.values(r.heard).every((it) => it.rooms.length > 0));
    await r.run((b) => {
      b.sockets.c3.socket.close();
      b.next = b.driver.connect({ host: '10.0.0.9', port: 80 }, b.sockets.c3);
    });
    await r.until(() => ends.length === 1);
    r.chip.faults.sendOkDelayMs = Infinity;
    await r.run((b) => b.sockets.c4.socket.write('bye'));
    await r.until(() => heard === 'bye');
    await r.run((b) => {
      b.sockets.c4.socket.close();
      b.last = b.driver.connect({ host: '10.0.0.9', port: 80 }, b.sockets.c4);
    });
    await r.until(() => ends.length === 2);
    expect(ends).toEqual(['', 'bye']);
    r.chip.faults.sendOkDelayMs = 0;
    await r.run((b) => {
      b.next.close();
      b.last.close();
      for (const name in b.sockets) b.sockets[name].socket.close();
    });
    await r.allFree();
  }),
  linked(
    'one that is closing makes room for a datagram when its own bytes are out, for a connection at once',
    async (r) => {
      const heard: string[] = [];
      r.lan.serveTcp('10.0.0.9', 80, () => ({
        onData: (d) => void heard.push(Buffer.from(d).toString('latin1')),
      }));
      for (let i = 0; i < 8; i++) await r.connect({ name: 'c' + i });
      await r.until(() => Object.values(r.heard).every((it) => it.rooms.length > 0));
      const full = await r.run((b) => {
        b.sockets.c3.socket.write('bye');
        b.sockets.c3.socket.close();
        b.driver.udp();
      });
      expect(full).toMatchObject({ code: 'EMFILE' });
      await r.until(() => heard.join() === 'bye');
      await r.rest(100);
      await r.udp();
      const it = await r.run((b) => {
        b.sockets.c4.socket.write('last');
        b.sockets.c4.socket.close();
        b.last = b.driver.connect({ host: '10.0.0.9', port: 80 }, b.sockets.c4);
      });
      expect(it).not.toHaveProperty('error');
      await r.until(() => heard.join() === 'bye,last');
      await r.run((b) => {
        b.last.close();
        for (const name in b.sockets) b.sockets[name].socket.close();
      });
      await r.allFree();
    },
  ),
  ...[
    { irq: false, want: 512, turns: 100 },
    { irq: false, want: 1, turns: 20 },
    { irq: true, want: 512, turns: 10 },
  ].map(({ irq, want, turns }) =>
    linked(
      `a connection at rest that wants ${want} bytes has ${turns} turns in 10 s, ${irq ? 'with INTn' : 'polled'}`,
      async (r) => {
        echo(r);
        const it = await r.connect({ want });
        await r.until(() => it.rooms.length > 0);
        await r.rest(3000);
        r.chip.resetCounters();
        await r.rest(10000);
        // and the chip itself one a second
        expect(Math.abs(r.chip.frames - turns - 10)).toBeLessThan(4);
        await r.does({ op: 'drop', name: 'connect' });
        await r.works();
      },
      { irq },
    ),
  ),
  ...[
    { irq: false, ms: 120 },
    { irq: true, ms: 20 },
  ].map(({ irq, ms }) =>
    linked(
      `after a rest what is written goes out at once, and what comes is there in ${ms} ms`,
      async (r) => {
        let heard = 0;
        r.lan.serveTcp('10.0.0.9', 80, () => ({ onData: () => void heard++, onEnd: (s) => s.end() }));
        const it = await r.connect({ want: 4 });
        await r.until(() => it.rooms.length > 0);
        await r.rest(5000);
        await r.run((b) => b.sockets.connect.socket.write('x'));
        await r.until(() => heard > 0, 20);
        await r.rest(5000);
        r.lan.connections()[0].write('abcd');
        await r.until(() => it.text === 'abcd', ms);
        await r.run((b) => void (b.sockets.connect.take = 0));
        r.lan.connections()[0].write('efgh');
        await r.rest(5000);
        await r.run((b) => {
          b.sockets.connect.take = 4;
          b.sockets.connect.socket.resume();
        });
        await r.until(() => it.text === 'abcdefgh', 20);
        await r.does({ op: 'drop', name: 'connect' });
        await r.works();
      },
      { irq },
    ),
  ),
  {
    name: 'connects by name, and says where it is',
    options: { dns: { zone: { 'api.test': { a: '10.0.0.9' } } } },
    async run(r) {
      const phase = async () => (await r.run((b) => b.sockets.connect.socket.phase)).value;
      expect(await r.link({ dhcp: true })).not.toHaveProperty('error');
      echo(r);
      const it = await r.connect({ host: 'api.test' });
      expect(await phase()).toBe('dns');
      await r.until(() => it.rooms.length > 0);
      expect(await phase()).toBe('open');
      await r.does({ op: 'drop', name: 'connect' });
      const none = await r.connect({ host: 'nowhere.test' });
      await r.until(() => none.closed.length > 0);
      expect(none.closed).toMatchObject([{ code: 'ENOTFOUND', phase: 'dns' }]);
      await r.allFree();
    },
  },
  linked(
    'a chip with one socket looks a name up, then connects',
    async (r) => {
      echo(r);
      const it = await r.connect({ host: 'api.test' });
      await r.until(() => it.rooms.length + it.closed.length > 0);
      expect(it.closed).toEqual([]);
    },
    { dns: { zone: { 'api.test': { a: '10.0.0.9' } } }, driver: { buffers: [16] } },
  ),
  linked(
    'INTn that stays low is no storm',
    async (r) => {
      echo(r);
      const it = await r.connect();
      await r.until(() => it.rooms.length > 0);
      Object.defineProperty(r.chip, 'int', { get: () => false, configurable: true });
      await r.rest(1000);
      const before = r.chip.frames;
      await r.rest(2000);
      expect(r.chip.frames - before).toBeLessThan(30);
      delete (r.chip as any).int;
      await r.does({ op: 'drop', name: 'connect' });
      await r.works();
    },
    { irq: true },
  ),
];

export const tcpRows: Scenario[] = [...flowing, ...greedy, ...busy, ...pausing, ...closing, ...many];
