// What the firmware is answered, function by function: a fake firmware above, a fake driver below.
import {
  BAD_ARG,
  BUSY,
  CLOSED,
  CONNECTING,
  FakeDriver,
  FakeSocket,
  HTTP,
  lendNatives,
  MAX_SOCK,
  netError,
  network,
  NO_ROUTE,
  NOBODY,
  NOT_FOUND,
  RESET,
  takeNatives,
  TCP,
  TIMEOUT,
  TLS,
  UDP,
  UNKNOWN,
} from './firmware';
import { install } from '../../drivers/networkjs';
import { get, list, unregister } from '../../src/net/registry';

let mockTls: ((options: any) => object) | undefined;
jest.mock('tls', () => ({
  connect(options: any) {
    if (mockTls) return mockTls(options);
    throw new Error('mbedtls_ssl_setup: Not enough memory');
  },
}));

let driver: FakeDriver;
const open: number[] = [];

beforeEach(() => {
  lendNatives();
  driver = new FakeDriver();
  install(driver as any);
});
afterEach(() => {
  open.splice(0).forEach((id) => network.close(id));
  list().forEach((name) => unregister(name));
  takeNatives();
});

function create(host: string | undefined, port: number, type: number, options?: object): number {
  const id = network.create(host, port, type, options);
  if (id >= 0) open.push(id);
  return id;
}

/** A connection that is there. */
function connected(type = TCP, room = 100): number {
  const id = create('h', 1, type);
  network.send(id, '', type);
  driver.socket.events.onWritable(room);
  return id;
}

const recv = (id: number, most = 536, type = TCP) => network.recv(id, most, type);

describe('connecting', () => {
  it.each([TCP, HTTP])('starts when it is asked for the first time, and says so until it is there: type %d', (type) => {
    const id = create('api.test', 80, type);
    expect(driver.sockets).toEqual([]);
    expect(recv(id)).toBe(CONNECTING);
    expect(recv(id)).toBe(CONNECTING);
    expect(driver.sockets.map((s) => s.to)).toEqual([{ host: 'api.test', port: 80 }]);
    expect(network.send(id, 'early', type)).toBe(0);
    driver.socket.events.onWritable(100);
    expect(recv(id)).toBe('');
    expect(driver.socket.written).toEqual([]);
  });

  it('to TLS it looks like a connection without bytes', () => {
    const id = create('api.test', 443, TLS);
    expect(network.send(id, 'hello', TLS)).toBe(0);
    expect(recv(id, 5, TLS)).toBe('');
    driver.socket.events.onWritable(100);
    expect(network.send(id, 'hello', TLS)).toBe(5);
  });

  it('goes to the host that was asked for, not to what the firmware makes of it', () => {
    recv(create('10.0.0.7', 80, TCP, { host: '1.10.0.0.7', port: 80 }));
    recv(create('127.0.0.1', 80, TCP, { port: 80 }));
    expect(driver.sockets.map((s) => s.to!.host)).toEqual(['1.10.0.0.7', '127.0.0.1']);
  });

  const codes = [
    ['ETIMEDOUT', TIMEOUT],
    ['EHOSTUNREACH', NO_ROUTE],
    ['ENETDOWN', NO_ROUTE],
    ['EADDRINUSE', BUSY],
    ['ENOTFOUND', NOT_FOUND],
    ['EAI_AGAIN', NOT_FOUND],
    ['EMFILE', MAX_SOCK],
    ['ECONNREFUSED', RESET],
    ['ECONNRESET', RESET],
    ['EINVAL', BAD_ARG],
    ['ESOMETHING', UNKNOWN],
  ] as const;
  it.each(codes)('%s, thrown or told, is %d', (code, number) => {
    driver.fails = netError(code);
    const thrown = create('h', 1, TCP);
    expect([recv(thrown), recv(thrown)]).toEqual([number, number]);
    driver.fails = undefined;
    const told = create('h', 1, TCP);
    expect(recv(told)).toBe(CONNECTING);
    driver.socket.events.onClose(netError(code));
    expect([recv(told), recv(told)]).toEqual([number, number]);
    // it is recv that tells
    expect(network.send(told, 'x', TCP)).toBe(0);
    // but TLS does not listen before it could speak
    expect(network.send(told, 'x', TLS)).toBe(number);
  });
});

