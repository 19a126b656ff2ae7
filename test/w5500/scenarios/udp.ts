// Datagrams: there and back, to names, of sizes and kinds that do not go.
import { pattern } from '../commands';
import { linked } from '../rig';
import { pattern as binary } from '../servers';
import type { Rig, RigOptions, Scenario } from '../rig';
import type { Job } from '../sockets';

/** RFC 4330 section 4: what an SNTP server says to a question */
function timeFor(question: Uint8Array, seconds: number): Uint8Array {
  const answer = Buffer.alloc(48);
  answer[0] = 0x24;
  answer[1] = 2;
  Buffer.from(question).copy(answer, 24, 40, 48);
  answer.writeUInt32BE(seconds, 40);
  return new Uint8Array(answer);
}

/** a host that says the same back */
export function echo(r: Rig): void {
  r.lan.serveUdp('10.0.0.9', 7, (p, lan) =>
    lan.udp({ src: p.dst, sport: 7, dst: p.src, dport: p.sport, data: p.data, to: p.from }),
  );
}

const plainRows: Scenario[] = [
  linked('datagrams of all sizes, there and back', async (r) => {
    echo(r);
    const u = await r.udp({ name: 'u', port: 5000 });
    for (const n of [1, 3, 512, 1472]) {
      const data = pattern(n, n);
      expect(await r.does({ op: 'datagram', name: 'u', host: '10.0.0.9', port: 7, data })).toEqual({});
      await r.until(() => u.pieces.length > 0);
      expect([u.pieces.splice(0).join(), u.from.splice(0)]).toEqual([data, ['10.0.0.9:7']]);
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
      const u = await r.udp({ name: 'u' });
      const data = '\x23' + '\0'.repeat(39) + 'cookie!!';
      expect(await r.does({ op: 'datagram', name: 'u', host: 'time.test', port: 123, data })).toEqual({});
      await r.until(() => u.pieces.length > 0);
      const answer = u.bytes;
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
    await r.udp({ name: 'u' });
    const sent = await r.does({ op: 'datagram', name: 'u', host: '10.0.0.9', port: 9, data: 'x' });
    expect(sent).toMatchObject({ code: 'EHOSTUNREACH' });
    await r.does({ op: 'drop', name: 'u' });
    await r.works();
  }),
  linked('a datagram that is too long, and one to no name', async (r) => {
    await r.udp({ name: 'u' });
    const to = { op: 'datagram' as const, name: 'u', port: 9 };
    expect(await r.does({ ...to, host: '10.0.0.9', data: 'x'.repeat(1473) })).toMatchObject({ code: 'EMSGSIZE' });
    expect(await r.does({ ...to, host: 'no.test', data: 'x' })).toMatchObject({ code: 'ENOTFOUND' });
    await r.does({ op: 'drop', name: 'u' });
    expect(await r.does({ op: 'udp', name: 'v', port: 70000 })).toMatchObject({ code: 'EINVAL' });
    await r.works();
  }),
  ...[false, true].map((sending) =>
    linked(
      `hears when the network is gone, ${sending ? 'with a datagram on its way' : 'and nothing else'}`,
      async (r) => {
        const u = await r.udp({ name: 'u' });
        r.chip.faults.sendOkDelayMs = Infinity;
        const told = sending && r.begin({ op: 'datagram', name: 'u', host: '10.0.0.9', port: 9, data: 'x' });
        await r.rest(100);
        r.chip.plug(false);
        if (told) expect(await r.wait(told)).toMatchObject({ code: 'ENETDOWN' });
        r.chip.faults.clear();
        await r.until(() => u.closed.length > 0);
        await r.rest(2000);
        expect(u.closed).toMatchObject([{ code: 'ENETDOWN' }]);
        const message = expect.stringMatching(/cable/);
        expect(await r.does({ op: 'udp', name: 'v' })).toMatchObject({ code: 'ENETDOWN', message });
        r.chip.plug(true);
        await r.until(() => r.linked);
        await r.works();
      },
    ),
  ),
];

/** The board sends this over its only UDP socket, and the test hears how it went. */
export const sends = (r: Rig, text: string, host: string, port: number) =>
  r.run((b, c) => b.sockets.udp.socket.send(c.text, c.host, c.port, b.sockets.udp.sent), { text, host, port });

/** bytes of all values, as an array */
export const sendsBytes = (r: Rig, n: number, port = 9) =>
  r.run((b, c) => b.sockets.udp.socket.send(b.bytes(atob(c.data)), '10.0.0.9', c.port, b.sockets.udp.sent), {
    data: Buffer.from(binary(n)).toString('base64'),
    port,
  });

export const drop = (r: Rig) => r.does({ op: 'drop', name: 'udp' });

const zone = { zone: { 'time.test': { a: '10.0.0.9' } } };
const thereAndBack: RigOptions[] = [{ dns: zone }, { driver: { buffers: [2] } }];

const sendingRows: Scenario[] = [
  ...thereAndBack.map((options) =>
    linked(
      `arrays of all sizes, one after the other, ${options.dns ? 'to a name too' : 'with one socket'}`,
      async (r) => {
        echo(r);
        const u = await r.udp({ port: 5000 });
        const sizes = [1, 3, 512, 1472];
        for (const [i, n] of sizes.entries()) {
          await sendsBytes(r, n, 7);
          await r.until(() => u.sent.length > i);
        }
        await r.until(() => u.pieces.length === sizes.length);
        expect(u.codes).toEqual([null, null, null, null]);
        expect(u.pieces).toEqual(sizes.map((n) => Buffer.from(binary(n))));
        expect(u.from).toEqual(sizes.map(() => '10.0.0.9:7'));
        if (options.dns) {
          await sends(r, 'by name', 'time.test', 7);
          await r.until(() => u.sent.length > 4 && u.pieces.length > 4);
          expect([u.codes[4], String(u.pieces[4])]).toEqual([null, 'by name']);
        }
        await drop(r);
        await r.works();
      },
      options,
    ),
  ),
  ...[
    { irq: false, turns: 20 },
    { irq: true, turns: 10 },
  ].map(({ irq, turns }) =>
    linked(
      `a socket at rest has ${turns} turns in 10 s, ${irq ? 'with INTn' : 'polled'}`,
      async (r) => {
        await r.udp();
        await r.rest(3000);
        r.chip.resetCounters();
        await r.rest(10000);
        // and the chip itself one a second
        expect(Math.abs(r.chip.frames - turns - 10)).toBeLessThan(4);
        await drop(r);
      },
      { irq },
    ),
  ),
  linked('one datagram at a time, and none that is too long', async (r) => {
    const u = await r.udp();
    await r.run((b) => {
      const n = b.sockets.udp;
      n.socket.send('one', '10.0.0.9', 9, n.sent);
      n.socket.send('two', '10.0.0.9', 9, n.sent);
    });
    expect(u.codes).toEqual(['EBUSY']);
    expect(await r.run((b) => b.sockets.udp.socket.send('three', '10.0.0.9', 9))).not.toHaveProperty('error');
    await r.until(() => u.sent.length === 2);
    await sendsBytes(r, 1473);
    expect(u.codes).toEqual(['EBUSY', null, 'EMSGSIZE']);
    await r.run((b) => {
      const n = b.sockets.udp;
      n.socket.close();
      n.socket.send('late', '10.0.0.9', 9, n.sent);
    });
    const refused = ['EBUSY: one at a time', 'EMSGSIZE: 1473 bytes, it takes 1 to 1472', 'EPIPE: closed'];
    expect([0, 2, 3].map((i) => u.sent[i]?.message)).toEqual(refused);
    expect(u.codes[3]).toBe('EPIPE');
    expect([0, 2, 3].map((i) => u.sent[i]?.phase)).toEqual(['open', 'open', 'open']);
    await r.allFree();
  }),
  linked(
    'takes no more than a buffer of 1 KB has room for',
    async (r) => {
      const u = await r.udp();
      await sendsBytes(r, 1025);
      await sendsBytes(r, 1024);
      await r.until(() => u.sent.length === 2);
      expect(u.codes).toEqual(['EMSGSIZE', null]);
      await drop(r);
      await r.allFree();
    },
    { driver: { buffers: [1] } },
  ),
  linked('data of all kinds', async (r) => {
    const heard: number[][] = [];
    r.lan.serveUdp('10.0.0.9', 9, (packet) => heard.push(Array.from(packet.data)));
    const u = await r.udp();
    const { value } = await r.run((b) => {
      const n = b.sockets.udp;
      const codes: string[] = [];
      [undefined, null, 5, {}, { length: 3 }, [1, 2], new Uint16Array(3)].forEach((data) => {
        try {
          n.socket.send(data, '10.0.0.9', 9, n.sent);
        } catch (e: any) {
          codes.push(e.code + ' ' + e.message);
        }
      });
      return codes;
    });
    const refused = expect.stringMatching(/^EINVAL .*data is .*, must be a Uint8Array/);
    expect(value).toEqual(new Array(7).fill(refused));
    expect(u.sent).toEqual([]);
    await r.run((b) => b.sockets.udp.socket.send('\0\x7f\x80\xff', '10.0.0.9', 9, b.sockets.udp.sent));
    await r.until(() => u.sent.length > 0);
    await r.run((b) => b.sockets.udp.socket.send(b.bytes('ab'), '10.0.0.9', 9, b.sockets.udp.sent));
    await r.until(() => u.sent.length > 1 && heard.length > 1);
    expect([u.codes, heard]).toEqual([
      [null, null],
      [
        [0, 127, 128, 255],
        [97, 98],
      ],
    ]);
    await drop(r);
    await r.allFree();
  }),
  linked('text is bytes, or it is refused: nothing is cut short', async (r) => {
    const heard: Buffer[] = [];
    r.lan.serveUdp('10.0.0.9', 9, (packet) => heard.push(Buffer.from(packet.data)));
    const u = await r.udp();
    // where there is Unicode none of these is bytes; under Node the last one is, without Unicode all are
    const texts: Job[] = [(b) => (b.text = '\u20ac'), (b) => (b.text = 'x\u0100'), (b) => (b.text = '\u00e9')];
    for (const text of texts) {
      await r.run(text);
      const codes = (await r.run((b) => b.text.split('').map((c: string) => c.charCodeAt(0)))).value;
      const told = await r.run((b) => b.sockets.udp.socket.send(b.text, '10.0.0.9', 9, b.sockets.udp.sent));
      const message = expect.stringMatching(/data is .*, must be a Uint8Array or a text of bytes/);
      if (told.error) {
        expect(told).toMatchObject({ code: 'EINVAL', message });
        expect(Math.max(...codes)).toBeGreaterThan(127);
      } else {
        await r.until(() => u.sent.length > 0);
        await r.rest(5);
        expect([u.codes, heard]).toEqual([[null], [Buffer.from(codes)]]);
        expect(Math.max(...codes)).toBeLessThan(256);
      }
      u.sent.splice(0);
      heard.splice(0);
    }
    await drop(r);
    await r.works();
  }),
  linked('addresses of all kinds', async (r) => {
    const u = await r.udp();
    for (const ip of ['0.0.0.0', '0.1.2.3', '224.0.0.251', '240.0.0.1', '255.255.255.254']) {
      expect(await r.run((b, ip) => b.sockets.udp.socket.send('x', ip, 9), ip)).not.toHaveProperty('error');
      await sends(r, 'x', ip, 9);
      expect(u.sent.pop()).toMatchObject({ code: 'EINVAL', message: expect.stringMatching(`host is ${ip}`) });
    }
    await sends(r, 'x', '255.255.255.255', 9);
    await r.until(() => u.sent.length > 0);
    expect(u.sent).toEqual([null]);
    await drop(r);
    await r.allFree();
  }),
  linked(
    'a name that is none: the callback hears of it, also where that is known',
    async (r) => {
      const u = await r.udp();
      for (const name of ['gone.test', 'gone.test', 'a..b', 'time.test']) {
        await sends(r, 'x', name, 9);
        await r.until(() => u.sent.length > 0);
        expect([name, ...u.codes]).toEqual([name, name === 'time.test' ? null : 'ENOTFOUND']);
        u.sent.splice(0);
      }
      await drop(r);
      await r.allFree();
    },
    { dns: zone },
  ),
];

export const udpRows: Scenario[] = [...plainRows, ...sendingRows];
