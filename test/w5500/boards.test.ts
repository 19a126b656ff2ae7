// The boards: their pins go where they should, and the chip behind them links.
import { bench, STATIC } from './bench';
import { list, unregister } from '../../src/net/registry';

afterEach(() => {
  list().forEach((name) => unregister(name));
  for (const name of ['Pin', 'SPI1', 'SPI2']) delete (globalThis as any)[name];
});

const rows = [
  { name: 'esp32-w5500', port: 'SPI2', setup: { sck: 18, miso: 19, mosi: 23 }, cs: 5, options: { ...STATIC } },
  {
    name: 'esp32-w5500',
    port: 'SPI2',
    setup: { sck: 4, miso: 19, mosi: 23 },
    cs: 15,
    options: { sck: 4, cs: 15, baud: 8e6 },
  },
  {
    name: 'w5500-evb-pico',
    port: 'SPI1',
    setup: { sck: 18, miso: 16, mosi: 19 },
    cs: 17,
    rst: 20,
    irq: 21,
    options: {},
  },
  { name: 'm5stack-atom-poe', port: 'SPI2', setup: { sck: 22, miso: 23, mosi: 33 }, cs: 19, options: {} },
  { name: 'm5stack-atoms3-poe', port: 'SPI1', setup: { sck: 5, miso: 7, mosi: 8 }, cs: 6, options: {} },
  {
    name: 'm5stack-base-lan',
    port: 'SPI2',
    setup: { sck: 18, miso: 19, mosi: 23 },
    cs: 26,
    rst: 13,
    irq: 34,
    options: {},
  },
  {
    name: 'lilygo-t-eth-lite-s3',
    port: 'SPI1',
    setup: { sck: 10, miso: 11, mosi: 12 },
    cs: 9,
    rst: 14,
    irq: 13,
    options: {},
  },
  { name: 'lilygo-t-eth-elite-s3', port: 'SPI1', setup: { sck: 48, miso: 47, mosi: 21 }, cs: 45, irq: 14, options: {} },
  {
    name: 'waveshare-esp32-s3-eth',
    port: 'SPI1',
    setup: { sck: 13, miso: 12, mosi: 11 },
    cs: 14,
    rst: 9,
    irq: 10,
    options: {},
  },
];

it.each(rows)('$name, $options', async ({ name, port, setup, cs, rst, irq, options }) => {
  jest.resetModules();
  const b = bench();
  const numbers: Record<number, any> = { [cs]: b.pins.cs, [rst ?? -1]: b.pins.rst, [irq ?? -1]: b.pins.irq };
  const made: any[] = [];
  const pinOf = (n: any) => numbers[n] || { n, write() {}, read: () => 1 };
  (globalThis as any).Pin = function (n: number) {
    return pinOf(n);
  };
  (globalThis as any)[port] = Object.assign(b.chip.spi(), { setup: (o: any) => made.push(o) });
  const given: any = { ...options };
  for (const key of ['sck', 'cs']) if (given[key]) given[key] = pinOf(given[key]);
  const { auto_init } = await import(`../../boards/${name}`);
  const info: any = await b.wait(auto_init(given));
  expect(info.ip).toBe((options as any).ip || '10.0.0.100');
  const { sck, miso, mosi, baud } = made[0];
  expect({ sck: sck.n, miso: miso.n, mosi: mosi.n }).toEqual(setup);
  expect(baud).toBe((options as any).baud || 2e7);
  expect(((await b.wait(auto_init(given))) as any).ip).toBe(info.ip);
  const { get } = await import('../../src/net/registry');
  get('w5500').unlink();
});

it('sim-w5500', async () => {
  jest.resetModules();
  const { auto_init, sim } = await import('../../boards/sim-w5500');
  const info: any = await auto_init();
  expect(info.ip).toBe('10.0.0.100');
  const { get } = await import('../../src/net/registry');
  expect(await get('w5500').gethostbyname('localhost')).toBe('127.0.0.1');
  get('w5500').unlink();
  expect(sim().chip.violations).toEqual([]);
  sim().lan.close();
});
