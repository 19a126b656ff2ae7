import * as dgram from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { bench, note, STATIC } from './bench';
import { pattern } from './servers';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function echo(): Promise<number> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (d, from) => socket.send(d, from.port, from.address));
  closing.push(() => socket.close());
  await new Promise<void>((r) => socket.bind(0, '127.0.0.1', r));
  return (socket.address() as AddressInfo).port;
}

async function linked(o = {}) {
  const b = bench({ dns: { zone: { 'time.test': { a: '10.0.0.9' } } }, ...o });
  await b.wait(b.driver.link(STATIC));
  return b;
}

describe.each([{}, { irq: true }, { driver: { buffers: [2] } }])('UDP, %j', (o) => {
  it('sends and hears, to a name too', async () => {
    const b = await linked(o);
    const port = await echo();
    const heard: [number[], string, number][] = [];
    const udp = b.driver.udp({ port: 5000 });
    udp.onMessage = (data, ip, from) => heard.push([Array.from(data), ip, from]);
    const sizes = [1, 3, 512, 1472];
    for (const n of sizes) {
      let told: any;
      udp.send(pattern(n), '10.0.0.9', port, (err) => (told = [err]));
      await b.until(() => told);
      expect(told).toEqual([null]);
    }
    await b.until(() => heard.length === sizes.length);
    expect(heard).toEqual(sizes.map((n) => [Array.from(pattern(n)), '10.0.0.9', port]));
    if (!o.driver) {
      let told: any;
      udp.send('by name', 'time.test', port, (err) => (told = [err]));
      await b.until(() => told && heard.length > sizes.length);
      expect(told).toEqual([null]);
    }
    udp.close();
    await b.allFree();
  });
});

it('a lease that comes without DNS servers ends a lookup, and nothing else', async () => {
  const b = bench({ dhcp: { leaseS: 20 } });
  await b.wait(b.driver.link({ dhcp: true }));
  b.lan.serveTcp('10.0.0.9', 80, () => ({}));
  const n = note();
  b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
  await b.until(() => n.rooms.length > 0);
  b.dns.fault = 'silent';
  b.dhcp.faults.options = { 6: null };
  // T1 is at 10 s
  await b.rest(8500);
  expect((await b.fails(b.driver.gethostbyname('api.test'))).code).toBe('ETIMEDOUT');
  expect([b.driver.is_linked(), n.closed]).toEqual([true, []]);
});

