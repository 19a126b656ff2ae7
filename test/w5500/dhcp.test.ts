import { bench, type Bench } from './bench';
import type { DhcpForgery } from '../fakes/virtualW5500';
import { pattern, serveHttp } from './servers';
import * as requests from '../../src';
import { register, unregister } from '../../src/net/registry';

const types = (b: Bench) => b.dhcp.heard.map((h) => h.type);
const DHCP = { dhcp: true };

describe('DHCP', () => {
  it('gets an address, and says what it is', async () => {
    const b = bench();
    const info = await b.wait(b.driver.link({ dhcp: true, hostname: 'sensor-1' }));
    expect(info).toEqual({
      ip: '10.0.0.100',
      mask: '255.255.255.0',
      gw: '10.0.0.1',
      dns: '10.0.0.1',
      mac: '02:08:dc:01:02:03',
    });
    expect(b.driver.is_linked()).toBe(true);
    expect(types(b)).toEqual(['DISCOVER', 'REQUEST']);
    const { options, broadcast } = b.dhcp.heard[0].message;
    expect(Buffer.from(options.get(12)!).toString()).toBe('sensor-1');
    expect(Array.from(options.get(61)!)).toEqual([1, 2, 8, 0xdc, 1, 2, 3]);
    expect(broadcast).toBe(true);
    await b.allFree();
  });

  it('asks again after 4, 8, 16 seconds, more or less', async () => {
    const b = bench();
    b.dhcp.faults.ignore = 3;
    await b.wait(b.driver.link({ dhcp: true, timeout: 60000 }));
    const at = b.dhcp.heard.slice(0, 4).map((h) => h.at);
    [4000, 8000, 16000].forEach((ms, i) => expect(Math.abs(at[i + 1] - at[i] - ms)).toBeLessThan(1100));
    expect(new Set(b.dhcp.heard.map((h) => h.message.xid)).size).toBe(1);
  });

  it('no server', async () => {
    const b = bench();
    b.dhcp.faults.silent = 'all';
    const e = await b.fails(b.driver.link(DHCP));
    expect([e.code, e.message]).toEqual(['ETIMEDOUT', expect.stringMatching(/no DHCP server answers/)]);
    const asked = b.dhcp.heard.length;
    await b.rest(100000);
    expect(b.dhcp.heard.length).toBe(asked);
    b.dhcp.clearFaults();
    await b.wait(b.driver.link(DHCP));
  });

  it('a server that refuses what it offered', async () => {
    const b = bench();
    b.dhcp.faults.nak = true;
    b.clock.setTimeout(() => b.dhcp.clearFaults(), 5000);
    await b.wait(b.driver.link(DHCP));
    expect(types(b).length).toBeLessThan(10);
  });

  const forgeries: DhcpForgery[] = ['xid', 'chaddr', 'op', 'cookie', 'port', 'server', 'type'];
  it.each(forgeries)('does not believe an answer with a forged %s', async (field) => {
    const b = bench();
    b.dhcp.faults.forge = [field];
    expect((await b.wait(b.driver.link(DHCP))).ip).toBe('10.0.0.100');
  });

  it('every answer three times', async () => {
    const b = bench();
    b.dhcp.faults.repeat = 2;
    expect((await b.wait(b.driver.link(DHCP))).ip).toBe('10.0.0.100');
  });

  it('answers that are cut off', async () => {
    const b = bench();
    b.dhcp.faults.truncate = 250;
    await b.fails(b.driver.link({ dhcp: true, timeout: 9000 }));
  });

  it('unicast answers get lost', async () => {
    const b = bench();
    b.dhcp.faults.loseUnicast = true;
    await b.wait(b.driver.link(DHCP));
  });

  it('somebody has the address already', async () => {
    const b = bench();
    b.lan.squatters.add('10.0.0.100');
    expect((await b.wait(b.driver.link(DHCP))).ip).toBe('10.0.0.101');
    expect(types(b)).toEqual(['DISCOVER', 'REQUEST', 'DECLINE', 'DISCOVER', 'REQUEST']);
    const [, , declined, again] = b.dhcp.heard;
    expect(again.at - declined.at).toBeGreaterThanOrEqual(9000);
  });
});

