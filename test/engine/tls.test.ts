// TLS of the firmware, which verifies nothing: what it can be held to all the same.
// Its mbedTLS takes twice 16,717 bytes in one piece for a connection, which the build with a fixed number of variables
// does not have.
import { readFileSync, rmSync } from 'node:fs';
import { createServer as createTls } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createServerTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { bundle } from '../../src/cli/bundle';
import { ROOT, Workshop } from '../cli/workshop';
import { describeEngines, isSmall, runIn } from './harness';
import { inStorage } from './program';

const pem = (name: string): Buffer => readFileSync(join(__dirname, '..', 'servers', `localhost.${name}.pem`));

const APP = `
import { get } from 'requests';
import { auto_init } from 'board';
var steps = [
  ['https://127.0.0.1:GOOD/hello', {}],
  ['https://127.0.0.1:GOOD/hello', { ctx: { verify: false } }],
  ['https://127.0.0.1:GOOD/until-close', { ctx: { verify: false } }],
  ['https://127.0.0.1:GOOD/broken', { ctx: { verify: false } }],
  ['https://127.0.0.1:GOOD/who', { ctx: { verify: false } }],
  ['https://127.0.0.1:GOOD/who', { ctx: { verify: false, cert: atob('CERT'), key: atob('KEY') } }],
  ['https://127.0.0.1:GOOD/who', { ctx: { verify: false, cert: E.toUint8Array(atob('CERT')), key: E.toUint8Array(atob('KEY')) } }],
  ['https://127.0.0.1:HANGUP/', { ctx: { verify: false } }],
  // too long to be the name of a file
  ['https://127.0.0.1:HANGUP/', { ctx: { verify: false, ca: 'x'.repeat(101) } }],
  ['https://127.0.0.1:HANGUP/', { ctx: { verify: false, key: 5 } }],
  ['https://127.0.0.1:SILENT/', { timeout: 300, ctx: { verify: false } }],
  ['https://127.0.0.1:1/', { ctx: { verify: false } }],
  ['https://1.127.0.0.1:HANGUP/', { ctx: { verify: false } }],
  // of which the firmware takes as much as makes an address
  ['https://' + '0.'.repeat(59) + '127.0.0.1.example.com:HANGUP/', { ctx: { verify: false } }],
];
function next() {
  var step = steps.shift();
  if (step) get(step[0], step[1]).then(function (r) { tell(r.status + ' ' + r.text()); }, function (e) { tell([e.name, e.code, e.phase, e.code === 'EIO' ? e.message : ''].join(' ').trim()); });
}
function tell(what) { console.log('#' + what); setTimeout(next, 1); }
auto_init();
next();
`;

/** Who never says a word can tell that it shook hands by how it ends only. */
const MUTE = `
import { get } from 'netdriver';
import { auto_init } from 'board';
var told = '';
auto_init();
get().connect({ host: '127.0.0.1', port: GOOD, tls: { verify: false } }, {
  onWritable: function () {},
  onData: function (d) { told += d; },
  onClose: function (e) { console.log('#' + told + ', ' + (e ? e.code : e)); },
});
`;

/** Two calls, one after the other. */
const FULL = `
import { get } from 'requests';
import { auto_init } from 'board';
function next() {
  get('https://127.0.0.1:GOOD/hello', { ctx: { verify: false } }).then(null, function (e) {
    console.log('#' + [e.name, e.code, e.phase].join(' '));
    if (!n--) return;
    setTimeout(next, 1);
  });
}
var n = 1;
auto_init();
next();
`;

/** Calls one after the other, some at a time, while the program keeps things all over its memory. */
const MANY = `
import { get } from 'requests';
import { auto_init } from 'board';
var TIMES = 20;
global.kept = [];
function row(title, at_a_time, keep_alive, then) {
  var n = 0;
  var open = at_a_time;
  var told = '';
  function next(connection) {
    var url = 'https://127.0.0.1:GOOD/' + ++n;
    var options = { connection: connection, ctx: { verify: false } };
    if (keep_alive) options.headers = { Connection: 'keep-alive' };
    if (n > TIMES) {
      if (connection) connection.close();
      if (!--open) { console.log('#' + title + ':' + told); setTimeout(then, 1); }
      return;
    }
    for (var i = 0; i < 20; i++) kept.push({ i: i });
    kept = kept.filter(function (k, i) { return i % 3; });
    get(url, options).then(function (r) {
      if (r.status !== 200 || r.text() !== url.substr(url.lastIndexOf('/'))) told += ' ' + r.status + ' ' + r.text();
      if (keep_alive === 2) return r.connection;
      if (r.connection) r.connection.close();
    }, function (e) { told += ' ' + e.name + ' ' + e.code + ' ' + e.message; }).then(function (c) { setTimeout(next, 1, c); });
  }
  for (var i = 0; i < at_a_time; i++) next();
}
auto_init();
row('each on its own', 1, 0, function () {
  row('kept alive, and closed', 1, 1, function () {
    row('all on one', 1, 2, function () {
      row('three at a time', 3, 0, function () { console.log('#done'); });
    });
  });
});
`;

