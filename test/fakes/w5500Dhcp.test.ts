import { bytes, Rig, type Datagram } from './w5500Rig';
import { DhcpServer, type DhcpForgery } from './virtualW5500';
import * as R from './virtualW5500/registers';

const MAC = [2, 8, 220, 1, 2, 3];
const XID = [0x12, 0x34, 0x56, 0x78];

/** a client's message, byte by byte as in RFC 2131 figure 1 */
function message(type: number, options: number[], fields: { ciaddr?: number[]; broadcast?: boolean } = {}): number[] {
  const out = new Array<number>(240).fill(0);
  out.splice(0, 12, 1, 1, 6, 0, ...XID, 0, 0, fields.broadcast === false ? 0 : 0x80, 0);
  out.splice(12, 4, ...(fields.ciaddr ?? [0, 0, 0, 0]));
  out.splice(28, 6, ...MAC);
  out.splice(236, 4, 0x63, 0x82, 0x53, 0x63);
  out.push(53, 1, type, ...options, 255);
  while (out.length < 300) out.push(0);
  return out;
}

const REQUEST = message(3, [50, 4, 10, 0, 0, 100, 54, 4, 10, 0, 0, 1]);

/** a chip without an address, with a UDP socket on port 68 */
function bench(options = {}): { rig: Rig; dhcp: DhcpServer } {
  const rig = new Rig();
  rig.address([0, 0, 0, 0]);
  rig.write(0, R.GAR, 0, 0, 0, 0, 0, 0, 0, 0);
  rig.open(0, R.MODE_UDP, 68);
  rig.to(0, [255, 255, 255, 255], 67);
  return { rig, dhcp: new DhcpServer(rig.lan, options) };
}

/** sends a message and gives the answers */
async function ask(rig: Rig, data: number[]): Promise<Datagram[]> {
  await rig.send(0, data);
  rig.clock.advance(20);
  return rig.takeDatagrams(0);
}

const yiaddr = (data: number[]) => data.slice(16, 20);
function option(data: number[], code: number): number[] | null {
  for (let at = 240; data[at] !== 255 && at < data.length; at += 2 + data[at + 1]) {
    if (data[at] === code) return data.slice(at + 2, at + 2 + data[at + 1]);
  }
  return null;
}

