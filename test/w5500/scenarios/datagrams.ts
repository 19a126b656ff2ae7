// Datagrams: whose turn it is, those that get lost, ports and places.
import { linked } from '../rig';
import { STATIC } from '../world';
import { drop, echo, sends, sendsBytes } from './udp';
import type { Scenario } from '../rig';
import type { Handler } from '../sockets';
import { OPTION } from '../../fakes/virtualW5500/dhcpMessage';
import { DEFAULT_MSS } from '../../fakes/virtualW5500/packets';
import { Sn_MSSR } from '../../fakes/virtualW5500/registers';

const turnRows: Scenario[] = [
  linked('a flood of small datagrams leaves the turns to others too', async (r) => {
    // as an interval of the application: what it hears between two turns of its own
    const before: Handler = (n) => {
      n.since = n.most = 0;
    };
    const message: Handler = (n) => {
      if (!n.since)
        setTimeout(() => {
          n.most = Math.max(n.most, n.since);
          n.since = 0;
        }, 0);
      n.since++;
    };
    const u = await r.udp({ port: 5000, acts: { before, message } });
    await r.rest(50);
    for (let i = 0; i < 70; i++)
      r.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: new Uint8Array(20).fill(i) });
    await r.until(() => u.pieces.length === 70);
    expect(u.pieces.map((data) => data[0])).toEqual(u.pieces.map((_, i) => i));
    await r.rest(1);
    const { most, since } = (await r.run((b) => ({ most: b.sockets.udp.most, since: b.sockets.udp.since }))).value;
    expect([since, most > 0, most < 20]).toEqual([0, true, true]);
    await drop(r);
    await r.allFree();
  }),
  linked('who always has something to send hears as well', async (r) => {
    echo(r);
    const before: Handler = (n, b) => {
      n.count = 0;
      n.data = b.bytes(b.pattern(0, 500));
    };
    const sent: Handler = (n) => {
      if (++n.count < 40) n.socket.send(n.data, '10.0.0.9', 7, n.sent);
    };
    const u = await r.udp({ acts: { before, sent } });
    await r.run((b) => b.sockets.udp.socket.send(b.sockets.udp.data, '10.0.0.9', 7, b.sockets.udp.sent));
    await r.until(() => u.sent.length === 40);
    await r.rest(50);
    expect(u.pieces.length).toBe(40);
    await drop(r);
    await r.allFree();
  }),
  linked('answers to a datagram whose SEND_OK is late, and to an empty one', async (r) => {
    r.chip.faults.sendOkDelayMs = 10;
    const heard: string[] = [];
    r.lan.serveUdp('10.0.0.9', 9, (p) => {
      heard.push(Buffer.from(p.data).toString());
      r.lan.udp({ src: p.dst, sport: 9, dst: p.src, dport: p.sport, data: new Uint8Array(p.data.length - 1) });
    });
    const message: Handler = (n, b, x) => {
      n.count = (n.count || 0) + 1;
      if (n.count < 3) n.socket.send('ab'.substr(n.count - 1), x.ip, x.port, n.sent);
    };
    const u = await r.udp({ acts: { message } });
    await r.run((b) => b.sockets.udp.socket.send('ab', '10.0.0.9', 9));
    await r.until(() => u.pieces.length > 2);
    expect([heard, u.pieces.map((data) => data.length), u.codes]).toEqual([
      ['ab', 'ab', 'b'],
      [1, 1, 0],
      [null, null],
    ]);
    await drop(r);
    await r.allFree();
  }),
];