describe('receiving', () => {
  const rows = [
    { name: 'one that fits', packet: 536, most: 536, want: [536] },
    { name: 'a long one, in pieces', packet: 1460, most: 536, want: [536, 536, 388] },
    { name: 'a record header of TLS, then its body', packet: 105, most: 5, want: [5, 100], then: 100 },
    { name: 'one byte', packet: 1, most: 536, want: [1] },
  ];
  it.each(rows)('$name', ({ packet, most, want, then }) => {
    const id = connected();
    const text = Array.from({ length: packet }, (_, i) => String.fromCharCode(i & 255)).join('');
    expect(driver.socket.bytes(text)).toBe(packet);
    const got = want.map((_, i) => recv(id, i ? then || most : most) as string);
    expect(got.map((piece) => piece.length)).toEqual(want);
    expect(got.join('')).toBe(text);
    expect(recv(id)).toBe('');
    expect(driver.socket.resumed).toBe(1);
  });

  it('takes no more than one packet from the driver, and the next when the firmware has all of it', () => {
    const id = connected();
    const { socket } = driver;
    expect(socket.bytes('x'.repeat(5000))).toBe(1460);
    expect(socket.bytes('x')).toBe(0);
    recv(id, 1459);
    expect([socket.bytes('x'), socket.resumed]).toEqual([0, 0]);
    recv(id);
    expect(socket.resumed).toBe(1);
    expect(socket.bytes('x')).toBe(1);
  });

  const ends = [
    ['the end', null, CLOSED],
    ['a reset', netError('ECONNRESET'), RESET],
  ] as const;
  it.each(ends)('%s comes after the bytes', (_, err, code) => {
    const id = connected();
    driver.socket.bytes('last words');
    driver.socket.events.onClose(err);
    expect(network.send(id, 'too late', TCP)).toBe(0);
    // TLS has to come to read them
    expect(network.send(id, 'too late', TLS)).toBe(8);
    expect([recv(id, 4), recv(id, 400), recv(id), recv(id)]).toEqual(['last', ' words', code, code]);
    expect(driver.socket.resumed).toBe(0);
  });

  it('costs an idle connection nothing: one function answers for all', () => {
    const one = connected();
    const two = connected();
    const idle = network.recv;
    driver.socket.bytes('x');
    expect(network.recv).not.toBe(idle);
    expect([recv(one), recv(two), recv(two)]).toEqual(['', 'x', '']);
    expect(network.recv).toBe(idle);
    driver.socket.events.onClose(null);
    expect([recv(one), recv(two)]).toEqual(['', CLOSED]);
    network.close(two);
    expect(network.recv).toBe(idle);
    // nor does a server, at which nobody asks for bytes
    create(undefined, 80, TCP);
    expect(network.recv).toBe(idle);
  });
});

describe('sending', () => {
  it('takes what there is room for', () => {
    const id = connected(TCP, 10);
    expect(network.send(id, '1234', TCP)).toBe(4);
    expect(network.send(id, '567890abc', TCP)).toBe(6);
    expect(network.send(id, 'abc', TCP)).toBe(0);
    driver.socket.events.onWritable(2);
    expect(network.send(id, 'abc', TCP)).toBe(2);
    expect(driver.socket.written).toEqual(['1234', '567890', 'ab']);
  });
});

