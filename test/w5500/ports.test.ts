// The ports that the driver chooses: what only Node can see, where there is room for 16384 connections.
import { bench, note, STATIC } from './bench';
import { Sn_PORT } from '../fakes/virtualW5500/registers';

const FIRST = 49152;
const COUNT = 16384;

afterEach(() => jest.restoreAllMocks());

/** A linked chip, and the ports that its sockets were opened on. */
async function linked() {
  const b = bench();
  const ports: number[] = [];
  b.lan.serveTcp('10.0.0.9', 80, () => ({}));
  await b.wait(b.driver.link(STATIC));
  b.chip.probes.push({
    frame: (f) => void (f.write && f.block & 1 && f.address === Sn_PORT && ports.push((f.data[0] << 8) | f.data[1])),
  });
  return { ...b, ports, dial: () => b.driver.connect({ host: '10.0.0.9', port: 80 }, note()) };
}

/** The port of the first connection after a boot. */
async function firstPort(random: number): Promise<number> {
  jest.spyOn(Math, 'random').mockReturnValue(random);
  const b = await linked();
  b.dial();
  await b.rest(50);
  return b.ports[0];
}

it('the first connection after a boot does not get the same port each time', async () => {
  const ports = [await firstPort(0.1), await firstPort(0.9)];
  expect(ports[0]).not.toBe(ports[1]);
  for (const port of ports) expect(port).toBeGreaterThanOrEqual(FIRST);
});

it('a connection that lasts keeps its port, also when all of them have had their turn', async () => {
  const b = await linked();
  b.dial();
  await b.rest(50);
  for (let i = 1; i < COUNT; i++) b.dial().close();
  b.dial();
  await b.rest(50);
  const [port] = b.ports;
  expect(b.ports).toEqual([port, FIRST + ((port - FIRST + 1) % COUNT)]);
});

it('two sockets for datagrams have different ports, even if the same number is drawn twice', async () => {
  const b = await linked();
  let n = 0;
  jest.spyOn(Math, 'random').mockImplementation(() => (n++ < 2 ? 0.1 : 0.9));
  b.driver.udp();
  b.driver.udp();
  await b.rest(50);
  expect(new Set(b.ports).size).toBe(2);
});