describe('the DHCP server', () => {
  it('offers, then confirms', async () => {
    const { rig, dhcp } = bench({ leaseS: 120, t1S: 50, t2S: 100 });
    const [offer] = await ask(rig, message(1, [55, 3, 1, 3, 6]));
    expect(offer.from).toEqual([10, 0, 0, 1, 0, 67]);
    expect([offer.data[0], offer.data.slice(4, 8), yiaddr(offer.data)]).toEqual([2, XID, [10, 0, 0, 100]]);
    expect(option(offer.data, 53)).toEqual([2]);
    const [ack] = await ask(rig, REQUEST);
    expect([53, 1, 3, 6, 51, 54, 58, 59].map((code) => option(ack.data, code))).toEqual([
      [5],
      [255, 255, 255, 0],
      [10, 0, 0, 1],
      [10, 0, 0, 1],
      [0, 0, 0, 120],
      [10, 0, 0, 1],
      [0, 0, 0, 50],
      [0, 0, 0, 100],
    ]);
    expect(dhcp.heard.map((h) => h.type)).toEqual(['DISCOVER', 'REQUEST']);
    expect([rig.lan.complaints, rig.chip.violations]).toEqual([[], []]);
  });

  it('answers by unicast when the client does not ask for a broadcast', async () => {
    const { rig, dhcp } = bench();
    expect(await ask(rig, message(1, [], { broadcast: false }))).toHaveLength(1);
    dhcp.faults.loseUnicast = true;
    expect(await ask(rig, message(1, [], { broadcast: false }))).toHaveLength(0);
    expect(await ask(rig, message(1, []))).toHaveLength(1);
  });

  it('renews a lease for the one who holds it, by unicast', async () => {
    const { rig, dhcp } = bench();
    await ask(rig, message(1, []));
    await ask(rig, REQUEST);
    rig.address([10, 0, 0, 100]);
    rig.to(0, [10, 0, 0, 1], 67);
    const [ack] = await ask(rig, message(3, [], { ciaddr: [10, 0, 0, 100] }));
    expect(option(ack.data, 53)).toEqual([5]);
    expect(dhcp.heard[2]).toMatchObject({ from: '10.0.0.100', to: '10.0.0.1' });
    dhcp.leases.clear();
    const [nak] = await ask(rig, message(3, [], { ciaddr: [10, 0, 0, 100] }));
    expect(option(nak.data, 53)).toEqual([6]);
    expect(rig.lan.complaints).toEqual([]);
  });

  it('does not offer what was declined', async () => {
    const { rig } = bench();
    await ask(rig, message(1, []));
    await ask(rig, REQUEST);
    await ask(rig, message(4, [50, 4, 10, 0, 0, 100, 54, 4, 10, 0, 0, 1]));
    const [offer] = await ask(rig, message(1, []));
    expect(yiaddr(offer.data)).toEqual([10, 0, 0, 101]);
  });

  it('says nothing to a stranger who wants his old address, and NAK to one who is wrong', async () => {
    const { rig } = bench();
    expect(await ask(rig, message(3, [50, 4, 10, 0, 0, 100]))).toEqual([]);
    await ask(rig, message(1, []));
    await ask(rig, REQUEST);
    const [ack] = await ask(rig, message(3, [50, 4, 10, 0, 0, 100]));
    expect(option(ack.data, 53)).toEqual([5]);
    const [nak] = await ask(rig, message(3, [50, 4, 192, 168, 1, 5]));
    expect(option(nak.data, 53)).toEqual([6]);
  });

  it.each<[DhcpForgery, (answer: Datagram) => unknown, unknown]>([
    ['xid', (a) => a.data.slice(4, 8), [0x12, 0x34, 0x56, 0x79]],
    ['chaddr', (a) => a.data.slice(28, 34), [2, 0x66, 0x66, 0x66, 0x66, 0x66]],
    ['op', (a) => a.data[0], 1],
    ['cookie', (a) => a.data[239], 0x62],
    ['port', (a) => a.from.slice(4), [26, 111]],
    ['type', (a) => option(a.data, 53), null],
    ['server', (a) => option(a.data, 54), [10, 0, 0, 66]],
  ])('forges %s before the true answer', async (field, get, want) => {
    const { rig, dhcp } = bench();
    await ask(rig, message(1, []));
    dhcp.faults.forge = [field];
    const answers = await ask(rig, REQUEST);
    expect(answers).toHaveLength(2);
    expect([yiaddr(answers[0].data), get(answers[0])]).toEqual([[10, 66, 6, 6], want]);
    expect(yiaddr(answers[1].data)).toEqual([10, 0, 0, 100]);
  });

  it('is silent, late, repeats itself, cuts and changes what it says', async () => {
    const { rig, dhcp } = bench();
    dhcp.faults.silent = ['DISCOVER'];
    expect(await ask(rig, message(1, []))).toEqual([]);
    dhcp.clearFaults();
    dhcp.faults.ignore = 1;
    expect(await ask(rig, message(1, []))).toEqual([]);
    dhcp.faults.delayMs = 1000;
    expect(await ask(rig, message(1, []))).toEqual([]);
    rig.clock.advance(1000);
    expect(rig.take(0).length).toBeGreaterThan(240);
    dhcp.clearFaults();
    dhcp.faults.repeat = 2;
    expect(await ask(rig, message(1, []))).toHaveLength(3);
    dhcp.clearFaults();
    dhcp.faults.truncate = 243;
    expect((await ask(rig, message(1, [])))[0].data).toHaveLength(243);
    dhcp.clearFaults();
    dhcp.faults.options = { 51: null, 3: Uint8Array.of(9, 9, 9, 9) };
    const [offer] = await ask(rig, message(1, []));
    expect([option(offer.data, 51), option(offer.data, 3)]).toEqual([null, [9, 9, 9, 9]]);
    dhcp.clearFaults();
    dhcp.faults.nak = true;
    expect(option((await ask(rig, REQUEST))[0].data, 53)).toEqual([6]);
  });

  it.each([
    [
      'a renewal that names the server',
      message(3, [54, 4, 10, 0, 0, 1], { ciaddr: [10, 0, 0, 100] }),
      'option 50 or 54',
    ],
    ['a DISCOVER that names a server', message(1, [54, 4, 10, 0, 0, 1]), 'with a server identifier'],
    ['a short message', message(1, []).slice(0, 250), 'of 250 bytes'],
    [
      'an option over the end',
      [...message(1, []).slice(0, 243), 12, 200, ...bytes('x'.repeat(60))],
      'runs over the end',
    ],
  ])('complains of %s', async (_name, data, want) => {
    const { rig } = bench();
    await ask(rig, data);
    expect(rig.lan.complaints.join('\n')).toContain(want);
  });
});
