// What a transfer costs on the bus: counts, not times.
import { bench, STATIC } from './bench';
import { pattern, serveHttp } from './servers';
import * as requests from '../../src';
import { register, unregister } from '../../src/net/registry';

afterEach(() => unregister('w5500'));

const modes = [
  { name: 'polled', irq: false },
  { name: 'with INTn', irq: true },
];

function figures(what: string, frames: number, bytes: number, blocks: number): void {
  process.stdout.write(
    `${what}: ${(frames / blocks).toFixed(2)} frames, ${(bytes / blocks).toFixed(1)} bytes per 512\n`,
  );
}

describe.each(modes)('$name', ({ name, irq }) => {
  it.each([512, 0])('GET of 200 KB in pieces of 512, by stream_chunk %d', async (stream_chunk) => {
    const body = pattern(204800);
    const port = await serveHttp((_q, a) => a.setHeader('Content-Length', body.length).end(body));
    const b = bench({ irq });
    register(b.driver);
    await b.wait(b.driver.link(STATIC));
    b.chip.resetCounters();
    let at = 0;
    const sizes = new Set<number>();
    const stream_callback = (chunk: Uint8Array) => {
      sizes.add(chunk.length);
      for (const byte of chunk) if (byte !== body[at++]) throw new Error(`wrong byte at ${at}`);
    };
    await b.wait(requests.get(`http://10.0.0.7:${port}/`, { stream_chunk, stream_callback }));
    const { frames, bytes } = b.chip;
    figures(`GET ${name}, stream_chunk ${stream_chunk}`, frames, bytes, 400);
    expect(at).toBe(body.length);
    expect([...sizes]).toEqual([512]);
    expect(frames / 400).toBeLessThanOrEqual(3);
    expect(bytes / 400).toBeLessThanOrEqual(528);
    await b.allFree();
  });

  it('POST of 64 KB by upload', async () => {
    const body = pattern(65536);
    let got: Buffer | undefined;
    const port = await serveHttp((q, a) => {
      const parts: Buffer[] = [];
      q.on('data', (d) => parts.push(d)).on('end', () => {
        got = Buffer.concat(parts);
        a.end('ok');
      });
    });
    const b = bench({ irq });
    register(b.driver);
    await b.wait(b.driver.link(STATIC));
    b.chip.resetCounters();
    await b.wait(requests.upload(`http://10.0.0.7:${port}/`, requests.fd.bytes(body)));
    const { frames, bytes } = b.chip;
    figures(`POST ${name}`, frames, bytes, 128);
    expect(got?.equals(Buffer.from(body))).toBe(true);
    expect(frames / 128).toBeLessThanOrEqual(3);
    expect(bytes / 128).toBeLessThanOrEqual(528);
    await b.allFree();
  });

  it('waiting for an answer', async () => {
    const b = bench({ irq });
    b.lan.serveTcp('10.0.0.9', 80, () => ({}));
    register(b.driver);
    await b.wait(b.driver.link(STATIC));
    const call = b.fails(requests.get('http://10.0.0.9/', { timeout: 30000, idle_timeout: 0 }));
    await b.rest(2000);
    b.chip.resetCounters();
    await b.rest(10000);
    process.stdout.write(`waiting ${name}: ${b.chip.frames / 10} frames a second\n`);
    expect(b.chip.frames / 10).toBeLessThanOrEqual(irq ? 3 : 15);
    await call;
    await b.allFree();
  });

  it('idle with one open connection', async () => {
    const port = await serveHttp((_q, a) => a.end('ok'));
    const b = bench({ irq });
    register(b.driver);
    await b.wait(b.driver.link(STATIC));
    const r = await b.wait(requests.get(`http://10.0.0.7:${port}/`, { headers: { Connection: 'Keep-Alive' } }));
    expect(r.connection).not.toBeNull();
    b.chip.resetCounters();
    await b.rest(1000);
    process.stdout.write(`idle ${name}: ${b.chip.frames} frames in the first second, `);
    expect(b.chip.frames).toBeLessThanOrEqual(irq ? 12 : 10);
    b.chip.resetCounters();
    await b.rest(10000);
    process.stdout.write(`then ${b.chip.frames / 10} each\n`);
    expect(b.chip.frames / 10).toBeLessThanOrEqual(10);
    const again = await b.wait(requests.get(`http://10.0.0.7:${port}/`, { connection: r.connection }));
    expect(again.text()).toBe('ok');
    await b.allFree();
  });
});
