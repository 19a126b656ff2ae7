// Servers on the chip: w5500-listen.
import { extend } from '../../drivers/w5500-listen';
import type { Listening } from '../../drivers/w5500-listen';
import type { Socket } from '../../src/net/driver';
import type { Stream } from '../fakes/virtualW5500';
import { SOCK_ESTABLISHED, SOCK_LISTEN, SOCK_SYNRECV } from '../fakes/virtualW5500/registers';
import { bench, note, STATIC } from '../w5500/bench';
import type { BenchOptions } from '../w5500/bench';
import { pattern } from '../w5500/servers';

interface Visit {
  socket: Socket;
  notes: ReturnType<typeof note>;
}

/** A chip that listens on port 80, and who came. */
async function listening(o: BenchOptions = {}) {
  const b = bench(o);
  const driver: Listening = extend(b.driver);
  await b.wait(driver.link(STATIC));
  const visits: Visit[] = [];
  const listener = driver.listen(80, (socket) => {
    const notes = note();
    visits.push({ socket, notes });
    return notes;
  });
  /** Somebody outside, and what became of it. */
  function dial(port = 80) {
    const guest = { text: '', why: '', stream: undefined as Stream | undefined };
    guest.stream = b.lan.dial(port, {
      onData: (d) => void (guest.text += Buffer.from(d).toString('latin1')),
      onClose: (why) => (guest.why = why),
    });
    return guest;
  }
  // no guest makes it deaf for longer than a handshake may take
  const listens = () => b.until(() => b.countIn(SOCK_LISTEN) > 0, 11000);
  await listens();
  return { ...b, driver, listener, visits, dial, listens };
}

const modes = [
  { name: 'polled', o: {} },
  { name: 'with INTn', o: { irq: true } },
  {
    name: 'a slow and torn chip',
    o: { chip: { tearing: 0.7, commandFrames: [2, 9] as [number, number], commandMs: 3 } },
  },
  { name: 'one socket of 16 KB', o: { driver: { buffers: [16] } } },
];

describe.each(modes)('listening, $name', ({ o }) => {
  it('takes one connection after the other, bytes both ways, more of them than it has sockets', async () => {
    const b = await listening(o);
    for (let i = 0; i < 10; i++) {
      const data = pattern(3000 + i);
      const guest = b.dial();
      guest.stream!.write(data);
      await b.until(() => b.visits.length === i + 1);
      const { socket, notes } = b.visits[i];
      await b.until(() => notes.bytes().length === data.length);
      expect(notes.bytes()).toEqual(Array.from(data));
      expect(notes.rooms[0]).toBeGreaterThan(1000);
      socket.write(`answer ${i}`);
      await b.until(() => guest.text === `answer ${i}`);
      guest.stream!.end();
      await b.until(() => notes.closed.length > 0);
      expect(notes.closed).toEqual([null]);
      await b.listens();
    }
    b.listener.close();
    await b.allFree();
  });
});

it.each([{}, { irq: true }])('goes on after one who spoke and reset at once, %j', async (o) => {
  for (const ms of [0, 1, 5]) {
    const b = await listening(o);
    const guest = b.dial();
    guest.stream!.write('never mind');
    await b.rest(ms);
    guest.stream!.reset();
    await b.listens();
    const next = b.dial();
    next.stream!.write('hello');
    await b.until(() => b.visits.some(({ notes }) => notes.text() === 'hello'));
    b.close();
  }
});

it('hears all of one who spoke and left at once', async () => {
  const b = await listening();
  const guest = b.dial();
  guest.stream!.write('in a hurry');
  guest.stream!.end();
  await b.until(() => b.visits.length > 0 && b.visits[0].notes.closed.length > 0);
  expect([b.visits[0].notes.text(), b.visits[0].notes.closed]).toEqual(['in a hurry', [null]]);
  b.listener.close();
});

it('a reset is one by a client', async () => {
  const b = await listening();
  const guest = b.dial();
  await b.until(() => b.visits.length === 1);
  guest.stream!.reset();
  const [{ notes }] = b.visits;
  await b.until(() => notes.closed.length > 0);
  expect(notes.closed).toEqual([expect.objectContaining({ message: 'reset by a client port 80' })]);
  b.listener.close();
});

it('has as many at once as there are sockets, refuses the next, and takes another when one has left', async () => {
  const b = await listening();
  for (let i = 0; i < 8; i++) {
    b.dial();
    await b.until(() => b.visits.length === i + 1);
    if (i < 7) await b.listens();
  }
  const refused = b.dial();
  await b.until(() => refused.why !== '');
  expect(refused.why).toBe('reset');
  b.visits[3].socket.close();
  await b.listens();
  b.dial();
  await b.until(() => b.visits.length === 9);
  expect(b.visits.flatMap(({ notes }) => notes.closed)).toEqual([]);
  b.listener.close();
});

