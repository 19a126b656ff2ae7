// Fault rows: a chip that is not there, or not well.
import { STATIC } from '../world';
import { pattern } from '../commands';
import { answering, linked } from '../rig';
import type { Rig, Scenario } from '../rig';

const broken: [string, (r: Rig) => void, RegExp][] = [
  ['no chip, all 0x00', (r) => (r.chip.faults.absent = 0), /VERSIONR is 0, expected 4/],
  ['no chip, all 0xff', (r) => (r.chip.faults.absent = 255), /VERSIONR is 255, expected 4/],
  ['another version', (r) => (r.chip.faults.version = 5), /VERSIONR is 5, expected 4/],
  ['a reset that never ends', (r) => (r.chip.faults.resetStuck = true), /VERSIONR is 0|MR is 128/],
];

export const bringUpRows: Scenario[] = [
  ...broken.map(([name, fault, text]) => ({
    name,
    async run(r: Rig) {
      fault(r);
      expect(await r.link(STATIC)).toMatchObject({ code: 'ENODEV', message: expect.stringMatching(text) });
      expect(r.linked).toBe(false);
      expect(await r.get('http://10.0.0.9/')).toMatchObject({ error: 'HTTPConnectionError', code: 'ENETDOWN' });
      r.chip.faults.clear();
      // nothing but RSTn or the power switch helps a chip that is stuck in its reset
      if (/reset/.test(name)) r.chip.reset();
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await r.works();
    },
  })),
  {
    name: 'a reset that never ends, and RSTn',
    options: { rst: true },
    async run(r) {
      r.chip.faults.resetStuck = true;
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await r.works();
    },
  },
  {
    name: 'no cable',
    async run(r) {
      r.chip.plug(false);
      const told = await r.link({ ...STATIC, timeout: 5000 });
      expect(told).toMatchObject({ code: 'ETIMEDOUT', message: expect.stringMatching(/cable/) });
      r.chip.plug(true);
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      await r.works();
    },
  },
  {
    name: 'texts where numbers belong, too long to be one',
    async run(r) {
      const text: any = '9'.repeat(70);
      const refused = { code: 'EINVAL', message: expect.stringMatching(/999/) };
      for (const options of [
        { mac: text },
        { mac: '02:' + text },
        { keepalive: text },
        { phy: text },
        { buffers: [text] },
      ])
        expect(await r.does({ op: 'create', options })).toMatchObject(refused);
      for (const wrong of [{ ip: text }, { mask: text }, { gw: '10.0.0.' + text }, { dns: [text] }, { timeout: text }])
        expect(await r.link({ ...STATIC, ...wrong })).toMatchObject(refused);
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      expect(await r.does({ op: 'udp', name: 'u', port: text })).toMatchObject(refused);
      await r.does({ op: 'udp', name: 'v' });
      for (const host of ['10.0.0.9', 'a.test'])
        expect(await r.does({ op: 'datagram', name: 'v', host, port: text, data: 'x' })).toMatchObject(refused);
      await r.does({ op: 'drop', name: 'v' });
      await r.works();
    },
  },
  {
    name: 'options of another kind, and addresses that no host has',
    async run(r) {
      const parts: any[] = [{ buffers: 'x' }, { buffers: 5 }, { buffers: {} }, { retry: 'x' }, { retry: [200] }];
      parts.push({ mac: '00:00:00:00:00:00' }, { mac: '03:00:00:00:00:01' });
      for (const pin of [5, true, 'D5', {}, [1], null]) parts.push({ rst: pin }, { irq: pin });
      for (const options of parts) expect(await r.does({ op: 'create', options })).toMatchObject({ code: 'EINVAL' });
      const before = r.chip.frames;
      for (const [key, value] of [
        ...['127.0.0.1', '0.1.2.3', '224.0.0.1', '255.255.255.255', '10.0.0.0', '10.0.0.255'].map((ip) => ['ip', ip]),
        ...['10.0.1.1', '10.0.0.0', '10.0.0.255', '127.0.0.1', '202.0.0.1'].map((gw) => ['gw', gw]),
        ...['0.0.0.0', '255.0.255.0', '127.255.255.0'].map((mask) => ['mask', mask]),
        ['dns', '224.0.0.1'],
      ])
        expect(await r.link({ ...STATIC, [key]: value })).toMatchObject({
          code: 'EINVAL',
          message: expect.stringMatching(`${key} is ${value}, must be`),
        });
      for (const hostname of ['x'.repeat(64), 'x'.repeat(300), 5 as any])
        expect(await r.link({ dhcp: true, hostname })).toMatchObject({ code: 'EINVAL' });
      expect(r.chip.frames).toBe(before);
      for (const good of [
        { ip: '10.0.0.0', mask: '255.255.255.254', gw: '10.0.0.1' },
        { ip: '200.0.0.5', mask: '255.255.255.255', gw: '192.168.7.1' },
        { ip: '200.1.2.127', mask: '255.255.255.0', gw: '200.1.2.128' },
        { ip: '126.1.2.3', mask: '128.0.0.0', gw: '0.0.0.0' },
      ]) {
        expect(await r.link(good)).toMatchObject({ ...good, gw: good.gw === '0.0.0.0' ? '' : good.gw });
        await r.does({ op: 'unlink' });
      }
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      for (const host of [undefined, 5, ['10.0.0.9']] as any[])
        expect(await r.does({ op: 'lookup', host })).toMatchObject({ code: 'EINVAL' });
      expect(await r.does({ op: 'lookup', host: '' })).toMatchObject({ code: 'ENOTFOUND' });
      await r.works();
    },
  },
  {
    name: 'commands that are never accepted: DHCP cannot even ask',
    async run(r) {
      r.chip.faults.commandStuck = true;
      expect(await r.link({ dhcp: true })).toMatchObject({
        code: 'EIO',
        message: expect.stringMatching(/socket 0 hangs: Sn_CR is 1/),
      });
      expect(r.linked).toBe(false);
      r.chip.faults.clear();
      expect(await r.link({ dhcp: true })).toMatchObject({ ip: '10.0.0.100' });
      await r.works();
    },
  },
  {
    name: 'a chip that loses its power for a moment as it is linked',
    async run(r) {
      r.dhcp.faults.ignore = 1;
      const linking = r.begin({ op: 'link', options: { dhcp: true } });
      await r.rest(1500);
      r.chip.reset();
      expect(await r.wait(linking)).toMatchObject({ ip: '10.0.0.100' });
      await r.works();
    },
  },
  {
    name: 'a chip that dies as it is linked',
    async run(r) {
      r.dhcp.faults.silent = 'all';
      const linking = r.begin({ op: 'link', options: { dhcp: true } });
      await r.rest(1500);
      r.chip.faults.absent = 255;
      expect(await r.wait(linking)).toMatchObject({
        code: 'ENODEV',
        message: expect.stringMatching(/VERSIONR is 255/),
      });
      r.chip.faults.clear();
      r.dhcp.clearFaults();
      expect(await r.link({ dhcp: true })).toMatchObject({ ip: '10.0.0.100' });
      await r.works();
    },
  },
  linked('datagrams of another kind', async (r) => {
    await r.does({ op: 'udp', name: 'u' });
    const to = { op: 'datagram' as const, name: 'u', host: '10.0.0.9', port: 9 };
    for (const data of [undefined, null, 5, true, {}, [1, 2]] as any[])
      expect(await r.does({ ...to, data })).toMatchObject({
        code: 'EINVAL',
        message: expect.stringMatching(/data is/),
      });
    expect(await r.does({ ...to, data: '' })).toMatchObject({ code: 'EMSGSIZE' });
    expect(await r.does({ ...to, data: '\0\x7f\x80\xff' })).toEqual({});
    await r.does({ op: 'drop', name: 'u' });
    await r.works();
  }),
  linked('a chip that loses its power while idle', async (r) => {
    r.chip.reset();
    await r.until(() => !r.linked);
    expect(await r.get('http://10.0.0.9/')).toMatchObject({ error: 'HTTPConnectionError', code: 'ENETDOWN' });
    await r.until(() => r.linked);
    await r.works();
  }),
  linked('a chip that loses its power in the middle of a body', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () =>
      answering('HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n' + pattern(0, 60000)),
    );
    const call = r.begin({ op: 'call', url: 'http://10.0.0.9/', stream: 512 });
    await r.until(() => r.lan.connections().some((s) => s.queued > 0 && s.queued < 40000));
    r.chip.reset();
    expect(await r.wait(call)).toMatchObject({
      error: 'IOError',
      code: expect.stringMatching(/EIO|ECONNRESET/),
      wrong: 0,
    });
    await r.until(() => !r.linked);
    await r.until(() => r.linked);
    await r.works();
  }),
];