const listen = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));

// what the Linux build can do: TLS 1.2, RSA
const OPTIONS: object = {
  key: pem('key'),
  cert: pem('cert'),
  maxVersion: 'TLSv1.2',
  ciphers: 'AES128-SHA256:AES256-SHA256',
};

/** The DER in it, as base64. */
const inner = (text: Buffer): string => text.toString().replace(/-----.*-----|\s/g, '');

async function run(engine: string, program: string, ports: { [name: string]: number }): Promise<string[]> {
  const shop = new Workshop();
  const values: { [name: string]: unknown } = { ...ports, CERT: inner(pem('cert')), KEY: inner(pem('key')) };
  const text = program.replace(/GOOD|HANGUP|SILENT|CERT|KEY/g, (name) => String(values[name]));
  const { code } = await bundle({ app: shop.file('app.js', text), board: 'linux', root: ROOT });
  // from there it leaves the memory of the small one to data
  const cwd = await inStorage(engine, { app: code });
  const { stdout, timedOut } = await runIn(engine, 'require("app");', { cwd });
  rmSync(cwd, { recursive: true, force: true });
  shop.close();
  expect(timedOut).toBe(false);
  return stdout.split('\n').filter((line) => line.startsWith('#'));
}

describeEngines('TLS', (engine) => {
  const test = isSmall(engine) ? it.skip : it;
  test('is refused unverified, works when that is accepted, and ends where the peer says so', async () => {
    const asking: object = { ...OPTIONS, requestCert: true, rejectUnauthorized: false };
    const good = createTls(asking, (request, answer) => {
      if (request.url === '/hello') answer.end('hello');
      else if (request.url === '/broken')
        request.socket.write('HTTP/1.0 200 OK\r\n\r\nhalf', () => below.write('this is no record of TLS'));
      else if (request.url === '/who')
        answer.end((request.socket as TLSSocket).getPeerCertificate().subject?.CN || 'nobody');
      else request.socket.end('HTTP/1.0 200 OK\r\n\r\nto the end');
    });
    let below: Socket;
    good.on('connection', (socket) => (below = socket as Socket));
    const hangup = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end()));
    const silent = createServer((socket) => socket.on('error', () => {}).resume());
    const ports = { GOOD: await listen(good), HANGUP: await listen(hangup), SILENT: await listen(silent) };
    const told = await run(engine, APP, ports);
    good.closeAllConnections();
    for (const server of [good, hangup, silent]) server.close();
    expect(told).toEqual([
      '#HTTPConnectionError ETLSUNVERIFIED tls',
      '#200 hello',
      '#200 to the end',
      '#IOError EIO body -29184: unknown error',
      '#200 nobody',
      '#200 localhost',
      '#200 localhost',
      '#HTTPConnectionError ETLS tls',
      '#HTTPConnectionError ETLS tls',
      '#HTTPConnectionError ETLS tls',
      '#HTTPConnectionError ETIMEDOUT tls',
      '#HTTPConnectionError ECONNREFUSED connect',
      '#HTTPConnectionError ENOTFOUND dns',
      '#HTTPConnectionError ENOTFOUND dns',
    ]);
  });

  test('ends in order for one who only listens', async () => {
    const first = createServerTls(OPTIONS, (socket) => socket.on('error', () => {}).end('hello'));
    const told = await run(engine, MUTE, { GOOD: await listen(first) });
    first.close();
    expect(told).toEqual(['#hello, null']);
  });

  (isSmall(engine) ? it : it.skip)('without the memory for it, is told so, and the program goes on', async () => {
    const good = createTls(OPTIONS, (request, answer) => answer.end('hello'));
    const told = await run(engine, FULL, { GOOD: await listen(good) });
    good.closeAllConnections();
    good.close();
    // where it runs out in the handshake the firmware says so to the console only
    expect(told).toEqual(Array(2).fill(expect.stringMatching(/^#HTTPConnectionError (ENOMEM|ETLS) tls$/)));
  });

  test('finds its memory time and again', async () => {
    const good = createTls(OPTIONS, (request, answer) => answer.end(request.url));
    const connections = jest.fn();
    good.on('secureConnection', connections);
    const told = await run(engine, MANY, { GOOD: await listen(good) });
    good.closeAllConnections();
    good.close();
    expect(told).toEqual([
      '#each on its own:',
      '#kept alive, and closed:',
      '#all on one:',
      '#three at a time:',
      '#done',
    ]);
    expect(connections).toHaveBeenCalledTimes(61);
  });
});