describe('closing', () => {
  it('closes the connection once, and its number serves the next one', () => {
    const first = connected();
    const second = connected();
    const { socket } = driver;
    network.close(second);
    network.close(second);
    expect(socket.closed).toBe(1);
    expect(connected()).toBe(second);
    expect(first).not.toBe(second);
  });

  it('of one that was never opened opens nothing', () => {
    const id = create('h', 1, TCP);
    network.close(id);
    expect(recv(id)).toBe('');
    expect(network.send(id, 'x', TCP)).toBe(CLOSED);
    expect(driver.sockets).toEqual([]);
  });

  it('sockets that it does not know are over', () => {
    create('h', 1, TCP);
    expect([recv(77), network.send(77, 'x', TCP), network.accept(77)]).toEqual([CLOSED, CLOSED, NOBODY]);
    expect(() => network.close(77)).not.toThrow();
  });

  it('forgets a TLS connection that the firmware gave up before it asked for anything', () => {
    jest.useFakeTimers();
    const gone = create('h', 1, TLS);
    const kept = create('h', 1, TLS);
    network.send(kept, 'hello', TLS);
    jest.runAllTimers();
    jest.useRealTimers();
    expect(driver.sockets.length).toBe(1);
    expect(recv(gone)).toBe(CLOSED);
    expect(recv(kept, 5, TLS)).toBe('');
  });
});

describe('what the driver throws', () => {
  it('is an error of that connection, and nothing else', () => {
    const id = connected();
    const { socket } = driver;
    socket.write = socket.close = () => {
      throw netError('ENETDOWN');
    };
    expect(network.send(id, 'x', TCP)).toBe(0);
    expect(recv(id)).toBe(NO_ROUTE);
    expect(() => network.close(id)).not.toThrow();
    const other = connected();
    driver.socket.resume = () => {
      throw new Error('no code');
    };
    driver.socket.bytes('x');
    expect([recv(other), recv(other)]).toEqual([UNKNOWN, UNKNOWN]);
  });
});

describe('servers', () => {
  it('hand on connections in their order, each once', () => {
    const id = create(undefined, 80, TCP);
    expect(driver.listeners[0].port).toBe(80);
    expect(network.accept(id)).toBe(NOBODY);
    const first = driver.arrive();
    const second = driver.arrive();
    second.bytes('two');
    const a = network.accept(id);
    const b = network.accept(id);
    open.push(a, b);
    expect([network.accept(id), network.accept(77)]).toEqual([NOBODY, NOBODY]);
    first.bytes('one');
    expect([recv(a), recv(b)]).toEqual(['one', 'two']);
    expect(network.send(b, 'answer', TCP)).toBe(6);
    expect(second.written).toEqual(['answer']);
  });

  it('a connection that is handed on before there is room has nothing to say', () => {
    const id = create(undefined, 80, TCP);
    const socket = new FakeSocket(undefined as any);
    socket.events = driver.listeners[0].onConnection(socket);
    const a = network.accept(id);
    open.push(a);
    expect([recv(a), network.send(a, 'early', TCP)]).toEqual(['', 0]);
    socket.events.onWritable(100);
    expect([recv(a), network.send(a, 'x', TCP)]).toEqual(['', 1]);
  });

  it('http: not before it says something, and never when it leaves without a word', () => {
    const id = create(undefined, 80, HTTP);
    const [mute, quick] = [driver.arrive(), driver.arrive()];
    expect(network.accept(id)).toBe(NOBODY);
    quick.bytes('GET');
    quick.events.onClose(null);
    const q = network.accept(id);
    open.push(q);
    expect([recv(q), recv(q)]).toEqual(['GET', CLOSED]);
    mute.events.onClose(null);
    const late = driver.arrive();
    late.bytes('PUT');
    expect(network.accept(77)).toBe(NOBODY);
    const l = network.accept(id);
    open.push(l);
    expect(recv(l)).toBe('PUT');
    expect(network.accept(id)).toBe(NOBODY);
    expect(mute.closed).toBe(1);
  });

  it('tell nothing of a connection that came and went without a word', () => {
    const id = create(undefined, 80, TCP);
    const mute = driver.arrive();
    mute.events.onClose(null);
    expect(network.accept(id)).toBe(NOBODY);
    expect(mute.closed).toBe(1);
  });

  it('close what nobody has accepted, and only that', () => {
    const id = create(undefined, 80, TCP);
    const taken = driver.arrive();
    open.push(network.accept(id));
    const waiting = driver.arrive();
    network.close(id);
    expect([driver.listeners[0].closed, waiting.closed, taken.closed]).toEqual([1, 1, 0]);
    expect(network.accept(id)).toBe(NOBODY);
  });

  it('that cannot listen are refused, with a reason', () => {
    const said: string[] = [];
    const { log } = console;
    console.log = (text: string) => void said.push(text);
    driver.fails = netError('ENETDOWN');
    expect(create(undefined, 80, HTTP)).toBeLessThan(0);
    driver.fails = undefined;
    (driver as any).listen = undefined;
    expect(create(undefined, 80, HTTP)).toBeLessThan(0);
    console.log = log;
    expect(said).toEqual(['networkjs: ENETDOWN', expect.stringMatching(/^networkjs: .*listen/)]);
  });
});

