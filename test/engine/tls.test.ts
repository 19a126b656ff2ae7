// TLS of the firmware, which verifies nothing: what it can be held to all the same.
// Its mbedTLS takes 16,717 bytes in one piece for a connection and crashes where there are none, so the memory of the
// program is made to grow first, and the build with a fixed number of variables is left out.
import { readFileSync } from 'node:fs';
import { createServer as createTls } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { ROOT, Workshop } from '../cli/workshop';
import { describeEngines, runIn } from './harness';

const pem = (name: string): Buffer => readFileSync(join(__dirname, '..', 'servers', `localhost.${name}.pem`));
const GROW = 'var a=[];for(var i=0;i<9000;i++)a.push({a:i});a=undefined;\n';

const APP = `
import { get } from 'requests';
import { auto_init } from 'board';
var steps = [
  ['https://127.0.0.1:GOOD/hello', {}],
  ['https://127.0.0.1:GOOD/hello', { ctx: { verify: false } }],
  ['https://127.0.0.1:GOOD/until-close', { ctx: { verify: false } }],
  ['https://127.0.0.1:HANGUP/', { ctx: { verify: false } }],
];
function next() {
  var step = steps.shift();
  if (step) get(step[0], step[1]).then(function (r) { tell(r.status + ' ' + r.text()); }, function (e) { tell(e.name + ' ' + e.code + ' ' + e.phase); });
}
function tell(what) { console.log('#' + what); setTimeout(next, 1); }
auto_init();
next();
`;

const listen = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));

describeEngines('TLS', (engine) => {
  const test = /small/.test(engine) ? it.skip : it;
  test('is refused unverified, works when that is accepted, and ends where the peer says so', async () => {
    // what the Linux build can do: TLS 1.2, RSA
    const options = {
      key: pem('key'),
      cert: pem('cert'),
      maxVersion: 'TLSv1.2',
      ciphers: 'AES128-SHA256:AES256-SHA256',
    };
    const good = createTls(options as object, (request, answer) => {
      if (request.url === '/hello') answer.end('hello');
      else request.socket.end('HTTP/1.0 200 OK\r\n\r\nto the end');
    });
    const hangup = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end()));
    const ports = { GOOD: await listen(good), HANGUP: await listen(hangup) };
    const shop = new Workshop();
    const text = APP.replace(/GOOD|HANGUP/g, (name) => String(ports[name as keyof typeof ports]));
    const { code } = await bundle({ app: shop.file('app.js', text), board: 'linux', root: ROOT });
    const { stdout, timedOut } = await runIn(engine, GROW + code, { timeoutMs: 60000 });
    shop.close();
    good.closeAllConnections();
    good.close();
    hangup.close();
    expect(stdout.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '#HTTPConnectionError ETLSUNVERIFIED tls',
      '#200 hello',
      '#200 to the end',
      '#HTTPConnectionError ETLS tls',
    ]);
    expect(timedOut).toBe(false);
  }, 90000);
});
