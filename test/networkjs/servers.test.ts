// Servers of the firmware (http, net, dgram) on the chip, asked from outside.
import * as http from 'node:http';
import * as net from 'node:net';
import { describeEngines } from '../engine/harness';
import type { Lan } from '../fakes/virtualW5500';
import { serveHttp } from '../w5500/servers';
import { BLOCK, runWired } from './program';

/** An answer of the chip, or what went wrong. */
function ask(port: number, method: string, path: string, body = ''): Promise<string> {
  return new Promise((done) => {
    const question = http.request({ port, method, path, agent: false, headers: { 'Content-Length': body.length } });
    question.on('error', (e: NodeJS.ErrnoException) => done(e.code!));
    question.on('response', (answer) => {
      let text = '';
      answer.setEncoding('latin1').on('data', (d) => (text += d));
      answer.on('close', () => done(`${answer.statusCode} ${text}`));
    });
    question.end(body);
  });
}

/** The chip refuses whoever comes in the moment between two sockets. */
async function insist(port: number, path: string): Promise<string> {
  for (;;) {
    const told = await ask(port, 'GET', path);
    if (told !== 'ECONNRESET') return told;
  }
}

function echo(port: number, what: string): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(what));
    socket.on('error', (e) => done(e.message));
    socket.setEncoding('latin1').on('data', (d) => {
      text += d;
      if (text.length === what.length) socket.end();
    });
    socket.on('close', () => done(text));
  });
}

/** Opens a connection, says nothing, and is gone. */
function mute(port: number): Promise<void> {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.end());
    socket.on('close', () => done()).on('error', () => {});
    socket.resume();
  });
}

function datagram(lan: Lan, text: string): Promise<string> {
  return new Promise((done) => {
    lan.serveUdp('10.0.0.66', 4444, (packet) => done(Buffer.from(packet.data).toString()));
    const data = new Uint8Array(Buffer.from(text));
    lan.udp({ src: '10.0.0.66', sport: 4444, dst: '10.0.0.100', dport: 5000, data });
  });
}

describeEngines('networkjs', (engine) => {
  it('servers: requests, bodies, many at once, a mute one, datagrams, and closed is closed', async () => {
    const heard: unknown[] = [];
    let lan: Lan;
    let web = 0;
    let seven = 0;
    async function examine(): Promise<void> {
      web = await lan.loopback.forward(80);
      seven = await lan.loopback.forward(7);
      for (let i = 0; i < 3; i++) heard.push(await ask(web, 'GET', `/${i}`));
      heard.push(await ask(web, 'POST', '/post', BLOCK.repeat(5)));
      heard.push((await ask(web, 'GET', '/big')) === `200 ${BLOCK.repeat(40)}`);
      await mute(web);
      heard.push(await ask(web, 'GET', '/after'));
      heard.push((await Promise.all([1, 2, 3, 4].map((i) => insist(web, `/at-once-${i}`)))).sort());
      heard.push((await echo(seven, BLOCK.repeat(9))) === BLOCK.repeat(9));
      heard.push(await datagram(lan, 'hello'));
    }
    const own = await serveHttp((question, answer) => {
      if (question.url === '/ready') void examine().then(() => answer.end('examined'));
      else void ask(web, 'GET', '/').then((told) => answer.end(told));
    });
    const lines = await runWired(engine, 'servers.js', {
      values: { WEB: own, BLOCK },
      prepare: (wired) => void (lan = wired.lan),
    });
    expect(heard).toEqual([
      '200 GET /0',
      '200 GET /1',
      '200 GET /2',
      '200 POST /post',
      true,
      '200 GET /after',
      ['200 GET /at-once-1', '200 GET /at-once-2', '200 GET /at-once-3', '200 GET /at-once-4'],
      true,
      're:hello',
    ]);
    expect(lines).toEqual([`posted ${5 * BLOCK.length}`, 'dgram hello from 10.0.0.66 4444', 'examined', 'ECONNRESET']);
  });
});
