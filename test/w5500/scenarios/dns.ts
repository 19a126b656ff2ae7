// DNS, and what can go wrong with it: RFC 1035, 5452.
import { answering } from '../rig';
import type { Rig, Scenario } from '../rig';
import type { DnsFault, DnsForgery } from '../../fakes/virtualW5500';
import { SOCK_CLOSED } from '../../fakes/virtualW5500/registers';

const ZONE = {
  'api.test': { a: '10.0.0.7' },
  'one.test': { cname: 'two.test' },
  'two.test': { cname: 'api.test' },
  'short.test': { a: '10.0.0.8', ttl: 5 },
  'brief.test': { cname: 'api.test', ttl: 5 },
  'never.test': { a: '10.0.0.8', ttl: 0 },
  'blocked.test': { a: '0.0.0.0' },
  'group.test': { a: '239.1.2.3' },
};

const patient = { options: { timeout: 0, idle_timeout: 0 } };

const look = async (r: Rig, host: string) => {
  const told = await r.does({ op: 'lookup', host });
  return told.ip || told.code;
};

function row(name: string, run: (r: Rig) => Promise<void>, ips = ['10.0.0.1']): Scenario {
  return {
    name,
    options: { dns: { ips, zone: { ...ZONE } } },
    async run(r) {
      const given = { ip: '10.0.0.50', mask: '255.255.255.0', gw: '10.0.0.1', dns: ips };
      expect(await r.link(given)).toMatchObject({ ip: '10.0.0.50' });
      await run(r);
      await r.works();
    },
  };
}

const passing: DnsFault[] = [
  'silent',
  'truncated',
  'truncated-with-answer',
  'loop',
  'inner-loop',
  'forward-pointer',
  'stranger',
  'short',
  'bad-rdlength',
  'long-address',
  'long-label',
  'long-name',
  'garbage',
  'servfail',
  'refused',
  'duplicate',
];
const forgeries: DnsForgery[] = ['id', 'source', 'port', 'question', 'type', 'qr', 'opcode', 'no-question'];
/** how a request by name ends where every answer is like this */
const lasting: [DnsFault, string][] = [
  ['silent', 'ETIMEDOUT'],
  ['nxdomain', 'ENOTFOUND'],
  ['servfail', 'EAI_AGAIN'],
  ['refused', 'EAI_AGAIN'],
  ['truncated', 'EAI_AGAIN'],
  ['loop', 'ETIMEDOUT'],
  ['short', 'ETIMEDOUT'],
  ['garbage', 'ETIMEDOUT'],
  ['cname-loop', 'ENOTFOUND'],
  ['no-answer', 'ENOTFOUND'],
];

