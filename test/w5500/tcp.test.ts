import { bench, note, STATIC } from './bench';
import { pattern, serveHttp, serveTcp } from './servers';
import type { Stream } from '../fakes/virtualW5500';
import type { Socket } from '../../src/net/driver';

async function linked(o = {}) {
  const b = bench(o);
  await b.wait(b.driver.link(STATIC));
  return b;
}

/** A peer, and what becomes known to it: its text, and all that had come before FIN. */
function peer(b: ReturnType<typeof bench>, more: object = {}) {
  const heard = { text: '', ended: undefined as string | undefined };
  b.lan.serveTcp('10.0.0.9', 80, () => ({
    onData: (d: Uint8Array) => void (heard.text += Buffer.from(d).toString('latin1')),
    onEnd(s: Stream) {
      heard.ended = heard.text;
      s.end();
    },
    ...more,
  }));
  return heard;
}

/** A connection to it that says something as soon as it is open. */
function saying(b: ReturnType<typeof bench>, what: any, then?: (s: Socket) => void): Socket {
  const n = note();
  const s = b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
  n.write = () => {
    n.write = null;
    s.write(what);
    then?.(s);
  };
  return s;
}

const modes = [
  { name: 'polled', o: {} },
  { name: 'with INTn', o: { irq: true } },
  { name: 'with INTn, edges missed', o: { irq: true, missed: 3 } },
  { name: 'reset by pin', o: { rst: true } },
  {
    name: 'a slow and torn chip',
    o: { chip: { tearing: 0.7, commandFrames: [2, 9] as [number, number], commandMs: 3 } },
  },
  { name: 'one socket of 16 KB', o: { driver: { buffers: [16] } } },
  { name: 'pointers at the wrap', o: { chip: { pointers: 0xfff0 } } },
];

describe.each(modes)('TCP, $name', ({ o }) => {
  it('says the same back', async () => {
    const b = await linked(o);
    b.chip.faults.missedEdges = (o as any).missed ?? 0;
    const port = await serveTcp((s) => s.pipe(s));
    const data = pattern(20000);
    const n = note(300);
    let at = 0;
    n.write = (room) => {
      while (room > 0 && at < data.length) {
        const piece = data.subarray(at, at + Math.min(room, 700));
        socket.write(piece);
        at += piece.length;
        room -= piece.length;
      }
    };
    const socket = b.driver.connect({ host: '10.0.0.7', port }, n);
    expect(n.rooms).toEqual([]);
    await b.until(() => n.bytes().length === data.length);
    expect(n.bytes()).toEqual(Array.from(data));
    socket.close();
    socket.close();
    await b.allFree();
    expect(n.closed).toEqual([]);
  });

  it('all bytes before an orderly end', async () => {
    const b = await linked(o);
    const port = await serveTcp((s) => s.end(pattern(5000)));
    const n = note();
    const s = b.driver.connect({ host: '10.0.0.7', port }, n);
    await b.until(() => n.closed.length > 0);
    expect(n.bytes()).toEqual(Array.from(pattern(5000)));
    expect(n.closed).toEqual([null]);
    s.close();
    await b.allFree();
    expect(n.closed).toEqual([null]);
  });
});

