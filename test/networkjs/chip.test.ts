// The adapter on the driver "w5500" and a virtual chip, under a firmware that asks when the test says so.
import { CLOSED, CONNECTING, lendNatives, MAX_SOCK, network, takeNatives, TCP, UDP } from './firmware';
import { install } from '../../drivers/networkjs';
import { unregister } from '../../src/net/registry';
import type { Stream } from '../fakes/virtualW5500';
import { bench, STATIC } from '../w5500/bench';
import { pattern, serveTcp } from '../w5500/servers';

beforeEach(lendNatives);
afterEach(() => {
  unregister('networkjs');
  takeNatives();
});

async function linked() {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  install(b.driver);
  return b;
}

it('leaves with the peer what the firmware does not ask for', async () => {
  const b = await linked();
  const data = pattern(30000);
  let peer: Stream | undefined;
  b.lan.serveTcp('10.0.0.9', 80, () => ({
    onOpen(s) {
      peer = s;
      s.write(data);
      s.end();
    },
  }));
  const id = network.create('10.0.0.9', 80, TCP);
  let got = '';
  const ask = () => {
    const piece = network.recv(id, 536, TCP);
    if (typeof piece === 'string') got += piece;
    return piece;
  };
  await b.until(() => ask() !== CONNECTING);
  await b.rest(20000);
  // one packet here, and the chip's buffer of 2 KB
  expect(peer!.queued).toBeGreaterThanOrEqual(data.length - 1460 - 2048);
  await b.until(() => ask() === CLOSED);
  expect(got).toBe(Buffer.from(data).toString('latin1'));
  network.close(id);
  await b.allFree();
});

it('takes no more to send than the chip has room for', async () => {
  const b = await linked();
  const got: Buffer[] = [];
  const port = await serveTcp((s) => s.on('data', (d) => got.push(d)));
  const data = pattern(30000);
  const text = Buffer.from(data).toString('latin1');
  const id = network.create('10.0.0.7', port, TCP);
  const taken: number[] = [];
  let at = 0;
  await b.until(() => {
    network.recv(id, 536, TCP);
    // as much as it takes, within one turn of the chip
    for (let n = 1; n > 0 && at < text.length; at += n)
      taken.push((n = network.send(id, text.slice(at, at + 536), TCP)));
    return Buffer.concat(got).length === data.length;
  });
  expect(Buffer.concat(got).equals(data)).toBe(true);
  expect(Math.max(...taken)).toBe(536);
  expect(taken).toContain(0);
  network.close(id);
  await b.allFree();
});

it('has as many sockets as the chip, and says when there are no more', async () => {
  const b = await linked();
  const port = await serveTcp((s) => s.on('data', () => {}));
  const ids = Array.from({ length: 9 }, () => network.create('10.0.0.7', port, TCP));
  const told = () => ids.map((id) => network.recv(id, 536, TCP));
  await b.until(() => !told().includes(CONNECTING));
  expect(told()).toEqual(['', '', '', '', '', '', '', '', MAX_SOCK]);
  ids.forEach((id) => network.close(id));
  await b.allFree();
  const udp = network.create(undefined, 5000, UDP);
  expect(network.recv(udp, 536, UDP)).toBe('');
  await b.until(() => !b.free());
  // a datagram that cannot be sent: to port 0
  network.send(udp, '\x0a\0\0\x07\0\0\x02\0hi', UDP);
  network.close(udp);
  await b.allFree();
});
