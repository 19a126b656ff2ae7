import * as net from 'node:net';
import { bytes, Rig, text } from './w5500Rig';
import * as R from './virtualW5500/registers';
import type { Stream, StreamEvents } from './virtualW5500';

const SERVER = [10, 0, 0, 5];

/** a rig with an address and a scripted server on 10.0.0.5:80 */
function bench(events: StreamEvents, options = {}): Rig {
  const rig = new Rig(options);
  rig.address();
  rig.lan.serveTcp('10.0.0.5', 80, () => events);
  return rig;
}

/** the server's stream, once the chip is connected */
async function connected(
  options = {},
  events: StreamEvents = {},
): Promise<{ rig: Rig; peer: Stream; heard: number[] }> {
  let peer!: Stream;
  const heard: number[] = [];
  const rig = bench({ onData: (d) => heard.push(...d), ...events, onOpen: (s) => (peer = s) }, options);
  await rig.connect(0, SERVER, 80);
  await rig.until(() => !!peer);
  return { rig, peer, heard };
}

describe('connect', () => {
  it('to a server that is there', async () => {
    const { rig, peer } = await connected();
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_CON);
    expect([peer.chipIp, peer.chipPort]).toEqual(['10.0.0.50', 50000]);
    expect(rig.chip.violations).toEqual([]);
  });

  it('refused: CLOSED without TIMEOUT', async () => {
    const rig = new Rig();
    rig.address();
    rig.lan.serveTcp('10.0.0.5', 80, () => null);
    await rig.connect(0, SERVER, 80);
    expect(rig.status(0)).toBe(R.SOCK_CLOSED);
    expect(rig.get(0, R.Sn_IR) & R.INT_TIMEOUT).toBe(0);
  });

  it.each([
    ['a host that is not there: ARP, 9 times 200 ms', SERVER, '10.0.0.5', 1800],
    ['a host that the gateway does not find: 31.8 s', [192, 0, 2, 1], '192.0.2.1', 31800],
  ])('%s', async (_name, ip, absent, wantMs) => {
    const rig = new Rig();
    rig.address();
    rig.lan.absent.add(absent);
    const start = rig.clock.now();
    await rig.connect(0, ip, 80);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_TIMEOUT);
    expect(Math.round((rig.clock.now() - start) / 20) * 20).toBe(wantMs);
  });

  it('re-initialises the pointers while connecting, not at OPEN', async () => {
    const rig = bench({});
    rig.open(0, R.MODE_TCP, 50000);
    const before = rig.get16(0, R.Sn_TX_WR);
    rig.to(0, SERVER, 80);
    rig.order(0, R.CONNECT);
    await rig.until(() => rig.status(0) === R.SOCK_ESTABLISHED);
    expect(rig.get16(0, R.Sn_TX_WR)).not.toBe(before);
  });

  it('leaves interrupt bits of the last connection where they are', async () => {
    const { rig } = await connected();
    rig.order(0, R.CLOSE);
    rig.clock.advance(1);
    rig.open(0, R.MODE_TCP, 50001);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_CON);
  });
});