const lostRows: Scenario[] = [
  linked('closed with a datagram on its way', async (r) => {
    r.dns.fault = 'silent';
    for (const host of ['10.0.0.9', '10.0.0.99', 'silent.test']) {
      const u = await r.udp();
      await r.run((b, host) => {
        const n = b.sockets.udp;
        n.socket.send('one', host, 9, n.sent);
        n.socket.close();
        n.socket.close();
      }, host);
      await r.rest(1000);
      expect([host, ...u.codes, u.closed]).toEqual([host, 'EPIPE', []]);
    }
    await r.allFree();
  }),
  linked('one that the chip never sends', async (r) => {
    const u = await r.udp();
    r.chip.faults.sendOkDelayMs = Infinity;
    await sends(r, 'one', '10.0.0.9', 9);
    await r.until(() => u.sent.length > 0);
    expect(u.codes).toEqual(['ETIMEDOUT']);
    r.chip.faults.clear();
    await drop(r);
    await r.allFree();
  }),
  linked('a chip that sends none any more, which only a reset helps', async (r) => {
    const u = await r.udp();
    r.chip.faults.sendsLost = Infinity;
    for (let i = 1; i < 4; i++) {
      await sends(r, 'lost', '10.0.0.9', 9);
      await r.until(() => u.sent.length === i);
    }
    await r.until(() => u.closed.length > 0, 2000);
    const why = { code: 'EIO', message: expect.stringMatching(/SEND never ends/) };
    expect([u.codes, u.closed]).toMatchObject([['ETIMEDOUT', 'ETIMEDOUT', 'ETIMEDOUT'], [why]]);
    expect(u.sent).toMatchObject([1, 2, 3].map(() => ({ message: 'no answer from 10.0.0.9' })));
    await r.until(() => r.linked);
    const v = await r.udp();
    await sends(r, 'good', '10.0.0.9', 9);
    await r.until(() => v.sent.length > 0);
    expect(v.codes).toEqual([null]);
    await drop(r);
    await r.allFree();
  }),
  linked('one that the chip loses now and then is no reason to reset it', async (r) => {
    const u = await r.udp();
    for (let i = 0; i < 8; i += 2) {
      r.chip.faults.sendsLost = 1;
      await sends(r, 'lost', '10.0.0.9', 9);
      await r.until(() => u.sent.length > i);
      await sends(r, 'good', '10.0.0.9', 9);
      await r.until(() => u.sent.length > i + 1);
    }
    expect([u.codes, u.closed]).toEqual([[1, 2, 3, 4].flatMap(() => ['ETIMEDOUT', null]), []]);
    await drop(r);
    await r.allFree();
  }),
  linked('after one that the chip lost: what came meanwhile is heard, and the next goes out alone', async (r) => {
    echo(r);
    const u = await r.udp({ port: 5000 });
    await sends(r, 'one', '10.0.0.9', 7);
    await r.until(() => u.pieces.length === 1);
    r.chip.faults.sendsLost = 1;
    await sends(r, 'two', '10.0.0.9', 7);
    await r.rest(500);
    r.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: Buffer.from('meanwhile') });
    await r.until(() => u.sent.length === 2, 3000);
    await sends(r, 'three', '10.0.0.9', 7);
    await r.until(() => u.sent.length === 3 && u.pieces.length === 3, 1000);
    expect([u.codes, u.pieces.map(String)]).toEqual([
      [null, 'ETIMEDOUT', null],
      ['one', 'meanwhile', 'three'],
    ]);
    await drop(r);
    await r.allFree();
  }),
  linked('one that the chip lost, and whose callback sends the next', async (r) => {
    const heard: string[] = [];
    r.lan.serveUdp('10.0.0.9', 9, (p) => void heard.push(Buffer.from(p.data).toString()));
    const next: Handler = (n, b, e) => e && n.socket.send('next', '10.0.0.9', 9, n.sent);
    const u = await r.udp({ acts: { sent: next } });
    r.chip.faults.sendsLost = 1;
    await sends(r, 'lost', '10.0.0.9', 9);
    await r.until(() => u.sent.length === 2);
    expect([u.codes, heard]).toEqual([['ETIMEDOUT', null], ['next']]);
    await drop(r);
    await r.allFree();
  }),
  linked('one that the chip lost, and whose callback closes the socket', async (r) => {
    const u = await r.udp({ acts: { sent: (n) => n.socket.close() } });
    r.chip.faults.sendsLost = 1;
    await sends(r, 'lost', '10.0.0.9', 9);
    await r.until(() => u.sent.length > 0);
    // it was to be opened anew
    await r.rest(1000);
    expect([u.codes, r.free()]).toEqual([['ETIMEDOUT'], true]);
  }),
  linked('close() in onMessage: the next one, which has come already, is not told', async (r) => {
    const u = await r.udp({ port: 5000, acts: { message: (n) => n.socket.close() } });
    await r.rest(100);
    for (const text of ['one', 'two'])
      r.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: Buffer.from(text) });
    await r.allFree();
    expect(u.text).toBe('one');
  }),
  linked('a length that a bit error makes longer than all that has come', async (r) => {
    const u = await r.udp({ port: 5000 });
    await r.rest(100);
    const socket = r.chip.sockets.find((s) => s.port === 5000)!;
    const { deposit } = socket;
    socket.deposit = (header, data) => {
      header[6] |= 0x40;
      deposit.call(socket, header, data);
      socket.deposit = deposit;
    };
    for (const text of ['one', 'two']) {
      r.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: Buffer.from(text) });
      await r.until(() => u.pieces.length > 0);
      expect(u.pieces.splice(0).map(String)).toEqual([text]);
    }
    await drop(r);
    await r.allFree();
  }),
  linked('unlink() in onMessage, with another datagram behind', async (r) => {
    const u = await r.udp({ port: 5000, acts: { message: (n, b) => b.driver.unlink() } });
    await r.rest(100);
    for (const text of ['one', 'two'])
      r.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: Buffer.from(text) });
    await r.until(() => u.closed.length > 0);
    await r.rest(100);
    expect([u.text, u.closed]).toMatchObject(['one', [{ code: 'ENETDOWN' }]]);
  }),
  linked('a socket that is closed in onMessage makes room for another', async (r) => {
    const message: Handler = (n, b) => {
      n.socket.close();
      b.other = b.driver.udp({ port: 5001 });
    };
    const u = await r.udp({ port: 5000, acts: { message } });
    await r.rest(100);
    const heard: string[] = [];
    r.lan.serveUdp('10.0.0.9', 9, (p) => void heard.push(p.sport + ' ' + Buffer.from(p.data).toString()));
    r.lan.udp({ src: '10.0.0.9', sport: 9, dst: STATIC.ip, dport: 5000, data: Buffer.from('one') });
    await r.until(() => u.pieces.length > 0);
    await r.run((b) => b.other.send('two', '10.0.0.9', 9));
    await r.until(() => heard.length > 0, 500);
    expect(heard).toEqual(['5001 two']);
    await r.run((b) => b.other.close());
    await r.allFree();
  }),
  {
    name: 'a lease that comes without DNS servers ends a lookup, and nothing else',
    options: { dhcp: { leaseS: 20 } },
    async run(r) {
      expect(await r.link({ dhcp: true })).not.toHaveProperty('error');
      r.lan.serveTcp('10.0.0.9', 80, () => ({}));
      const it = await r.connect();
      await r.until(() => it.rooms.length > 0);
      r.dns.fault = 'silent';
      r.dhcp.faults.options = { [OPTION.dns]: null };
      // T1 is at 10 s
      await r.rest(8500);
      expect(await r.does({ op: 'lookup', host: 'api.test' })).toMatchObject({ code: 'ETIMEDOUT' });
      expect([r.linked, it.closed]).toEqual([true, []]);
    },
  },
];

