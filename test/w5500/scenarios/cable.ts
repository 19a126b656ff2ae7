// Fault rows: the cable comes out, at every stage.
import { answering, linked } from '../rig';
import { pattern } from '../commands';
import type { Rig, Scenario } from '../rig';
import type { Told } from '../commands';
import type { Packet } from '../../fakes/virtualW5500';
import { STATIC } from '../world';

const URL = 'http://10.0.0.9/';
const BODY = 'HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n' + pattern(0, 60000);

type Sight = (p: Packet, direction: 'out' | 'in') => boolean;

/** the cable comes out as the n-th packet of that kind is seen, which is lost with it */
function pull(r: Rig, sight: Sight, n = 1): void {
  r.lan.drop = (p, direction) => {
    if (!sight(p, direction) || --n) return false;
    r.chip.plug(false);
    r.lan.drop = null;
    return true;
  };
}

const udpTo =
  (port: number): Sight =>
  (p, d) =>
    d === 'out' && p.proto === 'udp' && p.dport === port;
const flags =
  (direction: 'out' | 'in', mask: number): Sight =>
  (p, d) =>
    d === direction && p.proto === 'tcp' && (p.flags & mask) > 0;
const data =
  (direction: 'out' | 'in'): Sight =>
  (p, d) =>
    d === direction && p.proto === 'tcp' && p.data.length > 0;
const arp: Sight = (p, d) => d === 'out' && p.proto === 'arp';

async function recovers(r: Rig): Promise<void> {
  expect(r.linked).toBe(false);
  expect(await r.does({ op: 'info' })).toMatchObject({ code: 'ENETDOWN', message: expect.stringMatching(/cable/) });
  expect(await r.get(URL)).toMatchObject({ error: 'HTTPConnectionError', code: 'ENETDOWN' });
  r.chip.plug(true);
  await r.until(() => r.linked);
  await r.works();
}

const unmade = { error: 'HTTPConnectionError', code: 'ENETDOWN' };
const broken = { error: 'IOError', code: 'ENETDOWN' };

const stages: { name: string; sight: Sight; n?: number; call?: any; url?: string; want: object }[] = [
  { name: 'during a lookup', sight: udpTo(53), url: 'http://api.test/', want: { ...unmade, phase: 'dns' } },
  { name: 'during ARP', sight: arp, want: { ...unmade, phase: 'connect' } },
  { name: 'as the SYN goes out', sight: flags('out', 2), want: { ...unmade, phase: 'connect' } },
  { name: 'as the SYN is answered', sight: flags('in', 2), want: { ...unmade, phase: 'connect' } },
  { name: 'as the request goes out', sight: data('out'), want: { ...broken, phase: 'headers' } },
  { name: 'in the middle of what is sent', sight: data('out'), n: 9, call: { upload: 30000 }, want: broken },
  { name: 'as the answer comes', sight: data('in'), want: { ...broken, phase: 'headers' } },
  { name: 'in the body', sight: data('in'), n: 5, call: { stream: 512 }, want: { ...broken, phase: 'body', wrong: 0 } },
  {
    name: 'in the body, with data unread',
    sight: data('in'),
    n: 3,
    call: { stream: 100, wait: 5000, every: 1 },
    want: { ...broken, phase: 'body', wrong: 0 },
  },
];

const requestRows = stages.map(({ name, sight, n, call, url = URL, want }) =>
  linked(
    'out ' + name,
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => (call && call.upload ? {} : answering(BODY)));
      pull(r, sight, n);
      expect(await r.get(url, call)).toMatchObject(want);
      await r.until(() => !r.linked);
      await recovers(r);
      // the callback's promise is over by then
      if (call && call.wait) await r.rest(call.wait);
    },
    { dns: { zone: { 'api.test': { a: '10.0.0.9' } } } },
  ),
);

const dhcpStages: [string, Sight, number?][] = [
  ['as DISCOVER goes out', udpTo(67)],
  ['as the OFFER comes', (p, d) => d === 'in' && p.proto === 'udp' && p.dport === 68],
  ['as REQUEST goes out', udpTo(67), 2],
  ['as the ACK comes', (p, d) => d === 'in' && p.proto === 'udp' && p.dport === 68, 2],
  ['while the address is checked', arp],
];

