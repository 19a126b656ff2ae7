// DHCP, and what can go wrong with it: RFC 2131.
import { answering } from '../rig';
import { pattern } from '../commands';
import type { Rig, RigOptions, Scenario } from '../rig';
import type { DhcpForgery } from '../../fakes/virtualW5500';
import { OPTION } from '../../fakes/virtualW5500/dhcpMessage';

const URL = 'http://10.0.0.9/';
const DHCP = { dhcp: true };
const types = (r: Rig) => r.dhcp.heard.map((h) => h.type);
const leased = { ip: '10.0.0.100' };

const forgeries: DhcpForgery[] = ['xid', 'chaddr', 'op', 'cookie', 'port', 'server', 'nak', 'type'];

/** a lease is got, whatever is wrong at first, and a request works over it */
function gets(name: string, fault: (r: Rig) => void, options: object = {}): Scenario {
  return {
    name,
    async run(r) {
      fault(r);
      // three tries to be answered may take 31 s, by the second that each is moved by chance
      expect(await r.link({ ...DHCP, timeout: 60000, ...options })).toMatchObject(leased);
      await r.works();
    },
  };
}

export const dhcpRows: Scenario[] = [
  {
    name: 'gets an address, and says what it is',
    async run(r) {
      expect(await r.link({ dhcp: true, hostname: 'sensor-1' })).toEqual({
        ip: '10.0.0.100',
        mask: '255.255.255.0',
        gw: '10.0.0.1',
        dns: '10.0.0.1',
        mac: '02:08:dc:01:02:03',
      });
      expect(r.linked).toBe(true);
      expect(types(r)).toEqual(['DISCOVER', 'REQUEST']);
      const { options, broadcast } = r.dhcp.heard[0].message;
      expect(Buffer.from(options.get(OPTION.hostName)!).toString()).toBe('sensor-1');
      expect(Array.from(options.get(OPTION.clientId)!)).toEqual([1, 2, 8, 0xdc, 1, 2, 3]);
      expect(Array.from(options.get(OPTION.list)!)).toEqual([1, 3, 6, 51, 58, 59]);
      expect(broadcast).toBe(true);
      await r.works();
    },
  },
  {
    name: 'a name of 63 letters, and a mask that is another one or none',
    async run(r) {
      const hostname = 'x'.repeat(63);
      for (const [bytes, mask] of [
        [[255, 255, 0, 0], '255.255.0.0'],
        [[255, 255, 255, 255], '255.255.255.255'],
        [[255, 0, 255, 0], '255.255.255.0'],
      ] as const) {
        r.dhcp.faults.options = { [OPTION.mask]: Uint8Array.from(bytes) };
        expect(await r.link({ dhcp: true, hostname })).toMatchObject({ mask });
        await r.does({ op: 'unlink' });
      }
      expect(Buffer.from(r.dhcp.heard[0].message.options.get(OPTION.hostName)!).toString()).toBe(hostname);
    },
  },
  {
    name: 'an offer that comes twice is no ACK',
    async run(r) {
      r.dhcp.faults.silent = ['REQUEST'];
      r.dhcp.faults.repeat = 1;
      expect(await r.link({ dhcp: true, timeout: 9000 })).toMatchObject({ code: 'ETIMEDOUT' });
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  {
    name: 'a lease of no time is none',
    async run(r) {
      r.dhcp.leaseS = 0;
      expect(await r.link(DHCP)).toMatchObject({
        code: 'ETIMEDOUT',
        message: expect.stringMatching(/no DHCP server answers/),
      });
      r.dhcp.leaseS = 3600;
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  {
    name: 'DNS servers that are none are left out',
    async run(r) {
      r.dhcp.dns = ['0.0.0.0', '255.255.255.255', '10.0.0.1'];
      r.dns.zone['a.test'] = { a: '10.0.0.7' };
      expect(await r.link(DHCP)).toMatchObject({ dns: '10.0.0.1' });
      expect(await r.does({ op: 'lookup', host: 'a.test' })).toEqual({ ip: '10.0.0.7' });
      await r.works();
    },
  },
  {
    name: 'an offer that comes late: secs of the REQUEST are those of the DISCOVER',
    async run(r) {
      r.dhcp.faults.ignore = 1;
      r.dhcp.faults.delayMs = 2500;
      expect(await r.link(DHCP)).toMatchObject(leased);
      const [, discover, request] = r.dhcp.heard;
      expect([discover, request].map((h) => h.type)).toEqual(['DISCOVER', 'REQUEST']);
      expect(discover.message.secs).toBeGreaterThan(2);
      expect(request.message.secs).toBe(discover.message.secs);
    },
  },
  {
    name: 'asks for the address it is told to, and may get another',
    async run(r) {
      expect(await r.link({ dhcp: true, ip: '10.0.0.150' })).toMatchObject(leased);
      expect(types(r)).toEqual(['REQUEST', 'REQUEST', 'DISCOVER', 'REQUEST']);
      await r.works();
    },
  },
  {
    name: 'gets the address it is told to, though the first answer is lost',
    async run(r) {
      r.dhcp.leases.set('02:08:dc:01:02:03', { ip: '10.0.0.150', until: Infinity });
      r.dhcp.faults.ignore = 1;
      expect(await r.link({ dhcp: true, ip: '10.0.0.150' })).toMatchObject({ ip: '10.0.0.150' });
      expect(types(r)).toEqual(['REQUEST', 'REQUEST']);
      await r.works();
      // who has answered is asked to renew it
      await r.rest(1800000);
      expect(r.dhcp.heard[2].to).toBe('10.0.0.1');
    },
  },
  {
    name: 'asks again after 4, 8, 16, 32, 64, 64, 64, 64 seconds, more or less, and says for how long it has asked',
    async run(r) {
      r.dhcp.faults.ignore = 8;
      const linking = r.begin({ op: 'link', options: { dhcp: true, timeout: 400000 } });
      expect(await r.wait(linking, 400000)).toMatchObject(leased);
      const at = r.dhcp.heard.slice(0, 9).map((h) => h.at);
      [4, 8, 16, 32, 64, 64, 64, 64].forEach((s, i) =>
        expect(Math.abs(at[i + 1] - at[i] - s * 1000)).toBeLessThan(1100),
      );
      r.dhcp.heard
        .slice(0, 9)
        .forEach((h) => expect(Math.abs(h.message.secs - (h.at - at[0]) / 1000)).toBeLessThan(1.1));
      expect(new Set(r.dhcp.heard.map((h) => h.message.xid)).size).toBe(1);
    },
  },
  {
    name: 'no server',
    async run(r) {
      r.dhcp.faults.silent = 'all';
      expect(await r.link(DHCP)).toMatchObject({
        code: 'ETIMEDOUT',
        message: expect.stringMatching(/no DHCP server answers/),
      });
      const asked = r.dhcp.heard.length;
      await r.rest(100000);
      expect(r.dhcp.heard.length).toBe(asked);
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  {
    name: 'a DISCOVER that the chip lost is sent again in time',
    async run(r) {
      r.chip.faults.sendsLost = 1;
      expect(await r.link({ ...DHCP, timeout: 10000 })).toMatchObject(leased);
      expect(types(r)).toEqual(['DISCOVER', 'REQUEST']);
      await r.works();
    },
  },
  {
    name: 'unlink() while the address is checked: nothing goes on',
    async run(r) {
      const linking = r.begin({ op: 'link', options: DHCP });
      await r.until(() => types(r).length === 2);
      // ARP takes 0.6 s
      await r.rest(300);
      await r.does({ op: 'unlink' });
      expect(await r.wait(linking)).toMatchObject({ code: 'ENETDOWN' });
      r.chip.resetCounters();
      await r.rest(3600000);
      expect([r.linked, r.chip.frames, types(r).length]).toEqual([false, 0, 2]);
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  gets('silent to DISCOVER, then not', (r) => {
    r.dhcp.faults.silent = ['DISCOVER'];
    r.clock.setTimeout(() => r.dhcp.clearFaults(), 10000);
  }),
  gets('silent to REQUEST, then not', (r) => {
    r.dhcp.faults.silent = ['REQUEST'];
    r.clock.setTimeout(() => r.dhcp.clearFaults(), 20000);
  }),
  {
    name: 'a server that refuses what it offered',
    async run(r) {
      r.dhcp.faults.nak = true;
      r.clock.setTimeout(() => r.dhcp.clearFaults(), 5000);
      expect(await r.link(DHCP)).toMatchObject(leased);
      expect(types(r).length).toBeLessThan(10);
      const [, refused, again] = r.dhcp.heard;
      expect(again.at - refused.at).toBeLessThan(1000);
      await r.works();
    },
  },
  {
    name: 'a server that refuses for ever',
    async run(r) {
      r.dhcp.faults.nak = true;
      expect(await r.link({ dhcp: true, timeout: 9000 })).toMatchObject({
        code: 'ETIMEDOUT',
        message: expect.stringMatching(/the DHCP server refuses 10.0.0.100 \(9000 ms\)/),
      });
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  ...forgeries.map((field) => gets(`does not believe a forged ${field}`, (r) => (r.dhcp.faults.forge = [field]))),
  // more would not fit into 2 KB
  gets('believes none of four forgeries at once', (r) => (r.dhcp.faults.forge = forgeries.slice(2, 6))),
  gets('every answer three times', (r) => (r.dhcp.faults.repeat = 2)),
  gets('answers a second late', (r) => (r.dhcp.faults.delayMs = 1000)),
  ...[2, 10, 100].map((ms) =>
    gets(`SEND_OK ${ms} ms late, after the answer`, (r) => (r.chip.faults.sendOkDelayMs = ms)),
  ),
  ...[1, 2, 3].map((n) => ({
    name: `options in the fields for names, overload ${n}`,
    async run(r: Rig) {
      r.dhcp.faults.overload = n;
      expect(await r.link(DHCP)).toMatchObject({ ...leased, mask: '255.255.255.0', gw: '10.0.0.1', dns: '10.0.0.1' });
      await r.works();
    },
  })),
  {
    name: 'an offer of what no host has',
    async run(r) {
      for (const ip of ['127.0.0.1', '224.0.0.5', '255.255.255.255', '0.0.0.0']) {
        r.dhcp.faults.offer = ip;
        expect(await r.link({ dhcp: true, timeout: 3000 })).toMatchObject({ code: 'ETIMEDOUT' });
        expect(types(r)).not.toContain('REQUEST');
      }
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  {
    name: 'an offer with a 127 that is not its first number',
    async run(r) {
      r.dhcp.leases.set('02:08:dc:01:02:03', { ip: '10.0.0.127', until: Infinity });
      expect(await r.link(DHCP)).toMatchObject({ ip: '10.0.0.127' });
    },
  },
  {
    name: 'an ACK for another address than it asked for is none',
    async run(r) {
      r.dhcp.faults.ack = '10.0.0.77';
      expect(await r.link({ dhcp: true, timeout: 9000 })).toMatchObject({ code: 'ETIMEDOUT' });
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  gets('a byte of padding before each option', (r) => (r.dhcp.faults.padding = true)),
  gets('a boot file whose name looks like an option', (r) => (r.dhcp.faults.file = '6/boot.bin')),
  gets('unicast answers get lost', (r) => (r.dhcp.faults.loseUnicast = true)),
  gets('answers that are over with their last option', (r) => {
    r.dhcp.faults.options = { 224: new Uint8Array(200) };
    r.dhcp.faults.truncate = -1;
  }),
  gets('a mask and times that are too long', (r) => {
    const long = Uint8Array.from({ length: 8 }, (_, i) => (i < 3 ? 255 : 0));
    r.dhcp.faults.options = { [OPTION.mask]: long, [OPTION.lease]: long, [OPTION.t1]: long, [OPTION.t2]: long };
  }),
  gets('an overload that is too long', (r) => {
    r.dhcp.faults.options = { [OPTION.overload]: new Uint8Array(70).fill(1) };
  }),
  {
    name: 'a message type that is too long',
    async run(r) {
      r.dhcp.faults.options = { [OPTION.type]: new Uint8Array(70).fill(2) };
      expect(await r.link({ dhcp: true, timeout: 9000 })).toMatchObject({ code: 'ETIMEDOUT' });
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  {
    name: 'no router, no DNS server, no times',
    async run(r) {
      r.dhcp.faults.options = { [OPTION.router]: null, [OPTION.dns]: null, [OPTION.t1]: null, [OPTION.t2]: null };
      expect(await r.link(DHCP)).toMatchObject({ ...leased, gw: '', dns: '' });
      await r.works();
    },
  },
  {
    name: 'answers that are cut off in their last option, which nobody needs',
    async run(r) {
      r.dhcp.faults.options = { 224: new Uint8Array(200) };
      r.dhcp.faults.truncate = 400;
      expect(await r.link({ dhcp: true, timeout: 9000 })).toMatchObject({ code: 'ETIMEDOUT' });
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  {
    name: 'answers that are cut off',
    async run(r) {
      r.dhcp.faults.truncate = 250;
      expect(await r.link({ dhcp: true, timeout: 9000 })).toMatchObject({ code: 'ETIMEDOUT' });
      r.dhcp.clearFaults();
      expect(await r.link(DHCP)).toMatchObject(leased);
      await r.works();
    },
  },
  {
    name: 'somebody has the address already, and every answer comes three times',
    async run(r) {
      r.lan.squatters.add('10.0.0.100');
      r.dhcp.faults.repeat = 2;
      expect(await r.link(DHCP)).toMatchObject({ ip: '10.0.0.101' });
      await r.works();
    },
  },
  {
    name: 'says why there is no address yet',
    async run(r) {
      const told = async (timeout: number) => (await r.link({ dhcp: true, timeout })).message;
      expect(await told(400)).toMatch(/: address check \(400 ms\)/);
      r.lan.squatters.add('10.0.0.100');
      expect(await told(5000)).toMatch(/: somebody else has 10.0.0.100 \(5000 ms\)/);
    },
  },
  {
    name: 'somebody has the address already',
    async run(r) {
      r.lan.squatters.add('10.0.0.100');
      // secs of a DECLINE are 0 all the same
      r.dhcp.faults.delayMs = 1500;
      expect(await r.link(DHCP)).toMatchObject({ ip: '10.0.0.101' });
      expect(types(r)).toEqual(['DISCOVER', 'REQUEST', 'DECLINE', 'DISCOVER', 'REQUEST']);
      const [, , declined, again] = r.dhcp.heard;
      // RFC 2131, table 5
      expect([...declined.message.options.keys()].sort()).toEqual([50, 53, 54, 61]);
      expect(declined.message.broadcast).toBe(false);
      expect(again.at - declined.at).toBeGreaterThanOrEqual(9000);
      expect([...again.message.options.keys()].sort()).toEqual([53, 55, 61]);
      await r.works();
    },
  },
];

function leasedRow(name: string, dhcp: RigOptions['dhcp'], run: (r: Rig) => Promise<void>): Scenario {
  return {
    name,
    options: { dhcp },
    async run(r) {
      expect(await r.link(DHCP)).toMatchObject(leased);
      await run(r);
      await r.works();
    },
  };
}

export const leaseRows: Scenario[] = [
  ...[
    [0, 0],
    [400, 500],
  ].map(([t1S, t2S]) =>
    leasedRow(`times that are nonsense, ${t1S} and ${t2S}`, { leaseS: 360, t1S, t2S }, async (r) => {
      await r.rest(175000);
      expect(r.dhcp.heard.length).toBe(2);
      await r.rest(10000);
      expect(r.dhcp.heard.length).toBe(3);
    }),
  ),
  leasedRow('is renewed at T1 with the server, while nobody notices', { leaseS: 360 }, async (r) => {
    const bound = r.dhcp.heard[1].at;
    await r.rest(175000);
    expect(r.dhcp.heard.length).toBe(2);
    await r.rest(10000);
    const renewal = r.dhcp.heard[2];
    expect(Math.abs(renewal.at - bound - 180000)).toBeLessThan(3000);
    expect([renewal.type, renewal.to, renewal.message.ciaddr]).toEqual(['REQUEST', '10.0.0.1', '10.0.0.100']);
    expect(renewal.message.broadcast).toBe(false);
    await r.rest(170000);
    expect(r.linked).toBe(true);
    await r.rest(20000);
    expect(r.dhcp.heard.length).toBe(4);
  }),
  leasedRow('names that are known stay known when it is renewed', { leaseS: 60 }, async (r) => {
    r.dns.zone['api.test'] = { a: '10.0.0.7' };
    for (let i = 0; i < 3; i++) {
      expect(await r.does({ op: 'lookup', host: 'api.test' })).toEqual({ ip: '10.0.0.7' });
      await r.rest(35000);
    }
    expect(r.dhcp.heard.length).toBeGreaterThan(4);
    expect(r.dns.queries.length).toBe(1);
  }),
  leasedRow(
    'is asked for at everybody from T2 on, and given up when it is over',
    { leaseS: 600, t1S: 100, t2S: 300 },
    async (r) => {
      const bound = r.dhcp.heard[1].at;
      r.dhcp.faults.silent = 'all';
      await r.rest(590000);
      expect(r.linked).toBe(true);
      const later = r.dhcp.heard.slice(2);
      for (const h of later) expect(h.to).toBe(h.at - bound < 299000 ? '10.0.0.1' : '255.255.255.255');
      // half of the time that is left, and at least a minute
      expect(later.map((h) => Math.round((h.at - bound) / 1000))).toEqual([100, 200, 260, 300, 450, 525, 585]);
      await r.rest(20000);
      expect(r.linked).toBe(false);
      r.dhcp.clearFaults();
      await r.until(() => r.linked);
    },
  ),
  leasedRow(
    'is asked for at everybody at T2, though the server that is gone is still looked for',
    { leaseS: 120, t1S: 100, t2S: 101 },
    async (r) => {
      const bound = r.dhcp.heard[1].at;
      // ARP takes 1.8 s
      r.lan.absent.add('10.0.0.1');
      await r.rest(110000);
      const [renewal] = r.dhcp.heard.slice(2);
      expect([renewal.type, renewal.to, renewal.message.ciaddr]).toEqual(['REQUEST', '255.255.255.255', leased.ip]);
      expect(Math.abs(renewal.at - bound - 101000)).toBeLessThan(1000);
      await r.rest(20000);
      expect(r.linked).toBe(true);
    },
  ),
  leasedRow('ends in the middle of a transfer: an error, and then a new address', { leaseS: 120 }, async (r) => {
    r.dhcp.faults.silent = 'all';
    r.lan.serveTcp('10.0.0.9', 80, () => ({
      onData(_d: Uint8Array, s: any) {
        s.write('HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n');
        const more = () => {
          if (s.state !== 'open') return;
          s.write(new Uint8Array(10));
          r.clock.setTimeout(more, 500);
        };
        more();
      },
    }));
    expect(await r.get(URL, { stream: 512, options: { timeout: 0 } })).toMatchObject({
      error: 'IOError',
      code: 'ENETDOWN',
      message: 'w5500 is not linked: the lease is over',
    });
    expect(await r.get(URL)).toMatchObject({ error: 'HTTPConnectionError', code: 'ENETDOWN' });
    r.dhcp.clearFaults();
    await r.until(() => r.linked);
  }),
  leasedRow('is renewed during a download', { leaseS: 60, t1S: 1, t2S: 50 }, async (r) => {
    const body = pattern(0, 30000);
    r.lan.serveTcp('10.0.0.9', 80, () => answering(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
    const told = await r.get(URL, { stream: 512, wait: 100, every: 1 });
    expect(told).toMatchObject({ status: 200, received: body.length, wrong: 0 });
    expect(types(r).filter((t) => t === 'REQUEST').length).toBeGreaterThan(2);
  }),
  leasedRow('is renewed late where all 8 sockets are taken', { leaseS: 120 }, async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    for (let i = 0; i < 8; i++) expect(await r.get(URL, { keep: 'k' + i })).toMatchObject({ kept: true });
    await r.rest(75000);
    expect(types(r).filter((t) => t === 'REQUEST').length).toBe(1);
    await r.does({ op: 'drop', name: 'k0' });
    await r.rest(20000);
    expect(types(r).filter((t) => t === 'REQUEST').length).toBe(2);
    expect(r.linked).toBe(true);
    for (let i = 1; i < 8; i++) await r.does({ op: 'drop', name: 'k' + i });
  }),
  leasedRow('is given up in time where all 8 sockets are taken', { leaseS: 115 }, async (r) => {
    const bound = r.dhcp.heard[1].at;
    r.lan.serveTcp('10.0.0.9', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    for (let i = 0; i < 8; i++) expect(await r.get(URL, { keep: 'k' + i })).toMatchObject({ kept: true });
    await r.until(() => !r.linked);
    expect(Math.abs(r.clock.now() - bound - 115000)).toBeLessThan(1000);
    await r.until(() => r.linked);
  }),
  leasedRow('is refused on renewal: a new one at once', { leaseS: 120 }, async (r) => {
    const u = await r.udp();
    r.dhcp.faults.nak = true;
    await r.rest(60000);
    r.dhcp.clearFaults();
    await r.until(() => r.linked);
    const why = 'w5500 is not linked: the DHCP server refuses 10.0.0.100';
    expect(u.closed).toMatchObject([{ code: 'ENETDOWN', message: why }]);
    expect(types(r).slice(0, 4)).toEqual(['DISCOVER', 'REQUEST', 'REQUEST', 'DISCOVER']);
  }),
  leasedRow('without end', { leaseS: 0xffffffff }, async (r) => {
    await r.rest(500000);
    expect(r.dhcp.heard.length).toBe(2);
    expect(r.linked).toBe(true);
  }),
];