const slowRows: Scenario[] = [
  linked(
    'nobody at the address, and ARP takes 4 s to find out',
    async (r) => {
      r.lan.absent.add('10.0.0.9');
      const u = await r.udp();
      await sends(r, 'x', '10.0.0.9', 9);
      await r.until(() => u.sent.length > 0);
      expect(u.sent).toMatchObject([{ code: 'EHOSTUNREACH', message: 'no ARP answer on the way to 10.0.0.9' }]);
      await drop(r);
      await r.allFree();
    },
    { driver: { retry: { time: 1000, count: 3 } } },
  ),
  linked(
    'after a rest a datagram to a name goes out as soon as the name is known',
    async (r) => {
      let heard = 0;
      r.lan.serveUdp('10.0.0.9', 9, () => void heard++);
      r.dns.delayMs = 1000;
      await r.udp();
      await r.rest(5000);
      await sends(r, 'x', 'api.test', 9);
      expect(await r.does({ op: 'lookup', host: 'api.test' })).toEqual({ ip: '10.0.0.9' });
      await r.until(() => heard > 0, 20);
      await drop(r);
    },
    { irq: false, dns: { zone: { 'api.test': { a: '10.0.0.9' } } } },
  ),
  linked('after a rest a datagram goes out at once', async (r) => {
    let heard = 0;
    r.lan.serveUdp('10.0.0.9', 9, () => void heard++);
    await r.udp();
    await r.rest(5000);
    await sends(r, 'x', '10.0.0.9', 9);
    await r.until(() => heard > 0, 20);
    await drop(r);
  }),
];

const portRows: Scenario[] = [
  linked(
    'a datagram is one, on a socket that was a connection with small segments',
    async (r) => {
      r.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s) => s.end() }));
      echo(r);
      const it = await r.connect();
      await r.until(() => it.closed.length > 0);
      await r.does({ op: 'drop', name: 'connect' });
      await r.allFree();
      // MSS options of 536 are what the chip keeps
      const before = r.chip.sockets[0].word(Sn_MSSR);
      r.chip.sockets[0].setWord(Sn_MSSR, DEFAULT_MSS);
      const u = await r.udp({ port: 5000 });
      await sendsBytes(r, 1472, 7);
      await r.until(() => u.pieces.length > 0);
      expect([before > 0, u.pieces.map((data) => data.length)]).toEqual([true, [1472]]);
      await drop(r);
      await r.allFree();
    },
    { driver: { buffers: [16] } },
  ),
  linked('TCP and UDP may have the same port', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({}));
    const it = await r.connect();
    await r.until(() => it.rooms.length > 0);
    const port = r.chip.sockets.map((s) => s.port).find((p) => p)!;
    await r.udp({ port });
    await drop(r);
    await r.does({ op: 'drop', name: 'connect' });
    await r.allFree();
  }),
  linked('a port in use, all sockets in use', async (r) => {
    const opens = (port?: number) => r.does({ op: 'udp', name: 'other', port });
    await r.udp({ port: 7000 });
    expect(await opens(7000)).toMatchObject({ code: 'EADDRINUSE', message: expect.stringMatching(/7000 is in use/) });
    for (let i = 1; i < 8; i++) await r.udp({ name: 'u' + i });
    expect(await opens()).toMatchObject({ code: 'EMFILE', message: expect.stringMatching(/all 8 sockets/) });
  }),
];

export const datagramRows: Scenario[] = [...turnRows, ...lostRows, ...slowRows, ...portRows];