describe('sending', () => {
  it('brings bytes across the wrap of the pointers, in segments of Sn_MSSR', async () => {
    const rig = bench({}, { pointers: 0xfff0 });
    const heard: number[] = [];
    const sizes: number[] = [];
    rig.lan.serveTcp('10.0.0.5', 80, () => ({
      onData: (d) => {
        heard.push(...d);
        sizes.push(d.length);
      },
    }));
    rig.set16(0, R.Sn_MSSR, 500);
    await rig.connect(0, SERVER, 80);
    const sent = Array.from({ length: 1200 }, (_, i) => (i * 7) & 255);
    await rig.send(0, sent);
    expect(heard).toEqual(sent);
    expect(sizes).toEqual([500, 500, 200]);
    expect(rig.get16(0, R.Sn_TX_WR)).toBe((0xfff0 + 1200) & 0xffff);
    expect(rig.chip.violations).toEqual([]);
  });

  it('gives the space back with the acknowledgement, and SEND_OK with it', async () => {
    const { rig, peer } = await connected();
    peer.dead = true;
    rig.put(0, bytes('hello'));
    rig.clock.advance(100);
    expect(rig.get16(0, R.Sn_TX_FSR)).toBe(2043);
    expect(rig.get(0, R.Sn_IR) & R.INT_SEND_OK).toBe(0);
    peer.dead = false;
    await rig.until(() => (rig.get(0, R.Sn_IR) & R.INT_SEND_OK) !== 0);
    expect(rig.get16(0, R.Sn_TX_FSR)).toBe(2048);
  });

  it('or says SEND_OK once all has been sent, which may be before', async () => {
    const { rig, peer, heard } = await connected({ sendOk: 'sent' });
    rig.lan.drop = (p, direction) => direction === 'in' && p.proto === 'tcp';
    await rig.send(0, bytes('hello'));
    rig.clock.advance(1);
    expect([text(heard), rig.get16(0, R.Sn_TX_FSR)]).toEqual(['hello', 2043]);
    rig.lan.drop = null;
    await rig.until(() => rig.get16(0, R.Sn_TX_FSR) === 2048);
    expect(rig.get(0, R.Sn_IR) & R.INT_SEND_OK).toBe(0);
    peer.window = 0;
    rig.clock.advance(10);
    rig.put(0, bytes('later'));
    rig.clock.advance(1000);
    expect(rig.get(0, R.Sn_IR) & R.INT_SEND_OK).toBe(0);
  });

  it('waits without end for a window that stays closed', async () => {
    const { rig, peer, heard } = await connected();
    peer.window = 0;
    rig.clock.advance(10);
    rig.put(0, bytes('patience'));
    rig.clock.advance(600000);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_CON);
    peer.window = 100;
    await rig.until(() => (rig.get(0, R.Sn_IR) & R.INT_SEND_OK) !== 0);
    expect(text(heard)).toBe('patience');
  });

  it('to a peer that died: TIMEOUT and CLOSED after 31.8 s, never SEND_OK', async () => {
    const { rig, peer } = await connected();
    peer.dead = true;
    rig.put(0, bytes('anyone?'));
    rig.clock.advance(31700);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    rig.clock.advance(200);
    expect(rig.status(0)).toBe(R.SOCK_CLOSED);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_CON | R.INT_TIMEOUT);
  });

  it('RTR and RCR shorten that', async () => {
    const { rig, peer } = await connected();
    rig.write(0, R.RTR, 0x03, 0xe8, 2);
    peer.dead = true;
    rig.put(0, bytes('x'));
    rig.clock.advance(699);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    rig.clock.advance(2);
    expect(rig.status(0)).toBe(R.SOCK_CLOSED);
  });

  it.each([
    ['late', 500],
    ['never', Infinity],
  ])('SEND_OK %s', async (_name, delay) => {
    const { rig, heard } = await connected();
    rig.chip.faults.sendOkDelayMs = delay;
    rig.put(0, bytes('x'));
    rig.clock.advance(400);
    expect(text(heard)).toBe('x');
    expect(rig.get(0, R.Sn_IR) & R.INT_SEND_OK).toBe(0);
    rig.clock.advance(200);
    expect(rig.get(0, R.Sn_IR) & R.INT_SEND_OK).toBe(delay === Infinity ? 0 : R.INT_SEND_OK);
  });

  it('survives a network that loses every fifth packet', async () => {
    const { rig, heard } = await connected();
    rig.lan.loss = 0.2;
    for (let i = 0; i < 20; i++) await rig.send(0, bytes(`line ${i};`));
    expect(text(heard)).toBe(Array.from({ length: 20 }, (_, i) => `line ${i};`).join(''));
  });
});

