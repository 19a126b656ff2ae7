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
  const asked: number[] = [];
  (globalThis as any).Pin = function (n: number) {
    asked.push(n);
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
  const own: any = { ...setup, cs, rst, irq };
  expect(asked).toEqual(
    ['sck', 'miso', 'mosi', 'cs', 'rst', 'irq'].filter((n) => own[n] && !given[n]).map((n) => own[n]),
  );
  expect(baud).toBe((options as any).baud || 2e7);
  expect(((await b.wait(auto_init(given))) as any).ip).toBe(info.ip);
  const { get } = await import('../../src/net/registry');
  get('w5500').unlink();
});

describe('auto_init', () => {
  async function board() {
    jest.resetModules();
    const b = bench();
    const pins: Record<number, any> = { 5: b.pins.cs };
    const setUps: any[] = [];
    (globalThis as any).Pin = function (n: number) {
      return (pins[n] ||= { n, write() {}, read: () => 1 });
    };
    (globalThis as any).SPI2 = Object.assign(b.chip.spi(), { setup: (o: any) => setUps.push(o) });
    const { auto_init } = await import('../../boards/esp32-w5500');
    const { get, list } = await import('../../src/net/registry');
    return { ...b, setUps, auto_init, list, driver: () => get('w5500'), pin: (globalThis as any).Pin };
  }

  it('rejects what create() would not take, and takes the next', async () => {
    const b = await board();
    for (const [wrong, text] of [
      [{ mac: 'x' }, /mac is x/],
      [{ buffers: [3] }, /buffers is 3/],
      [{ cs: 5 }, /cs is 5/],
      [{ spi: {} }, /spi is/],
      [{ retry: 7 }, /retry is 7/],
      [{ keepalive: 'x' }, /keepalive is x/],
      [{ phy: 'x' }, /phy is x/],
    ] as [any, RegExp][]) {
      const told = b.auto_init(wrong);
      expect(await b.fails(told)).toMatchObject({ code: 'EINVAL', message: expect.stringMatching(text) });
      expect(b.list()).toEqual([]);
    }
    expect(await b.wait(b.auto_init(STATIC))).toMatchObject({ ip: STATIC.ip });
    b.driver().unlink();
  });

  it('options that cannot be looked at', async () => {
    const b = await board();
    // a number throws like this in the interpreter
    const options = {
      get sck() {
        throw new Error('not a field of a number');
      },
    };
    expect(await b.fails(b.auto_init(options as any))).toMatchObject({ message: 'not a field of a number' });
    await b.wait(b.auto_init(STATIC));
    b.driver().unlink();
  });

  it('once more, while linked: the link there is, unless another one is asked for', async () => {
    const b = await board();
    const options = { ...STATIC, dns: [STATIC.dns], buffers: [8, 8], retry: { time: 100 }, sck: b.pin(4) };
    await b.wait(b.auto_init(options));
    for (const same of [undefined, {}, { ...options, dns: [STATIC.dns] }, { ip: STATIC.ip }])
      expect(await b.wait(b.auto_init(same))).toMatchObject({ ip: STATIC.ip });
    for (const other of [{ ip: '10.0.0.51' }, { dhcp: true }, { buffers: [16] }, { cs: b.pin(15) }, { baud: 1e6 }])
      expect(await b.fails(b.auto_init({ ...options, ...other }))).toMatchObject({
        code: 'EINVAL',
        message: expect.stringMatching(/link\(\) is called twice, must be preceded by unlink/),
      });
    expect(b.setUps.length).toBe(1);
    expect(b.driver().link_info().ip).toBe(STATIC.ip);
    const before = b.driver();
    before.unlink();
    expect(await b.wait(b.auto_init({ sck: options.sck }))).toMatchObject({ ip: '10.0.0.100' });
    expect(b.driver()).toBe(before);
    expect(await b.wait(b.auto_init({ dhcp: true }))).toMatchObject({ ip: '10.0.0.100' });
    before.unlink();
  });

  it('once more, before it is linked: the first one goes on', async () => {
    const b = await board();
    const first = b.auto_init(STATIC);
    expect(await b.fails(b.auto_init())).toMatchObject({ code: 'EINVAL' });
    expect(await b.wait(first)).toMatchObject({ ip: STATIC.ip });
    expect(b.list()).toEqual(['w5500']);
    b.driver().unlink();
  });

  it('on other pins before it is linked: the first one is over, and takes nothing with it', async () => {
    const b = await board();
    const first = b.fails(b.auto_init({ ...STATIC, cs: b.pin(15) }));
    const second = b.auto_init(STATIC);
    expect(await first).toMatchObject({ code: 'ENETDOWN' });
    expect(await b.wait(second)).toMatchObject({ ip: STATIC.ip });
    expect(b.list()).toEqual(['w5500']);
    b.driver().unlink();
  });

  it('once more, when the chip has lost its link: as a program that was kept with save() finds it', async () => {
    const b = await board();
    await b.wait(b.auto_init());
    b.chip.reset();
    await b.rest(10);
    const again = b.auto_init();
    expect(b.driver().is_linked()).toBe(false);
    expect(await b.wait(again)).toMatchObject({ ip: '10.0.0.100' });
    const info = b.driver().link_info();
    await b.rest(2000);
    expect([b.driver().is_linked(), info.ip]).toEqual([true, '10.0.0.100']);
    b.driver().unlink();
  });

  it('null is no options', async () => {
    const b = await board();
    expect(await b.wait(b.auto_init(null as any))).toMatchObject({ ip: '10.0.0.100' });
    b.driver().unlink();
  });

  it('the same again after it failed', async () => {
    const b = await board();
    b.chip.plug(false);
    expect(await b.fails(b.auto_init({ ...STATIC, timeout: 5000 }))).toMatchObject({ code: 'ETIMEDOUT' });
    expect(b.list()).toEqual([]);
    b.chip.plug(true);
    expect(await b.wait(b.auto_init({ ...STATIC, timeout: 5000 }))).toMatchObject({ ip: STATIC.ip });
    expect(b.list()).toEqual(['w5500']);
    b.driver().unlink();
  });

  it('that failed, while another driver has become the default', async () => {
    const b = await board();
    b.chip.plug(false);
    const failed = b.fails(b.auto_init({ ...STATIC, timeout: 5000 }));
    const { register } = await import('../../src/net/registry');
    register({ name: 'other', connect() {} } as any, { default: true });
    expect(await failed).toMatchObject({ code: 'ETIMEDOUT' });
    expect(b.list()).toEqual(['other']);
  });

  it('other pins and settings after it failed', async () => {
    const b = await board();
    expect(await b.fails(b.auto_init({ ...STATIC, cs: b.pin(15) }))).toMatchObject({ code: 'ENODEV' });
    expect(b.list()).toEqual([]);
    expect(await b.wait(b.auto_init({ ...STATIC, mac: '02:00:00:00:00:09' }))).toMatchObject({
      mac: '02:00:00:00:00:09',
    });
    b.driver().unlink();
    expect(await b.wait(b.auto_init({ ...STATIC, mac: '02:00:00:00:00:0a' }))).toMatchObject({
      mac: '02:00:00:00:00:0a',
    });
    b.driver().unlink();
  });
});

