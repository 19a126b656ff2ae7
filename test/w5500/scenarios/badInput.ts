// What is no good is refused at once, in words: what was given, and what is allowed.
import { linked } from '../rig';
import { STATIC } from '../world';
import type { Scenario } from '../rig';
import type { Job } from '../sockets';

/** no driver is made of these */
const options: [string, Job, RegExp][] = [
  ['nothing', (b) => void b.create(undefined), /spi is undefined/],
  ['no spi', (b) => void b.create({ cs: b.cs }), /spi is undefined/],
  ['spi of another kind', (b) => void b.create({ spi: {}, cs: b.cs }), /spi is \[object Object\]/],
  [
    'spi that only reads',
    (b) => void b.create({ spi: { send() {} }, cs: b.cs }),
    /spi is .*, must be an object with write/,
  ],
  ['no cs', (b) => void b.create({ spi: b.spi }), /cs is undefined, must be an object/],
  ['cs that is no pin', (b) => void b.create({ spi: b.spi, cs: 5 }), /cs is 5/],
  ['rst that is no pin', (b) => void b.create({ spi: b.spi, cs: b.cs, rst: {} }), /rst is/],
  ['irq that is no pin', (b) => void b.create({ spi: b.spi, cs: b.cs, irq: 'D3' }), /irq is D3/],
];

