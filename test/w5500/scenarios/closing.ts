// How a connection ends, seen by who has it: close() with bytes under way, resets, chips that lie, peers that wait.
import { pattern } from '../servers';
import { linked } from '../rig';
import { STATIC } from '../world';
import type { Rig, Scenario } from '../rig';
import type { Handler } from '../sockets';
import type { Stream, StreamEvents } from '../../fakes/virtualW5500/peer';
import { SOCK_FIN_WAIT, Sn_RX_RD } from '../../fakes/virtualW5500/registers';

/** A peer, and what becomes known to it: its text, and all that had come before FIN. */
function peer(r: Rig, more: StreamEvents = {}) {
  const heard = { text: '', ended: undefined as string | undefined };
  r.lan.serveTcp('10.0.0.9', 80, () => ({
    onData: (d) => void (heard.text += Buffer.from(d).toString('latin1')),
    onEnd(s) {
      heard.ended = heard.text;
      s.end();
    },
    ...more,
  }));
  return heard;
}

/** a connection that says something as soon as it is open, and closes it at once: in a hurry, or not */
function saying(r: Rig, text: string, hurry?: boolean) {
  const room: Handler = (n) => {
    if (n.said) return;
    n.said = true;
    n.socket.write(n.arg.text);
    if (n.arg.hurry !== undefined) n.socket.close(n.arg.hurry);
  };
  return r.connect({ arg: { text, hurry }, acts: { room } });
}

