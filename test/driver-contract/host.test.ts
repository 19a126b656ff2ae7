import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { driver } from '../../drivers/host';
import type { Receiver } from '../../src/net/driver';
import { describeDriver } from './describeDriver';

jest.mock('node:os', () => ({ ...jest.requireActual('node:os'), networkInterfaces: jest.fn() }));

const to = (more: object) => () =>
  driver.connect({ host: '127.0.0.1', port: 1, ...more }, { onClose: () => {} } as unknown as Receiver).close();

it.each(['', undefined, null, 5])('finds no address where there is no name: %p', async (host: any) => {
  const wanted = { code: 'ENOTFOUND', phase: 'dns' };
  await expect(driver.gethostbyname(host)).rejects.toMatchObject(wanted);
  expect(to({ host })).toThrow(expect.objectContaining(wanted));
});

it.each([0, -1, 65536, 1.5, NaN, undefined, '80x'])('refuses port %p', (port) =>
  expect(to({ port })).toThrow(expect.objectContaining({ code: 'EINVAL', phase: 'connect' })),
);

it('takes every port there is', () => {
  expect(to({ port: 1 })).not.toThrow();
  expect(to({ port: 65535 })).not.toThrow();
});

it('can all that Node can', () =>
  expect(driver.capabilities).toEqual({ tls: true, verify: true, sni: true, pause: true, blocking: [] }));

describe('its addresses', () => {
  const lo = { family: 'IPv4', address: '127.0.0.2', netmask: '255.0.0.0', mac: '00:00:00:00:00:00', internal: true };
  const v6 = { ...lo, family: 'IPv6', address: 'fe80::1', internal: false };
  const lan = { ...lo, address: '192.168.7.5', netmask: '255.255.255.0', mac: '02:00:00:00:00:05', internal: false };
  const none = { ip: '127.0.0.1', mask: '255.0.0.0', gw: '', dns: '', mac: '' };
  it.each([
    [
      'the first of IPv4 that leads out of this machine',
      { lo: [lo], away: undefined, eth0: [v6, lan] },
      { ...none, ip: lan.address, mask: lan.netmask, mac: lan.mac },
    ],
    ['loopback where there is only IPv6', { lo: [lo], eth0: [v6] }, none],
    ['loopback where there is no network', {}, none],
  ])('are %s', async (_, interfaces, want) => {
    (networkInterfaces as jest.Mock).mockReturnValue(interfaces);
    expect(driver.link_info()).toEqual(want);
    expect(await driver.link()).toEqual(want);
  });
});

it('has a peer that does not read sent no more than there is room for, and the rest when it does', async () => {
  const MOST = 5000;
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  const connected = new Promise<net.Socket>((go) => server.once('connection', go));
  await new Promise((go) => server.once('listening', go));
  let rooms = 0;
  const events = {
    want: () => 0,
    onWritable(room: number) {
      if (rooms++ < MOST) socket.write(new Uint8Array(room));
    },
    onClose() {},
  } as unknown as Receiver;
  const socket = driver.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, events);
  const peer = await connected;
  let before = 0;
  while (before !== rooms || !before) {
    before = rooms;
    await new Promise((go) => setTimeout(go, 100));
  }
  expect(rooms).toBeLessThan(MOST);
  socket.resume();
  expect(rooms).toBe(before);
  peer.resume();
  while (rooms === before) await new Promise((go) => setTimeout(go, 5));
  socket.close();
  peer.destroy();
  server.close();
});

it('offers room once for all that is written of it', async () => {
  const server = net.createServer((peer) => peer.resume()).listen(0, '127.0.0.1');
  await new Promise((go) => server.once('listening', go));
  let rooms = 0;
  const onWritable = () => {
    if (!rooms++) for (const piece of ['a', 'b', 'c']) socket.write(piece);
  };
  const { port } = server.address() as AddressInfo;
  const socket = driver.connect({ host: '127.0.0.1', port }, { want: () => 0, onWritable } as unknown as Receiver);
  while (rooms < 2) await new Promise((go) => setTimeout(go, 5));
  await new Promise((go) => setTimeout(go, 20));
  expect(rooms).toBe(2);
  socket.close();
  server.close();
});

const peers: ChildProcess[] = [];
afterEach(() => peers.splice(0).forEach((peer) => peer.kill()));

it('hears what a peer says that then hangs up, though there is more to write', async () => {
  // in a process of its own, so that it goes on while this one is busy
  const program = `require('net').createServer((s) => s.once('data', () => s.end('no', () => s.destroy())))
    .listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;
  const peer = spawn(process.execPath, ['-e', program]);
  peers.push(peer);
  const port = await new Promise<number>((go) => peer.stdout.once('data', (text) => go(+text)));
  let heard = '';
  let rooms = 0;
  await new Promise((onClose) => {
    const events = {
      want: () => 512,
      onData: (bytes: Uint8Array) => (heard += Buffer.from(bytes).toString()),
      onWritable() {
        if (++rooms > 2) return;
        for (let i = 0; i < 3; i++) {
          socket.write(new Uint8Array(512));
          // the peer has all the time it needs
          for (const until = Date.now() + 300; Date.now() < until;);
        }
      },
      onClose,
    } as unknown as Receiver;
    const socket = driver.connect({ host: '127.0.0.1', port }, events);
  });
  expect(heard).toBe('no');
});

it.each([{ ca: null }, { ca: {} }, { cert: 'junk' }, { key: 'junk' }, { key: 5 }])(
  'says what TLS cannot be set up with: %j',
  (tls) => expect(to({ tls })).toThrow(expect.objectContaining({ code: 'ETLS', phase: 'tls' })),
);

it('is still looking up while a name that is too long is not found', async () => {
  const error = await new Promise((onClose) =>
    driver.connect({ host: 'x'.repeat(300), port: 1 }, { onClose } as unknown as Receiver),
  );
  expect(error).toMatchObject({ phase: 'dns' });
});

beforeEach(() => (networkInterfaces as jest.Mock).mockReturnValue({}));

describeDriver('host', () => ({ driver, name: 'localhost', noName: 'no-such-name.invalid', link: {} }));