it('asks nothing of the chip as a whole when somebody comes: meanwhile the next one is refused', async () => {
  const b = await listening();
  let looks = 0;
  b.chip.probes.push({ frame: (f) => void (looks += f.block ? 0 : 1) });
  for (let i = 0; i < 5; i++) {
    b.dial();
    await b.until(() => b.visits.length === i + 1);
    await b.listens();
  }
  // it does so once a second
  expect(looks).toBeLessThan(2);
});

it('listens again before it says who came, as what that leads to may take long', async () => {
  const b = bench({ chip: { commandFrames: [0, 0] } });
  // on a real bus a frame takes so long that what the last one ordered has been done
  b.chip.probes.push({ frame: () => b.chip.sockets.forEach((s) => [0, 0].forEach(() => s.late.frame())) });
  const driver = extend(b.driver);
  await b.wait(driver.link(STATIC));
  const listening: number[] = [];
  const listens = () => b.countIn(SOCK_LISTEN);
  const listener = driver.listen(80, () => {
    listening.push(listens());
    return note();
  });
  expect(listens()).toBe(1);
  for (let i = 1; i < 4; i++) {
    b.lan.dial(80, {});
    await b.until(() => listening.length === i);
    await b.rest(5);
    expect(listens()).toBe(1);
  }
  expect(listening).toEqual([1, 1, 1]);
  listener.close();
});

it('listens on after a handshake that came to nothing', async () => {
  const b = await listening({ lan: { latencyMs: 5 } });
  const guest = b.dial();
  await b.until(() => b.countIn(SOCK_SYNRECV) > 0);
  guest.stream!.reset();
  await b.until(() => b.countIn(SOCK_SYNRECV) === 0);
  await b.listens();
  b.dial();
  await b.until(() => b.visits.length === 1);
  b.listener.close();
});

it.each([
  { name: 'polled', o: {}, about: 170 },
  { name: 'with INTn', o: { irq: true }, about: 37 },
  { name: 'a slow chip', o: { chip: { commandFrames: [9, 9] as [number, number], commandMs: 3 } }, about: 170 },
])('listens for as long as nobody comes, and asks the chip now and then, $name', async ({ o, about }) => {
  const b = await listening(o);
  b.chip.resetCounters();
  for (let i = 0; i < 300; i++) {
    await b.rest(50);
    expect(b.countIn(SOCK_LISTEN)).toBe(1);
  }
  expect(Math.abs(b.chip.frames - about)).toBeLessThan(about / 5);
  b.listener.close();
});

it('has one socket that listens, whatever becomes of the lease', async () => {
  const b = bench({ dhcp: { leaseS: 20 } });
  const driver = extend(b.driver);
  await b.wait(driver.link({ dhcp: true }));
  const listener = driver.listen(80, () => note());
  await b.rest(60000);
  expect(b.countIn(SOCK_LISTEN)).toBe(1);
  listener.close();
});

it('listens when the link is back, also after it had to wait for a socket', async () => {
  const b = await listening({ driver: { buffers: [16] } });
  b.dial();
  await b.until(() => b.visits.length === 1);
  await b.rest(300);
  b.visits[0].socket.close();
  await b.listens();
  b.driver.unlink();
  await b.wait(b.driver.link(STATIC));
  await b.listens();
  b.listener.close();
});

it('learns it once', async () => {
  const b = await listening();
  const { listen } = b.driver;
  expect(extend(b.driver)).toBe(b.driver);
  expect(b.driver.listen).toBe(listen);
  b.listener.close();
});

it('waits for the end of a handshake no longer than it has to', async () => {
  const b = await listening({ driver: { buffers: [16] } });
  let heard = 0;
  b.lan.drop = (_, direction) => direction === 'in' && heard++ > 0;
  b.dial();
  await b.until(() => b.chip.sockets[0].status === SOCK_SYNRECV);
  const began = b.clock.now();
  await b.until(() => b.chip.sockets[0].status !== SOCK_SYNRECV);
  expect(Math.round((b.clock.now() - began) / 1000)).toBe(10);
  b.lan.drop = null;
  await b.listens();
  b.dial();
  await b.until(() => b.visits.length === 1);
  b.listener.close();
});