describe('the end', () => {
  it('a connection that is reset as soon as it is there was not refused', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s: Stream) => s.reset() }));
    const n = note();
    b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.closed.length > 0);
    expect(n.closed[0]).toMatchObject({ code: 'ECONNRESET', phase: 'open' });
    await b.allFree();
  });

  it('close() while a SEND is under way: what was written before goes out all the same', async () => {
    const b = await linked();
    b.chip.faults.sendOkDelayMs = 50;
    const heard = peer(b);
    const s = saying(b, 'one ');
    await b.until(() => heard.text === 'one ');
    s.write('two');
    s.close();
    await b.allFree();
    expect(heard).toEqual({ text: 'one two', ended: 'one two' });
  });

  it('close() waits for a peer that closes half a second later', async () => {
    const b = await linked();
    let why = '';
    const heard = peer(b, {
      onEnd: (s: Stream) => void b.clock.setTimeout(() => s.end(), 500),
      onClose: (how: string) => (why = how),
    });
    const s = saying(b, 'one');
    await b.until(() => heard.text === 'one');
    s.close();
    await b.until(() => why !== '');
    expect(why).toBe('fin');
    await b.allFree();
  });

  it('close() with a SEND that is acknowledged late: what was written before goes out, or else there is no FIN', async () => {
    for (const [lateMs, want] of [
      [3000, { text: 'one two', ended: 'one two' }],
      [20000, { text: 'one ', ended: undefined }],
    ] as const) {
      const b = await linked();
      const heard = peer(b);
      b.chip.faults.sendOkDelayMs = lateMs;
      const s = saying(b, 'one ');
      await b.until(() => heard.text === 'one ');
      s.write('two');
      s.close();
      await b.until(b.free, 30000);
      expect(heard).toEqual(want);
    }
  });

  it('close() while the peer has its window shut for 3 s: all goes out, then FIN; in a hurry it is over at once', async () => {
    for (const hurry of [false, true]) {
      const b = await linked();
      const heard = peer(b, { onOpen: (s: Stream) => void (s.window = 0) });
      const all = 'x'.repeat(1000);
      saying(b, all, (s) => s.close(hurry));
      await b.until(() => b.lan.connections().length > 0);
      const [stream] = b.lan.connections();
      await b.rest(3000);
      expect([heard.text, b.free()]).toEqual(['', hurry]);
      stream.window = 65535;
      await b.until(b.free);
      expect(heard.text).toBe(hurry ? '' : all);
      if (!hurry) expect(heard.ended).toBe(all);
    }
  });

  it('no ARP answer, where the chip gives up between the bytes of Sn_IR and Sn_SR', async () => {
    const b = await linked({ driver: { retry: { time: 100, count: 1 } } });
    b.lan.absent.add('10.0.0.9');
    for (const socket of b.chip.sockets as any[]) {
      const read = socket.readRegister.bind(socket);
      const giveUp = socket.tcp.timeout.bind(socket.tcp);
      let due = false;
      socket.tcp.timeout = () => (due = true);
      socket.readRegister = (address: number) => {
        if (address === 3 && due) {
          due = false;
          giveUp();
        }
        return read(address);
      };
    }
    const n = note();
    b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.closed.length > 0);
    expect(n.closed[0].code).toBe('EHOSTUNREACH');
  });

  it('resume() after close() polls no faster', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({}));
    const n = note();
    const s = b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.rooms.length > 0);
    s.close();
    s.resume();
    b.chip.resetCounters();
    await b.rest(900);
    expect(b.chip.frames).toBeLessThan(50);
  });

  /** Says what it hears, and hears no more until it has room to say it. */
  function echo(b: ReturnType<typeof bench>) {
    const n = note();
    const waiting: number[] = [];
    const take = n.onData;
    let room = 0;
    const say = () => {
      const bytes = waiting.splice(0, room);
      room -= bytes.length;
      if (bytes.length) socket.write(new Uint8Array(bytes));
    };
    n.want = () => (waiting.length ? 0 : 512);
    n.onData = (bytes) => {
      take(bytes);
      waiting.push(...bytes);
      say();
    };
    n.write = (more) => {
      room = more;
      say();
      if (n.got.length && !waiting.length) socket.resume();
    };
    const socket = b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    return n;
  }

  it.each([{}, { irq: true }])(
    'room after the FIN of a peer that still listens, for who waits for some, %j',
    async (o) => {
      const b = await linked({ driver: { buffers: [1] }, ...o });
      const data = pattern(3000);
      let heard = 0;
      b.lan.serveTcp('10.0.0.9', 80, () => ({
        onOpen(s: Stream) {
          s.window = 0;
          s.write(data);
          s.end();
          b.clock.setTimeout(() => (s.window = 65535), 1000);
        },
        onData: (d: Uint8Array) => void (heard += d.length),
      }));
      const n = echo(b);
      await b.until(() => n.closed.length > 0, 10000);
      expect([n.closed, n.bytes()]).toEqual([[null], Array.from(data)]);
      expect(heard).toBeGreaterThan(1000);
      await b.allFree();
    },
  );

  it('a reset, told in the end to who waits for room before taking the rest', async () => {
    const b = await linked({ driver: { buffers: [1] } });
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onOpen(s: Stream) {
        s.window = 0;
        s.write(pattern(3000));
        // the next turn finds both: all was acknowledged, and it is over
        b.clock.setTimeout(() => (s.window = 65535), 1000);
        b.clock.setTimeout(() => s.reset(), 1020);
      },
    }));
    const n = echo(b);
    await b.rest(80000);
    expect([n.rooms.length, n.closed]).toEqual([1, []]);
    await b.until(() => n.closed.length > 0, 15000);
    expect(n.closed[0].code).toBe('ECONNRESET');
    await b.allFree();
  });

  it('hears its peer where each turn finds the last SEND over and has more to write', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s: Stream) => void s.write('enough') }));
    const quick = globalThis.setTimeout;
    // a board that takes 20 ms for a turn
    (globalThis as any).setTimeout = (f: any, ms = 0, ...rest: any[]) => quick(f, ms + 20, ...rest);
    const n = note();
    const socket = b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    n.write = () => socket.write('more');
    await b.until(() => n.text() === 'enough', 5000);
    expect(n.rooms.length).toBeLessThan(10);
    socket.close(true);
    globalThis.setTimeout = quick;
    await b.allFree();
  });

  it('what arrives while a socket is closed does not keep INTn low', async () => {
    const b = await linked({ irq: true, chip: { commandFrames: [9, 9], commandMs: 3 } });
    const udp = b.driver.udp({ port: 5000 });
    b.lan.serveTcp('10.0.0.9', 80, () => ({}));
    const n = note();
    b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.rooms.length > 0);
    await b.rest(1000);
    const datagram = { src: '10.0.0.9', sport: 1, dst: STATIC.ip, dport: 5000, data: new Uint8Array(5) };
    for (let i = 0; i < 10; i++) b.clock.setTimeout(() => b.lan.udp(datagram), i / 2);
    b.clock.setTimeout(() => udp.close(), 2);
    await b.rest(5000);
    expect(b.pins.irq.read()).toBe(1);
  });

  it('a chip that does not close a socket is told apart from one that is busy', async () => {
    const b = await linked();
    const socket: any = b.chip.sockets[0];
    Object.defineProperty(socket, 'status', { get: () => 0x18, set() {}, configurable: true });
    socket.close = () => {};
    const udp = b.driver.udp();
    let told: any;
    udp.onClose = (e) => (told = e);
    await b.until(() => told, 5000);
    expect(told).toMatchObject({ code: 'EIO', message: expect.stringMatching(/socket 0 hangs: .*Sn_SR is 24/) });
    b.chip.violations.splice(0);
  });

  it('a chip that shows other RX pointers after a reset', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s: Stream) => void s.write('abc') }));
    const n = note();
    b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.text() === 'abc');
    await b.rest(100);
    b.lan.connections()[0].reset();
    const { buffers } = b.chip.sockets[0];
    buffers.rxWr = buffers.rxDone = (buffers.rxDone + 100) & 0xffff;
    await b.until(() => n.closed.length > 0, 1000);
    expect(n.closed[0].code).toBe('ECONNRESET');
    await b.allFree();
  });

  it('RX pointers that will never agree', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s: Stream) => void s.write('abc') }));
    const n = note();
    b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.text() === 'abc');
    await b.rest(100);
    // a bit that the bus got wrong, when bytes were released
    b.chip.sockets[0].setWord(0x28, b.chip.sockets[0].word(0x28) ^ 4);
    b.lan.connections()[0].write('def');
    await b.until(() => n.closed.length > 0, 1000);
    expect(n.closed[0]).toMatchObject({ code: 'EIO', message: expect.stringMatching(/pointers do not agree/) });
    await b.until(() => b.driver.is_linked());
  });

  it('close() inside onData: nothing is asked any more', async () => {
    const b = await linked();
    const port = await serveTcp((s) => s.end(pattern(3000)));
    const n = note(100);
    let asked = 0;
    const events = {
      ...n,
      want: () => (asked++, 100),
      onData: () => {
        s.close();
        asked = 0;
      },
    };
    const s = b.driver.connect({ host: '10.0.0.7', port }, events);
    await b.until(() => s.phase === 'open');
    await b.allFree();
    expect(asked).toBe(0);
  });
});

