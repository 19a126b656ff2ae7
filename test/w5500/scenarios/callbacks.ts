// What an application may do when it hears that the network is gone; and a chip that forgets.
import { linked } from '../rig';
import { STATIC } from '../world';
import type { Heard } from '../heard';
import type { Rig, Scenario } from '../rig';
import type { Handler } from '../sockets';

const unlink: Handler = (n, b) => b.driver.unlink();
const mute = (r: Rig) => r.lan.serveTcp('10.0.0.9', 80, () => ({}));

export const callbackRows: Scenario[] = [
  linked('unlink() where a socket ends with the cable: nothing goes on', async (r) => {
    mute(r);
    const it = await r.connect({ acts: { close: unlink } });
    await r.until(() => it.rooms.length > 0);
    r.chip.plug(false);
    await r.until(() => it.closed.length > 0);
    r.chip.plug(true);
    r.chip.resetCounters();
    await r.rest(5000);
    expect(it.closed).toMatchObject([{ code: 'ENETDOWN' }]);
    expect([r.linked, r.chip.frames]).toEqual([false, 0]);
  }),
  ...[{}, { rst: true }].map((options) =>
    linked(
      `unlink() where a socket ends with the cable: the chip forgets all, ${JSON.stringify(options)}`,
      async (r) => {
        mute(r);
        const others: Heard[] = [];
        for (let i = 0; i < 3; i++)
          others.push(await r.connect({ name: 'c' + i, acts: i === 1 ? { close: unlink } : {} }));
        await r.until(() => others.every((it) => it.rooms.length > 0));
        r.chip.plug(false);
        await r.until(() => others[2].closed.length > 0);
        await r.allFree();
      },
      options,
    ),
  ),
  linked('unlink() as soon as a socket is closed: there is nothing to tell', async (r) => {
    mute(r);
    const it = await r.connect();
    await r.until(() => it.rooms.length > 0);
    await r.run((b) => {
      b.sockets.connect.socket.close();
      b.driver.unlink();
    });
    await r.rest(1000);
    expect([r.linked, it.closed]).toEqual([false, []]);
  }),
  linked('unlink() in onData', async (r) => {
    r.lan.serveTcp('10.0.0.9', 80, () => ({ onOpen: (s) => s.write('x'.repeat(1000)) }));
    const it = await r.connect({ acts: { data: unlink } });
    await r.until(() => it.closed.length > 0);
    await r.rest(100);
    expect([it.events.filter((e) => e === 'data').length, it.closed]).toMatchObject([1, [{ code: 'ENETDOWN' }]]);
  }),
  linked('link() where unlink() ends a socket', async (r) => {
    mute(r);
    const again: Handler = (n, b) => {
      b.again = b.driver.link(n.arg);
    };
    const it = await r.connect({ arg: STATIC, acts: { close: again } });
    await r.until(() => it.rooms.length > 0);
    await r.does({ op: 'unlink' });
    expect((await r.run((b) => b.again)).value).toMatchObject({ ip: STATIC.ip });
    await r.works();
  }),
  linked('a chip that lost its registers is set up again', async (r) => {
    r.chip.reset();
    await r.until(() => !r.linked);
    await r.until(() => r.linked);
    await r.works();
  }),
  linked('close() where a datagram is lost with the network: onClose has nothing to say', async (r) => {
    const it = await r.udp({ acts: { sent: (n) => n.socket.close() } });
    await r.run((b) => b.sockets.udp.socket.send('x', '10.0.0.9', 9, b.sockets.udp.sent));
    await r.does({ op: 'unlink' });
    expect([it.codes, it.events]).toEqual([['ENETDOWN'], ['sent']]);
  }),
  linked('link_info() of a chip that does not answer any more: no link, and a new one', async (r) => {
    r.chip.reset();
    expect(await r.does({ op: 'info' })).toMatchObject({
      code: 'ENETDOWN',
      phase: 'connect',
      message: 'w5500 is not linked: the chip does not answer',
    });
    expect(r.linked).toBe(false);
    await r.until(() => r.linked);
    expect(await r.does({ op: 'info' })).toMatchObject({ ip: STATIC.ip });
  }),
  linked('link_info() makes the driver look after the chip no more often than before', async (r) => {
    for (let i = 0; i < 5; i++) expect(await r.does({ op: 'info' })).toMatchObject({ ip: STATIC.ip });
    r.chip.resetCounters();
    await r.rest(10000);
    expect(r.chip.frames).toBeLessThan(13);
  }),
  linked('UDP sockets whose callbacks throw: nobody else suffers', async (r) => {
    r.lan.serveUdp('10.0.0.9', 9, ({ src, sport }) =>
      r.lan.udp({ src: '10.0.0.9', sport: 9, dst: src, dport: sport, data: new Uint8Array(3) }),
    );
    const fail = {
      message: () => {
        throw new Error('message');
      },
      close: () => {
        throw new Error('close');
      },
      sent: () => {
        throw new Error('done');
      },
    };
    await r.run((b) => {
      b.log = console.log;
      b.logged = [];
      console.log = (text: string) => b.logged.push(text);
    });
    const others: Heard[] = [];
    for (let i = 0; i < 3; i++) others.push(await r.udp({ name: 'good' + i }));
    for (const name of ['bad0', 'bad1']) {
      await r.udp({ name, acts: fail });
      const told = await r.run((b, name) => {
        b.sockets[name].socket.send('x', '10.0.0.9', 9, b.sockets[name].sent);
        // this one is told at once
        b.sockets[name].socket.send('', '10.0.0.9', 9, b.sockets[name].sent);
      }, name);
      expect(told).not.toHaveProperty('error');
    }
    const bad = [r.heard.bad0, r.heard.bad1];
    await r.until(() => bad.every((it) => it.sent.length + it.pieces.length === 3));
    expect(r.linked).toBe(true);
    await r.does({ op: 'unlink' });
    for (const it of others) expect(it.closed).toMatchObject([{ code: 'ENETDOWN' }]);
    const { value } = await r.run((b) => {
      // in the interpreter there was none before
      delete (console as any).log;
      if (console.log !== b.log) console.log = b.log;
      return b.logged;
    });
    const want = ['close', 'close', 'done', 'done', 'done', 'done', 'message', 'message'];
    expect(value.sort()).toEqual(want.map((what) => `Error: ${what}`));
  }),
];