it('listens again when the cable is back', async () => {
  const b = await listening();
  b.dial();
  await b.until(() => b.visits.length === 1);
  b.chip.plug(false);
  await b.until(() => b.visits[0].notes.closed.length > 0);
  expect(b.visits[0].notes.closed[0].code).toBe('ENETDOWN');
  await b.rest(3000);
  b.chip.plug(true);
  await b.listens();
  b.dial();
  await b.until(() => b.visits.length === 2);
  b.listener.close();
});

it('whoever comes as the cable is pulled hears of the end', async () => {
  const b = await listening();
  b.dial();
  await b.until(() => b.countIn(SOCK_ESTABLISHED) > 0);
  expect(b.visits.length).toBe(0);
  b.chip.plug(false);
  await b.until(() => !b.driver.is_linked());
  for (const { notes } of b.visits) expect(notes.closed).toEqual([expect.objectContaining({ code: 'ENETDOWN' })]);
  b.chip.plug(true);
  await b.listens();
  const before = b.visits.length;
  b.dial();
  await b.until(() => b.visits.length === before + 1);
  b.listener.close();
});

it.each([true, false])(
  'unlink() in onConnection: its receiver hears of it, unless the socket is closed, %j',
  async (closed) => {
    const b = await listening();
    const n = note();
    b.listener.close();
    await b.allFree();
    b.driver.listen(80, (socket) => {
      if (closed) socket.close();
      b.driver.unlink();
      return n;
    });
    await b.listens();
    b.dial();
    await b.until(() => !b.driver.is_linked());
    await b.rest(100);
    const why = { code: 'ENETDOWN', phase: 'open', message: 'unlink() was called' };
    expect(n.closed).toEqual(closed ? [] : [expect.objectContaining(why)]);
    expect(n.rooms).toEqual([]);
  },
);

it('leaves its connections alone when it is closed, and nobody else comes in', async () => {
  const b = await listening();
  const guest = b.dial();
  await b.until(() => b.visits.length === 1);
  await b.listens();
  b.listener.close();
  b.listener.close();
  await b.until(() => b.countIn(SOCK_LISTEN) === 0);
  b.visits[0].socket.write('still here');
  await b.until(() => guest.text === 'still here');
  const late = b.dial();
  await b.until(() => late.why === 'reset');
  b.visits[0].socket.close();
  await b.allFree();
});

it('needs a link', async () => {
  const b = bench();
  const driver = extend(b.driver);
  const down = expect.objectContaining({ code: 'ENETDOWN', message: expect.stringMatching(/not linked/) });
  expect(() => driver.listen(80, () => note())).toThrow(down);
  await b.wait(driver.link(STATIC));
  driver.unlink();
  expect(() => driver.listen(80, () => note())).toThrow(down);
});

it('listens again after unlink() and link(), and not while there is no link', async () => {
  const b = await listening();
  b.driver.unlink();
  b.chip.resetCounters();
  await b.rest(3000);
  expect(b.chip.frames).toBe(0);
  await b.wait(b.driver.link(STATIC));
  await b.listens();
  const guest = b.dial();
  await b.until(() => b.visits.length === 1);
  b.visits[0].socket.write('here');
  await b.until(() => guest.text === 'here');
  b.listener.close();
  b.driver.unlink();
  await b.wait(b.driver.link(STATIC));
  await b.rest(2000);
  expect(b.countIn(SOCK_LISTEN)).toBe(0);
});

it('ports and callbacks of all kinds', async () => {
  const b = await listening();
  for (const port of [undefined, null, 0, -1, 65536, 1.5, '80', {}] as any[])
    expect(() => b.driver.listen(port, () => note())).toThrow(
      expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/port is .*, must be a number from/) }),
    );
  for (const call of [undefined, null, {}] as any[])
    expect(() => b.driver.listen(81, call)).toThrow(
      expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/onConnection is .*a function/) }),
    );
  b.listener.close();
});

it('has a port once, and again when the server was closed', async () => {
  const b = await listening();
  const inUse = expect.objectContaining({ code: 'EADDRINUSE', message: expect.stringMatching(/port 80 is in use/) });
  expect(() => b.driver.listen(80, () => note())).toThrow(inUse);
  b.driver.unlink();
  expect(() => b.driver.listen(80, () => note())).toThrow(inUse);
  await b.wait(b.driver.link(STATIC));
  await b.listens();
  b.dial();
  await b.until(() => b.visits.length === 1);
  b.listener.close();
  const second = extend(b.driver).listen(80, () => note());
  b.listener.close();
  expect(() => b.driver.listen(80, () => note())).toThrow(inUse);
  b.chip.plug(false);
  await b.until(() => !b.driver.is_linked());
  b.chip.plug(true);
  await b.listens();
  second.close();
});