describe('an application that is at something else for long', () => {
  it.each([
    ['before', {}],
    ['after', {}],
    ['before', { irq: true }],
    ['after', { irq: true }],
  ])('%s it opens a connection, %j', async (when, o) => {
    const b = await linked(o);
    const port = await serveTcp((s) => s.pipe(s));
    const other = note();
    b.driver.connect({ host: '10.0.0.7', port }, other);
    await b.until(() => other.rooms.length > 0);
    const n = note();
    // the time goes on, and no timer is served
    const work = () => void ((b.clock as any).time += 5000);
    if (when === 'before') work();
    b.driver.connect({ host: '10.0.0.7', port }, n);
    const udp = b.driver.udp();
    if (when === 'after') work();
    await b.until(() => n.rooms.length > 0);
    expect([b.driver.is_linked(), n.closed, other.closed]).toEqual([true, [], []]);
    udp.close();
  });
});

it('a chip with one socket looks a name up, then connects', async () => {
  const b = await linked({ dns: { zone: { 'api.test': { a: '10.0.0.7' } } }, driver: { buffers: [16] } });
  const port = await serveTcp((s) => s.pipe(s));
  const n = note();
  b.driver.connect({ host: 'api.test', port }, n);
  await b.until(() => n.rooms.length + n.closed.length > 0);
  expect(n.closed).toEqual([]);
});

it('INTn that stays low is no storm', async () => {
  const b = await linked({ irq: true });
  const port = await serveTcp((s) => s.pipe(s));
  const n = note();
  b.driver.connect({ host: '10.0.0.7', port }, n);
  await b.until(() => n.rooms.length > 0);
  (b.pins.irq as any).read = () => 0;
  await b.rest(1000);
  const before = b.chip.frames;
  await b.rest(2000);
  expect(b.chip.frames - before).toBeLessThan(30);
});

