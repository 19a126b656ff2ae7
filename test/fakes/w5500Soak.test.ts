import { Rig } from './w5500Rig';
import { nth } from './virtualW5500';
import { FIN, SYN } from './virtualW5500/packets';
import * as R from './virtualW5500/registers';

const SOCKETS = [0, 3, 7];
const TOTAL = 15000;

const pattern = (n: number, at: number) => (at * (n + 3) + (at >> 8)) & 255;

/** an honest host that sends on several sockets at once and hears everything back */
async function echoAll(rig: Rig): Promise<void> {
  rig.address();
  rig.lan.serveTcp('10.0.0.5', 7, () => ({ onData: (d, s) => s.write(d), onEnd: (s) => s.end() }));
  for (const n of SOCKETS) await rig.connect(n, [10, 0, 0, 5], 7, 50000 + n);
  const sent = new Map(SOCKETS.map((n) => [n, 0]));
  const got = new Map(SOCKETS.map((n) => [n, 0]));
  const sending = new Set<number>();
  const step = (n: number) => {
    const data = rig.take(n);
    data.forEach((b, i) => {
      if (b !== pattern(n, (got.get(n) ?? 0) + i)) throw new Error(`S${n}: wrong byte`);
    });
    got.set(n, (got.get(n) ?? 0) + data.length);
    if (sending.has(n)) {
      if (!(rig.get(n, R.Sn_IR) & R.INT_SEND_OK)) return;
      rig.set(n, R.Sn_IR, R.INT_SEND_OK);
      sending.delete(n);
    }
    const at = sent.get(n) ?? 0;
    const count = Math.min(1 + ((at * 7) % 1500), TOTAL - at, rig.get16(n, R.Sn_TX_FSR));
    if (!count) return;
    rig.put(
      n,
      Array.from({ length: count }, (_, i) => pattern(n, at + i)),
    );
    sent.set(n, at + count);
    sending.add(n);
  };
  await rig.until(() => {
    SOCKETS.forEach(step);
    return SOCKETS.every((n) => got.get(n) === TOTAL && !sending.has(n));
  }, 3e5);
  for (const n of SOCKETS) rig.order(n, R.DISCON);
  await rig.until(() => SOCKETS.every((n) => rig.status(n) === R.SOCK_CLOSED), 1e5);
}

describe('an honest host raises no violation, and every byte comes back', () => {
  it.each([1, 2, 3, 4, 5, 6])('seed %d', async (seed) => {
    const rig = new Rig({ seed, tearing: 0.5, commandFrames: [0, 5] }, { seed });
    rig.lan.loss = seed % 2 ? 0 : 0.03;
    await echoAll(rig);
    expect(rig.chip.violations).toEqual([]);
  });

  it('with the cable pulled for half a second now and then', async () => {
    const rig = new Rig();
    let out = false;
    const flap = () => {
      rig.chip.plug(out);
      out = !out;
      rig.clock.setTimeout(flap, out ? 500 : 1500);
    };
    rig.clock.setTimeout(flap, 20);
    await echoAll(rig);
    expect(rig.chip.violations).toEqual([]);
  });

  it('the same seed gives the same run', async () => {
    const run = async () => {
      const rig = new Rig({ seed: 9 }, { seed: 9 });
      rig.lan.loss = 0.02;
      await echoAll(rig);
      return [rig.chip.frames, rig.chip.bytes, rig.clock.now()];
    };
    expect(await run()).toEqual(await run());
  });
});

describe('a packet that gets lost', () => {
  it('is repeated, be it SYN, data or FIN, of the chip or of its peer', async () => {
    const rig = new Rig();
    const lost = new Set<string>();
    rig.lan.drop = (p, direction) => {
      if (p.proto !== 'tcp') return false;
      const kind = p.flags & SYN ? 'SYN' : p.flags & FIN ? 'FIN' : p.data.length ? 'data' : '';
      return kind !== '' && lost.size < lost.add(`${kind} ${direction}`).size;
    };
    await echoAll(rig);
    expect([...lost].sort()).toEqual(['FIN in', 'FIN out', 'SYN in', 'SYN out', 'data in', 'data out']);
    expect(rig.chip.violations).toEqual([]);
  });

  it('is asked for again after 200 ms if it is ARP', async () => {
    const rig = new Rig();
    rig.address();
    rig.lan.drop = nth((p, direction) => p.proto === 'arp' && direction === 'in', 1);
    rig.lan.serveTcp('10.0.0.5', 7, () => ({}));
    const start = rig.clock.now();
    await rig.connect(0, [10, 0, 0, 5], 7);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    expect(rig.clock.now() - start).toBeGreaterThan(200);
  });
});

it('a connection that the test resets is closed on both sides', async () => {
  const rig = new Rig();
  rig.address();
  rig.lan.serveTcp('10.0.0.5', 7, () => ({}));
  await rig.connect(0, [10, 0, 0, 5], 7);
  await rig.until(() => rig.lan.connections().length === 1);
  rig.lan.connections()[0].reset();
  await rig.until(() => rig.status(0) === R.SOCK_CLOSED);
  expect(rig.lan.connections()).toEqual([]);
});
