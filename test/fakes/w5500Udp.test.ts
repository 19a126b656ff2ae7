import * as dgram from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { bytes, Rig, text } from './w5500Rig';
import * as R from './virtualW5500/registers';

const HOST = [10, 0, 0, 5];

function open(options = {}): Rig {
  const rig = new Rig(options);
  rig.address();
  rig.open(0, R.MODE_UDP, 4000);
  return rig;
}

const datagram = (data: string) => ({
  src: '10.0.0.5',
  sport: 7,
  dst: '10.0.0.50',
  dport: 4000,
  data: Uint8Array.from(bytes(data)),
});

describe('UDP', () => {
  it('sends what SEND commits, cut at 1472 bytes', async () => {
    const rig = open();
    const sizes: number[] = [];
    rig.lan.serveUdp('10.0.0.5', 7, (p) => sizes.push(p.data.length));
    rig.to(0, HOST, 7);
    await rig.send(0, new Uint8Array(2000));
    rig.clock.advance(2);
    expect(sizes).toEqual([1472, 528]);
    expect(rig.get16(0, R.Sn_TX_FSR)).toBe(2048);
    expect(rig.chip.violations).toEqual([]);
  });

  it('puts source address, port and length before each datagram', async () => {
    const rig = open({ pointers: 0xfffc });
    rig.lan.udp(datagram('one'));
    rig.lan.udp(datagram('three'));
    await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 11 + 13);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_RECV);
    expect(rig.take(0, 11)).toEqual([10, 0, 0, 5, 0, 7, 0, 3, ...bytes('one')]);
    expect(text(rig.take(0).slice(8))).toBe('three');
  });

  it('drops a datagram that does not fit, whole', async () => {
    const rig = open();
    rig.lan.udp({ ...datagram(''), data: new Uint8Array(1472) });
    rig.lan.udp({ ...datagram(''), data: new Uint8Array(800) });
    rig.lan.udp(datagram('small'));
    rig.clock.advance(5);
    expect(rig.get16(0, R.Sn_RX_RSR)).toBe(1480 + 13);
  });

  it('may show SOCK_ARP while nobody has answered yet', async () => {
    const shown = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const rig = open({ seed: i });
      rig.lan.absent.add('10.0.0.5');
      rig.to(0, HOST, 7);
      rig.put(0, bytes('x'));
      rig.clock.advance(100);
      shown.add(rig.status(0));
      rig.lan.udp(datagram('heard all the same'));
      rig.clock.advance(1900);
      expect([rig.status(0), rig.get16(0, R.Sn_RX_RSR)]).toEqual([R.SOCK_UDP, 26]);
    }
    expect([...shown].sort()).toEqual([R.SOCK_ARP, R.SOCK_UDP]);
  });

  it('ends in TIMEOUT when nobody answers ARP, and stays open', async () => {
    const rig = open();
    rig.lan.absent.add('10.0.0.5');
    rig.to(0, HOST, 7);
    rig.put(0, bytes('x'));
    rig.clock.advance(1799);
    expect(rig.get(0, R.Sn_IR)).toBe(0);
    rig.clock.advance(2);
    expect([rig.get(0, R.Sn_IR), rig.status(0), rig.get16(0, R.Sn_TX_FSR)]).toEqual([R.INT_TIMEOUT, R.SOCK_UDP, 2048]);
  });

  it('reaches other networks through GAR, and nothing without it', () => {
    const rig = open();
    let heard = 0;
    rig.lan.serveUdp('192.0.2.9', 7, () => heard++);
    rig.to(0, [192, 0, 2, 9], 7);
    rig.put(0, [1]);
    rig.clock.advance(5);
    expect(heard).toBe(1);
    rig.set(0, R.Sn_IR, 0x1f);
    rig.write(0, R.GAR, 0, 0, 0, 0);
    rig.to(0, [192, 0, 2, 10], 7);
    rig.put(0, [1]);
    rig.clock.advance(1900);
    expect(rig.get(0, R.Sn_IR)).toBe(R.INT_TIMEOUT);
  });

  it('hears broadcasts unless BCASTB is set', () => {
    const rig = open();
    rig.lan.udp({ ...datagram('all'), dst: '255.255.255.255' });
    rig.clock.advance(5);
    expect(rig.get16(0, R.Sn_RX_RSR)).toBe(11);
    rig.order(0, R.CLOSE);
    rig.clock.advance(1);
    rig.open(0, R.MODE_UDP | R.BCASTB, 4000);
    rig.lan.udp({ ...datagram('all'), dst: '255.255.255.255' });
    rig.clock.advance(5);
    expect(rig.get16(0, R.Sn_RX_RSR)).toBe(0);
  });

  it('SEND_MAC asks nobody', () => {
    const rig = open();
    let heard = 0;
    rig.lan.serveUdp('10.0.0.5', 7, () => heard++);
    rig.set(0, R.Sn_DHAR, 0x02, 0x57, 10, 0, 0, 5);
    rig.to(0, HOST, 7);
    rig.lan.drop = (p) => p.proto === 'arp';
    const at = rig.get16(0, R.Sn_TX_WR);
    rig.write(2, at, 1);
    rig.set16(0, R.Sn_TX_WR, at + 1);
    rig.order(0, R.SEND_MAC);
    rig.clock.advance(5);
    expect(heard).toBe(1);
  });

  it('goes to real sockets and back', async () => {
    const echo = dgram.createSocket('udp4');
    echo.on('message', (data, from) => echo.send(data, from.port, from.address));
    await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', resolve));
    const { port } = echo.address() as AddressInfo;
    const rig = open();
    rig.to(0, HOST, port);
    await rig.send(0, bytes('echo'));
    await rig.until(() => rig.get16(0, R.Sn_RX_RSR) === 12);
    expect(rig.take(0)).toEqual([...HOST, port >> 8, port & 255, 0, 4, ...bytes('echo')]);
    await new Promise<void>((resolve) => echo.close(() => resolve()));
    rig.set(0, R.Sn_IR, 0x1f);
    await rig.send(0, bytes('echo'));
    await rig.until(() => (rig.read(0, R.IR, 1)[0] & R.IR_UNREACH) !== 0);
    expect(rig.read(0, R.UIPR, 6)).toEqual([...HOST, port >> 8, port & 255]);
    rig.lan.close();
  });
});

