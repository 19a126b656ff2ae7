// What of the datagrams only Node can see. Everything else: scenarios/.
import { bench, STATIC } from './bench';
import { pattern } from './servers';

// in the interpreter an array takes no method of its own
it('makes no text of an array, which takes long in the interpreter', async () => {
  const b = bench();
  await b.wait(b.driver.link(STATIC));
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

it('tells that nobody is there, though the program was busy while the chip found out', async () => {
  const b = bench();
  const set: any = globalThis.setTimeout;
  let busy = 0;
  Object.assign(globalThis, {
    setTimeout: (f: () => void, ms = 0, ...args: unknown[]) => set(f, Math.max(ms, busy - b.clock.now()), ...args),
  });
  await b.wait(b.driver.link(STATIC));
  b.lan.absent.add('10.0.0.9');
  const udp = b.driver.udp();
  const codes: string[] = [];
  for (let i = 1; i < 5; i++) {
    udp.send('x', '10.0.0.9', 9, (err: any) => codes.push(err.code));
    await b.rest(100);
    busy = b.clock.now() + 5000;
    await b.until(() => codes.length === i);
  }
  // nor is that a reason to reset the chip
  await b.rest(1000);
  expect([codes, b.driver.is_linked()]).toEqual([Array(4).fill('EHOSTUNREACH'), true]);
  udp.close();
});

it('leaves the chip alone after unlink() in the callback of send(), though an answer has come with SEND_OK', async () => {
  const b = bench({ rst: true });
  await b.wait(b.driver.link(STATIC));
  b.lan.serveUdp('10.0.0.9', 9, () => {});
  const udp = b.driver.udp({ port: 5000 });
  await b.rest(100);
  let linked: Promise<unknown> | undefined;
  udp.send('x', '10.0.0.9', 9, () => {
    b.driver.unlink();
    // RSTn is low from here on, and what is sent over SPI then is misuse
    linked = b.driver.link(STATIC);
  });
  b.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: Buffer.from('y') });
  await b.until(() => !!linked);
  await b.wait(linked!);
});