describe('after a failure nothing is registered', () => {
  const boards = [...new Set(rows.map(({ name }) => name))];

  it.each(boards)('%s, on a firmware without its port', async (name) => {
    jest.resetModules();
    const { auto_init } = await import(`../../boards/${name}`);
    const { list } = await import('../../src/net/registry');
    for (const options of [undefined, null, {}, 5, STATIC]) {
      await expect(auto_init(options)).rejects.toThrow(/SPI[12]/);
      expect(list()).toEqual([]);
    }
  });

  it.each([[undefined], [null], [{}], [{ ssid: 'home' }]])(
    'esp32, on a firmware without Wifi: %j',
    async (options: any) => {
      jest.resetModules();
      const { auto_init } = await import('../../boards/esp32');
      const { list } = await import('../../src/net/registry');
      await expect(auto_init(options)).rejects.toThrow(/Wifi/);
      expect(list()).toEqual([]);
    },
  );

  it('esp32, when it cannot join; what was registered before stays', async () => {
    jest.resetModules();
    jest.doMock(
      'Wifi',
      () => ({
        on() {},
        getIP: () => ({ ip: '0.0.0.0' }),
        connect: (_: string, __: object, done: (why: string) => void) => done('AUTH_FAIL'),
      }),
      { virtual: true },
    );
    const { auto_init } = await import('../../boards/esp32');
    const registry = await import('../../src/net/registry');
    await expect(auto_init({ ssid: 'home' })).rejects.toMatchObject({ code: 'EAUTH' });
    expect(registry.list()).toEqual([]);
    for (const none of [null, {}, { password: 'x' }]) expect(await auto_init(none as any)).toBe(undefined);
    expect(registry.list()).toEqual(['esp32wifi']);
    await expect(auto_init({ ssid: 'home' })).rejects.toMatchObject({ code: 'EAUTH' });
    expect(registry.list()).toEqual(['esp32wifi']);
    jest.dontMock('Wifi');
  });

  it('esp32, on the network that the firmware has joined by itself', async () => {
    jest.resetModules();
    const here = { ip: '192.168.1.5', netmask: '255.255.255.0', gw: '192.168.1.1', mac: '02:00:00:00:00:01' };
    jest.doMock('Wifi', () => ({ on() {}, getIP: () => here }), { virtual: true });
    const { auto_init } = await import('../../boards/esp32');
    const { get } = await import('../../src/net/registry');
    expect(await auto_init()).toMatchObject({ ip: here.ip, gw: here.gw });
    expect(get().name).toBe('esp32wifi');
    jest.dontMock('Wifi');
  });

  it('sim-w5500, where there is no virtual chip', async () => {
    jest.resetModules();
    const simulate = () => {
      throw new Error('Module virtual-chip not found');
    };
    jest.doMock('../../src/virtual', () => ({ simulate }));
    const { auto_init } = await import('../../boards/sim-w5500');
    const { list } = await import('../../src/net/registry');
    await expect(auto_init()).rejects.toThrow(/virtual-chip/);
    expect(list()).toEqual([]);
    jest.dontMock('../../src/virtual');
  });
});