/** The chip gives a connection up only between the bytes of Sn_IR and Sn_SR. */
function givesUpBetween(r: Rig): void {
  for (const socket of r.chip.sockets as any[]) {
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
}

const writeAndClose = (r: Rig) =>
  r.run((b) => {
    b.sockets.connect.socket.write('two');
    b.sockets.connect.socket.close();
  });

const lateAcks: [number, object][] = [
  [3000, { text: 'one two', ended: 'one two' }],
  [6000, { text: 'one two', ended: 'one two' }],
  [20000, { text: 'one ', ended: undefined }],
];

const closeRows: Scenario[] = [
  linked('close() while a SEND is under way: what was written before goes out all the same', async (r) => {
    r.chip.faults.sendOkDelayMs = 50;
    const heard = peer(r);
    await saying(r, 'one ');
    await r.until(() => heard.text === 'one ');
    await writeAndClose(r);
    await r.allFree();
    expect(heard).toEqual({ text: 'one two', ended: 'one two' });
  }),
  ...['before', 'after'].map((when) =>
    linked(
      `an application that is at something else for long ${when} close(): what was written goes out`,
      async (r) => {
        const heard = peer(r);
        const it = await r.connect();
        await r.until(() => it.rooms.length > 0);
        await r.run((b, late) => {
          const socket = b.sockets.connect.socket;
          socket.write('one');
          if (late) b.work(15000);
          socket.close();
          if (!late) b.work(15000);
        }, when === 'before');
        await r.allFree();
        expect(heard).toEqual({ text: 'one', ended: 'one' });
      },
    ),
  ),
  linked('an application that is at something else while the last but one SEND ends: the last goes out', async (r) => {
    r.chip.faults.sendOkDelayMs = 200;
    const heard = peer(r);
    await saying(r, 'one ');
    await r.until(() => heard.text === 'one ');
    await writeAndClose(r);
    await r.rest(140);
    await r.run((b) => b.work(15000));
    await r.allFree();
    expect(heard).toEqual({ text: 'one two', ended: 'one two' });
  }),
  linked('an application that is at something else for long, then close(): a SEND has 10 s more', async (r) => {
    r.chip.faults.sendOkDelayMs = 20000;
    const heard = peer(r);
    await saying(r, 'one');
    await r.until(() => heard.text === 'one');
    await r.run((b) => {
      b.work(15000);
      b.sockets.connect.socket.close();
    });
    await r.until(r.free, 10000);
    expect(heard).toEqual({ text: 'one', ended: 'one' });
  }),
  linked('close() waits for a peer that closes half a second later', async (r) => {
    let why = '';
    const heard = peer(r, {
      onEnd: (s) => void r.clock.setTimeout(() => s.end(), 500),
      onClose: (how) => (why = how),
    });
    await saying(r, 'one');
    await r.until(() => heard.text === 'one');
    await r.does({ op: 'drop', name: 'connect' });
    await r.until(() => why !== '');
    expect(why).toBe('fin');
    await r.allFree();
  }),
  ...lateAcks.map(([ms, want]) =>
    linked(`close() with a SEND that is acknowledged after ${ms} ms: all goes out, or else no FIN`, async (r) => {
      const heard = peer(r);
      r.chip.faults.sendOkDelayMs = ms;
      await saying(r, 'one ');
      await r.until(() => heard.text === 'one ');
      await writeAndClose(r);
      await r.until(r.free, 30000);
      expect(heard).toEqual(want);
    }),
  ),
  ...(['acknowledged', 'sent'] as const).map((sendOk) =>
    linked(
      `close() waits for what gets lost on the way, where a SEND is over once all is ${sendOk}`,
      async (r) => {
        const heard = peer(r);
        await saying(r, 'one ');
        await r.until(() => heard.text === 'one ');
        r.lan.drop = (p, direction) => direction === 'out' && p.proto === 'tcp' && p.data.length > 0;
        await writeAndClose(r);
        await r.rest(4000);
        r.lan.drop = null;
        await r.until(r.free, 10000);
        expect(heard).toEqual({ text: 'one two', ended: 'one two' });
      },
      { chip: { sendOk } },
    ),
  ),
  ...[false, true].map((hurry) =>
    linked(`close(${hurry}) while the peer has its window shut for 3 s`, async (r) => {
      const heard = peer(r, { onOpen: (s) => void (s.window = 0) });
      const all = 'x'.repeat(1000);
      await saying(r, all, hurry);
      await r.until(() => r.lan.connections().length > 0);
      const [stream] = r.lan.connections();
      await r.rest(3000);
      expect([heard.text, r.free()]).toEqual(['', hurry]);
      stream.window = 65535;
      await r.until(r.free);
      expect(heard.text).toBe(hurry ? '' : all);
      if (!hurry) expect(heard.ended).toBe(all);
    }),
  ),
  linked('close() while the peer keeps its window shut: no FIN, which would say that all was sent', async (r) => {
    const heard = peer(r, { onOpen: (s) => void (s.window = 0) });
    await saying(r, 'x'.repeat(1000), false);
    await r.until(() => r.lan.connections().length > 0);
    await r.rest(9000);
    expect(r.free()).toBe(false);
    await r.until(r.free, 3000);
    await r.rest(1000);
    expect(heard).toEqual({ text: '', ended: undefined });
  }),
  linked('close(true) after close(): a FIN that gets lost is sent again all the same', async (r) => {
    const heard = peer(r);
    await saying(r, 'one');
    await r.until(() => heard.text === 'one');
    let lost = 0;
    r.lan.drop = (p, direction) => direction === 'out' && p.proto === 'tcp' && (p.flags & 1) > 0 && !lost++;
    await r.run((b) => b.sockets.connect.socket.close());
    await r.until(() => lost > 0, 500);
    await r.run((b) => b.sockets.connect.socket.close(true));
    await r.until(r.free, 1500);
    expect(heard.ended).toBe('one');
  }),
  linked('resume() after close() polls no faster', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({}));
    const it = await r.connect();
    await r.until(() => it.rooms.length > 0);
    await r.run((b) => {
      b.sockets.connect.socket.close();
      b.sockets.connect.socket.resume();
    });
    r.chip.resetCounters();
    await r.rest(900);
    expect(r.chip.frames).toBeLessThan(50);
  }),
];