describe('receiving', () => {
  it('keeps to the RX buffer: the rest stays with the peer', async () => {
    const { rig, peer } = await connected();
    const sent = Array.from({ length: 10000 }, (_, i) => (i * 13) & 255);
    peer.write(Uint8Array.from(sent));
    rig.clock.advance(1000);
    expect(rig.get16(0, R.Sn_RX_RSR)).toBe(2048);
    expect(peer.queued).toBe(10000 - 2048);
    const got: number[] = [];
    await rig.until(() => {
      got.push(...rig.take(0, 700));
      return got.length === sent.length;
    });
    expect(got).toEqual(sent);
    expect(rig.chip.violations).toEqual([]);
  });

  it('counts only what RECV has not released', async () => {
    const { rig, peer } = await connected({ pointers: 0xfffe });
    peer.write('hello');
    await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 5);
    rig.set16(0, R.Sn_RX_RD, 0x0001);
    expect(rig.get16(0, R.Sn_RX_RSR)).toBe(5);
    rig.order(0, R.RECV);
    expect(rig.get16(0, R.Sn_RX_RSR)).toBe(2);
    expect(rig.get16(0, R.Sn_RX_WR)).toBe(3);
  });

  it('shows a pointer only once its command has taken it', async () => {
    const { rig, peer } = await connected({ pointers: 100 });
    peer.write('hello');
    await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 5);
    rig.set16(0, R.Sn_RX_RD, 103);
    expect(rig.get16(0, R.Sn_RX_RD)).toBe(100);
    rig.order(0, R.RECV);
    expect(rig.get16(0, R.Sn_RX_RD)).toBe(103);
  });

  it('may say RECV again for what a RECV has left', async () => {
    const { rig, peer } = await connected();
    const again = new Set<number>();
    for (let i = 0; i < 20; i++) {
      peer.write('ab');
      await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 2);
      rig.clock.advance(1);
      rig.set(0, R.Sn_IR, 31);
      rig.take(0, 1);
      again.add(rig.get(0, R.Sn_IR));
      rig.take(0);
      rig.set(0, R.Sn_IR, 31);
    }
    expect([...again].sort()).toEqual([0, R.INT_RECV]);
  });

  it('may tear a counter between its two bytes', async () => {
    const { rig, peer } = await connected({ tearing: 1, arrivalMs: 1e6, pointers: 0xfffe });
    peer.write('hello');
    rig.clock.advance(5);
    expect(rig.read(1, R.Sn_RX_RSR, 2)).toEqual([0, 5]);
    expect(rig.read(1, R.Sn_RX_WR, 2)).toEqual([0, 3]);
    const other = await connected({ tearing: 1, arrivalMs: 1e6, pointers: 0xfffe });
    other.peer.write('hello');
    other.rig.clock.advance(5);
    // the first byte is taken before anything arrives, the second after: 0xff.. becomes 0x0003
    other.rig.chip.settings.tearing = 0;
    const [high] = other.rig.read(1, R.Sn_RX_WR, 1);
    other.rig.chip.settings.tearing = 1;
    const [low] = other.rig.read(1, R.Sn_RX_WR + 1, 1);
    expect([high, low]).toEqual([0xff, 0x03]);
  });

  it('FIN with data unread: CLOSE_WAIT, and the data wait', async () => {
    const { rig, peer } = await connected();
    peer.write('last words');
    peer.end();
    await rig.until(() => rig.status(0) === R.SOCK_CLOSE_WAIT);
    expect(rig.get(0, R.Sn_IR) & R.INT_DISCON).toBe(R.INT_DISCON);
    expect(text(rig.take(0))).toBe('last words');
    rig.order(0, R.DISCON);
    await rig.until(() => rig.status(0) === R.SOCK_CLOSED);
    expect(peer.state).toBe('closed');
  });

  it.each(['DISCON', 'nothing'] as const)(
    'RST with data unread: CLOSED at once, the data stay (Sn_IR: %s)',
    async (resetSets) => {
      const { rig, peer } = await connected({ resetSets });
      peer.write('last words');
      await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 10);
      peer.reset();
      rig.clock.advance(5);
      expect(rig.status(0)).toBe(R.SOCK_CLOSED);
      expect(rig.get(0, R.Sn_IR) & R.INT_DISCON).toBe(resetSets === 'DISCON' ? R.INT_DISCON : 0);
      expect(text(rig.take(0))).toBe('last words');
      expect(rig.chip.violations).toEqual([]);
    },
  );
});

