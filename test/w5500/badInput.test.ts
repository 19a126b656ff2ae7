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
    ['no cs', { spi }, /cs is undefined, must be an object/],
    ['cs that is no pin', { spi, cs: 5 }, /cs is 5/],
    ['rst that is no pin', { spi, cs: pin, rst: {} }, /rst is/],
    ['irq that is no pin', { spi, cs: pin, irq: 'D3' }, /irq is D3/],
    ['a MAC that is none', { spi, cs: pin, mac: '02:12' }, /mac is 02:12, must be like/],
    ['a MAC with odd digits', { spi, cs: pin, mac: '02:12:34:56:78:9g' }, /mac is/],
    ['a MAC of a group', { spi, cs: pin, mac: '01:12:34:56:78:9a' }, /mac is/],
    ['buffers over 16 KB', { spi, cs: pin, buffers: [8, 8, 2] }, /buffers is 8,8,2, must be .*16 in all/],
    ['buffers of 3 KB', { spi, cs: pin, buffers: [3] }, /buffers is 3/],
    ['no buffers', { spi, cs: pin, buffers: [] }, /buffers/],
    ['nine buffers', { spi, cs: pin, buffers: [1, 1, 1, 1, 1, 1, 1, 1, 1] }, /buffers/],
    ['retry', { spi, cs: pin, retry: { time: 7000 } }, /retry/],
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
    ['an empty object', {}, /dhcp: true/],
    ['ip', { ...STATIC, ip: '10.0.0.256' }, /ip is 10.0.0.256, must be/],
    ['ip of a group', { ...STATIC, ip: '224.0.0.1' }, /ip is 224.0.0.1/],
    ['mask', { ...STATIC, mask: '255.0.255.0' }, /mask is 255.0.255.0/],
    ['no mask', { ...STATIC, mask: undefined }, /mask is undefined/],
    ['gw', { ...STATIC, gw: 'router' }, /gw is router/],
    ['dns', { ...STATIC, dns: ['10.0.0.1', 'x'] }, /dns is x/],
    ['timeout', { ...STATIC, timeout: -1 }, /timeout is -1/],
    ['host name', { dhcp: true, hostname: 'a b' }, /hostname is a b/],
  ];
  it.each(rows)('%s', async (_name, options, text) => {
    const b = bench();
    const e = await b.fails(b.driver.link(options));
    expect([e.code, e.message]).toEqual(['EINVAL', expect.stringMatching(text)]);
    await b.wait(b.driver.link(STATIC));
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
    expect(() => b.driver.connect({ host: '', port: 1 }, note())).toThrow(/host is/);
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

  it('DHCP, where it was left out', async () => {
    const b = bench();
    const driver = createStatic({ spi: b.chip.spi(), cs: b.pins.cs });
    expect((await b.fails(driver.link({ dhcp: true }))).message).toMatch(/static/);
    await b.wait(driver.link(STATIC));
    expect((await b.fails(driver.gethostbyname('a.test'))).code).toBe('ENOTFOUND');
    driver.unlink();
  });
});
