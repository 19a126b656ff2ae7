import { create } from '../../drivers/w5500';
import { create as createStatic } from '../../drivers/w5500/static';
import { bench, note, STATIC } from './bench';

const pin = { write() {}, read: () => 1 };
const spi = { send: (d: Uint8Array) => d, write() {} };

describe('create', () => {
  const rows: [string, any, RegExp][] = [
    ['nothing', undefined, /spi is undefined/],
    ['no spi', { cs: pin }, /spi is undefined/],
    ['spi of another kind', { spi: {}, cs: pin }, /spi is \[object Object\]/],
    ['spi that only reads', { spi: { send() {} }, cs: pin }, /spi is .*, must be an object with write/],
    ['no cs', { spi }, /cs is undefined, must be an object/],
    ['cs that is no pin', { spi, cs: 5 }, /cs is 5/],
    ['rst that is no pin', { spi, cs: pin, rst: {} }, /rst is/],
    ['irq that is no pin', { spi, cs: pin, irq: 'D3' }, /irq is D3/],
    ['a MAC that is none', { spi, cs: pin, mac: '02:12' }, /mac is 02:12, must be like/],
    ['a MAC with odd digits', { spi, cs: pin, mac: '02:12:34:56:78:9g' }, /mac is/],
    ['a MAC of a group', { spi, cs: pin, mac: '01:12:34:56:78:9a' }, /mac is/],
    ['a MAC of zeros', { spi, cs: pin, mac: '00:00:00:00:00:00' }, /mac is 00:00/],
    ['the MAC of everybody', { spi, cs: pin, mac: 'ff:ff:ff:ff:ff:ff' }, /mac is ff:/],
    ['a MAC in a list', { spi, cs: pin, mac: [2, 0, 0, 0, 0, 1] }, /mac is 2,0/],
    ['buffers as a text', { spi, cs: pin, buffers: 'x' }, /buffers is x, must be up to 8/],
    ['buffers as a number', { spi, cs: pin, buffers: 5 }, /buffers is 5/],
    ['buffers as an object', { spi, cs: pin, buffers: {} }, /buffers is \[object/],
    ['buffers over 16 KB', { spi, cs: pin, buffers: [8, 8, 2] }, /buffers is 8,8,2, must be .*16 in all/],
    ['buffers of 3 KB', { spi, cs: pin, buffers: [3] }, /buffers is 3/],
    ['no buffers', { spi, cs: pin, buffers: [] }, /buffers/],
    ['nine buffers', { spi, cs: pin, buffers: [1, 1, 1, 1, 1, 1, 1, 1, 1] }, /buffers/],
    ['retry', { spi, cs: pin, retry: { time: 7000 } }, /retry/],
    ['retry at once', { spi, cs: pin, retry: { time: 0 } }, /retry.time is 0, must be a number from 1/],
    ['retry that is a text', { spi, cs: pin, retry: 'x' }, /retry is x, must be \{time, count\}/],
    ['retry that is a number', { spi, cs: pin, retry: 5 }, /retry is 5/],
    ['retry that is a list', { spi, cs: pin, retry: [200, 8] }, /retry is 200,8/],
    ['retry as a text', { spi, cs: pin, retry: { count: '9'.repeat(70) } }, /retry.count is 9+, must be a number/],
    ['a MAC of too many digits', { spi, cs: pin, mac: '02:12:34:56:78:' + 'a'.repeat(70) }, /mac is/],
    ['keep-alive', { spi, cs: pin, keepalive: 7 }, /keepalive is 7/],
    ['PHY', { spi, cs: pin, phy: '1G' }, /phy is 1G/],
  ];
  it.each(rows)('%s', (_name, options, text) => {
    expect(() => create(options)).toThrow(text);
    try {
      create(options);
    } catch (e: any) {
      expect(e.code).toBe('EINVAL');
    }
  });

  it('makes a MAC of its own', () => {
    expect(create({ spi, cs: pin }).name).toBe('w5500');
  });
});

describe('link', () => {
  const rows: [string, any, RegExp][] = [
    ['nothing', undefined, /dhcp: true/],
    ['an empty object', {}, /ip is undefined, must be given, .*dhcp: true/],
    ['no link at all', { dhcp: false }, /ip is undefined/],
    ['gw that is ip', { ...STATIC, gw: STATIC.ip }, /gw is 10.0.0.50, must be another host/],
    ...['-', '-a', 'a-', 'a_b', 'a.b'].map((hostname): [string, any, RegExp] => [
      `host name ${hostname}`,
      { dhcp: true, hostname },
      RegExp(`hostname is ${hostname}, must be up to 63`),
    ]),
    ['ip', { ...STATIC, ip: '10.0.0.256' }, /ip is 10.0.0.256, must be/],
    ...['224.0.0.1', '255.255.255.255', '127.0.0.1', '0.0.0.0', '0.1.2.3', '10.0.0.0', '10.0.0.255'].map(
      (ip): [string, any, RegExp] => [`ip ${ip}`, { ...STATIC, ip }, RegExp(`ip is ${ip}, must be .* in the subnet`)],
    ),
    ['ip in a subnet of one', { ip: '255.255.255.255', mask: '255.255.255.255' }, /ip is/],
    ['ip of last time', { dhcp: true, ip: '127.0.0.1' }, /ip is 127.0.0.1/],
    ['mask', { ...STATIC, mask: '255.0.255.0' }, /mask is 255.0.255.0/],
    ['mask of zeros', { ...STATIC, mask: '0.0.0.0' }, /mask is 0.0.0.0/],
    ['mask that begins with zeros', { ...STATIC, mask: '0.255.255.255' }, /mask is/],
    ['mask without an end', { ...STATIC, mask: '255.255.255.2555' }, /mask is/],
    ['no mask', { ...STATIC, mask: undefined }, /mask is undefined/],
    ['gw', { ...STATIC, gw: 'router' }, /gw is router/],
    ...['10.0.1.1', '10.0.0.0', '10.0.0.255', '127.0.0.1', '224.0.0.1', '0.0.0.1'].map((gw): [string, any, RegExp] => [
      `gw ${gw}`,
      { ...STATIC, gw },
      RegExp(`gw is ${gw}, must be .* in the subnet`),
    ]),
    ['gw off a subnet of two', { ip: '10.0.0.4', mask: '255.255.255.254', gw: '10.0.0.6' }, /gw is 10.0.0.6/],
    ['dns of a group', { ...STATIC, dns: '224.0.0.251' }, /dns is 224.0.0.251, must be the address of a host$/],
    ['dns', { ...STATIC, dns: ['10.0.0.1', 'x'] }, /dns is x/],
    ['timeout', { ...STATIC, timeout: -1 }, /timeout is -1/],
    ['host name', { dhcp: true, hostname: 'a b' }, /hostname is a b/],
    ['host name that is none', { dhcp: true, hostname: 5 }, /hostname is 5/],
    ['host name in a list', { dhcp: true, hostname: ['a'] }, /hostname is a/],
    ['host name of 64', { dhcp: true, hostname: 'x'.repeat(64) }, /hostname is x+, must be up to 63/],
    ['host name of 300', { dhcp: true, hostname: 'x'.repeat(300) }, /hostname is x+, must be up to 63/],
  ];
  it.each(rows)('%s', async (_name, options, text) => {
    const b = bench();
    const e = await b.fails(b.driver.link(options));
    expect([e.code, e.message]).toEqual(['EINVAL', expect.stringMatching(text)]);
    expect(b.chip.frames).toBe(0);
    await b.wait(b.driver.link(STATIC));
  });

  it.each([
    ['10.0.0.1', '255.0.0.0', '10.255.255.254'],
    ['10.0.0.254', '255.255.255.0', '0.0.0.0'],
    ['10.0.1.0', '255.255.0.0', undefined],
    ['10.0.0.0', '255.255.255.254', '10.0.0.1'],
    ['10.0.0.5', '255.255.255.255', '192.168.7.1'],
    ['192.168.255.0', '255.255.254.0', '192.168.254.1'],
    ['200.1.2.127', '255.255.255.0', '200.1.2.128'],
    ['126.1.2.3', '128.0.0.0', '1.0.0.0'],
    ['223.255.255.254', '255.255.255.252', '223.255.255.253'],
  ])('%s %s %s', async (ip, mask, gw) => {
    const b = bench();
    const linked = await b.wait(b.driver.link({ ip, mask, gw }));
    expect(linked).toMatchObject({ ip, mask, gw: gw === '0.0.0.0' ? '' : (gw ?? '') });
  });

  it('names of all kinds', async () => {
    const b = bench();
    await b.wait(b.driver.link(STATIC));
    for (const host of [undefined, null, 5, {}, ['10.0.0.7']] as any[]) {
      const e = await b.fails(b.driver.gethostbyname(host));
      expect([e.code, e.message]).toEqual([
        'EINVAL',
        expect.stringMatching(/host is .*, must be a name or an address/),
      ]);
      expect(() => b.driver.connect({ host, port: 80 }, note())).toThrow(/host is/);
      const socket = b.driver.udp();
      expect(() => socket.send('x', host, 80)).toThrow(/host is/);
      socket.close();
    }
    expect((await b.fails(b.driver.gethostbyname(''))).code).toBe('ENOTFOUND');
    const { driver } = b as any;
    for (const nothing of [undefined, null])
      expect(() => driver.connect(nothing, note())).toThrow(/connect\(\) is .*, must be {host, port}/);
    for (const port of [5000, '5000']) expect(() => driver.udp(port)).toThrow(/udp\(\) is 5000, must be {port}/);
  });

  it('twice', async () => {
    const b = bench();
    const first = b.driver.link(STATIC);
    expect((await b.fails(b.driver.link(STATIC))).message).toMatch(/twice/);
    expect((await b.wait(first)).ip).toBe('10.0.0.50');
    expect((await b.fails(b.driver.link(STATIC))).message).toMatch(/twice/);
    b.driver.unlink();
    await b.wait(b.driver.link(STATIC));
  });

  it('before and after', async () => {
    const b = bench();
    const calls = [
      () => b.driver.connect({ host: '10.0.0.7', port: 80 }, note()),
      () => b.driver.link_info(),
      () => b.driver.udp(),
    ];
    for (const call of calls) expect(call).toThrow(/not linked/);
    expect((await b.fails(b.driver.gethostbyname('a.test'))).code).toBe('ENETDOWN');
    b.driver.unlink();
    await b.wait(b.driver.link(STATIC));
    const n = note();
    b.driver.connect({ host: '10.0.0.7', port: 9 }, n);
    expect(() => b.driver.connect({ host: '10.0.0.7', port: 0 }, note())).toThrow(/port is 0/);
    expect(() => b.driver.connect({ host: 'a', port: 1, tls: {} }, note())).toThrow(/TLS/);
    b.driver.unlink();
    expect(n.closed[0].code).toBe('ENETDOWN');
    for (const call of calls) expect(call).toThrow(/not linked/);
  });

  it('unlink while linking', async () => {
    const b = bench();
    const linking = b.fails(b.driver.link(STATIC));
    b.driver.unlink();
    expect((await linking).code).toBe('ENETDOWN');
    await b.wait(b.driver.link(STATIC));
  });

  it('unlink on a bus that throws', async () => {
    const b = bench();
    let broken = false;
    const spi = b.chip.spi();
    let frames = 0;
    const works = () => {
      frames++;
      if (broken) throw new Error('SPI is gone');
      return spi;
    };
    const driver = createStatic({
      spi: { send: (d: any, cs: any) => works().send(d, cs), write: (...items: any[]) => works().write(...items) },
      cs: b.pins.cs,
    });
    await b.wait(driver.link(STATIC));
    broken = true;
    driver.unlink();
    expect(driver.is_linked()).toBe(false);
    broken = false;
    await b.wait(driver.link(STATIC));
    // what does not go well is not tried again at once
    broken = true;
    await b.until(() => !driver.is_linked());
    const before = frames;
    await b.rest(10000);
    expect(frames - before).toBeLessThan(50);
    broken = false;
    await b.until(() => driver.is_linked(), 2000);
    driver.unlink();
  });

  it('DHCP, where it was left out', async () => {
    const b = bench();
    const driver = createStatic({ spi: b.chip.spi(), cs: b.pins.cs });
    expect((await b.fails(driver.link({ dhcp: true } as any))).message).toMatch(/static/);
    await b.wait(driver.link(STATIC));
    expect((await b.fails(driver.gethostbyname('a.test'))).code).toBe('ENOTFOUND');
    driver.unlink();
  });
});