describe('closing', () => {
  it('DISCON: FIN_WAIT, TIME_WAIT, CLOSED', async () => {
    const { rig, peer } = await connected();
    const seen = new Set<number>();
    peer.events.onEnd = (s) => s.end();
    rig.order(0, R.DISCON);
    await rig.until(() => seen.add(rig.status(0)).has(R.SOCK_CLOSED));
    expect([...seen]).toEqual([R.SOCK_FIN_WAIT, R.SOCK_TIME_WAIT, R.SOCK_CLOSED]);
  });

  it('both at once: CLOSING', async () => {
    const { rig, peer } = await connected({}, {});
    const seen = new Set<number>();
    rig.lan.latencyMs = 20;
    rig.order(0, R.DISCON);
    peer.end();
    await rig.until(() => seen.add(rig.status(0)).has(R.SOCK_CLOSED));
    expect(seen.has(R.SOCK_CLOSING)).toBe(true);
  });

  it('still receives in FIN_WAIT', async () => {
    const { rig, peer } = await connected();
    rig.order(0, R.DISCON);
    rig.clock.advance(10);
    peer.write('more');
    await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 4);
    expect(rig.status(0)).toBe(R.SOCK_FIN_WAIT);
    expect(text(rig.take(0))).toBe('more');
  });

  it('CLOSE says nothing: the peer learns of it with its next segment', async () => {
    const { rig, peer } = await connected();
    rig.order(0, R.CLOSE);
    rig.clock.advance(1000);
    expect([rig.status(0), peer.state]).toEqual([R.SOCK_CLOSED, 'open']);
    peer.write('hello?');
    await rig.until(() => peer.state === 'closed');
  });

  it('DISCON to a dead peer gives up after RTR and RCR', async () => {
    const { rig, peer } = await connected();
    peer.dead = true;
    rig.order(0, R.DISCON);
    rig.clock.advance(31900);
    expect([rig.status(0), rig.get(0, R.Sn_IR) & R.INT_TIMEOUT]).toEqual([R.SOCK_CLOSED, R.INT_TIMEOUT]);
  });

  it('data still unsent go before the FIN', async () => {
    let order = '';
    const { rig } = await connected({}, { onData: (d) => (order += text(d)), onEnd: () => (order += '|') });
    rig.put(0, bytes('abc'));
    rig.order(0, R.DISCON);
    await rig.until(() => order.endsWith('|'));
    expect(order).toBe('abc|');
  });
});

describe('keep-alive', () => {
  it('finds a dead peer, but only after a byte was exchanged', async () => {
    const { rig, peer } = await connected();
    rig.set(0, R.Sn_KPALVTR, 1);
    peer.dead = true;
    rig.clock.advance(60000);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    peer.dead = false;
    await rig.send(0, [1]);
    rig.clock.advance(60000);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    peer.dead = true;
    rig.clock.advance(40000);
    expect(rig.status(0)).toBe(R.SOCK_CLOSED);
  });

  it('SEND_KEEP asks once', async () => {
    const { rig, peer } = await connected();
    await rig.send(0, [1]);
    peer.dead = true;
    rig.order(0, R.SEND_KEEP);
    rig.clock.advance(31900);
    expect(rig.status(0)).toBe(R.SOCK_CLOSED);
  });
});

describe('listening', () => {
  it('turns the socket itself into the connection', async () => {
    const rig = new Rig();
    rig.address();
    rig.open(0, R.MODE_TCP, 80);
    rig.order(0, R.LISTEN);
    rig.clock.advance(1);
    expect(rig.status(0)).toBe(R.SOCK_LISTEN);
    const peer = rig.lan.dial(80, {}, { ip: '10.0.0.7', port: 1234 });
    await rig.until(() => rig.status(0) === R.SOCK_ESTABLISHED);
    expect(rig.read(1, R.Sn_DIPR, 6)).toEqual([10, 0, 0, 7, 4, 0xd2]);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_CON);
    const second = rig.lan.dial(80, {});
    await rig.until(() => second.state === 'closed');
    expect(peer.state).toBe('open');
  });
});

