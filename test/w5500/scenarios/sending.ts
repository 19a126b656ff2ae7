// Fault rows: what can become of bytes that are sent.
import { answering, linked } from '../rig';
import type { Rig, Scenario } from '../rig';

const URL = 'http://10.0.0.9/';
const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const patient = { options: { idle_timeout: 0, timeout: 0 } };

/** a peer that answers when it has `n` bytes and more */
function taking(r: Rig, n: number): { got: number } {
  const seen = { got: 0 };
  r.lan.serveTcp('10.0.0.9', 80, () => ({
    onData(d: Uint8Array, s: any) {
      const before = seen.got;
      seen.got += d.length;
      if (seen.got >= n && before < n) s.write(EMPTY);
    },
    onEnd: (s: any) => s.end(),
  }));
  return seen;
}

export const sendingRows: Scenario[] = [
  linked('SEND_OK late', async (r) => {
    taking(r, 9000);
    r.chip.faults.sendOkDelayMs = 700;
    expect(await r.get(URL, { upload: 9000 })).toMatchObject({ status: 200 });
    r.chip.faults.clear();
    await r.works();
  }),
  linked('SEND_OK never', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({}));
    r.chip.faults.sendOkDelayMs = Infinity;
    expect(await r.get(URL, { upload: 9000, ...patient })).toMatchObject({
      error: 'IOError',
      code: 'ETIMEDOUT',
      message: 'no answer from 10.0.0.9 port 80',
    });
    // no FIN, and nothing to wait for
    await r.until(r.free, 1000);
    r.chip.faults.clear();
    await r.works();
  }),
  linked('SEND_OK never, and the request gives up first', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({}));
    r.chip.faults.sendOkDelayMs = Infinity;
    expect(await r.get(URL, { upload: 9000, options: { idle_timeout: 3000 } })).toMatchObject({
      error: 'IOError',
      code: 'ETIMEDOUT',
      phase: 'send',
    });
    r.chip.faults.clear();
    await r.works();
  }),
  linked('SEND_OK never, but an answer', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering(EMPTY));
    r.chip.faults.sendOkDelayMs = Infinity;
    expect(await r.get(URL)).toMatchObject({ status: 200 });
    r.chip.faults.clear();
    await r.works();
  }),
  linked('SEND_OK never, and what arrives meanwhile: the rest of a piece is not waited for long', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({}));
    r.chip.faults.sendOkDelayMs = Infinity;
    const it = await r.connect({ acts: { room: (n) => n.socket.write('x') } });
    await r.rest(3000);
    r.lan.connections()[0].write('y'.repeat(612));
    await r.until(() => it.bytes.length > 0);
    expect(it.bytes.length).toBe(512);
    const before = r.clock.now();
    await r.until(() => it.bytes.length === 612);
    expect(r.clock.now() - before).toBeLessThan(10);
    await r.run((b) => b.sockets.connect.socket.close(true));
    r.chip.faults.clear();
    await r.works();
  }),
  linked('SEND_OK with a FIN: a receiver that takes a part and pauses is soon offered room', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({}));
    r.chip.faults.sendOkDelayMs = 3000;
    const it = await r.connect({
      want: 100,
      acts: {
        room: (n) => (n.arg ? 0 : n.socket.write((n.arg = 'x'))),
        data: (n) => (n.take = 0),
      },
    });
    await r.until(() => r.chip.sockets[0].sending);
    await r.rest(2990);
    const [peer] = r.lan.connections();
    peer.write('y'.repeat(500));
    peer.end();
    await r.until(() => it.bytes.length === 100);
    const before = r.clock.now();
    await r.until(() => it.rooms.length === 2);
    expect(r.clock.now() - before).toBeLessThan(20);
    await r.run((b) => b.sockets.connect.socket.close(true));
    r.chip.faults.clear();
    await r.works();
  }),
  linked('a window that stays shut for a minute', async (r) => {
    const seen = taking(r, 9000);
    const sent = r.begin({ op: 'call', url: URL, upload: 9000, ...patient });
    await r.until(() => seen.got > 0);
    const [stream] = r.lan.connections();
    stream.window = 0;
    await r.rest(60000);
    expect(seen.got).toBeLessThan(9000);
    stream.window = 65535;
    expect(await r.wait(sent)).toMatchObject({ status: 200 });
    await r.works();
  }),
  linked('a window that opens by a few bytes at a time', async (r) => {
    const seen = taking(r, 3000);
    const sent = r.begin({ op: 'call', url: URL, upload: 3000, ...patient });
    await r.until(() => seen.got > 0);
    const [stream] = r.lan.connections();
    while (seen.got < 3000) {
      stream.window = 100;
      await r.rest(10);
    }
    stream.window = 65535;
    expect(await r.wait(sent)).toMatchObject({ status: 200 });
    await r.works();
  }),
  linked('a peer that died without a word', async (r) => {
    taking(r, 9000);
    const failing = r.begin({ op: 'call', url: URL, upload: 9000, ...patient });
    await r.until(() => r.lan.connections().length > 0);
    r.lan.connections()[0].dead = true;
    expect(await r.wait(failing)).toMatchObject({ error: 'IOError', code: 'ETIMEDOUT' });
    await r.works();
  }),
  linked(
    'a peer that died without a word, on a kept connection with probes',
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => answering(EMPTY));
      expect(await r.get(URL, { keep: 'a' })).toMatchObject({ kept: true });
      r.lan.connections()[0].dead = true;
      await r.rest(60000);
      expect(r.free()).toBe(true);
      expect(await r.get(URL, { on: 'a' })).toMatchObject({ error: 'IOError' });
      await r.works();
    },
    { driver: { keepalive: 5 } },
  ),
  linked('every tenth packet is lost', async (r) => {
    taking(r, 20000);
    let n = 0;
    r.lan.drop = (p) => p.proto === 'tcp' && (p.data.length > 0 || (p.flags & 3) > 0) && ++n % 10 === 0;
    expect(await r.get(URL, { upload: 20000, ...patient })).toMatchObject({ status: 200 });
    r.lan.drop = null;
    await r.works();
  }),
];
