// Fault rows: connections that do not come about, and what they are taken from.
import { answering, linked } from '../rig';
import type { Rig, Scenario } from '../rig';

/** a host where connections stay open, and who is connected */
function open(r: Rig): any[] {
  const streams: any[] = [];
  r.lan.serveTcp('10.0.0.9', 80, () => {
    const events: any = answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    events.onOpen = (s: any) => streams.push(s);
    return events;
  });
  return streams;
}

const keep = async (r: Rig, n: number) => {
  for (let i = 0; i < n; i++)
    expect(await r.get('http://10.0.0.9/', { keep: 'k' + i })).toMatchObject({ status: 200, kept: true });
};

const unconnected = (code: string) => ({ error: 'HTTPConnectionError', code, phase: 'connect' });
const refused = { ...unconnected('ECONNREFUSED'), message: 'refused by 10.0.0.9 port 80' };
const nobody = { ...unconnected('EHOSTUNREACH'), message: 'no ARP answer on the way to 10.0.0.9 port 80' };

export const connectingRows: Scenario[] = [
  linked('refused', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => null);
    expect(await r.get('http://10.0.0.9/')).toMatchObject(refused);
    await r.works();
  }),
  linked('nobody has the address', async (r) => {
    r.lan.absent.add('10.0.0.9');
    expect(await r.get('http://10.0.0.9/')).toMatchObject(nobody);
    await r.works();
  }),
  linked('addresses that no host has', async (r) => {
    const { frames } = r.chip;
    for (const host of ['0.0.0.0', '0.1.2.3', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'])
      expect(await r.get(`http://${host}/`)).toMatchObject({
        code: 'EINVAL',
        message: expect.stringMatching(`host is ${host}, must be a name or an address of a host`),
      });
    expect(r.free()).toBe(true);
    expect(r.chip.frames - frames).toBeLessThan(3);
    await r.works();
  }),
  linked('no gateway', async (r) => {
    r.lan.absent.add('10.0.0.1');
    expect(await r.get('http://192.0.2.1/')).toMatchObject(unconnected('EHOSTUNREACH'));
    await r.works();
  }),
  linked('no answer from beyond the gateway', async (r) => {
    r.lan.drop = (p) => p.proto === 'tcp';
    const start = r.clock.now();
    const patient = { options: { timeout: 0, idle_timeout: 0 } };
    expect(await r.get('http://192.0.2.1/', patient)).toMatchObject(unconnected('ETIMEDOUT'));
    // the chip itself would go on for 32 s
    expect(r.clock.now() - start).toBeLessThan(12000);
    r.lan.drop = null;
    await r.works();
  }),
  linked(
    'no answer, and the chip gives up first',
    async (r) => {
      r.lan.drop = (p) => p.proto === 'tcp';
      expect(await r.get('http://192.0.2.1/')).toMatchObject(unconnected('ETIMEDOUT'));
      r.lan.drop = null;
      await r.works();
    },
    { driver: { retry: { time: 50, count: 2 } } },
  ),
  linked('no answer, and the request gives up first', async (r) => {
    r.lan.drop = (p) => p.proto === 'tcp';
    const told = await r.get('http://192.0.2.1/', { options: { timeout: 700 } });
    expect(told).toMatchObject({ error: 'HTTPConnectionError', code: 'ETIMEDOUT' });
    r.lan.drop = null;
    await r.works();
  }),
  linked('the first SYN is lost, and the first answer to it', async (r) => {
    let lost = 0;
    r.lan.drop = (p) => p.proto === 'tcp' && (p.flags & 2) > 0 && lost++ < 2;
    await r.works();
  }),
  linked('all 8 sockets taken', async (r) => {
    open(r);
    await keep(r, 8);
    const ninth = await r.get('http://10.0.0.9/');
    expect(ninth).toMatchObject({ ...unconnected('EMFILE'), message: expect.stringMatching(/all 8 sockets/) });
    expect(await r.get('http://10.0.0.9/', { keep: 'k3', on: 'k3' })).toMatchObject({ status: 200, kept: true });
    await r.does({ op: 'drop', name: 'k5' });
    expect(await r.get('http://10.0.0.9/', { keep: 'k5' })).toMatchObject({ status: 200, kept: true });
    expect(await r.get('http://10.0.0.9/')).toMatchObject({ code: 'EMFILE' });
    for (let i = 0; i < 8; i++) await r.does({ op: 'drop', name: 'k' + i });
    await r.allFree();
    await r.works();
  }),
  linked('all 8 sockets wait for peers that do not close', async (r) => {
    open(r).forEach((s) => (s.events.onEnd = undefined));
    await keep(r, 8);
    r.lan.connections().forEach((s) => (s.dead = true));
    for (let i = 0; i < 8; i++) await r.does({ op: 'drop', name: 'k' + i });
    expect(r.free()).toBe(false);
    await r.works();
  }),
  linked('the peer closes one of 8 that are taken', async (r) => {
    const streams = open(r);
    await keep(r, 8);
    streams[2].end();
    await r.rest(1500);
    expect(await r.get('http://10.0.0.9/')).toMatchObject({ status: 200 });
    for (let i = 0; i < 8; i++) await r.does({ op: 'drop', name: 'k' + i });
    await r.works();
  }),
  linked(
    'more sockets than the buffers allow',
    async (r) => {
      open(r);
      await keep(r, 2);
      expect(await r.get('http://10.0.0.9/')).toMatchObject({
        ...unconnected('EMFILE'),
        message: expect.stringMatching(/all 2 sockets/),
      });
      await r.does({ op: 'drop', name: 'k0' });
      await r.does({ op: 'drop', name: 'k1' });
      await r.works();
    },
    { driver: { buffers: [8, 8] } },
  ),
];
