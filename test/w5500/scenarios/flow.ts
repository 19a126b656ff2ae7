// What works, and keeps its measure: streams, back-pressure, uploads, connections that are kept.
import { answering, linked } from '../rig';
import { pattern } from '../commands';
import type { Rig, Scenario } from '../rig';
import * as R from '../../fakes/virtualW5500/registers';

const URL = 'http://10.0.0.9/';
const sized = (n: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${n}\r\n\r\n${pattern(0, n)}`;

/** a peer that takes an upload, and answers when it is complete */
function taking(r: Rig): { body: string } {
  const seen = { body: '' };
  r.lan.serveTcp('10.0.0.9', 80, () => {
    let text = '';
    return {
      onData(d: Uint8Array, s: any) {
        text += Buffer.from(d).toString('latin1');
        const end = text.indexOf('\r\n\r\n') + 4;
        const length = Number((/content-length: (\d+)/i.exec(text) || [])[1]);
        if (end < 4 || text.length < end + length) return;
        seen.body = text.substring(end);
        s.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      },
      onEnd: (s: any) => s.end(),
    };
  });
  return seen;
}

const streams: [number, number][] = [
  [20480, 512],
  [300, 1],
  [20001, 1000],
  [9000, 2048],
  [9000, 4096],
];

export const flowRows: Scenario[] = [
  ...streams.map(([n, chunk]) => ({
    ...linked(`${n} bytes in pieces of ${chunk}`, async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => answering(sized(n)));
      const told = await r.get(URL, { stream: chunk });
      expect(told).toMatchObject({ status: 200, received: n, wrong: 0, odd: n % chunk ? 1 : 0 });
      await r.works();
    }),
    large: chunk > 2048,
  })),
  linked('a callback that waits: the window of the peer closes, and nothing is read', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering(sized(20000)));
    const call = r.begin({ op: 'call', url: URL, stream: 500, wait: 3000, every: 10 });
    await r.until(() => r.lan.connections().some((s) => s.queued > 0 && s.room === 0));
    await r.rest(1000);
    const [stream] = r.lan.connections();
    const { queued } = stream;
    expect(stream.room).toBe(0);
    r.chip.resetCounters();
    await r.rest(1500);
    expect(stream.queued).toBe(queued);
    expect(r.chip.frames).toBeLessThan(20);
    expect(await r.wait(call)).toMatchObject({ status: 200, received: 20000, wrong: 0, odd: 0 });
    await r.works();
  }),
  linked('a callback that waits at each piece', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering(sized(6000)));
    const told = await r.get(URL, { stream: 300, wait: 7, every: 1 });
    expect(told).toMatchObject({ status: 200, received: 6000, wrong: 0, odd: 0 });
    await r.works();
  }),
  linked('an upload, every byte of it', async (r) => {
    const seen = taking(r);
    expect(await r.get(URL, { upload: 12345 })).toMatchObject({ status: 200 });
    expect(seen.body === pattern(0, 12345)).toBe(true);
    await r.works();
  }),
  linked('an upload while the window opens and shuts', async (r) => {
    const seen = taking(r);
    const call = r.begin({ op: 'call', url: URL, upload: 12345, options: { idle_timeout: 0 } });
    for (let i = 0; i < 8; i++) {
      await r.rest(12);
      for (const s of r.lan.connections()) s.window = i % 2 ? 65535 : 0;
    }
    expect(await r.wait(call)).toMatchObject({ status: 200 });
    expect(seen.body === pattern(0, 12345)).toBe(true);
    await r.works();
  }),
  linked('thirty requests on one connection', async (r) => {
    let opened = 0;
    r.lan.serveTcp('10.0.0.9', 80, () => {
      opened++;
      return answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    });
    for (let i = 0; i < 30; i++) {
      const told = await r.get(URL, { keep: 'a', on: i ? 'a' : undefined });
      expect(told).toMatchObject({ status: 200, text: 'hello', kept: true });
    }
    expect(opened).toBe(1);
    await r.does({ op: 'drop', name: 'a' });
    await r.works();
  }),
  {
    ...linked('eight requests at once', async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => answering(sized(1000)));
      const calls = Array.from({ length: 8 }, () => r.begin({ op: 'call', url: URL, stream: 250 }));
      for (const told of await r.wait(Promise.all(calls)))
        expect(told).toMatchObject({ status: 200, received: 1000, wrong: 0 });
      await r.works();
    }),
    large: true,
  },
  linked(
    'counters torn, commands slow, pointers at the wrap',
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => answering(sized(9000)));
      expect(await r.get(URL, { stream: 512 })).toMatchObject({ status: 200, received: 9000, wrong: 0 });
      const seen = taking(r);
      expect(await r.get(URL, { upload: 5000 })).toMatchObject({ status: 200 });
      expect(seen.body === pattern(0, 5000)).toBe(true);
      await r.works();
    },
    { chip: { tearing: 0.8, commandFrames: [2, 9], commandMs: 3, pointers: 0xfff0 } },
  ),
  linked(
    'a chip whose SEND_OK does not wait for the ACK: Sn_TX_FSR is torn while it grows',
    async (r) => {
      const seen = taking(r);
      let torn = 0;
      for (const s of r.chip.sockets) {
        const send = s.tcp.send;
        s.tcp.send = function (n) {
          send.call(s.tcp, n);
          s.sendOk();
        };
      }
      r.chip.probes.push({
        frame({ block, address, data }) {
          const s = r.chip.sockets[block >> 2];
          if ((block & 3) !== R.SOCKET_REGISTERS || address !== R.Sn_TX_FSR) return;
          if (data.length !== 2 || s.status !== R.SOCK_ESTABLISHED) return;
          const free = s.buffers.txFree;
          const read = (data[0] << 8) | data[1];
          expect(read).toBeLessThanOrEqual(free);
          if (data[0] !== free >> 8 && data[1] === (free & 255)) torn++;
        },
      });
      const sent = r.begin({ op: 'call', url: URL, upload: 60000, ...{ options: { timeout: 0 } } });
      expect(await r.wait(sent)).toMatchObject({ status: 200 });
      expect(seen.body === pattern(0, 60000)).toBe(true);
      expect(torn).toBeGreaterThan(0);
      await r.works();
    },
    { chip: { tearing: 0.5, arrivalMs: 20 } },
  ),
  linked('edges of INTn that nobody saw', async (r) => {
    r.chip.faults.missedEdges = 5;
    r.lan.serveTcp('10.0.0.9', 80, () => answering(sized(9000)));
    expect(await r.get(URL, { stream: 512 })).toMatchObject({ status: 200, received: 9000, wrong: 0 });
    await r.works();
  }),
];
