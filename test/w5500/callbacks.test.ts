// What an application may do when it hears that the network is gone.
import { bench, note, STATIC } from './bench';

it('unlink() where a socket ends with the cable: nothing goes on', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.lan.serveTcp('10.0.0.9', 80, () => ({}));
  const n = note();
  const heard = n.onClose;
  n.onClose = (err) => {
    heard(err);
    b.driver.unlink();
  };
  b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
  await b.until(() => n.rooms.length > 0);
  b.chip.plug(false);
  await b.until(() => n.closed.length > 0);
  b.chip.plug(true);
  b.chip.resetCounters();
  await b.rest(5000);
  expect([n.closed[0].code, b.driver.is_linked(), b.chip.frames]).toEqual(['ENETDOWN', false, 0]);
});

it.each([{}, { rst: true }])('unlink() where a socket ends with the cable: the chip forgets all, %j', async (o) => {
  const b = bench(o);
  await b.wait(b.driver.link(STATIC));
  b.lan.serveTcp('10.0.0.9', 80, () => ({}));
  const others = [note(), note(), note()];
  others.forEach((n) => b.driver.connect({ host: '10.0.0.9', port: 80 }, n));
  await b.until(() => others.every((n) => n.rooms.length > 0));
  others[1].onClose = () => void b.driver.unlink();
  b.chip.plug(false);
  await b.until(() => others[2].closed.length > 0);
  await b.allFree();
});

it('link() where unlink() ends a socket', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.lan.serveTcp('10.0.0.9', 80, () => ({}));
  const n = note();
  let again: Promise<any> | undefined;
  n.onClose = () => {
    again = b.driver.link(STATIC);
  };
  b.driver.connect({ host: '10.0.0.9', port: 80 }, n);
  await b.until(() => n.rooms.length > 0);
  b.driver.unlink();
  expect((await b.wait(again!)).ip).toBe(STATIC.ip);
});

it('a chip that lost its registers is set up again', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.chip.reset();
  await b.until(() => !b.driver.is_linked());
  await b.until(() => b.driver.is_linked());
});

it('close() where a datagram is lost with the network: onClose has nothing to say', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  const udp = b.driver.udp();
  const told: string[] = [];
  udp.onClose = (err) => told.push('closed: ' + err.code);
  udp.send('x', '10.0.0.9', 9, (err) => {
    told.push(err!.code);
    udp.close();
  });
  b.driver.unlink();
  expect(told).toEqual(['ENETDOWN']);
});

it('link_info() of a chip that does not answer any more: no link, and a new one', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
  b.chip.reset();
  expect(() => b.driver.link_info()).toThrow(expect.objectContaining({ code: 'ENETDOWN', phase: 'connect' }));
  expect(b.driver.is_linked()).toBe(false);
  await b.until(() => b.driver.is_linked());
  expect(b.driver.link_info().ip).toBe(STATIC.ip);
});

it('a UDP socket whose callbacks throw: nobody else suffers', async () => {
  const b = bench();
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  await b.wait(b.driver.link(STATIC));
  b.lan.serveUdp('10.0.0.9', 9, ({ src, sport }) =>
    b.lan.udp({ src: '10.0.0.9', sport: 9, dst: src, dport: sport, data: new Uint8Array(3) }),
  );
  const others = [b.driver.udp(), b.driver.udp(), b.driver.udp()].map((udp) => {
    const told: string[] = [];
    udp.onClose = (err) => told.push(err.code);
    return told;
  });
  const fail = (what: string) => () => {
    throw new Error(what);
  };
  for (let i = 0; i < 2; i++) {
    const udp = b.driver.udp();
    udp.onMessage = fail('message');
    udp.onClose = fail('close');
    udp.send('x', '10.0.0.9', 9, fail('done'));
  }
  await b.until(() => log.mock.calls.length === 4);
  expect(b.driver.is_linked()).toBe(true);
  b.driver.unlink();
  expect(others).toEqual([['ENETDOWN'], ['ENETDOWN'], ['ENETDOWN']]);
  const texts = log.mock.calls.map(([text]) => text).sort();
  log.mockRestore();
  expect(texts).toEqual(['close', 'close', 'done', 'done', 'message', 'message'].map((what) => `Error: ${what}`));
});