describe('datagrams', () => {
  const header = (ip: number[], port: number, n: number) =>
    String.fromCharCode(...ip, port & 255, port >> 8, n & 255, n >> 8);
  const to = (port: number, text: string) => header([10, 1, 2, 7], port, text.length) + text;

  it('a client has a port by chance, a server its own', () => {
    // what the options of a client say is a port of the other side
    network.send(create('127.0.0.1', 7, UDP), to(1, 'x'), UDP);
    expect(driver.datagrams.options).toEqual({ port: undefined });
    expect(recv(create(undefined, 5000, UDP), 536, UDP)).toBe('');
    expect(driver.datagrams.options).toEqual({ port: 5000 });
    recv(create(undefined, 0, UDP), 536, UDP);
    expect(driver.datagrams.options).toEqual({ port: undefined });
  });

  it('go out one at a time, each without its header', () => {
    const id = create('127.0.0.1', 0, UDP);
    const long = 'x'.repeat(600);
    const all = to(5000, 'first') + to(513, '\xff\0') + to(1, long);
    expect(network.send(id, all, UDP)).toBe(13);
    expect(network.send(id, all.slice(13), UDP)).toBe(0);
    const { sent } = driver.datagrams;
    // one that did not reach anybody is lost, as datagrams are
    sent[0][3](netError('EHOSTUNREACH'));
    expect(network.send(id, all.slice(13), UDP)).toBe(10);
    sent[1][3](null);
    expect(network.send(id, all.slice(23), UDP)).toBe(608);
    sent[2][3](null);
    expect(sent.map((s: any[]) => s.slice(0, 3))).toEqual([
      ['first', '10.1.2.7', 5000],
      ['\xff\0', '10.1.2.7', 513],
      [long, '10.1.2.7', 1],
    ]);
    expect(driver.datagrams.closed).toBe(0);
    expect(recv(id, 536, UDP)).toBe('');
  });

  it('come in one at a time, each with its header', () => {
    const id = create(undefined, 5000, UDP);
    recv(id, 536, UDP);
    const idle = network.recv;
    driver.datagrams.onMessage(new Uint8Array([1, 2, 3]), '10.0.0.9', 4097);
    driver.datagrams.onMessage(new Uint8Array(0), '10.0.0.9', 1);
    driver.datagrams.onMessage(new Uint8Array(500).fill(65), '10.0.0.9', 1);
    expect(recv(id, 536, UDP)).toBe(header([10, 0, 0, 9], 4097, 3) + '\x01\x02\x03');
    expect(network.recv).not.toBe(idle);
    expect(recv(id, 536, UDP)).toBe(header([10, 0, 0, 9], 1, 0));
    expect(recv(id, 536, UDP)).toBe(header([10, 0, 0, 9], 1, 500) + 'A'.repeat(500));
    expect(recv(id, 536, UDP)).toBe('');
    expect(network.recv).toBe(idle);
  });

  it.each([536, 537, 520, 519])('that are too long for the firmware, which takes %d, are cut, and say so', (most) => {
    const id = create(undefined, 5000, UDP);
    recv(id, most, UDP);
    const text = Array.from({ length: 1472 }, (_, i) => String.fromCharCode(i & 255)).join('');
    driver.datagrams.onMessage(new Uint8Array(Buffer.from(text, 'latin1')), '10.0.0.9', 1);
    expect(recv(id, most, UDP)).toBe(header([10, 0, 0, 9], 1, most - 8) + text.slice(0, most - 8));
    expect(recv(id, most, UDP)).toBe('');
  });

  it('that nobody fetches are lost, and the next ones are not', () => {
    const id = create(undefined, 5000, UDP);
    recv(id, 536, UDP);
    for (let i = 0; i < 20; i++) driver.datagrams.onMessage(new Uint8Array(500).fill(i), '10.0.0.9', 1);
    let n = 0;
    while (recv(id, 536, UDP)) n++;
    expect(n).toBe(9);
    driver.datagrams.onMessage(new Uint8Array([7]), '10.0.0.9', 1);
    expect((recv(id, 536, UDP) as string).slice(8)).toBe('\x07');
  });

  it('one that is on its way goes out before its socket closes', () => {
    const id = create('127.0.0.1', 0, UDP);
    network.send(id, to(1, 'last'), UDP);
    const { datagrams } = driver;
    network.close(id);
    expect(datagrams.closed).toBe(0);
    datagrams.sent[0][3](null);
    expect(datagrams.closed).toBe(1);
  });

  it('that failed take what is to be sent: the firmware would never free it', () => {
    driver.fails = netError('ENETDOWN');
    const id = create('127.0.0.1', 0, UDP);
    expect(recv(id, 536, UDP)).toBe(NO_ROUTE);
    expect(network.send(id, to(1, 'in vain'), UDP)).toBe(to(1, 'in vain').length);
    expect(recv(id, 536, UDP)).toBe(NO_ROUTE);
  });

  it('one that the driver does not take ends its socket, which is closed then', () => {
    const id = create('127.0.0.1', 0, UDP);
    recv(id, 536, UDP);
    const { datagrams } = driver;
    datagrams.send = () => {
      throw netError('EINVAL');
    };
    expect(network.send(id, to(0, 'to no port'), UDP)).toBe(0);
    expect(recv(id, 536, UDP)).toBe(BAD_ARG);
    network.close(id);
    expect(datagrams.closed).toBe(1);
  });

  it.each(['EADDRINUSE', 'EMFILE'])('%s when it is asked for', (code) => {
    driver.fails = netError(code);
    expect(recv(create(undefined, 5000, UDP), 536, UDP)).toBe(code === 'EMFILE' ? MAX_SOCK : BUSY);
  });

  it('end with the network', () => {
    const id = create(undefined, 5000, UDP);
    recv(id, 536, UDP);
    driver.datagrams.onMessage(new Uint8Array([1]), '10.0.0.9', 1);
    driver.datagrams.onClose(netError('ENETDOWN'));
    expect([(recv(id, 536, UDP) as string).length, recv(id, 536, UDP)]).toEqual([9, NO_ROUTE]);
  });
});