describe('back-pressure', () => {
  it('leaves what is not wanted with the peer', async () => {
    const b = await linked();
    let taken = 0;
    const port = 80;
    let stream: Stream | undefined;
    b.lan.serveTcp('10.0.0.9', port, () => ({
      onOpen(s) {
        stream = s;
        s.write(new Uint8Array(60000));
      },
      onRoom() {
        taken++;
      },
    }));
    const n = note(0);
    const s = b.driver.connect({ host: '10.0.0.9', port }, n);
    await b.rest(5000);
    expect(n.got).toEqual([]);
    b.chip.resetCounters();
    await b.rest(2000);
    expect(b.chip.frames).toBeLessThan(20);
    n.take = 100;
    s.resume();
    await b.until(() => n.bytes().length >= 300);
    expect(n.got.every((p) => p.length <= 100)).toBe(true);
    expect(stream && taken).toBeGreaterThan(0);
    s.close();
    await b.allFree();
  });

  it('what came before a reset is delivered even after a pause', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onOpen(s) {
        s.write(new Uint8Array(1000).fill(7));
      },
    }));
    const n = note(0);
    const s = b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.rest(1000);
    b.lan.connections()[0].reset();
    await b.rest(1000);
    expect(n.closed).toEqual([]);
    n.take = 64;
    s.resume();
    await b.until(() => n.closed.length > 0);
    expect(n.bytes().length).toBe(1000);
    expect(n.closed[0].code).toBe('ECONNRESET');
    await b.allFree();
  });
});

describe('closing inside a callback', () => {
  it.each([
    ['onWritable', 0],
    ['onData', 1],
    ['want', 0],
  ])('%s', async (where, pieces) => {
    const b = await linked();
    const port = await serveTcp((s) => s.write(pattern(3000)));
    const n: any = note();
    const plain = n[where];
    n[where] = (x: any) => {
      socket.close();
      return plain(x);
    };
    const socket = b.driver.connect({ host: '10.0.0.7', port }, n);
    await b.rest(3000);
    await b.allFree();
    expect(n.got.length).toBe(pieces);
    expect(n.closed).toEqual([]);
  });

  it('before it is open', async () => {
    const b = await linked();
    const port = await serveTcp(() => {});
    for (const ms of [0, 1, 2, 3, 4, 5]) {
      const n = note();
      const s = b.driver.connect({ host: '10.0.0.7', port }, n);
      await b.rest(ms);
      s.close();
      expect(n.closed).toEqual([]);
    }
    await b.allFree();
  });

  it('what was written just before is sent', async () => {
    const b = await linked();
    let heard = '';
    const port = await serveTcp((s) => s.on('data', (d) => (heard += d)));
    const n = note();
    n.write = () => {
      s.write('bye');
      s.close();
      s.write('late');
    };
    const s = b.driver.connect({ host: '10.0.0.7', port }, n);
    await b.until(() => heard === 'bye');
    await b.allFree();
    expect(heard).toBe('bye');
  });
});

describe('sockets', () => {
  it('eight at once, the ninth is refused, and then there is room again', async () => {
    const b = await linked();
    const port = await serveTcp((s) => s.pipe(s));
    const all = Array.from({ length: 8 }, () => {
      const n = note();
      return { n, s: b.driver.connect({ host: '10.0.0.7', port }, n) };
    });
    expect(() => b.driver.connect({ host: '10.0.0.7', port }, note())).toThrow(/all 8 sockets/);
    await b.until(() => all.every(({ n }) => n.rooms.length > 0));
    all.forEach(({ s }, i) => s.write(`to ${i}`));
    await b.until(() => all.every(({ n }, i) => n.text() === `to ${i}`));
    const ports = new Set(b.chip.sockets.map((s) => s.port));
    expect(ports.size).toBe(8);
    all[3].s.close();
    // one that is closing makes room
    const n = note();
    const s = b.driver.connect({ host: '10.0.0.7', port }, n);
    await b.until(() => n.rooms.length > 0);
    s.close();
    all.forEach(({ s }) => s.close());
    await b.allFree();
  });

  it('connects by name', async () => {
    const b = bench({ dns: { zone: { 'api.test': { a: '10.0.0.7' } } } });
    await b.wait(b.driver.link({ dhcp: true }));
    const port = await serveHttp((_q, a) => a.end());
    const n = note();
    const s = b.driver.connect({ host: 'api.test', port }, n);
    expect(s.phase).toBe('dns');
    await b.until(() => n.rooms.length > 0);
    expect(s.phase).toBe('open');
    s.close();
    const m = note();
    b.driver.connect({ host: 'nowhere.test', port }, m);
    await b.until(() => m.closed.length > 0);
    expect(m.closed[0].code).toBe('ENOTFOUND');
    expect(m.closed[0].phase).toBe('dns');
    await b.allFree();
  });
});