it('closes a connection that nobody wants, also where that is told by an exception', async () => {
  const b = bench();
  const driver = extend(b.driver);
  await b.wait(driver.link(STATIC));
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  let visits = 0;
  const nobody: any = () => {
    if (++visits > 1) throw new Error('not today');
  };
  const listener = driver.listen(80, nobody);
  for (let i = 1; i < 4; i++) {
    await b.until(() => b.countIn(SOCK_LISTEN) > 0);
    let over = false;
    const stream: any = b.lan.dial(80, { onEnd: () => stream.end(), onClose: () => void (over = true) });
    await b.until(() => over);
    expect(visits).toBe(i);
  }
  expect(log.mock.calls.map(([text]) => text)).toEqual(['Error: not today', 'Error: not today']);
  expect(driver.is_linked()).toBe(true);
  log.mockRestore();
  listener.close();
  await b.allFree();
});

it.each([[[8, 8]], [[16]]])('an answer goes out whole, whoever comes next, with sockets of %j KB', async (buffers) => {
  const b = bench({ driver: { buffers } });
  const driver = extend(b.driver);
  await b.wait(driver.link(STATIC));
  const listener = driver.listen(80, (socket) => {
    const n = note();
    n.write = () => {
      n.write = null;
      socket.write(pattern(1500));
      socket.close();
    };
    return n;
  });
  const listens = () => b.countIn(SOCK_LISTEN) > 0;
  await b.until(listens);
  let got = 0;
  let ended = false;
  const stream: any = b.lan.dial(80, {
    onOpen: (s) => void (s.window = 0),
    onData: (d) => void (got += d.length),
    onEnd(s) {
      ended = true;
      s.end();
    },
  });
  await b.rest(3000);
  // a client that is slow leaves the server deaf where it has the only socket
  expect([got, listens()]).toEqual([0, buffers.length > 1]);
  b.lan.dial(80, {});
  await b.rest(1000);
  stream.window = 65535;
  await b.until(() => ended);
  expect(got).toBe(1500);
  // whoever dials comes first
  await b.rest(1000);
  listener.close();
  await b.allFree();
});

it('needs a socket', async () => {
  const b = await listening({ driver: { buffers: [16] } });
  expect(() => b.driver.listen(81, () => note())).toThrow(expect.objectContaining({ code: 'EMFILE' }));
  b.listener.close();
});

it.each([[{}], [{ irq: true }]])('listens again after one who spoke and reset while it shook hands, %j', async (o) => {
  const b = await listening({ ...o, lan: { latencyMs: 20 } });
  for (let i = 0; i < 10; i++) {
    b.lan.dial(80, {
      onOpen(s: Stream) {
        s.write('GET / HTTP/1.1\r\n\r\n');
        s.reset();
      },
    });
    await b.rest(1000 + i * 7);
    await b.listens();
  }
  b.listener.close();
});

it('close() twice calls off nothing of somebody else', async () => {
  const b = await listening({ driver: { buffers: [16] } });
  b.dial();
  // without a socket it tries again each 100 ms
  await b.rest(150);
  const clear = jest.spyOn(globalThis, 'clearTimeout');
  b.listener.close();
  const once = clear.mock.calls.length;
  b.listener.close();
  expect([once, clear.mock.calls.length]).toEqual([1, 1]);
});

it('closed while it waits for a socket, it takes none', async () => {
  const b = await listening({ driver: { buffers: [16] } });
  b.dial();
  await b.rest(150);
  b.listener.close();
  b.visits[0].socket.close();
  await b.rest(1000);
  expect(b.countIn(SOCK_LISTEN)).toBe(0);
});

it('has one socket that listens, also when the link is back while it waits for one', async () => {
  const b = await listening({ driver: { buffers: [8, 8] }, chip: { linkUpMs: 1 } });
  b.dial();
  await b.until(() => b.visits.length === 1);
  await b.listens();
  b.dial();
  await b.until(() => b.visits.length === 2);
  // no socket is free, and it tries again each 100 ms
  await b.rest(300);
  b.driver.unlink();
  await b.wait(b.driver.link(STATIC), 50);
  await b.rest(1000);
  expect(b.countIn(SOCK_LISTEN)).toBe(1);
  b.listener.close();
});

it.each([undefined, null, {}, 'w5500'])('%p cannot be made to listen', (driver: any) =>
  expect(() => extend(driver)).toThrow(
    expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/^no driver "w5500", or minified/) }),
  ),
);
