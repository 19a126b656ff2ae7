import { bytes, Rig, text, type Datagram } from './w5500Rig';
import { DnsServer, type DnsFault, type DnsForgery } from './virtualW5500';
import * as R from './virtualW5500/registers';

const ZONE = {
  'api.test': { a: '10.0.0.5', ttl: 60 },
  'many.test': { a: ['10.0.0.5', '10.0.0.6'], ttl: 0 },
  'www.test': { cname: 'web.test' },
  'web.test': { cname: 'api.test' },
};

const label = (name: string): number[] => [...name.split('.').flatMap((l) => [l.length, ...bytes(l)]), 0];
const query = (name: string, id = 0x1234): number[] => {
  const header = [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return [...header, ...label(name), 0, 1, 0, 1];
};

function bench(options = {}): { rig: Rig; dns: DnsServer } {
  const rig = new Rig();
  rig.address();
  rig.open(0, R.MODE_UDP, 5000);
  rig.to(0, [10, 0, 0, 1], 53);
  return { rig, dns: new DnsServer(rig.lan, { zone: ZONE, ...options }) };
}

/** the answers to one query */
async function ask(rig: Rig, data: number[]): Promise<Datagram[]> {
  await rig.send(0, data);
  await rig.until(() => rig.get16(0, R.Sn_RX_RSR) > 0, 50).catch(() => {});
  rig.clock.advance(5);
  return rig.takeDatagrams(0);
}

describe('the DNS server', () => {
  it('answers a name with its address', async () => {
    const { rig, dns } = bench();
    const [answer] = await ask(rig, query('api.test'));
    expect(answer.from).toEqual([10, 0, 0, 1, 0, 53]);
    expect(answer.data).toEqual([
      ...[0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0],
      ...label('api.test'),
      ...[0, 1, 0, 1],
      ...[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 5],
    ]);
    expect(dns.queries).toMatchObject([{ name: 'api.test', id: 0x1234, server: '10.0.0.1', port: 5000 }]);
    expect([rig.lan.complaints, rig.chip.violations]).toEqual([[], []]);
  });

  it('gives several addresses, a TTL of 0, and the whole chain of CNAMEs', async () => {
    const { rig } = bench();
    const [many] = await ask(rig, query('many.test'));
    expect([many.data[7], many.data.slice(-16)]).toEqual([2, [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 0, 0, 6]]);
    const [chain] = await ask(rig, query('www.test', 2));
    expect([chain.data[7], chain.data.slice(-4)]).toEqual([3, [10, 0, 0, 5]]);
  });

  it('does not know other names, unless somebody outside does', async () => {
    const { rig } = bench();
    expect((await ask(rig, query('no.test')))[0].data[3] & 15).toBe(3);
    const other = bench({ lookup: async (name: string) => (name === 'no.test' ? ['10.9.8.7'] : []) });
    expect((await ask(other.rig, query('no.test')))[0].data.slice(-4)).toEqual([10, 9, 8, 7]);
  });

  it('speaks TCP too', async () => {
    const { rig } = bench();
    await rig.connect(1, [10, 0, 0, 1], 53);
    const q = query('api.test');
    await rig.send(1, [0, q.length, ...q]);
    await rig.until(() => rig.get16(1, R.Sn_RX_RSR) > 0);
    expect(rig.take(1).slice(-4)).toEqual([10, 0, 0, 5]);
  });

  it.each<[DnsFault, (data: number[]) => unknown, unknown]>([
    ['nxdomain', (d) => [d[3] & 15, d[7]], [3, 0]],
    ['servfail', (d) => [d[3] & 15, d[7]], [2, 0]],
    ['refused', (d) => [d[3] & 15, d[7]], [5, 0]],
    ['truncated', (d) => [d[2] & 2, d[7]], [2, 0]],
    ['truncated-with-answer', (d) => [d[2] & 2, d[7]], [2, 1]],
    ['loop', (d) => [d[7], d.slice(26, 28)], [1, [0xc0, 26]]],
    ['inner-loop', (d) => [d[7], d.slice(26)], [1, [0xc0, 12, 0, 5, 0, 1, 0xc0, 32, 0, 0, 0, 2, 0xc0, 32]]],
    ['stranger', (d) => [d[7], text(d.slice(27, 31)), d.slice(-4)], [2, 'bank', [10, 0, 0, 5]]],
    ['capitals', (d) => text(d.slice(13, 16)), 'API'],
    ['forward-pointer', (d) => [d[7], d.slice(26, 28)], [1, [0xc0, 66]]],
    ['cname-loop', (d) => [d[7], d.slice(28, 30), d.slice(-2)], [1, [0, 5], [0xc0, 12]]],
    ['no-answer', (d) => [d[3] & 15, d[7]], [0, 0]],
    ['short', (d) => [d[7], d.length], [1, 39]],
    ['bad-rdlength', (d) => d.slice(36, 38), [0x40, 0]],
    ['long-address', (d) => [d.slice(36, 38), d.length], [[0, 5], 43]],
    ['long-label', (d) => [d[26], d[97]], [70, 0]],
    ['long-name', (d) => [d[26], d[26 + 4 * 64], d[26 + 5 * 64]], [63, 63, 0]],
    ['garbage', (d) => d.length, 40],
  ])('on demand: %s', async (fault, get, want) => {
    const { rig, dns } = bench();
    dns.script.push(fault);
    const [answer] = await ask(rig, query('api.test'));
    expect(get(answer.data)).toEqual(want);
    const [good] = await ask(rig, query('api.test', 2));
    expect(good.data.slice(-4)).toEqual([10, 0, 0, 5]);
  });

  it('can be silent, answer twice, or be down at one of its addresses', async () => {
    const { rig, dns } = bench({ ips: ['10.0.0.1', '10.0.0.2'] });
    dns.script.push('silent', 'duplicate');
    expect(await ask(rig, query('api.test'))).toHaveLength(0);
    expect(await ask(rig, query('api.test', 2))).toHaveLength(2);
    dns.down.add('10.0.0.1');
    expect(await ask(rig, query('api.test', 3))).toHaveLength(0);
    rig.to(0, [10, 0, 0, 2], 53);
    expect(await ask(rig, query('api.test', 4))).toHaveLength(1);
  });

  it.each<[DnsForgery, (answer: Datagram) => unknown, unknown]>([
    ['id', (a) => a.data.slice(0, 2), [0x12, 0x35]],
    ['source', (a) => a.from, [10, 0, 0, 66, 0, 53]],
    ['port', (a) => a.from, [10, 0, 0, 1, 0x14, 0xe9]],
    ['question', (a) => text(a.data.slice(13, 16)), 'xpi'],
    ['type', (a) => a.data.slice(22, 24), [0, 28]],
    ['qr', (a) => a.data[2] & 0x80, 0],
    ['opcode', (a) => a.data[2] & 0x78, 0x10],
    ['no-question', (a) => a.data[5], 0],
  ])('forges %s before the true answer', async (field, get, want) => {
    const { rig, dns } = bench();
    dns.forge = [field];
    const answers = await ask(rig, query('api.test'));
    expect(answers).toHaveLength(2);
    expect([answers[0].data.slice(-4), get(answers[0])]).toEqual([[6, 6, 6, 6], want]);
    expect(answers[1].data.slice(-4)).toEqual([10, 0, 0, 5]);
  });

  it.each([
    ['recursion not desired', query('api.test').map((b, i) => (i === 2 ? 0 : b)), 'flags 0x0'],
    ['a datagram that is no query', [1, 2, 3], 'query of 3 bytes'],
  ])('complains of %s', async (_name, data, want) => {
    const { rig } = bench();
    await ask(rig, data);
    expect(rig.lan.complaints.join()).toContain(want);
  });

  it('complains of an id used twice from the same port', async () => {
    const { rig } = bench();
    await ask(rig, query('api.test'));
    await ask(rig, query('api.test'));
    expect(rig.lan.complaints).toEqual(['DNS query with the id and the port of the one before']);
  });
});
