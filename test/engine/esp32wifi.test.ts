// The ESP32 driver inside the interpreter: a stand-in for `Wifi`, the interpreter's real sockets below.
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundle } from '../../src/cli/bundle';
import { ROOT, Workshop } from '../cli/workshop';
import { describeEngines, runIn } from './harness';
import { inStorage } from './program';

const STAND_IN = readFileSync(join(__dirname, 'wifiStandIn.js'), 'utf8').replace(/^\s*\/\/.*$/gm, '');
const WIFI = `Modules.addCached('Wifi', ${JSON.stringify(STAND_IN)});\n`;

/** Waits of the driver (back-off, timeouts) pass 50 times as fast. */
const FAST =
  'var slow = setTimeout; global.setTimeout = function (f, ms, a, b) { return slow(f, ms > 100 ? ms / 50 : ms, a, b); };\n';

const APP = `
var wifi = require('Wifi');
var driver = require('esp32wifi').driver;
var requests = require('requests');
var board = require('board');
var told = [];
function tell(what) { console.log('#' + what); }
function next() { var step = steps.shift(); if (step) setTimeout(step, 1); }
function both(promise, good) {
  promise.then(function (v) { tell(good ? good(v) : 'ok'); next(); },
    function (e) { tell([e.name, e.code, e.phase, e.message].join(' | ')); next(); });
}
function links(options) { return function () { both(board.auto_init(options), function (i) { return i ? 'linked ' + i.ip + ' ' + i.gw : 'not linked'; }); }; }
var steps = [
  function () { tell(driver.is_linked()); try { driver.link_info(); } catch (e) { tell(e.code + ' ' + e.message); } next(); },
  links(undefined),
  function () { both(requests.get('http://sensor.test:PORT/')); },
  links({ ssid: '' }),
  links({ ssid: 'far' }),
  links({ ssid: 'home', password: 'wrong' }),
  links({ ssid: 'mute', timeout: 2000 }),
  links({ ssid: 'home', password: 'secret' }),
  function () { both(driver.gethostbyname('sensor.test'), String); },
  function () { both(driver.gethostbyname('10.1.2.3'), String); },
  function () { both(Promise.all([driver.gethostbyname('sensor.test'), driver.gethostbyname('sensor.test')]), String); },
  function () { both(requests.get('http://sensor.test:PORT/'), function (r) { return r.status + ' ' + r.text(); }); },
  function () { both(requests.get('http://127.0.0.1:PORT/'), function (r) { return r.status + ' ' + r.text(); }); },
  function () { both(requests.get('http://nobody.test:PORT/')); },
  function () { both(requests.get('http://sensor.test:1/')); },
  function () { wifi.calls = []; wifi.drop(2); var t = setInterval(function () {
      if (!driver.is_linked()) return;
      clearInterval(t); tell('back after ' + wifi.calls.join(', ')); next(); }, 5); },
  function () { both(requests.get('http://sensor.test:PORT/'), function (r) { return r.status; }); },
  function () { wifi.drop(0); setTimeout(function () { both(requests.get('http://sensor.test:PORT/')); }, 2); },
  function () { setTimeout(next, 4000); },
  function () { both(requests.get('http://sensor.test:PORT/silent', { stream_chunk: 0, stream_callback: function () { setTimeout(driver.unlink, 1); } })); },
  function () { wifi.calls = []; setTimeout(function () { tell('quiet: ' + wifi.calls.join()); next(); }, 6000); },
  function () { tell('end'); },
];
next();
`;

/** The same on a release up to 2v29, where only connect() can look names up: this machine's own name is one for it. */
const RELEASED = `
var wifi = require('Wifi');
var driver = require('esp32wifi').driver;
var requests = require('requests');
function tell(what) { console.log('#' + what); }
function show(e) { return [e.code, e.phase, e.message].join(' | '); }
function get(name, then) {
  requests.get('http://' + name + ':PORT/').then(function (r) { tell(r.text()); then(); }, function (e) { tell(show(e)); then(); });
}
wifi.released = true;
if (KNOWN) wifi.known.push('localhost');
driver.link({ ssid: 'home', password: 'secret' }).then(function () {
  require('netdriver').register(driver);
  wifi.calls = [];
  var waiting = 2;
  function more() {
    if (--waiting) return;
    get('nobody.invalid', function () {
      driver.gethostbyname('localhost').then(tell, function (e) {
        tell(show(e));
        tell(wifi.calls.join(', '));
        get('127.0.0.1', driver.unlink);
      });
    });
  }
  get('localhost', more);
  get('localhost', more);
});
`;

const WANT = (port: number): string[] => [
  'false',
  'ENETDOWN no WiFi link',
  'not linked',
  'HTTPConnectionError | ENETDOWN | connect | esp32wifi has no link',
  ' | EINVAL | connect | bad ssid (1-32), password (0-64), timeout',
  ' | ENETDOWN | connect | no WiFi link: no ap found',
  ' | EAUTH | connect | no WiFi link: auth fail',
  ' | ETIMEDOUT | connect | no WiFi link: no reply',
  'linked 192.168.7.2 192.168.7.1',
  '127.0.0.1',
  '10.1.2.3',
  '127.0.0.1,127.0.0.1',
  '200 hello',
  '200 hello',
  'HTTPConnectionError | ENOTFOUND | dns | name not found: nobody.test',
  'HTTPConnectionError | ECONNREFUSED | connect | Unable to create socket 127.0.0.1:1',
  'back after connect home, connect home, connect home',
  '200',
  'HTTPConnectionError | ENETDOWN | connect | esp32wifi has no link',
  'IOError | ENETDOWN | body | no WiFi link: unlinked',
  'quiet: ',
  'end',
];

describeEngines('the ESP32 driver', (engine) => {
  it('links, comes back by itself, looks names up, and says in words what is wrong', async () => {
    const server = createServer((request, answer) => {
      if (request.url !== '/silent') answer.end('hello');
      else answer.write('a part');
    }).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as AddressInfo;
    const shop = new Workshop();
    const app = shop.file('app.js', APP.replace(/PORT/g, String(port)));
    const { code } = await bundle({ app, board: 'esp32', root: ROOT });
    const cwd = await inStorage(engine, { app: code });
    const { stdout, timedOut } = await runIn(engine, WIFI + FAST + 'require("app");', { cwd });
    rmSync(cwd, { recursive: true, force: true });
    shop.close();
    server.closeAllConnections();
    server.close();
    const told = stdout.split('\n').filter((line) => line.startsWith('#'));
    expect(told.map((line) => line.slice(1).replace(/^Error(?= \|)/, ''))).toEqual(WANT(port));
    expect(timedOut).toBe(false);
  });

  it.each([false, true])('finds names where the firmware cannot say them; known to it before: %s', async (known) => {
    const server = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as AddressInfo;
    const shop = new Workshop();
    const app = shop.file('app.js', RELEASED.replace(/PORT/g, String(port)).replace('KNOWN', String(known)));
    const { code } = await bundle({ app, board: 'esp32', root: ROOT });
    const cwd = await inStorage(engine, { app: code });
    const { stdout } = await runIn(engine, WIFI + 'require("app");', { cwd });
    rmSync(cwd, { recursive: true, force: true });
    shop.close();
    server.close();
    const told = stdout.split('\n').filter((line) => line.startsWith('#'));
    expect(told).toEqual([
      '#hello',
      '#hello',
      '#ENOTFOUND | dns | name not found: nobody.invalid',
      '#ENOTFOUND | dns | name not found: localhost',
      '#lookup localhost, lookup 1',
      '#hello',
    ]);
  });
});