/** Says what it hears, and hears no more until it has room to say it. */
const echo: { [event: string]: Handler } = {
  before: (n) => {
    n.waiting = '';
    n.room = n.got = 0;
    n.say = () => {
      const text = n.waiting.substr(0, n.room);
      n.waiting = n.waiting.substr(n.room);
      n.room -= text.length;
      if (text) n.socket.write(text);
    };
  },
  want: (n) => {
    n.take = n.waiting ? 0 : 512;
  },
  data: (n, b, text) => {
    n.got++;
    n.waiting += text;
    n.say();
  },
  room: (n, b, room) => {
    n.room = room;
    n.say();
    if (n.got && !n.waiting) n.socket.resume();
  },
};

const waitingRows: Scenario[] = [
  linked(
    'room after the FIN of a peer that still listens, for who waits for some',
    async (r) => {
      const data = pattern(3000);
      let heard = 0;
      r.lan.serveTcp('10.0.0.9', 80, () => ({
        onOpen(s) {
          s.window = 0;
          s.write(data);
          s.end();
          r.clock.setTimeout(() => (s.window = 65535), 1000);
        },
        onData: (d) => void (heard += d.length),
      }));
      const it = await r.connect({ acts: echo });
      await r.until(() => it.closed.length > 0, 10000);
      expect([it.closed, it.bytes.equals(data)]).toEqual([[null], true]);
      expect(heard).toBeGreaterThan(1000);
      await r.allFree();
    },
    { driver: { buffers: [1] } },
  ),
  linked(
    'a reset, told in the end to who waits for room before taking the rest',
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => ({
        onOpen(s) {
          s.window = 0;
          s.write(pattern(3000));
          // the next turn finds both: all was acknowledged, and it is over
          r.clock.setTimeout(() => (s.window = 65535), 1000);
          r.clock.setTimeout(() => s.reset(), 1020);
        },
      }));
      const it = await r.connect({ acts: echo });
      await r.rest(80000);
      expect([it.rooms.length, it.closed]).toEqual([1, []]);
      await r.until(() => it.closed.length > 0, 15000);
      expect(it.closed).toMatchObject([{ code: 'ECONNRESET' }]);
      await r.allFree();
    },
    { driver: { buffers: [1] }, irq: false },
  ),
  linked('hears its peer where each turn finds the last SEND over and has more to write', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s) => s.write('enough') }));
    await slow(r);
    const it = await r.connect({ acts: { room: (n) => n.socket.write('more') } });
    await r.until(() => it.text === 'enough', 5000);
    expect(it.rooms.length).toBeLessThan(10);
    await r.run((b) => {
      b.sockets.connect.socket.close(true);
      global.setTimeout = b.quick;
    });
    await r.allFree();
  }),
];

/** makes it a board that takes 20 ms for a turn; its `quick` is the setTimeout that it had */
async function slow(r: Rig): Promise<void> {
  await r.run((b) => {
    const quick: any = (b.quick = setTimeout);
    (global as any).setTimeout = (f: any, ms: any, x: any, y: any) => quick(f, (ms || 0) + 20, x, y);
  });
}

/** a connection, and `abc` came over it a while ago */
async function abc(r: Rig) {
  r.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s: Stream) => s.write('abc') }));
  const it = await r.connect();
  await r.until(() => it.text === 'abc');
  await r.rest(100);
  return it;
}