describe('UDP', () => {
  it.each([{}, { irq: true }])('a flood of small datagrams leaves the turns to others too, %j', async (o) => {
    const b = await linked(o);
    const udp = b.driver.udp({ port: 5000 });
    const heard: number[] = [];
    // as an interval of the application: what it hears between two turns of its own
    const most: number[] = [];
    let since = 0;
    udp.onMessage = (data) => {
      heard.push(data[0]);
      if (!since++) setTimeout(() => void (most.push(since), (since = 0)), 0);
    };
    await b.rest(50);
    for (let i = 0; i < 70; i++)
      b.lan.udp({ src: '10.0.0.9', sport: 9, dst: '10.0.0.50', dport: 5000, data: new Uint8Array(20).fill(i) });
    await b.until(() => heard.length === 70);
    expect(heard).toEqual(heard.map((_, i) => i));
    await b.rest(1);
    expect(Math.max(...most)).toBeLessThan(20);
    udp.close();
    await b.allFree();
  });

  it.each([{}, { irq: true }])('who always has something to send hears as well, %j', async (o) => {
    const b = await linked(o);
    b.lan.serveUdp('10.0.0.9', 7, (p, lan) =>
      lan.udp({ ...p, src: p.dst, sport: 7, dst: p.src, dport: p.sport, to: p.from }),
    );
    const udp = b.driver.udp();
    let told = 0;
    let heard = 0;
    udp.onMessage = () => void heard++;
    (function next() {
      udp.send(pattern(500), '10.0.0.9', 7, () => ++told < 40 && next());
    })();
    await b.until(() => told === 40);
    await b.rest(50);
    expect(heard).toBe(40);
    udp.close();
    await b.allFree();
  });

  it('makes no text of an array, which takes long in the interpreter', async () => {
    const b = await linked();
    const udp = b.driver.udp();
    const data = pattern(1000);
    data.toString = () => {
      throw new Error('as text');
    };
    let told: any;
    udp.send(data, '10.0.0.9', 9, (err) => (told = [err]));
    await b.until(() => told);
    expect(told).toEqual([null]);
    udp.close();
  });

  it('one datagram at a time, and none that is too long', async () => {
    const b = await linked();
    const udp = b.driver.udp();
    const codes: any[] = [];
    const note = (err: any) => codes.push(err && err.code);
    udp.send('one', '10.0.0.9', 9, note);
    udp.send('two', '10.0.0.9', 9, note);
    expect(codes).toEqual(['EBUSY']);
    await b.until(() => codes.length === 2);
    udp.send(new Uint8Array(1473), '10.0.0.9', 9, note);
    expect(codes).toEqual(['EBUSY', null, 'EMSGSIZE']);
    udp.close();
    udp.send('late', '10.0.0.9', 9, note);
    expect(codes[3]).toBe('EPIPE');
    await b.allFree();
  });

  it('takes no more than a buffer of 1 KB has room for', async () => {
    const b = await linked({ driver: { buffers: [1] } });
    const codes: any[] = [];
    const udp = b.driver.udp();
    udp.send(pattern(1025), '10.0.0.9', 9, (err) => codes.push(err && err.code));
    udp.send(pattern(1024), '10.0.0.9', 9, (err) => codes.push(err && err.code));
    await b.until(() => codes.length === 2);
    expect(codes).toEqual(['EMSGSIZE', null]);
    udp.close();
    await b.allFree();
  });

  it('closed with a datagram on its way, and one that the chip never sends', async () => {
    const b = await linked();
    b.dns.fault = 'silent';
    for (const host of ['10.0.0.9', '10.0.0.99', 'silent.test']) {
      const udp = b.driver.udp();
      const told: any[] = [];
      udp.send('one', host, 9, (err) => told.push(err && err.code));
      udp.close();
      udp.close();
      await b.rest(1000);
      expect([host, told]).toEqual([host, ['EPIPE']]);
    }
    const udp = b.driver.udp();
    let told: any;
    b.chip.faults.sendOkDelayMs = Infinity;
    udp.send('one', '10.0.0.9', 9, (err) => (told = err));
    await b.until(() => told);
    expect(told).toMatchObject({ code: 'ETIMEDOUT' });
    b.chip.faults.clear();
    udp.close();
    await b.allFree();
  });

  it('after one that the chip lost: what came meanwhile is heard, and the next goes out alone', async () => {
    const b = await linked();
    const port = await echo();
    const heard: string[] = [];
    const codes: any[] = [];
    const udp = b.driver.udp({ port: 5000 });
    udp.onMessage = (data) => heard.push(Buffer.from(data).toString());
    const send = (text: string) => udp.send(text, '10.0.0.9', port, (err) => codes.push(err && err.code));
    send('one');
    await b.until(() => heard.length === 1);
    b.chip.faults.sendsLost = 1;
    send('two');
    await b.rest(500);
    b.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: Buffer.from('meanwhile') });
    await b.until(() => codes.length === 2, 3000);
    send('three');
    await b.until(() => codes.length === 3 && heard.length === 3, 1000);
    expect([codes, heard]).toEqual([
      [null, 'ETIMEDOUT', null],
      ['one', 'meanwhile', 'three'],
    ]);
    udp.close();
    await b.allFree();
  });

  it('a datagram is one, on a socket that was a connection with small segments', async () => {
    const b = await linked({ driver: { buffers: [16] } });
    b.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s: any) => s.end() }));
    const n = note();
    const s = b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.closed.length > 0);
    s.close();
    await b.allFree();
    // MSS options of 536 are what the chip keeps
    const before = b.chip.sockets[0].word(0x12);
    b.chip.sockets[0].setWord(0x12, 536);
    const port = await echo();
    const sizes: number[] = [];
    const udp = b.driver.udp({ port: 5000 });
    udp.onMessage = (data) => sizes.push(data.length);
    udp.send(pattern(1472), '10.0.0.9', port);
    await b.until(() => sizes.length > 0);
    expect([before > 0, sizes]).toEqual([true, [1472]]);
    udp.close();
    await b.allFree();
  });

  it('data and addresses of all kinds', async () => {
    const b = await linked();
    const udp: any = b.driver.udp();
    const done = jest.fn();
    for (const data of [undefined, null, 5, {}, { length: 3 }, [1, 2], new Uint16Array(3), '\u20ac', 'x\u0100'])
      expect(() => udp.send(data, '10.0.0.9', 9, done)).toThrow(
        expect.objectContaining({ code: 'EINVAL', message: expect.stringMatching(/data is .*, must be a Uint8Array/) }),
      );
    expect(done).not.toHaveBeenCalled();
    for (const ip of ['0.0.0.0', '0.1.2.3', '224.0.0.251', '240.0.0.1', '255.255.255.254']) {
      udp.send('x', ip, 9);
      udp.send('x', ip, 9, done);
      const want = { code: 'EINVAL', message: expect.stringMatching(`host is ${ip}`) };
      expect(done.mock.lastCall![0]).toMatchObject(want);
    }
    const heard: number[][] = [];
    b.lan.serveUdp('10.0.0.9', 9, (packet) => heard.push(Array.from(packet.data)));
    for (const data of ['\0\x7f\x80\xff', Buffer.from('ab')]) {
      let told: any;
      udp.send(data, '10.0.0.9', 9, (err: any) => (told = [err]));
      await b.until(() => told);
      expect(told).toEqual([null]);
    }
    await b.until(() => heard.length > 1);
    expect(heard).toEqual([
      [0, 127, 128, 255],
      [97, 98],
    ]);
    let told: any;
    udp.send('x', '255.255.255.255', 9, (err: any) => (told = [err]));
    await b.until(() => told);
    expect(told).toEqual([null]);
    udp.close();
    await b.allFree();
  });

  it('answers to a datagram whose SEND_OK is late, and to an empty one', async () => {
    const b = await linked();
    b.chip.faults.sendOkDelayMs = 10;
    const heard: string[] = [];
    b.lan.serveUdp('10.0.0.9', 9, (p) => {
      heard.push(Buffer.from(p.data).toString());
      b.lan.udp({ src: p.dst, sport: 9, dst: p.src, dport: p.sport, data: new Uint8Array(p.data.length - 1) });
    });
    const udp = b.driver.udp();
    const codes: any[] = [];
    const sizes: number[] = [];
    udp.onMessage = (data, ip, port) => {
      sizes.push(data.length);
      if (sizes.length < 3) udp.send('ab'.slice(heard.length - 1), ip, port, (err) => codes.push(err && err.code));
    };
    udp.send('ab', '10.0.0.9', 9);
    await b.until(() => sizes.length > 2);
    expect([heard, sizes, codes]).toEqual([
      ['ab', 'ab', 'b'],
      [1, 1, 0],
      [null, null],
    ]);
    udp.close();
    await b.allFree();
  });

  it('a name that is none: the callback hears of it, also where that is known', async () => {
    const b = await linked();
    const udp = b.driver.udp();
    for (const name of ['gone.test', 'gone.test', 'a..b', 'time.test']) {
      let told: any;
      udp.send('x', name, 9, (err) => (told = [err && err.code]));
      await b.until(() => told);
      expect([name, ...told]).toEqual([name, name === 'time.test' ? null : 'ENOTFOUND']);
    }
    udp.close();
    await b.allFree();
  });

  it('a port that TCP has', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({}));
    const n = note();
    const s = b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
    await b.until(() => n.rooms.length > 0);
    const port = b.chip.sockets.map((s) => s.port).find((p) => p)!;
    b.driver.udp({ port }).close();
    s.close();
    await b.allFree();
  });

  it('nobody there', async () => {
    const b = await linked();
    b.lan.absent.add('10.0.0.9');
    const udp = b.driver.udp();
    let told: any;
    udp.send('x', '10.0.0.9', 9, (err) => (told = err));
    await b.until(() => told);
    expect(told.code).toBe('EHOSTUNREACH');
    udp.close();
    await b.allFree();
  });

  it('a port in use, all sockets in use', async () => {
    const b = await linked();
    b.driver.udp({ port: 7000 });
    expect(() => b.driver.udp({ port: 7000 })).toThrow(/7000 is in use/);
    for (let i = 1; i < 8; i++) b.driver.udp();
    expect(() => b.driver.udp()).toThrow(/all 8 sockets/);
  });

  it('hears when the network is gone', async () => {
    const b = await linked();
    const udp = b.driver.udp();
    const told: any[] = [];
    udp.onClose = (err) => told.push(err.code);
    b.chip.plug(false);
    await b.until(() => told.length > 0);
    await b.rest(2000);
    expect(told).toEqual(['ENETDOWN']);
    expect(() => b.driver.udp()).toThrow(/cable/);
  });
});
