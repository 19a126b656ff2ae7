// Many requests while things go wrong by chance, from a seed: each settles once, and what succeeds is right.
import { bench, STATIC } from './bench';
import { pattern } from './servers';
import * as requests from '../../src';
import { register, unregister } from '../../src/net/registry';
import { Random } from '../fakes/virtualW5500/random';

const REQUESTS = Number(process.env.SOAK) || 120;

/** an HTTP server in the network: GET /n gives n bytes, POST counts */
function talk() {
  let head = '';
  let length = -1;
  let got = 0;
  return {
    onData(d: Uint8Array, s: any) {
      if (length < 0) {
        head += Buffer.from(d).toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        length = Number((/content-length: (\d+)/i.exec(head) || [0, 0])[1]);
        got = head.length - end - 4;
      } else got += d.length;
      if (got < length) return;
      const n = Number((/GET \/(\d+)/.exec(head) || [0, 0])[1]);
      const body = n ? Buffer.from(pattern(n)) : Buffer.from(`took ${got}`);
      const answer = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
      s.write(new Uint8Array(answer));
      [head, length, got] = ['', -1, 0];
    },
    onEnd: (s: any) => s.end(),
  };
}

describe.each([1, 2, 3, 4])('seed %d', (seed) => {
  afterEach(() => unregister('w5500'));

  it.each([false, true])('INTn %s', async (irq) => {
    const random = new Random(seed * 77);
    const b = bench({ irq, chip: { seed, tearing: 0.5, commandFrames: [0, 5] }, lan: { seed } });
    register(b.driver);
    await b.wait(b.driver.link(STATIC));
    b.lan.serveTcp('10.0.0.9', 80, talk);
    let good = 0;
    const codes: Record<string, number> = {};
    for (let i = 0; i < REQUESTS; i++) {
      b.lan.loss = random.chance(0.3) ? 0.02 : 0;
      if (random.chance(0.1)) b.chip.faults.missedEdges = 2;
      if (random.chance(0.05)) b.clock.setTimeout(() => b.lan.connections()[0]?.reset(), random.int(1, 60));
      if (random.chance(0.02)) {
        b.clock.setTimeout(() => b.chip.plug(false), random.int(1, 60));
        b.clock.setTimeout(() => b.chip.plug(true), random.int(100, 3000));
      }
      const size = random.int(1, 20000);
      const body = pattern(size);
      let at = 0;
      let wrong = 0;
      const call = random.chance(0.6)
        ? requests.get(`http://10.0.0.9/${size}`, {
            stream_chunk: random.int(0, 1) ? 512 : random.int(1, 3000),
            stream_callback(c) {
              for (const byte of c) if (byte !== body[at++]) wrong++;
              if (random.chance(0.02)) return new Promise<void>((r) => b.clock.setTimeout(r, random.int(1, 300)));
            },
          })
        : requests.post('http://10.0.0.9/', { data: body });
      const outcome: any = await b.wait(
        call.then(
          (r) => r,
          (e) => e,
        ),
      );
      if (outcome.status) {
        good++;
        if (at) expect(at).toBe(size);
        else expect(outcome.text()).toBe(`took ${size}`);
      } else codes[outcome.code] = (codes[outcome.code] || 0) + 1;
      expect(wrong).toBe(0);
      if (!b.driver.is_linked()) await b.until(() => b.driver.is_linked());
    }
    process.stdout.write(`${good} of ${REQUESTS}, ${JSON.stringify(codes)}\n`);
    expect(good).toBeGreaterThan(REQUESTS * 0.8);
    await b.allFree();
  });
});
