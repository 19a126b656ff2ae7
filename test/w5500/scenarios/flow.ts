// What works, and keeps its measure: streams, back-pressure, uploads, connections that are kept, datagrams.
import { answering, linked } from '../rig';
import { pattern } from '../commands';
import type { Rig, Scenario } from '../rig';

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
          if ((block & 3) !== 1 || address !== 0x20 || data.length !== 2 || s.status !== 0x17) return;
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

/** RFC 4330 section 4: what an SNTP server says to a question */
function timeFor(question: Uint8Array, seconds: number): Uint8Array {
  const answer = Buffer.alloc(48);
  answer[0] = 0x24;
  answer[1] = 2;
  Buffer.from(question).copy(answer, 24, 40, 48);
  answer.writeUInt32BE(seconds, 40);
  return new Uint8Array(answer);
}

export const udpRows: Scenario[] = [
  linked('datagrams of all sizes, there and back', async (r) => {
    r.lan.serveUdp('10.0.0.9', 7, (p, lan) =>
      lan.udp({ src: p.dst, sport: 7, dst: p.src, dport: p.sport, data: p.data }),
    );
    await r.does({ op: 'udp', name: 'u', port: 5000 });
    for (const n of [1, 3, 512, 1472]) {
      const data = pattern(n, n);
      expect(await r.does({ op: 'datagram', name: 'u', host: '10.0.0.9', port: 7, data })).toEqual({});
      await r.until(() => r.datagrams.length > 0);
      expect(r.datagrams.splice(0)).toEqual([{ name: 'u', text: data, from: '10.0.0.9:7' }]);
    }
    await r.does({ op: 'drop', name: 'u' });
    await r.works();
  }),
  linked(
    'SNTP, to a name',
    async (r) => {
      let question: Uint8Array = new Uint8Array();
      r.lan.serveUdp('10.0.0.9', 123, (p, lan) => {
        question = p.data;
        const data = timeFor(p.data, 4208988800);
        lan.udp({ src: p.dst, sport: 123, dst: p.src, dport: p.sport, data });
      });
      await r.does({ op: 'udp', name: 'u' });
      const data = '\x23' + '\0'.repeat(39) + 'cookie!!';
      expect(await r.does({ op: 'datagram', name: 'u', host: 'time.test', port: 123, data })).toEqual({});
      await r.until(() => r.datagrams.length > 0);
      const answer = Buffer.from(r.datagrams[0].text, 'latin1');
      expect(Buffer.from(question).toString('latin1')).toBe(data);
      expect(answer.toString('latin1', 24, 32)).toBe('cookie!!');
      expect(answer.readUInt32BE(40)).toBe(4208988800);
      await r.does({ op: 'drop', name: 'u' });
      await r.works();
    },
    { dns: { zone: { 'time.test': { a: '10.0.0.9' } } } },
  ),
  linked('a datagram that nobody is there for', async (r) => {
    r.lan.absent.add('10.0.0.9');
    await r.does({ op: 'udp', name: 'u' });
    const sent = await r.does({ op: 'datagram', name: 'u', host: '10.0.0.9', port: 9, data: 'x' });
    expect(sent).toMatchObject({ code: 'EHOSTUNREACH' });
    await r.does({ op: 'drop', name: 'u' });
    await r.works();
  }),
  linked('a datagram that is too long, and one to no name', async (r) => {
    await r.does({ op: 'udp', name: 'u' });
    const to = { op: 'datagram' as const, name: 'u', port: 9 };
    expect(await r.does({ ...to, host: '10.0.0.9', data: 'x'.repeat(1473) })).toMatchObject({ code: 'EMSGSIZE' });
    expect(await r.does({ ...to, host: 'no.test', data: 'x' })).toMatchObject({ code: 'ENOTFOUND' });
    await r.does({ op: 'drop', name: 'u' });
    expect(await r.does({ op: 'udp', name: 'v', port: 70000 })).toMatchObject({ code: 'EINVAL' });
    await r.works();
  }),
  linked('hears when the network is gone', async (r) => {
    await r.does({ op: 'udp', name: 'u' });
    r.chip.faults.sendOkDelayMs = Infinity;
    const sending = r.begin({ op: 'datagram', name: 'u', host: '10.0.0.9', port: 9, data: 'x' });
    await r.rest(100);
    r.chip.plug(false);
    expect(await r.wait(sending)).toMatchObject({ code: 'ENETDOWN' });
    r.chip.faults.clear();
    await r.until(() => r.closings.length > 0);
    await r.rest(2000);
    expect(r.closings).toEqual([{ name: 'u', code: 'ENETDOWN' }]);
    expect(await r.does({ op: 'udp', name: 'v' })).toMatchObject({ code: 'ENETDOWN' });
    r.chip.plug(true);
    await r.until(() => r.linked);
    await r.works();
  }),
];