export const dnsRows: Scenario[] = [
  row('a query that the chip lost is sent again', async (r) => {
    r.chip.faults.sendsLost = 1;
    const at = r.clock.now();
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
    expect(r.clock.now() - at).toBeLessThan(5000);
  }),
  row('finds a name, through CNAMEs too, whatever its case', async (r) => {
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
    expect(await look(r, 'ONE.test')).toBe('10.0.0.7');
    expect(await look(r, 'short.test.')).toBe('10.0.0.8');
    await r.allFree();
  }),
  row('answers addresses at once, and knows what is none', async (r) => {
    for (const ip of ['1.2.3.4', '224.0.0.1', '255.255.255.255']) expect(await look(r, ip)).toBe(ip);
    const names = [
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.4.',
      '1.2.3.4.5',
      'a..b',
      '::1',
      'fe80::1',
      '\xe4.test',
      '',
    ];
    for (const c of 'x9') names.push(c.repeat(64), '1.2.3.' + c.repeat(64), c.repeat(300), 'a.'.repeat(127) + c + c);
    for (const name of names) expect([name, await look(r, name)]).toEqual([name, 'ENOTFOUND']);
    expect(r.dns.queries.length).toBe(0);
  }),
  row('names as long as they may be, and longer', async (r) => {
    const longest = ['x', 'y', 'z'].map((c) => c.repeat(63)).join('.') + '.';
    const name = longest + 'w'.repeat(61);
    r.dns.zone[name] = { a: '10.0.0.7' };
    expect(await look(r, name)).toBe('10.0.0.7');
    expect(await look(r, longest + 'w'.repeat(62))).toBe('ENOTFOUND');
    expect(r.dns.queries.length).toBe(1);
  }),
  row('the question comes back in capitals', async (r) => {
    r.dns.fault = 'capitals';
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
    expect(r.dns.queries.length).toBe(1);
    r.dns.fault = null;
  }),
  row('no such name, remembered for a moment', async (r) => {
    expect(await look(r, 'gone.test')).toBe('ENOTFOUND');
    expect(await look(r, 'gone.test')).toBe('ENOTFOUND');
    expect(r.dns.queries.length).toBe(1);
    await r.rest(11000);
    await look(r, 'gone.test');
    expect(r.dns.queries.length).toBe(2);
  }),
  row('names that are not there take next to no memory', async (r) => {
    const used = async () => (await r.does({ op: 'memory' })).usage!;
    await look(r, 'gone0.test');
    const before = await used();
    for (let i = 1; i < 8; i++) expect(await look(r, `gone${i}.test`)).toBe('ENOTFOUND');
    expect(await look(r, 'gone1.test')).toBe('ENOTFOUND');
    expect(r.dns.queries.length).toBe(8);
    expect((await used()) - before).toBeLessThan(7 * 25);
  }),
  row('remembers for as long as the answer says', async (r) => {
    await look(r, 'short.test');
    await look(r, 'short.test');
    expect(r.dns.queries.length).toBe(1);
    await r.rest(4900);
    await look(r, 'short.test');
    expect(r.dns.queries.length).toBe(1);
    await r.rest(200);
    await look(r, 'short.test');
    expect(r.dns.queries.length).toBe(2);
    await look(r, 'never.test');
    await look(r, 'never.test');
    expect(r.dns.queries.length).toBe(4);
    // the shortest time of a chain
    for (const wait of [4900, 200, 0]) {
      expect(await look(r, 'brief.test')).toBe('10.0.0.7');
      await r.rest(wait);
    }
    expect(r.dns.queries.length).toBe(6);
  }),
  row('remembers eight names: the oldest makes room for the ninth', async (r) => {
    const names = Array.from({ length: 9 }, (_, i) => `gone${i}.test`);
    for (const i of [0, 1, 2, 3, 4, 5, 6, 7, 0, 8, 1]) await look(r, names[i]);
    expect(r.dns.queries.map((q) => q.name)).toEqual(names);
    await look(r, names[0]);
    expect(r.dns.queries.length).toBe(10);
  }),
  row('a name that is asked for again and again takes one place', async (r) => {
    await look(r, 'api.test');
    for (let i = 0; i < 9; i++) {
      await look(r, 'short.test');
      await r.rest(5100);
    }
    expect(r.dns.queries.length).toBe(10);
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
    expect(r.dns.queries.length).toBe(10);
  }),
  row('an answer finds its lookup, beside one that has none yet', async (r) => {
    r.dns.script.push('silent');
    const silent = r.begin({ op: 'lookup', host: 'api.test' });
    const at = r.clock.now();
    expect(await look(r, 'short.test')).toBe('10.0.0.8');
    expect(r.clock.now() - at).toBeLessThan(1000);
    expect(await r.wait(silent)).toEqual({ ip: '10.0.0.7' });
  }),
  row('asks with ids and ports that cannot be guessed', async (r) => {
    for (let i = 0; i < 12; i++) await look(r, 'never.test');
    const ports = r.dns.queries.map((q) => q.port);
    expect(new Set(r.dns.queries.map((q) => q.id)).size).toBeGreaterThan(10);
    expect(new Set(ports).size).toBeGreaterThan(10);
    expect(ports.every((p, i) => !i || p === ports[i - 1] + 1)).toBe(false);
  }),
  row('repeats a query that got lost', async (r) => {
    r.dns.script.push('silent', 'silent');
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
    expect(r.dns.queries.length).toBe(3);
  }),
  row(
    'asks the next server',
    async (r) => {
      r.dns.down.add('10.0.0.1');
      expect(await look(r, 'api.test')).toBe('10.0.0.7');
      r.dns.down.clear();
      r.dns.script.push('servfail');
      const at = r.clock.now();
      expect(await look(r, 'one.test')).toBe('10.0.0.7');
      // at once
      expect(r.clock.now() - at).toBeLessThan(1000);
      r.dns.script.push('refused');
      expect(await look(r, 'short.test')).toBe('10.0.0.8');
    },
    ['10.0.0.1', '10.0.0.2'],
  ),
  row(
    'asks again after 1.5 seconds, twice as much once all servers were asked',
    async (r) => {
      r.dns.fault = 'silent';
      const start = r.clock.now();
      expect(await look(r, 'api.test')).toBe('ETIMEDOUT');
      const at = r.dns.queries.map((q) => Math.round((q.at - start) / 100) / 10);
      expect(at).toEqual([0, 1.5, 3, 6, 9]);
      expect(r.dns.queries.map((q) => q.server)).toEqual([1, 2, 1, 2, 1].map((n) => '10.0.0.' + n));
      expect(Math.round((r.clock.now() - start) / 1000)).toBe(15);
      r.dns.fault = null;
    },
    ['10.0.0.1', '10.0.0.2'],
  ),
  {
    ...row('lookups at a server that nobody finds fail at the same time', async (r) => {
      r.lan.absent.add('10.0.0.1');
      const names = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `name${n}.test`);
      const start = r.clock.now();
      const told = Promise.all(names.map((host) => r.begin({ op: 'lookup', host })));
      expect((await r.wait(told, 200000)).map((t) => t.code)).toEqual(names.map(() => 'ETIMEDOUT'));
      // 46.5 s, and 2 s for the datagrams of the others
      expect(r.clock.now() - start).toBeLessThan(49000);
      r.lan.absent.clear();
    }),
    large: true,
  },
  ...passing.map((fault) =>
    row(`${fault}, then good`, async (r) => {
      r.dns.script.push(fault);
      expect(await look(r, 'api.test')).toBe('10.0.0.7');
      await r.allFree();
    }),
  ),
  ...forgeries.map((field) =>
    row(`does not believe a forged ${field}`, async (r) => {
      r.dns.forge = [field];
      expect(await look(r, 'api.test')).toBe('10.0.0.7');
    }),
  ),
  ...lasting.map(([fault, code]) =>
    row(`a request where every answer is: ${fault}`, async (r) => {
      r.dns.fault = fault;
      expect(await r.get('http://api.test/', patient)).toMatchObject({
        error: 'HTTPConnectionError',
        code,
        phase: 'dns',
      });
      await r.allFree();
      r.dns.fault = null;
      // a failure may be remembered for a moment
      await r.rest(11000);
      r.lan.serveTcp('10.0.0.7', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
      expect(await r.get('http://api.test/')).toMatchObject({ status: 200 });
    }),
  ),
  row('says why a name was not found', async (r) => {
    // the second time it is remembered
    for (let i = 0; i < 2; i++)
      expect(await r.get('http://gone.test/')).toMatchObject({
        phase: 'dns',
        message: 'name not found: gone.test (no address)',
      });
    r.dns.fault = 'truncated';
    expect(await r.get('http://api.test/', patient)).toMatchObject({
      message: expect.stringMatching(/server says TC/),
    });
    r.dns.fault = 'refused';
    expect(await r.get('http://api.test/', patient)).toMatchObject({ message: expect.stringMatching(/RCODE 5/) });
    r.dns.fault = 'silent';
    expect(await r.get('http://api.test/', patient)).toMatchObject({
      message: 'name not found: api.test (no DNS server answers)',
    });
    expect(await r.get('http://1.2.3/', patient)).toMatchObject({
      message: 'name not found: 1.2.3 (it cannot be one)',
    });
    r.dns.fault = null;
  }),
  row('requests that gave up, with no answer to their lookups', async (r) => {
    r.dns.fault = 'silent';
    for (let i = 0; i < 8; i++)
      expect(await r.get(`http://name${i}.test/`, { options: { timeout: 500 } })).toMatchObject({
        error: 'HTTPConnectionError',
        code: 'ETIMEDOUT',
        phase: 'dns',
      });
    // not even the goodbyes take long
    await r.allFree();
    r.dns.fault = null;
  }),
  row('a UDP socket that is closed while a name is looked up', async (r) => {
    r.dns.fault = 'silent';
    await r.does({ op: 'udp', name: 'u' });
    const to = { op: 'datagram' as const, name: 'u', port: 9, data: 'x' };
    const dropped = r.begin({ ...to, host: 'api.test' });
    expect(await r.does({ ...to, host: '10.0.0.9' })).toMatchObject({ code: 'EBUSY' });
    await r.rest(3000);
    expect(r.dns.queries.length).toBe(2);
    await r.does({ op: 'drop', name: 'u' });
    expect(await r.wait(dropped)).toMatchObject({ code: 'EPIPE' });
    await r.allFree();
    r.dns.fault = null;
    await r.does({ op: 'udp', name: 'u' });
    expect(await r.does({ ...to, host: 'api.test' })).toEqual({});
    await r.does({ op: 'drop', name: 'u' });
  }),
  row('a request that gives up, beside others that look up the same name', async (r) => {
    r.lan.serveTcp('10.0.0.7', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    r.dns.script.push('silent');
    const short = r.begin({ op: 'call', url: 'http://api.test/', options: { timeout: 500 } });
    const long = r.begin({ op: 'call', url: 'http://api.test/' });
    const found = r.begin({ op: 'lookup', host: 'api.test' });
    expect(await r.wait(short)).toMatchObject({ code: 'ETIMEDOUT', phase: 'dns' });
    expect(await r.wait(long)).toMatchObject({ status: 200 });
    expect(await r.wait(found)).toEqual({ ip: '10.0.0.7' });
  }),
  row('lookups of one name are one, and all share a socket', async (r) => {
    const busy = () => r.chip.sockets.length - r.countIn(SOCK_CLOSED);
    r.dns.delayMs = 300;
    const names = ['api.test', 'one.test', 'gone.test', 'API.test', 'api.test', 'short.test', 'x1.test'];
    const told = Promise.all(names.map((host) => r.begin({ op: 'lookup', host })));
    await r.rest(200);
    expect(busy()).toBe(1);
    expect((await r.wait(told)).map((t) => t.ip || t.code)).toEqual([
      ...['10.0.0.7', '10.0.0.7', 'ENOTFOUND', '10.0.0.7', '10.0.0.7', '10.0.0.8'],
      'ENOTFOUND',
    ]);
    expect(r.dns.queries.map((q) => q.name).sort()).toEqual(
      ['api.test', 'one.test', 'gone.test', 'short.test', 'x1.test'].sort(),
    );
    r.dns.delayMs = 0;
    await r.allFree();
  }),
  {
    ...row('lookups that nobody answers leave the sockets to others', async (r) => {
      r.dns.fault = 'silent';
      const names = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `silent${n}.test`);
      const told = Promise.all(names.map((host) => r.begin({ op: 'lookup', host })));
      r.lan.serveTcp('10.0.0.200', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine'));
      expect(await r.get('http://10.0.0.200/')).toMatchObject({ status: 200 });
      expect((await r.wait(told, 100000)).map((t) => t.code)).toEqual(names.map(() => 'ETIMEDOUT'));
      await r.allFree();
      expect(r.dns.queries.length).toBe(9 * 5);
      r.dns.fault = null;
    }),
    large: true,
  },
  row('lookups whose questions never leave', async (r) => {
    r.chip.faults.sendOkDelayMs = Infinity;
    r.dns.fault = 'silent';
    const start = r.clock.now();
    const told = Promise.all(['a.test', 'b.test', 'c.test'].map((host) => r.begin({ op: 'lookup', host })));
    expect((await r.wait(told, 300000)).map((t) => t.code)).toEqual(['EIO', 'EIO', 'EIO']);
    expect(r.clock.now() - start).toBeLessThan(15000);
    r.chip.faults.clear();
    r.dns.fault = null;
    await r.until(() => r.linked);
    await r.allFree();
  }),
  row('lookups end with the link, and the next ones start anew', async (r) => {
    r.dns.fault = 'silent';
    const told = Promise.all(['a.test', 'b.test', 'a.test'].map((host) => r.begin({ op: 'lookup', host })));
    await r.rest(500);
    r.chip.plug(false);
    expect((await r.wait(told)).map((t) => t.code)).toEqual(['ENETDOWN', 'ENETDOWN', 'ENETDOWN']);
    r.dns.fault = null;
    r.chip.plug(true);
    await r.until(() => r.linked);
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
  }),
  row('lookups end with the link, though the end of the first one ends the second', async (r) => {
    r.dns.fault = 'silent';
    await r.connect({ name: 'a', host: 'a.test', acts: { close: (n, b) => b.sockets.b.socket.close() } });
    await r.connect({ name: 'b', host: 'b.test' });
    await r.rest(500);
    r.chip.plug(false);
    await r.until(() => !r.linked);
    expect([r.heard.a.closed, r.heard.b.closed]).toMatchObject([[{ code: 'ENETDOWN' }], []]);
    r.dns.fault = null;
    r.chip.plug(true);
    await r.until(() => r.linked);
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
  }),
  row(
    'no server to ask',
    async (r) => {
      expect(await r.does({ op: 'lookup', host: 'api.test' })).toMatchObject({
        code: 'ENOTFOUND',
        message: 'name not found: api.test (no DNS server is known)',
      });
      await r.allFree();
    },
    [],
  ),
  row('an address that no host has is none', async (r) => {
    for (const host of ['blocked.test', 'group.test']) {
      expect(await look(r, host)).toBe('ENOTFOUND');
      expect(await r.get(`http://${host}/`)).toMatchObject({ error: 'HTTPConnectionError', code: 'ENOTFOUND' });
    }
    await r.allFree();
  }),
  row('what was known is forgotten with the link', async (r) => {
    r.dns.zone['api.test'] = { a: '10.0.0.7' };
    expect(await look(r, 'api.test')).toBe('10.0.0.7');
    await r.does({ op: 'unlink' });
    await r.rest(3600000);
    r.dns.zone['api.test'] = { a: '10.0.0.77' };
    await r.link({ ip: '10.0.0.50', mask: '255.255.255.0', gw: '10.0.0.1', dns: '10.0.0.1' });
    expect(await look(r, 'api.test')).toBe('10.0.0.77');
  }),
  row('two requests for the same name at once', async (r) => {
    r.lan.serveTcp('10.0.0.7', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    const calls = [1, 2].map(() => r.begin({ op: 'call', url: 'http://api.test/' }));
    expect(await r.wait(Promise.all(calls))).toMatchObject([{ status: 200 }, { status: 200 }]);
  }),
];