describe('install', () => {
  it('registers the driver "networkjs" once, which asks the one below', async () => {
    const other = new FakeDriver();
    const made = install(other as any);
    expect(list()).toEqual(['networkjs']);
    expect(get('networkjs')).toBe(made);
    expect(made.capabilities).toEqual({ tls: true, verify: false, sni: false, pause: false, blocking: [] });
    expect(await made.link({ dhcp: true })).toEqual({ ip: '1.2.3.4' });
    made.unlink();
    expect(other.asked).toEqual([['link', { dhcp: true }], 'unlink']);
    expect([made.is_linked(), made.link_info()]).toEqual([false, { ip: '1.2.3.4' }]);
    expect(await made.gethostbyname('h')).toBe('5.6.7.8 h');
    recv(create('h', 1, TCP));
    expect([driver.sockets.length, other.sockets.length]).toEqual([0, 1]);
  });

  it.each([
    ['nothing', undefined],
    ['what is no driver', {}],
    ['one that cannot pause', { connect() {}, capabilities: { pause: false } }],
  ])('refuses %s', (_, bad) => {
    expect(() => install(bad as any)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => install(bad as any)).toThrow('a net driver that can pause');
    expect(() => install(get('networkjs'))).toThrow('a net driver that can pause');
  });

  it('plain connections of "networkjs" are those of the driver below', () => {
    const events: any = {};
    const socket = get('networkjs').connect({ host: 'h', port: 1 }, events);
    expect(socket).toBe(driver.socket);
    expect(driver.socket.events).toBe(events);
  });

  it('TLS that the firmware cannot set up is not said to be refused by the server', () => {
    const connect = () => get('networkjs').connect({ host: 'h', port: 443, tls: { verify: false } }, {} as any);
    expect(connect).toThrow(expect.objectContaining({ code: 'ENOMEM', phase: 'tls' }));
    expect(driver.sockets).toEqual([]);
  });
});