const chipRows: Scenario[] = [
  linked('a connection that is reset as soon as it is there was not refused', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s) => s.reset() }));
    const it = await r.connect();
    await r.until(() => it.closed.length > 0);
    expect(it.closed).toMatchObject([{ code: 'ECONNRESET', phase: 'open', message: 'reset by 10.0.0.9 port 80' }]);
    await r.allFree();
  }),
  linked(
    'no ARP answer, where the chip gives up between the bytes of Sn_IR and Sn_SR',
    async (r) => {
      r.lan.absent.add('10.0.0.9');
      givesUpBetween(r);
      const it = await r.connect();
      await r.until(() => it.closed.length > 0);
      expect(it.closed).toMatchObject([{ code: 'EHOSTUNREACH' }]);
    },
    { driver: { retry: { time: 100, count: 1 } } },
  ),
  linked(
    'the last bytes and a FIN are told at once, though more bytes are wanted',
    async (r) => {
      let stream: Stream | undefined;
      r.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s) => void (stream = s) }));
      for (const ms of [5000, 5020, 5040, 5060, 5080]) {
        const it = await r.connect();
        await r.rest(ms);
        stream!.write('last');
        stream!.end();
        // the chip is asked every 100 ms
        await r.until(() => it.closed.length > 0, 110);
        expect([it.text, it.closed]).toEqual(['last', [null]]);
        await r.allFree();
      }
    },
    { irq: false },
  ),
  linked('a reset long after the last SEND: what has come can still be taken', async (r) => {
    let stream: Stream | undefined;
    r.lan.serveTcp('10.0.0.9', 80, () => ({
      onOpen: (s) => void (stream = s),
      onData: (_, s) => s.write('answer'),
    }));
    const it = await r.connect({
      want: 0,
      acts: { room: (n) => !n.said && ((n.said = 1), n.socket.write('question')), want: (n) => n.take },
    });
    await r.rest(100000);
    stream!.reset();
    await r.rest(5000);
    expect([it.text, it.closed]).toEqual(['', []]);
    await r.run((b) => {
      b.sockets.connect.take = 512;
      b.sockets.connect.socket.resume();
    });
    await r.until(() => it.closed.length > 0, 1000);
    expect([it.text, it.closed]).toMatchObject(['answer', [{ code: 'ECONNRESET' }]]);
    await r.allFree();
  }),
  linked(
    'a peer that goes on and on does not keep INTn low while a connection is closed',
    async (r) => {
      let stream: Stream | undefined;
      r.lan.serveTcp('10.0.0.9', 80, () => ({
        onOpen(s) {
          stream = s;
          s.window = 0;
        },
      }));
      await saying(r, 'never heard', false);
      await r.rest(1000);
      expect(r.free()).toBe(false);
      stream!.write('still here');
      await r.rest(1000);
      expect([r.free(), r.chip.int]).toEqual([false, true]);
      await r.allFree();
    },
    { irq: true },
  ),
  linked(
    'a closed connection that the chip gives up between the bytes of Sn_IR and Sn_SR does not keep INTn low',
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => ({}));
      const it = await r.connect();
      await r.until(() => it.rooms.length > 0);
      givesUpBetween(r);
      r.lan.drop = (p) => p.proto === 'tcp';
      await r.run((b) => b.sockets.connect.socket.close());
      await r.allFree();
      await r.rest(100);
      expect(r.chip.int).toBe(true);
      r.lan.drop = null;
    },
    { irq: true, driver: { retry: { time: 100, count: 1 } } },
  ),
  linked(
    'what arrives while a socket is closed does not keep INTn low',
    async (r) => {
      await r.udp({ port: 5000 });
      r.lan.serveTcp('10.0.0.9', 80, () => ({}));
      const it = await r.connect();
      await r.until(() => it.rooms.length > 0);
      await r.rest(1000);
      const datagram = { src: '10.0.0.9', sport: 1, dst: STATIC.ip, dport: 5000, data: new Uint8Array(5) };
      for (let i = 0; i < 10; i++) r.clock.setTimeout(() => r.lan.udp(datagram), i / 2);
      r.clock.setTimeout(() => void r.begin({ op: 'drop', name: 'udp' }), 2);
      await r.rest(5000);
      expect(r.chip.int).toBe(true);
    },
    { irq: true, chip: { commandFrames: [9, 9], commandMs: 3 } },
  ),
  linked('a chip that does not close a socket is told apart from one that is busy', async (r) => {
    const socket: any = r.chip.sockets[0];
    Object.defineProperty(socket, 'status', { get: () => SOCK_FIN_WAIT, set() {}, configurable: true });
    socket.close = () => {};
    const it = await r.udp();
    await r.until(() => it.closed.length > 0, 5000);
    const message = expect.stringMatching(/socket 0 hangs: .*Sn_SR is 24/);
    expect(it.closed).toMatchObject([{ code: 'EIO', message }]);
    delete socket.close;
    delete socket.status;
    r.chip.violations.splice(0);
  }),
  linked('a chip that does not open a socket, of either kind', async (r) => {
    const socket: any = r.chip.sockets[0];
    for (const kind of ['connect', 'udp'] as const) {
      socket.open = () => {};
      const it = await r[kind]();
      await r.until(() => it.closed.length > 0, 5000);
      const message = expect.stringMatching(/socket 0 hangs: Sn_CR is 0, Sn_SR is 0/);
      expect(it.closed).toMatchObject([{ code: 'EIO', message }]);
      delete socket.open;
      await r.until(() => r.linked);
    }
  }),
  linked('RX pointers that do not agree for a while, after a FIN: nothing is lost', async (r) => {
    const it = await abc(r);
    const socket = r.chip.sockets[0];
    const read = socket.word(Sn_RX_RD);
    socket.setWord(Sn_RX_RD, read ^ 4);
    r.lan.connections()[0].write('def');
    r.lan.connections()[0].end();
    await r.rest(30);
    socket.setWord(Sn_RX_RD, read);
    await r.until(() => it.closed.length > 0, 1000);
    expect([it.text, it.closed]).toEqual(['abcdef', [null]]);
    await r.does({ op: 'drop', name: 'connect' });
    await r.allFree();
  }),
  linked('a chip that shows other RX pointers after a reset', async (r) => {
    const it = await abc(r);
    r.lan.connections()[0].reset();
    const { buffers } = r.chip.sockets[0];
    buffers.rxWr = buffers.rxDone = (buffers.rxDone + 100) & 0xffff;
    await r.until(() => it.closed.length > 0, 1000);
    expect(it.closed).toMatchObject([{ code: 'ECONNRESET' }]);
    await r.allFree();
  }),
  linked('a chip that claims more than its buffer holds, as when it has lost its registers', async (r) => {
    const it = await abc(r);
    r.lan.connections()[0].reset();
    const { buffers } = r.chip.sockets[0];
    buffers.rxWr = (buffers.rxDone - 5000) & 0xffff;
    await r.until(() => it.closed.length > 0, 5000);
    expect([it.text, it.closed]).toMatchObject(['abc', [{ code: 'ECONNRESET' }]]);
    await r.allFree();
  }),
  linked('RX pointers that will never agree', async (r) => {
    const it = await abc(r);
    // a bit that the bus got wrong, when bytes were released
    const [socket] = r.chip.sockets;
    socket.setWord(Sn_RX_RD, socket.word(Sn_RX_RD) ^ 4);
    r.lan.connections()[0].write('def');
    await r.until(() => it.closed.length > 0, 1000);
    const message = expect.stringMatching(/pointers do not agree/);
    expect(it.closed).toMatchObject([{ code: 'EIO', message }]);
    await r.until(() => r.linked);
  }),
  linked('RX pointers that will never agree, on a slow board', async (r) => {
    const it = await abc(r);
    await slow(r);
    const [socket] = r.chip.sockets;
    socket.setWord(Sn_RX_RD, socket.word(Sn_RX_RD) ^ 4);
    r.lan.connections()[0].write('def');
    await r.until(() => it.closed.length > 0, 5000);
    expect(it.closed).toMatchObject([{ code: 'EIO' }]);
    await r.run((b) => {
      global.setTimeout = b.quick;
    });
    await r.until(() => r.linked);
  }),
];

export const closingRows: Scenario[] = [...closeRows, ...waitingRows, ...chipRows];
