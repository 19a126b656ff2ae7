import { bench } from './bench';

const ZONE = {
  'api.test': { a: '10.0.0.7' },
  'one.test': { cname: 'two.test' },
  'two.test': { cname: 'api.test' },
  'short.test': { a: '10.0.0.8', ttl: 5 },
  'never.test': { a: '10.0.0.8', ttl: 0 },
};

async function linked(ips = ['10.0.0.1']) {
  const b = bench({ dns: { ips, zone: ZONE } });
  await b.wait(b.driver.link({ ip: '10.0.0.50', mask: '255.255.255.0', gw: '10.0.0.1', dns: ips }));
  const look = (name: string) => b.wait(b.driver.gethostbyname(name));
  const not = (name: string) => b.fails(b.driver.gethostbyname(name));
  return { b, look, not };
}

describe('DNS', () => {
  it('finds a name, through CNAMEs too, whatever its case', async () => {
    const { b, look } = await linked();
    expect(await look('api.test')).toBe('10.0.0.7');
    expect(await look('ONE.test')).toBe('10.0.0.7');
    await b.allFree();
  });

  it('answers addresses at once, and knows what is none', async () => {
    const { b, look, not } = await linked();
    expect(await look('1.2.3.4')).toBe('1.2.3.4');
    for (const name of ['1.2.3', '1.2.3.256', 'a..b', 'x'.repeat(64), 'ä.test', ''])
      expect((await not(name)).code).toBe('ENOTFOUND');
    expect(b.dns.queries.length).toBe(0);
  });

  it('no such name, remembered for a moment', async () => {
    const { b, not } = await linked();
    expect((await not('gone.test')).code).toBe('ENOTFOUND');
    expect((await not('gone.test')).code).toBe('ENOTFOUND');
    expect(b.dns.queries.length).toBe(1);
    await b.rest(11000);
    await not('gone.test');
    expect(b.dns.queries.length).toBe(2);
  });

  it('remembers for as long as the answer says', async () => {
    const { b, look } = await linked();
    await look('short.test');
    await look('short.test');
    expect(b.dns.queries.length).toBe(1);
    await b.rest(6000);
    await look('short.test');
    expect(b.dns.queries.length).toBe(2);
    await look('never.test');
    await look('never.test');
    expect(b.dns.queries.length).toBe(4);
  });

  it('asks with ids and ports that cannot be guessed', async () => {
    const { b, look } = await linked();
    for (let i = 0; i < 12; i++) await look('never.test');
    expect(new Set(b.dns.queries.map((q) => q.id)).size).toBeGreaterThan(10);
    expect(new Set(b.dns.queries.map((q) => q.port)).size).toBeGreaterThan(10);
    const ports = b.dns.queries.map((q) => q.port);
    expect(ports.every((p, i) => !i || p === ports[i - 1] + 1)).toBe(false);
  });

  it('repeats a query that got lost', async () => {
    const { b, look } = await linked();
    b.dns.script.push('silent', 'silent');
    expect(await look('api.test')).toBe('10.0.0.7');
    expect(b.dns.queries.length).toBe(3);
  });

  it('asks the next server', async () => {
    const { b, look } = await linked(['10.0.0.1', '10.0.0.2']);
    b.dns.down.add('10.0.0.1');
    expect(await look('api.test')).toBe('10.0.0.7');
    b.dns.down.clear();
    b.dns.script.push('servfail');
    expect(await look('one.test')).toBe('10.0.0.7');
    b.dns.script.push('refused');
    expect(await look('short.test')).toBe('10.0.0.8');
  });

  it('nobody answers', async () => {
    const { b, not } = await linked();
    b.dns.fault = 'silent';
    expect((await not('api.test')).code).toBe('ETIMEDOUT');
    await b.allFree();
  });

  it.each([
    'silent',
    'truncated',
    'truncated-with-answer',
    'loop',
    'forward-pointer',
    'short',
    'bad-rdlength',
    'garbage',
    'servfail',
    'refused',
    'duplicate',
  ])('%s, then good', async (fault: any) => {
    const { b, look } = await linked();
    b.dns.script.push(fault);
    expect(await look('api.test')).toBe('10.0.0.7');
    await b.allFree();
  });

  it('forged answers are not believed', async () => {
    for (const field of ['id', 'source', 'port', 'question', 'type', 'qr', 'opcode', 'no-question']) {
      const { b, look } = await linked();
      b.dns.forge = [field as any];
      expect(await look('api.test')).toBe('10.0.0.7');
      b.driver.unlink();
    }
  });
});

it.each(['cname-loop', 'no-answer'])('%s is no address', async (fault: any) => {
  const { b, not } = await linked();
  b.dns.script.push(fault);
  expect((await not('api.test')).code).toBe('ENOTFOUND');
});