/** nor of these, where the bus and the pin are good */
const settings: [string, any, RegExp][] = [
  ['a MAC that is none', { mac: '02:12' }, /mac is 02:12, must be like/],
  ['a MAC with odd digits', { mac: '02:12:34:56:78:9g' }, /mac is/],
  ['a MAC of a group', { mac: '01:12:34:56:78:9a' }, /mac is/],
  ['a MAC of zeros', { mac: '00:00:00:00:00:00' }, /mac is 00:00/],
  ['the MAC of everybody', { mac: 'ff:ff:ff:ff:ff:ff' }, /mac is ff:/],
  ['a MAC in a list', { mac: [2, 0, 0, 0, 0, 1] }, /mac is 2,0/],
  ['buffers as a text', { buffers: 'x' }, /buffers is x, must be up to 8/],
  ['buffers as a number', { buffers: 5 }, /buffers is 5/],
  ['buffers as an object', { buffers: {} }, /buffers is \[object/],
  ['buffers over 16 KB', { buffers: [8, 8, 2] }, /buffers is 8,8,2, must be .*16 in all/],
  ['buffers of 3 KB', { buffers: [3] }, /buffers is 3/],
  ['no buffers', { buffers: [] }, /buffers/],
  ['nine buffers', { buffers: [1, 1, 1, 1, 1, 1, 1, 1, 1] }, /buffers/],
  ['retry', { retry: { time: 7000 } }, /retry/],
  ['retry at once', { retry: { time: 0 } }, /retry.time is 0, must be a number from 1/],
  ['retry that is a text', { retry: 'x' }, /retry is x, must be \{time, count\}/],
  ['retry that is a number', { retry: 5 }, /retry is 5/],
  ['retry that is a list', { retry: [200, 8] }, /retry is 200,8/],
  ['retry as a text', { retry: { count: '9'.repeat(70) } }, /retry.count is 9+, must be a number/],
  ['a MAC of too many digits', { mac: '02:12:34:56:78:' + 'a'.repeat(70) }, /mac is/],
  ['keep-alive', { keepalive: 7 }, /keepalive is 7/],
  ['PHY', { phy: '1G' }, /phy is 1G/],
];

const hostnames = ['-', '-a', 'a-', 'a_b', 'a.b'];
const addresses = ['224.0.0.1', '255.255.255.255', '127.0.0.1', '0.0.0.0', '0.1.2.3', '10.0.0.0', '10.0.0.255'];
const gateways = ['10.0.1.1', '10.0.0.0', '10.0.0.255', '127.0.0.1', '224.0.0.1', '0.0.0.1'];

const links: [string, any, RegExp][] = [
  ['nothing', undefined, /dhcp: true/],
  ['an empty object', {}, /ip is undefined, must be given, .*dhcp: true/],
  ['no link at all', { dhcp: false }, /ip is undefined/],
  ['gw that is ip', { ...STATIC, gw: STATIC.ip }, /gw is 10.0.0.50, must be another host/],
  ...hostnames.map((hostname): [string, any, RegExp] => [
    `host name ${hostname}`,
    { dhcp: true, hostname },
    RegExp(`hostname is ${hostname}, must be up to 63`),
  ]),
  ['ip', { ...STATIC, ip: '10.0.0.256' }, /ip is 10.0.0.256, must be/],
  ...addresses.map((ip): [string, any, RegExp] => [
    `ip ${ip}`,
    { ...STATIC, ip },
    RegExp(`ip is ${ip}, must be .* in the subnet`),
  ]),
  ['ip of nobody, and no gw', { ip: '0.0.0.0', mask: '255.255.255.0' }, /ip is 0.0.0.0, must be .* in the subnet/],
  ['ip in a subnet of one', { ip: '255.255.255.255', mask: '255.255.255.255' }, /ip is/],
  ['ip of last time', { dhcp: true, ip: '127.0.0.1' }, /ip is 127.0.0.1/],
  ['mask', { ...STATIC, mask: '255.0.255.0' }, /mask is 255.0.255.0/],
  ['mask of zeros', { ...STATIC, mask: '0.0.0.0' }, /mask is 0.0.0.0/],
  ['mask that begins with zeros', { ...STATIC, mask: '0.255.255.255' }, /mask is/],
  ['mask without an end', { ...STATIC, mask: '255.255.255.2555' }, /mask is/],
  ['mask as a number', { ...STATIC, mask: 0xffffff00 }, /mask is 4294967040/],
  ['mask that adds up', { ...STATIC, mask: '255.255.254.256' }, /mask is 255.255.254.256/],
  ['no mask', { ...STATIC, mask: undefined }, /mask is undefined/],
  ['gw', { ...STATIC, gw: 'router' }, /gw is router/],
  ...gateways.map((gw): [string, any, RegExp] => [
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

const subnets: [string, string, string | undefined][] = [
  ['10.0.0.1', '255.0.0.0', '10.255.255.254'],
  ['10.0.0.254', '255.255.255.0', '0.0.0.0'],
  ['10.0.1.0', '255.255.0.0', undefined],
  ['10.0.0.0', '255.255.255.254', '10.0.0.1'],
  ['10.0.0.5', '255.255.255.255', '192.168.7.1'],
  ['192.168.255.0', '255.255.254.0', '192.168.254.1'],
  ['200.1.2.127', '255.255.255.0', '200.1.2.128'],
  ['126.1.2.3', '128.0.0.0', '1.0.0.0'],
  ['223.255.255.254', '255.255.255.252', '223.255.255.253'],
];

const refused = (message: RegExp) => ({ code: 'EINVAL', message: expect.stringMatching(message) });

const createRows: Scenario[] = [
  {
    name: 'create() without a bus or pins',
    async run(r) {
      for (const [name, make, message] of options)
        expect([name, await r.run(make)]).toMatchObject([name, refused(message)]);
    },
  },
  {
    name: 'create() with settings that are none',
    async run(r) {
      const make: Job = (b, o) => {
        o.spi = b.spi;
        o.cs = b.cs;
        b.create(o);
      };
      for (const [name, o, message] of settings)
        expect([name, await r.run(make, o)]).toMatchObject([name, refused(message)]);
    },
  },
  {
    name: 'create() makes a MAC of its own',
    async run(r) {
      expect(await r.run((b) => b.create({ spi: b.spi, cs: b.cs }).name)).toEqual({ value: 'w5500' });
    },
  },
];

const linkRows: Scenario[] = [
  {
    name: 'link() with what it does not take, and then as it should be',
    async run(r) {
      for (const [name, o, message] of links) {
        r.chip.resetCounters();
        expect([name, await r.link(o)]).toMatchObject([name, refused(message)]);
        expect(r.chip.frames).toBe(0);
        expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
        await r.does({ op: 'unlink' });
      }
    },
  },
  {
    name: 'link() in subnets of all kinds',
    async run(r) {
      for (const [ip, mask, gw] of subnets) {
        const want = { ip, mask, gw: gw === '0.0.0.0' ? '' : (gw ?? '') };
        expect(await r.link({ ip, mask, gw })).toMatchObject(want);
        await r.does({ op: 'unlink' });
      }
    },
  },
  {
    name: 'link() twice',
    async run(r) {
      const twice = { message: expect.stringMatching(/twice/) };
      const first = r.begin({ op: 'link', options: STATIC });
      expect(await r.link(STATIC)).toMatchObject(twice);
      expect(await r.wait(first)).toMatchObject({ ip: '10.0.0.50' });
      expect(await r.link(STATIC)).toMatchObject(twice);
      await r.does({ op: 'unlink' });
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
    },
  },
  {
    name: 'unlink() while linking',
    async run(r) {
      const linking = r.begin({ op: 'link', options: STATIC });
      await r.does({ op: 'unlink' });
      expect(await r.wait(linking)).toMatchObject({ code: 'ENETDOWN' });
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
    },
  },
  {
    name: 'use before link() and after unlink()',
    async run(r) {
      const to = { op: 'connect' as const, name: 'other', host: '10.0.0.9', port: 80 };
      const unlinked = async () => {
        for (const c of [to, { op: 'info' as const }, { op: 'udp' as const, name: 'other' }])
          expect(await r.does(c)).toMatchObject({ message: expect.stringMatching(/not linked/) });
      };
      await unlinked();
      expect(await r.does({ op: 'lookup', host: 'a.test' })).toMatchObject({ code: 'ENETDOWN' });
      await r.does({ op: 'unlink' });
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      r.lan.absent.add('10.0.0.9');
      const it = await r.connect();
      expect(await r.does({ ...to, port: 0 })).toMatchObject({ message: expect.stringMatching(/port is 0/) });
      const tls = await r.run((b) => void b.driver.connect({ host: 'a', port: 1, tls: {} }, b.sockets.connect));
      expect(tls).toMatchObject({ code: 'ENOTLS', phase: 'tls', message: 'w5500 has no TLS' });
      await r.does({ op: 'unlink' });
      expect(it.closed).toMatchObject([{ code: 'ENETDOWN' }]);
      await unlinked();
    },
  },
];

const throwing = linked('unlink() on a bus that throws', async (r) => {
  /** frames that were asked for */
  const frames = async () => (await r.run((b) => b.frames)).value;
  const breaks = (broken: boolean) => r.run((b, broken) => void (b.broken = broken), broken);
  await r.run((b) => {
    const send = b.spi.send;
    const write = b.spi.write;
    const works = () => {
      b.frames++;
      if (b.broken) throw new Error('SPI is gone');
    };
    b.frames = 0;
    b.mend = () => {
      b.spi.send = send;
      b.spi.write = write;
    };
    b.spi.send = (data: any, cs: any) => {
      works();
      return send(data, cs);
    };
    b.spi.write = (head: any, data: any, cs: any) => {
      works();
      write(head, data, cs);
    };
  });
  await breaks(true);
  await r.does({ op: 'unlink' });
  expect((await r.run((b) => b.driver.is_linked())).value).toBe(false);
  await breaks(false);
  expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
  // what does not go well is not tried again at once
  await breaks(true);
  await r.until(() => !r.linked);
  const before = await frames();
  await r.rest(10000);
  expect((await frames()) - before).toBeLessThan(50);
  await breaks(false);
  await r.until(() => r.linked, 2000);
  await r.run((b) => b.mend());
  await r.works();
});

const useRows: Scenario[] = [
  linked('ports from 1 to 65535', async (r) => {
    for (const port of [1, 65535]) {
      r.lan.serveTcp('10.0.0.9', port, () => ({}));
      const it = await r.connect({ port });
      await r.until(() => it.rooms.length > 0);
      await r.does({ op: 'drop', name: 'connect' });
    }
    for (const port of [0, 65536, -1, 1.5, '80']) {
      const told = await r.run((b, port) => void b.driver.connect({ host: 'a', port: port }, {}), port);
      expect(told).toMatchObject(refused(/port is .*, must be a number from 1 to 65535/));
    }
  }),
  linked('names of all kinds', async (r) => {
    for (const host of [undefined, null, 5, {}, ['10.0.0.7']]) {
      const told = await r.run((b, host) => b.driver.gethostbyname(host), host);
      expect(told).toMatchObject(refused(/host is .*, must be a name or an address/));
      const connecting = await r.run((b, host) => void b.driver.connect({ host: host, port: 80 }, {}), host);
      expect(connecting.message).toMatch(/host is/);
      await r.udp();
      const sending = await r.run((b, host) => b.sockets.udp.socket.send('x', host, 80), host);
      expect(sending.message).toMatch(/host is/);
      await r.does({ op: 'drop', name: 'udp' });
    }
    expect(await r.does({ op: 'lookup', host: '' })).toMatchObject({ code: 'ENOTFOUND' });
    for (const nothing of [undefined, null]) {
      const told = await r.run((b, nothing) => void b.driver.connect(nothing, {}), nothing);
      expect(told.message).toMatch(/connect\(\) is .*, must be {host, port}/);
    }
    const alone = await r.run((b) => void b.driver.connect({ host: '10.0.0.9', port: 80 }));
    expect(alone.message).toMatch(/connect\(\) is .*, must be {host, port}/);
    for (const port of [5000, '5000']) {
      const told = await r.run((b, port) => void b.driver.udp(port), port);
      expect(told.message).toMatch(/udp\(\) is 5000, must be {port}/);
    }
  }),
  throwing,
];

export const badInputRows: Scenario[] = [...createRows, ...linkRows, ...useRows];

/** of the driver for fixed addresses */
export const staticRows: Scenario[] = [
  throwing,
  {
    name: 'DHCP and DNS, where they were left out',
    async run(r) {
      expect((await r.link({ dhcp: true })).message).toMatch(/static/);
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      expect(await r.does({ op: 'lookup', host: 'a.test' })).toMatchObject({ code: 'ENOTFOUND' });
      await r.works();
    },
  },
];