const dhcpRows: Scenario[] = dhcpStages.map(([name, sight, n]) => ({
  name: 'out ' + name,
  async run(r) {
    pull(r, sight, n);
    const linking = r.begin({ op: 'link', options: { dhcp: true } });
    await r.rest(5000);
    expect(r.linked).toBe(false);
    r.chip.plug(true);
    expect(await r.wait(linking)).toMatchObject({ ip: '10.0.0.100' });
    // it may have been told just before the cable was found to be out
    await r.until(() => r.linked);
    await r.works();
  },
}));

export const cableRows: Scenario[] = [
  ...requestRows,
  ...dhcpRows,
  linked('out, with a connection kept and another half closed', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    for (const keep of ['a', 'b']) expect(await r.get(URL, { keep })).toMatchObject({ status: 200, kept: true });
    r.lan.connections()[0].dead = true;
    await r.does({ op: 'drop', name: 'a' });
    r.chip.plug(false);
    await r.until(() => !r.linked);
    expect(await r.get(URL, { on: 'b' })).toMatchObject({ error: 'IOError' });
    await recovers(r);
  }),
  linked('flapping', async (r) => {
    for (let i = 0; i < 6; i++) {
      r.chip.plug(i % 2 > 0);
      await r.rest(700);
    }
    await r.until(() => r.linked);
    await r.works();
  }),
  linked('flapping during requests, each of which settles', async (r) => {
    const told: Told[] = [];
    r.lan.serveTcp('10.0.0.9', 80, () => answering(BODY));
    for (let i = 0; i < 12; i++) {
      void r.begin({ op: 'call', url: URL, stream: 512, options: { idle_timeout: 0 } }).then((t) => told.push(t));
      await r.rest(3 + 17 * i);
      r.chip.plug(false);
      await r.rest(i % 3 ? 5 + 60 * i : 1100);
      r.chip.plug(true);
      await r.rest(i % 2 ? 40 : 400);
    }
    await r.until(() => told.length === 12, 400000);
    for (const t of told) if (t.error) expect(t.code).toMatch(/^(ENETDOWN|ETIMEDOUT|EHOSTUNREACH)$/);
    expect(told.filter((t) => t.wrong).length).toBe(0);
    // the last time out may not have been noticed yet
    await r.rest(1500);
    await r.until(() => r.linked);
    await r.works();
  }),
  {
    name: 'out and in with a lease: the same address again',
    async run(r) {
      const first = await r.link({ dhcp: true });
      r.chip.plug(false);
      await r.until(() => !r.linked);
      r.chip.plug(true);
      await r.until(() => r.linked);
      expect(await r.does({ op: 'info' })).toEqual(first);
      expect(r.dhcp.heard.map((h) => h.type)).toEqual(['DISCOVER', 'REQUEST', 'REQUEST']);
      await r.works();
    },
  },
  {
    name: 'a link that takes 3 s to come up, as real ones do',
    options: { chip: { linkUpMs: 3000 } },
    async run(r) {
      for (const options of [{ dhcp: true }, STATIC]) {
        const start = r.clock.now();
        const { ip } = (await r.link(options)) as any;
        expect(r.clock.now() - start).toBeGreaterThan(3000);
        r.chip.plug(false);
        await r.until(() => !r.linked);
        r.chip.plug(true);
        await r.until(() => r.linked, 10000);
        expect(await r.does({ op: 'info' })).toMatchObject({ ip });
        await r.works();
        await r.does({ op: 'unlink' });
      }
    },
  },
  {
    name: 'never in',
    async run(r) {
      r.chip.plug(false);
      expect(await r.link({ ...STATIC, timeout: 3000 })).toMatchObject({ code: 'ETIMEDOUT' });
      expect(await r.link({ dhcp: true, timeout: 3000 })).toMatchObject({ code: 'ETIMEDOUT' });
      r.chip.plug(true);
      expect(await r.link({ dhcp: true })).toMatchObject({ ip: '10.0.0.100' });
      await r.works();
    },
  },
];
