// Fault rows: SPI hangs, and commands that are never accepted.
import { answering, linked } from '../rig';
import { pattern } from '../commands';
import { STATIC } from '../world';
import { Sn_RX_RSR, SOCK_ESTABLISHED } from '../../fakes/virtualW5500/registers';
import type { Rig, Scenario } from '../rig';

const URL = 'http://10.0.0.9/';
const BODY = 'HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n' + pattern(0, 60000);

async function recovers(r: Rig): Promise<void> {
  await r.until(() => !r.linked);
  expect(await r.get(URL)).toMatchObject({ error: 'HTTPConnectionError', code: 'ENETDOWN' });
  await r.rest(3000);
  r.chip.faults.clear();
  await r.until(() => r.linked);
  await r.works();
}

// stuck low, a status reads CLOSED: before anybody asks VERSIONR it looks like a reset by the peer
const dead = { code: expect.stringMatching(/^(EIO|ECONNRESET|ECONNREFUSED|ENETDOWN|ETIMEDOUT)$/) };

/** what goes on when the bus hangs */
const stages: [string, (r: Rig) => Promise<object>][] = [
  [
    'in the middle of a body',
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => answering(BODY));
      const failing = r.begin({ op: 'call', url: URL, stream: 512 });
      await r.until(() => r.lan.connections().some((s) => s.queued > 0 && s.queued < 40000));
      return { failing, want: { error: 'IOError', wrong: 0 } };
    },
  ],
  [
    'while connecting',
    async (r) => {
      r.lan.drop = (p) => p.proto === 'tcp';
      const failing = r.begin({ op: 'call', url: URL });
      await r.rest(200);
      r.lan.drop = null;
      return { failing, want: { error: 'HTTPConnectionError' } };
    },
  ],
  [
    'while sending',
    async (r) => {
      let got = 0;
      r.lan.serveTcp('10.0.0.9', 80, () => ({ onData: (d: Uint8Array) => void (got += d.length) }));
      const failing = r.begin({ op: 'call', url: URL, upload: 60000 });
      await r.until(() => got > 10000);
      return { failing, want: { error: 'IOError' } };
    },
  ],
  [
    'while waiting for the answer',
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => ({}));
      const failing = r.begin({ op: 'call', url: URL });
      await r.rest(300);
      return { failing, want: { error: 'IOError' } };
    },
  ],
];

const stuckRows = stages.flatMap(([name, begin]) =>
  [0, 255].map((level) =>
    linked(`stuck at ${level} ${name}`, async (r) => {
      const { failing, want } = (await begin(r)) as any;
      r.chip.faults.spiStuck = level;
      expect(await r.wait(failing)).toMatchObject({ ...dead, ...want });
      await recovers(r);
    }),
  ),
);

// bytes after which it hangs, from the first of a frame's header on: at every place in it
const withinRows = [1, 2, 3, 4, 7, 100, 600].map((n) =>
  linked(`stuck ${n} bytes later, in the middle of a frame`, async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering(BODY));
    const failing = r.begin({ op: 'call', url: URL, stream: 512 });
    await r.until(() => r.lan.connections().some((s) => s.queued > 0 && s.queued < 50000));
    r.chip.faults.spiStuckAfter = n;
    expect(await r.wait(failing)).toMatchObject({ error: 'IOError', ...dead });
    await recovers(r);
  }),
);

// as soon as it is known how much there is to read: the data frame is the first that gets no answer
const betweenRows = [0, 255].map((level) =>
  linked(`stuck at ${level} before a frame of data: none of it is believed`, async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering(BODY));
    r.chip.probes.push({
      frame({ address, write, data }) {
        const half = r.lan.connections().some((s) => s.queued > 0 && s.queued < 40000);
        if (!half || write || address !== Sn_RX_RSR || !(data[0] | data[1])) return;
        r.chip.probes.pop();
        r.chip.faults.spiStuck = level;
        r.chip.resetCounters();
      },
    });
    expect(await r.get(URL, { stream: 512 })).toMatchObject({ error: 'IOError', code: 'EIO', wrong: 0 });
    expect(r.chip.frames).toBeLessThan(20);
    await recovers(r);
  }),
);

/** A request fails within a second; without the fault all is as before. */
async function failsSoon(r: Rig): Promise<void> {
  const start = r.clock.now();
  expect(await r.get(URL)).toMatchObject({ error: 'HTTPConnectionError', code: 'EIO' });
  expect(r.clock.now() - start).toBeLessThan(1000);
  r.chip.faults.clear();
  await r.until(() => r.linked);
  await r.works();
}

export const busRows: Scenario[] = [
  ...stuckRows,
  ...withinRows,
  ...betweenRows,
  linked('stuck while idle', async (r) => {
    r.chip.faults.spiStuck = 0;
    await recovers(r);
  }),
  linked('stuck for a moment only', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering(BODY));
    const call = r.begin({ op: 'call', url: URL, stream: 512 });
    await r.until(() => r.lan.connections().some((s) => s.queued > 0 && s.queued < 50000));
    r.chip.faults.spiStuck = 255;
    await r.rest(30);
    r.chip.faults.clear();
    // whatever became of it: no byte is wrong, and life goes on
    expect((await r.wait(call)).wrong).toBe(0);
    await r.until(() => r.linked);
    await r.works();
  }),
  ...[1, 0.5].map((chance) =>
    linked(`MISO is anything while the header goes out, one byte in ${1 / chance}`, async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => answering(BODY, (s) => s.end()));
      r.chip.faults.headerNoise = chance;
      // what is known of the chip is what it said since the link came up
      await r.does({ op: 'unlink' });
      expect(await r.link(STATIC)).toMatchObject({ ip: STATIC.ip });
      for (let i = 0; i < 5; i++)
        expect(await r.get(URL, { stream: 512 })).toMatchObject({ status: 200, received: 60000, wrong: 0 });
    }),
  ),
  linked('a command takes 0.4 s', (r) => r.works(), { chip: { commandMs: 400, commandFrames: [99, 99] } }),
  linked('a command that is never accepted', async (r) => {
    r.chip.faults.commandStuck = true;
    await failsSoon(r);
  }),
  linked('a command that is never accepted, in the middle of a body', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => answering(BODY));
    const failing = r.begin({ op: 'call', url: URL, stream: 512 });
    await r.until(() => r.lan.connections().some((s) => s.queued > 0 && s.queued < 40000));
    r.chip.faults.commandStuck = true;
    expect(await r.wait(failing)).toMatchObject({ error: 'IOError', code: 'EIO', wrong: 0 });
    r.chip.faults.clear();
    await r.until(() => r.linked);
    await r.works();
  }),
  linked('commands that one socket never accepts, while another is busy all the time', async (r) => {
    const chat = (s: any) => {
      s.write('x');
      r.clock.setTimeout(() => chat(s), 5);
    };
    r.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: chat, onEnd: (s) => s.end() }));
    const it = await r.connect();
    await r.until(() => it.rooms.length > 0);
    r.chip.faults.commandStuck = 1 - r.chip.sockets.findIndex((s) => s.status === SOCK_ESTABLISHED);
    await failsSoon(r);
  }),
];
