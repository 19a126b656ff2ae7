// What can go wrong, a test for each: the call settles once, with the right error, and the next one works.
import { bench, STATIC, type Bench, type BenchOptions } from './bench';
import { serveHttp, serveTcp } from './servers';
import * as requests from '../../src';
import { register, unregister } from '../../src/net/registry';

afterEach(() => {
  try {
    unregister('w5500');
  } catch {
    // not every test needs it
  }
});

async function linked(o: BenchOptions = {}) {
  const b = bench(o);
  register(b.driver);
  await b.wait(b.driver.link(STATIC));
  return b;
}

/** a request that works, with all sockets free after it */
async function works(b: Bench): Promise<void> {
  const port = await serveHttp((_q, a) => a.end('fine'));
  const r = await b.wait(requests.get(`http://10.0.0.7:${port}/`));
  expect(r.text()).toBe('fine');
  await b.allFree();
}

describe('bring-up', () => {
  const broken: [string, (b: Bench) => void, RegExp][] = [
    ['no chip, all 0x00', (b) => (b.chip.faults.absent = 0), /VERSIONR is 0, expected 4/],
    ['no chip, all 0xff', (b) => (b.chip.faults.absent = 255), /VERSIONR is 255, expected 4/],
    ['another version', (b) => (b.chip.faults.version = 5), /VERSIONR is 5, expected 4/],
    ['a reset that never ends', (b) => (b.chip.faults.resetStuck = true), /VERSIONR is 0|MR is 128/],
  ];
  it.each(broken)('%s', async (_name, fault, text) => {
    const b = bench();
    register(b.driver);
    fault(b);
    const e = await b.fails(b.driver.link(STATIC));
    expect(e.code).toBe('ENODEV');
    expect(e.message).toMatch(text);
    expect(b.driver.is_linked()).toBe(false);
    if (b.chip.faults.resetStuck) return;
    b.chip.faults.clear();
    await b.wait(b.driver.link(STATIC));
    await works(b);
  });

  it('no cable', async () => {
    const b = bench();
    register(b.driver);
    b.chip.plug(false);
    const e = await b.fails(b.driver.link({ ...STATIC, timeout: 5000 }));
    expect([e.code, e.message]).toEqual(['ETIMEDOUT', expect.stringMatching(/cable/)]);
    b.chip.plug(true);
    await b.wait(b.driver.link(STATIC));
    await works(b);
  });
});

describe('connecting', () => {
  it('refused', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => null);
    const e = await b.fails(requests.get('http://10.0.0.9/'));
    expect([e.name, e.code, e.phase]).toEqual(['HTTPConnectionError', 'ECONNREFUSED', 'connect']);
    await works(b);
  });

  it('nobody has the address', async () => {
    const b = await linked();
    b.lan.absent.add('10.0.0.9');
    const e = await b.fails(requests.get('http://10.0.0.9/'));
    expect([e.name, e.code, e.phase]).toEqual(['HTTPConnectionError', 'EHOSTUNREACH', 'connect']);
    await works(b);
  });

  it('no answer from beyond the gateway', async () => {
    const b = await linked();
    b.lan.drop = (p) => p.proto === 'tcp';
    const e = await b.fails(requests.get('http://192.0.2.1/'));
    expect([e.name, e.code, e.phase]).toEqual(['HTTPConnectionError', 'ETIMEDOUT', 'connect']);
    b.lan.drop = null;
    await works(b);
  });

  it('no answer, and the chip gives up first', async () => {
    const b = await linked({ driver: { retry: { time: 50, count: 2 } } });
    b.lan.drop = (p) => p.proto === 'tcp';
    const e = await b.fails(requests.get('http://192.0.2.1/'));
    expect([e.code, e.phase]).toEqual(['ETIMEDOUT', 'connect']);
    b.lan.drop = null;
    await works(b);
  });
});

/** a server that plays one side by hand */
const stages: [string, string][] = [
  ['at once', ''],
  ['in the status line', 'HTTP/1.1 2'],
  ['in the headers', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['in the body', 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n' + 'x'.repeat(1500)],
];

describe.each([false, true])('with data unread, INTn %s', (irq) => {
  it.each(stages)('RST %s', async (_name, sent) => {
    const b = await linked({ irq });
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onData(_d, s) {
        s.write(Uint8Array.from(Buffer.from(sent)));
        b.clock.setTimeout(() => s.reset(), 20);
      },
    }));
    const e = await b.fails(requests.get('http://10.0.0.9/'));
    expect([e.name, e.code]).toEqual(['IOError', 'ECONNRESET']);
    b.lan.connections();
    await works(b);
  });

  it.each(stages)('FIN %s', async (_name, sent) => {
    const b = await linked({ irq });
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onData(_d, s) {
        s.write(Uint8Array.from(Buffer.from(sent)));
        s.end();
      },
    }));
    const e = await b.fails(requests.get('http://10.0.0.9/'));
    expect(e.name).toMatch(/IOError|HTTPResponseError/);
    await works(b);
  });
});