describe('INTn', () => {
  it('falls only for what SIMR lets through, and rises when Sn_IR is cleared', () => {
    const rig = open();
    const levels: boolean[] = [];
    rig.chip.onInt((level) => levels.push(level));
    rig.lan.udp(datagram('x'));
    rig.clock.advance(2);
    expect([rig.chip.int, rig.read(0, R.SIR, 1)[0]]).toEqual([true, 1]);
    rig.write(0, R.SIMR, 1);
    expect(rig.chip.pins().irq.read()).toBe(0);
    rig.set(0, R.Sn_IR, R.INT_RECV);
    expect([rig.chip.int, rig.read(0, R.SIR, 1)[0]]).toEqual([true, 0]);
    expect(levels).toEqual([false, true]);
  });

  it('waits INTLEVEL before it falls again', () => {
    const rig = open();
    rig.write(0, R.INTLEVEL, 0xff, 0xff);
    rig.write(0, R.SIMR, 1);
    rig.lan.udp(datagram('x'));
    rig.clock.advance(2);
    rig.set(0, R.Sn_IR, R.INT_RECV);
    rig.lan.udp(datagram('x'));
    rig.clock.advance(1);
    expect([rig.chip.int, rig.read(0, R.SIR, 1)[0]]).toEqual([true, 1]);
    rig.clock.advance(1);
    expect(rig.chip.int).toBe(false);
  });

  it('an edge may be missed, the level not', () => {
    const rig = open();
    let edges = 0;
    rig.chip.onInt(() => edges++);
    rig.chip.faults.missedEdges = 1;
    rig.write(0, R.SIMR, 1);
    rig.lan.udp(datagram('x'));
    rig.clock.advance(2);
    expect([edges, rig.chip.int]).toEqual([0, false]);
  });

  it('an event masked in Sn_IMR does not show', () => {
    const rig = open();
    rig.set(0, R.Sn_IMR, 0);
    rig.lan.udp(datagram('x'));
    rig.clock.advance(2);
    expect(rig.get16(0, R.Sn_RX_RSR)).toBe(9);
    expect(rig.get(0, R.Sn_IR)).toBe(0);
  });

  it('tells of an address used twice', () => {
    const rig = open();
    rig.lan.claim('10.0.0.50');
    rig.clock.advance(2);
    expect(rig.read(0, R.IR, 1)).toEqual([R.IR_CONFLICT]);
    rig.write(0, R.IR, R.IR_CONFLICT);
    expect(rig.read(0, R.IR, 1)).toEqual([0]);
  });
});