describe('TLS of the firmware, as "networkjs" has it', () => {
  /** A connection that the firmware has yet to ask for: what stands for its socket, and what the owner was told. */
  function secure() {
    const raw: any = { write() {} };
    const told: unknown[] = [];
    let id = 0;
    mockTls = (options) => {
      id = create(options.host, options.port, TLS, options);
      return raw;
    };
    const events: any = { onWritable() {}, onClose: (e: any) => told.push(e && `${e.code} ${e.phase}`) };
    const socket = get('networkjs').connect({ host: 'h', port: 443, tls: { verify: false } }, events);
    mockTls = undefined;
    delete (globalThis as any).ssl;
    return { id, raw, told, socket };
  }

  it.each(['tls', 'connect'])('a failure before it is open is told at once, and to the owner only: %s', (phase) => {
    const { id, raw, told } = secure();
    expect(recv(id, 5, TLS)).toBe('');
    if (phase === 'tls') driver.socket.events.onWritable(100);
    driver.socket.events.onClose(Object.assign(netError('ECONNRESET'), { phase: 'connect' }));
    expect(told).toEqual(['ECONNRESET ' + phase]);
    // the firmware would make an exception of it
    expect([recv(id, 5, TLS), raw.clsNow]).toEqual(['', 1]);
    raw['#onclose'](false);
    expect(told.length).toBe(1);
  });

  it('so is what the driver throws', () => {
    const { id, told } = secure();
    driver.fails = Object.assign(netError('ENETDOWN'), { phase: 'connect' });
    expect(recv(id, 5, TLS)).toBe('');
    expect(told).toEqual(['ENETDOWN connect']);
  });

  it('who has closed it is told nothing', () => {
    const { id, told, socket } = secure();
    recv(id, 5, TLS);
    socket.close();
    driver.socket.events.onClose(netError('ECONNRESET'));
    expect([told, recv(id, 5, TLS)]).toEqual([[], RESET]);
  });

  it('an end in order is for the firmware to judge', () => {
    const { id, raw, told } = secure();
    recv(id, 5, TLS);
    driver.socket.events.onWritable(100);
    driver.socket.events.onClose(null);
    expect([told, recv(id, 5, TLS)]).toEqual([[], CLOSED]);
    raw['#onclose'](false);
    expect(told).toEqual(['ETLS tls']);
  });

  const resets = [
    ['in the middle is one', RESET, 'ECONNRESET undefined'],
    ['behind the end that TLS itself has is none', -30848, null],
  ] as const;
  it.each(resets)('a reset %s', (_, code, what) => {
    const { id, raw, told, socket } = secure();
    network.send(id, 'hello', TLS);
    driver.socket.events.onWritable(100);
    socket.write('GET');
    raw['#ondrain'](raw);
    // the last bytes are here, but the firmware has not asked for them
    driver.socket.bytes('last');
    driver.socket.events.onClose(netError('ECONNRESET'));
    expect([told, recv(id, 5, TLS), recv(id, 5, TLS)]).toEqual([[], 'last', RESET]);
    raw['#onerror']({ code });
    raw['#onclose'](true);
    expect(told).toEqual([what]);
  });
});