describe('the lease', () => {
  it('is renewed at T1 with the server, while nobody notices', async () => {
    const b = bench({ dhcp: { leaseS: 3600 } });
    await b.wait(b.driver.link(DHCP));
    const bound = b.dhcp.heard[1].at;
    b.clock.advance(1750000);
    expect(b.dhcp.heard.length).toBe(2);
    b.clock.advance(100000);
    const renewal = b.dhcp.heard[2];
    expect(Math.abs(renewal.at - bound - 1800000)).toBeLessThan(3000);
    expect([renewal.type, renewal.to, renewal.message.ciaddr]).toEqual(['REQUEST', '10.0.0.1', '10.0.0.100']);
    b.clock.advance(1700000);
    expect(b.driver.is_linked()).toBe(true);
    b.clock.advance(200000);
    expect(b.dhcp.heard.length).toBe(4);
  });

  it('is asked for at everybody from T2 on, and given up when it is over', async () => {
    const b = bench({ dhcp: { leaseS: 600, t1S: 100, t2S: 300 } });
    await b.wait(b.driver.link(DHCP));
    const bound = b.dhcp.heard[1].at;
    b.dhcp.faults.silent = 'all';
    b.clock.advance(590000);
    expect(b.driver.is_linked()).toBe(true);
    const later = b.dhcp.heard.slice(2);
    for (const h of later) expect(h.to).toBe(h.at - bound < 299000 ? '10.0.0.1' : '255.255.255.255');
    expect(later.filter((h) => h.to === '10.0.0.1').length).toBeGreaterThan(1);
    expect(later.filter((h) => h.to !== '10.0.0.1').length).toBeGreaterThan(1);
    b.clock.advance(20000);
    expect(b.driver.is_linked()).toBe(false);
    b.dhcp.clearFaults();
    await b.until(() => b.driver.is_linked());
  });

  it('ends in the middle of a transfer: an error, and then a new address', async () => {
    const b = bench({ dhcp: { leaseS: 120 } });
    register(b.driver);
    await b.wait(b.driver.link(DHCP));
    b.dhcp.faults.silent = 'all';
    b.lan.serveTcp('10.0.0.9', 80, () => ({
      onData(_d, s) {
        s.write(Uint8Array.from(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n')));
        const more = () => {
          if (s.state === 'open') {
            s.write(new Uint8Array(10));
            b.clock.setTimeout(more, 500);
          }
        };
        more();
      },
    }));
    const e = await b.fails(requests.get('http://10.0.0.9/', { timeout: 0, stream_callback() {} }), 200000);
    expect([e.name, e.code]).toEqual(['IOError', 'ENETDOWN']);
    b.dhcp.clearFaults();
    await b.until(() => b.driver.is_linked());
    unregister('w5500');
  });

  it('is renewed during a download', async () => {
    const body = pattern(100000);
    const port = await serveHttp((_q, a) => a.setHeader('Content-Length', body.length).end(body));
    const b = bench({ dhcp: { leaseS: 60, t1S: 1, t2S: 50 } });
    register(b.driver);
    await b.wait(b.driver.link(DHCP));
    let at = 0;
    await b.wait(
      requests.get(`http://10.0.0.7:${port}/`, {
        stream_callback: (chunk: Uint8Array) => {
          for (const byte of chunk) if (byte !== body[at++]) throw new Error('wrong byte');
          return new Promise<void>((r) => b.clock.setTimeout(r, 20));
        },
      }),
    );
    expect(at).toBe(body.length);
    expect(types(b).filter((t) => t === 'REQUEST').length).toBeGreaterThan(2);
    unregister('w5500');
  });

  it('is refused on renewal: a new one at once', async () => {
    const b = bench({ dhcp: { leaseS: 120 } });
    await b.wait(b.driver.link(DHCP));
    b.dhcp.faults.nak = true;
    b.clock.advance(60000);
    b.dhcp.clearFaults();
    await b.until(() => b.driver.is_linked());
    expect(types(b).filter((t) => t === 'DISCOVER').length).toBeGreaterThanOrEqual(2);
  });

  it('without end', async () => {
    const b = bench({ dhcp: { leaseS: 0xffffffff } });
    await b.wait(b.driver.link(DHCP));
    b.clock.advance(5000000);
    expect(b.dhcp.heard.length).toBe(2);
    expect(b.driver.is_linked()).toBe(true);
  });
});
