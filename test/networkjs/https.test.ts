// https of `requests` over the chip, which has no TLS: the firmware's TLS, on top of the adapter.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describeEngines, isSmall } from '../engine/harness';
import { serveTcp } from '../w5500/servers';
import { BLOCK, runWired } from './program';

const pem = (name: string): Buffer => readFileSync(join(__dirname, '..', 'servers', `localhost.${name}.pem`));
const SIZE = 100000;

describeEngines('networkjs', (engine) => {
  // TLS takes more memory than the one with 4095 variables has
  const test = isSmall(engine) ? it.skip : it;
  test('https: unverified only when that is accepted, every byte of it, and errors as the chip knows them', async () => {
    // what the Linux build can do: TLS 1.2, RSA
    const options: object = {
      key: pem('key'),
      cert: pem('cert'),
      maxVersion: 'TLSv1.2',
      ciphers: 'AES128-SHA256:AES256-SHA256',
    };
    let below: Socket;
    const server = createServer(options, (question, answer) => {
      if (question.url === '/broken') {
        answer.writeHead(200, { 'Content-Length': 5000 }).write(BLOCK);
        setTimeout(() => below.resetAndDestroy(), 200);
      } else if (question.url === '/to-the-end') {
        // in order as far as TLS goes, which is all that counts
        question.socket.end('HTTP/1.0 200 OK\r\n\r\nto the end', () => below.resetAndDestroy());
      } else answer.end(question.url === '/big' ? BLOCK.repeat(SIZE / BLOCK.length + 1).slice(0, SIZE) : 'hello');
    }).listen(0, '127.0.0.1');
    server.on('connection', (socket) => (below = socket as Socket));
    await new Promise((ready) => server.once('listening', ready));
    const reset = await serveTcp((s) => s.on('data', () => s.resetAndDestroy()));
    const hangup = await serveTcp((s) => s.on('data', () => s.end()));
    const lines = await runWired(engine, 'https.js', {
      values: { GOOD: (server.address() as AddressInfo).port, RESET: reset, HANGUP: hangup, BLOCK },
    });
    server.closeAllConnections();
    server.close();
    expect(lines).toEqual([
      'HTTPConnectionError ETLSUNVERIFIED tls',
      '200 hello',
      `200 ${SIZE}`,
      'true',
      'IOError ECONNRESET body',
      `${BLOCK.length} true`,
      '200 to the end',
      'HTTPConnectionError ECONNREFUSED connect',
      'HTTPConnectionError ENOTFOUND dns',
      'HTTPConnectionError ENOTFOUND dns',
      'HTTPConnectionError ECONNRESET tls',
      'HTTPConnectionError ETLS tls',
      'HTTPConnectionError ECONNREFUSED connect',
      'HTTPConnectionError ETLS tls',
      'firmware: hello',
      'HTTPConnectionError ENOMEM tls',
      'HTTPConnectionError ENETDOWN connect',
    ]);
  });
});