describe('real sockets', () => {
  let server: net.Server;
  const clients: net.Socket[] = [];
  const listen = (onClient: (s: net.Socket) => void) =>
    new Promise<number>((resolve) => {
      server = net.createServer({ allowHalfOpen: true }, (s) => {
        clients.push(s.on('error', () => {}));
        onClient(s);
      });
      server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
    });
  afterEach((done) => {
    clients.splice(0).forEach((c) => c.destroy());
    if (server) server.close(() => done());
    else done();
  });

  it('carry 200 KB to the chip and no more than it has room for', async () => {
    const body = Buffer.from(Array.from({ length: 200000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
    const port = await listen((s) => s.end(body));
    const rig = new Rig();
    rig.address();
    await rig.connect(0, SERVER, port);
    const got: number[] = [];
    await rig.until(() => {
      got.push(...rig.take(0));
      return rig.status(0) === R.SOCK_CLOSE_WAIT && !rig.get16(0, R.Sn_RX_RSR);
    });
    expect(Buffer.from(got).equals(body)).toBe(true);
    expect(rig.chip.violations).toEqual([]);
    rig.order(0, R.DISCON);
    await rig.until(() => rig.status(0) === R.SOCK_CLOSED);
    rig.lan.close();
  });

  it('take bytes from the chip, then its FIN, and answer', async () => {
    let heard = '';
    const port = await listen((s) => s.on('data', (d) => (heard += d)).on('end', () => s.end('bye')));
    const rig = new Rig();
    rig.address();
    await rig.connect(0, SERVER, port);
    for (let i = 0; i < 5; i++) await rig.send(0, bytes('x'.repeat(1000)));
    rig.order(0, R.DISCON);
    await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 3);
    expect([heard.length, text(rig.take(0))]).toEqual([5000, 'bye']);
    await rig.until(() => rig.status(0) === R.SOCK_CLOSED);
    rig.lan.close();
  });

  it('close the window when the server stops reading', async () => {
    const port = await listen((s) => s.pause());
    const rig = new Rig();
    rig.address();
    rig.set(0, R.Sn_TXBUF_SIZE, 16);
    for (let n = 1; n < 8; n++) rig.set(n, R.Sn_TXBUF_SIZE, 0);
    await rig.connect(0, SERVER, port);
    let sent = 0;
    const block = new Uint8Array(16000);
    for (let blocked = false; !blocked;) {
      rig.put(0, block);
      sent += block.length;
      const start = rig.clock.now();
      await rig.until(() => (rig.get(0, R.Sn_IR) & R.INT_SEND_OK) !== 0 || rig.clock.now() - start > 3000);
      blocked = !(rig.get(0, R.Sn_IR) & R.INT_SEND_OK);
      rig.set(0, R.Sn_IR, R.INT_SEND_OK);
    }
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    let heard = 0;
    clients[0].on('data', (d) => (heard += d.length)).resume();
    await rig.until(() => (rig.get(0, R.Sn_IR) & R.INT_SEND_OK) !== 0);
    await rig.until(() => heard === sent);
    rig.lan.close();
  });

  it('refused by the machine: RST', async () => {
    const port = await listen(() => {});
    await new Promise((resolve) => server.close(resolve));
    const rig = new Rig();
    rig.address();
    await rig.connect(0, SERVER, port);
    expect([rig.status(0), rig.get(0, R.Sn_IR) & R.INT_TIMEOUT]).toEqual([R.SOCK_CLOSED, 0]);
    server = undefined as unknown as net.Server;
    rig.lan.close();
  });

  it('reset by the server', async () => {
    const port = await listen((s) => s.on('data', () => s.resetAndDestroy()));
    const rig = new Rig();
    rig.address();
    await rig.connect(0, SERVER, port);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    rig.put(0, [1]);
    await rig.until(() => rig.status(0) === R.SOCK_CLOSED);
    rig.lan.close();
  });

  it('lead to a listening chip', async () => {
    const rig = new Rig();
    rig.address();
    rig.open(0, R.MODE_TCP, 80);
    rig.order(0, R.LISTEN);
    const port = await rig.lan.loopback.forward(80);
    let heard = '';
    const client = net.connect(port, '127.0.0.1', () => client.write('ping'));
    clients.push(client.on('data', (d) => (heard += d)));
    await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 4);
    await rig.send(0, rig.take(0).reverse());
    await rig.until(() => heard === 'gnip');
    rig.lan.close();
    server = undefined as unknown as net.Server;
  });
});