describe('the cable', () => {
  const download = (b: Bench) => {
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onData(_d, s) {
        s.write(Uint8Array.from(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n')));
        s.write(new Uint8Array(60000));
      },
    }));
    return requests.get('http://10.0.0.9/', { stream_callback() {} });
  };

  it.each([1, 3, 8, 30])('out %d ms into a request', async (ms) => {
    const b = await linked();
    const failing = b.fails(download(b));
    await b.rest(ms);
    b.chip.plug(false);
    const e = await failing;
    expect(e.code).toBe('ENETDOWN');
    expect(b.driver.is_linked()).toBe(false);
    expect(() => b.driver.link_info()).toThrow(/cable/);
    const down = await b.fails(requests.get('http://10.0.0.9/'));
    expect([down.name, down.code]).toEqual(['HTTPConnectionError', 'ENETDOWN']);
    b.chip.plug(true);
    await b.until(() => b.driver.is_linked());
    await works(b);
  });

  it('flapping', async () => {
    const b = await linked();
    for (let i = 0; i < 6; i++) {
      b.chip.plug(i % 2 > 0);
      await b.rest(700);
    }
    await b.until(() => b.driver.is_linked());
    await works(b);
  });

  it('out and in during DHCP: the same address again', async () => {
    const b = bench();
    register(b.driver);
    const first = await b.wait(b.driver.link({ dhcp: true }));
    b.chip.plug(false);
    await b.until(() => !b.driver.is_linked());
    b.chip.plug(true);
    await b.until(() => b.driver.is_linked());
    expect(b.driver.link_info()).toEqual(first);
    expect(b.dhcp.heard.map((h) => h.type)).toEqual(['DISCOVER', 'REQUEST', 'REQUEST']);
    await works(b);
  });
});

describe('sending', () => {
  it('SEND_OK late', async () => {
    const b = await linked();
    b.chip.faults.sendOkDelayMs = 700;
    await works(b);
  });

  it('SEND_OK never', async () => {
    const b = await linked();
    b.chip.faults.sendOkDelayMs = Infinity;
    const port = await serveTcp(() => {});
    const e = await b.fails(
      requests.post(`http://10.0.0.7:${port}/`, { data: 'x'.repeat(9000), idle_timeout: 0, timeout: 0 }),
      200000,
    );
    expect([e.name, e.code]).toEqual(['IOError', 'ETIMEDOUT']);
    b.chip.faults.clear();
    await works(b);
  });

  it('a window that stays shut for a minute', async () => {
    const b = await linked();
    let got = 0;
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onData(d, s) {
        got += d.length;
        if (got > 9000) s.write(Uint8Array.from(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')));
      },
    }));
    const sent = requests.post('http://10.0.0.9/', { data: 'x'.repeat(9000), idle_timeout: 0, timeout: 0 });
    await b.until(() => got > 0);
    const [stream] = b.lan.connections();
    stream.window = 0;
    await b.rest(60000);
    stream.window = 65535;
    expect((await b.wait(sent)).status).toBe(200);
    await works(b);
  });

  it('a peer that died without a word', async () => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({}));
    const failing = b.fails(
      requests.post('http://10.0.0.9/', { data: 'x'.repeat(9000), idle_timeout: 0, timeout: 0 }),
      200000,
    );
    await b.until(() => b.lan.connections().length > 0);
    b.lan.connections()[0].dead = true;
    const e = await failing;
    expect([e.name, e.code]).toEqual(['IOError', 'ETIMEDOUT']);
    await works(b);
  });
});

describe('the bus', () => {
  it.each([0, 255])('stuck at %d in the middle of a transfer', async (level) => {
    const b = await linked();
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onData(_d, s) {
        s.write(Uint8Array.from(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n')));
        s.write(new Uint8Array(60000));
      },
    }));
    let body = 0;
    const failing = b.fails(
      requests.get('http://10.0.0.9/', { stream_callback: (d: Uint8Array) => (body += d.length) && undefined }),
    );
    await b.until(() => body > 5000);
    b.chip.faults.spiStuck = level;
    const e = await failing;
    expect([e.name, e.code]).toEqual(['IOError', expect.stringMatching(/EIO|ECONNRESET/)]);
    await b.until(() => !b.driver.is_linked());
    await b.rest(3000);
    b.chip.faults.clear();
    await b.until(() => b.driver.is_linked());
    await works(b);
  });

  it('a command that is never accepted', async () => {
    const b = await linked();
    b.chip.faults.commandStuck = true;
    const e = await b.fails(requests.get('http://10.0.0.9/'));
    expect([e.name, e.code]).toEqual(['HTTPConnectionError', 'EIO']);
    b.chip.faults.clear();
    await b.until(() => b.driver.is_linked());
    await works(b);
  });
});