it('esp32: pins as the DevKitC has them', async () => {
  const { pins } = await import('../../boards/esp32');
  expect(pins).toEqual({
    BOOT: 0,
    TX: 1,
    RX: 3,
    SPI1: { sck: 14, miso: 12, mosi: 13 },
    SPI2: { sck: 18, miso: 19, mosi: 23 },
  });
});

it('w5500-evb-pico: its LED', async () => {
  const { pins } = await import('../../boards/w5500-evb-pico');
  expect(pins.LED).toBe(25);
});

it('sim-w5500', async () => {
  jest.resetModules();
  const { auto_init, sim } = await import('../../boards/sim-w5500');
  const { get, register } = await import('../../src/net/registry');
  register({ name: 'other', connect() {} } as any);
  const info: any = await auto_init();
  expect(info.ip).toBe('10.0.0.100');
  expect(get().name).toBe('w5500');
  // one chip, however often it is asked for
  expect(await auto_init()).toEqual(info);
  expect(sim()).toBe(sim());
  expect(await get('w5500').gethostbyname('localhost')).toBe('127.0.0.1');
  get('w5500').unlink();
  expect(await auto_init(STATIC)).toMatchObject({ ip: STATIC.ip });
  get('w5500').unlink();
  expect(sim().chip.violations).toEqual([]);
  sim().lan.close();
});
