// The ESP32 driver against a WiFi network that misbehaves and a program that does not think, inside the interpreter.
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { describeEngines, runIn } from './harness';
import { built, inStorage, script } from './program';

/**
 * Waits of the driver (back-off, timeouts) pass 50 times as fast, and are written down. One that has passed must not be
 * cleared: the interpreter gives its number to another.
 */
const HEAD = `
Modules.addCached('tls', 'exports.connect=function(){throw new Error("mbedtls_ssl_setup: Not enough memory");};');
var waits = [];
var haste = 50;
var slow = setTimeout;
var clear = clearTimeout;
var ahead = {};
function pending() { return Object.keys(ahead).length; }
global.setTimeout = function (f, ms, a, b) {
  waits.push(ms);
  var mine = [];
  var id = slow(function () { f(a, b); if (ahead[id] === mine) delete ahead[id]; }, ms > 100 ? ms / haste : ms);
  ahead[id] = mine;
  return id;
};
global.clearTimeout = function (id) {
  if (id && !ahead[id]) print('#cleared when it had passed');
  delete ahead[id];
  clear(id);
};
var wifi = require('Wifi');
var driver = require('esp32wifi');
var requests = require('requests');
require('netdriver').register(driver);
require('faults');
`;
const BAD = 13;

const WANT = `
- bad options
${'EINVAL '.repeat(BAD).trim()}
calls: 
- a name and a password as long as they may be
 | EAUTH | connect | no WiFi link: auth fail
calls: connect 12345678123456781234567812345678
- what it can do
{"tls":true,"verify":false,"sni":false,"pause":false,"blocking":["connect"]}
- link twice: the latter counts, and is kept up
 | ENETDOWN | connect | no WiFi link: unlinked
192.168.7.2
calls: connect mute, connect home, connect home
- link to where it is already does nothing
192.168.7.2
calls: 
- link to where it was, before it is back, tries at once
192.168.7.2
calls: connect home
- a link is lost when the firmware says so, whatever address it still has
 | ENETDOWN | connect | no WiFi link: auth expire
 | ENETDOWN | connect | no WiFi link: 4way handshake timeout
calls: connect home
- a link that somebody else has brought back is left alone
calls: connect home
- a try to reconnect that is never answered is not the last
calls: connect home, connect home
- another loss while link() waits is not the end of its patience
7000
 | ETIMEDOUT | connect | no WiFi link: no reply
192.168.7.2
calls: connect mute, connect home
- a try whose failure is told by an event only
 | ENETDOWN | connect | no WiFi link: no ap found
 | EAUTH | connect | no WiFi link: auth fail
192.168.7.2
calls: connect far, connect home, connect home, connect home, connect home, connect home
- a firmware that takes no other network while it is on its way to one
 | ETIMEDOUT | connect | no WiFi link: no reply
192.168.7.2 false
 | ETIMEDOUT | connect | no WiFi link: no reply
192.168.7.2
calls: connect weak, connect home, connect home
- callbacks that come twice
192.168.7.2
true
calls: connect twice
- options that are used again for another network
192.168.7.2
192.168.7.2
calls: connect home, connect twice, connect twice
- unlink during link
 | ENETDOWN | connect | no WiFi link: unlinked
false
calls: connect home, disconnect
- link behind unlink is not taken for lost
false
192.168.7.2
calls: connect home, disconnect, connect home
- an address that takes its time is waited for
192.168.7.2
calls: disconnect, connect slow, connect slow
- the waits between tries double, with jitter
192.168.7.2
7 true,true,true,true,true,true,true
true
true
calls: connect home
- listeners do not pile up
2
- a lost link ends what is open at once
IOError | ENETDOWN | headers | no WiFi link: beacon timeout
- an owner that links again at once gets an answer
ENETDOWN
 | ETIMEDOUT | connect | no WiFi link: no reply
192.168.7.2
- an owner that links because link() ended his connection is told that the latter goes on
 | ENETDOWN | connect | no WiFi link: unlinked
192.168.7.2
calls: connect home, connect twice
- an owner that links because unlink() ended his connection gets his link
192.168.7.2
calls: disconnect, connect home
- a name that is not there, and no answer to the question whether that is true
 | ENOTFOUND | dns | name not found: nobody.test
calls: lookup nobody.test
- a name that is not there
 | ENOTFOUND | dns | name not found: nobody.test
calls: lookup nobody.test
- unlink ends what is open, being looked up, and being asked
 | ENETDOWN | dns | no WiFi link: unlinked
IOError | ENETDOWN | headers | no WiFi link: unlinked
HTTPConnectionError | ENETDOWN | dns | no WiFi link: unlinked
192.168.7.2
- a late answer is not given to another name
HTTPConnectionError | ETIMEDOUT | dns | 
200
calls: lookup slow.test, lookup sensor.test
- names that nobody waits for any more are not looked up
HTTPConnectionError | ETIMEDOUT | dns | 
HTTPConnectionError | ETIMEDOUT | dns | 
HTTPConnectionError | ETIMEDOUT | dns | 
calls: lookup slow.test
- one that is closed while its name is looked up is not connected
dns
- an answer that never comes is given up, and the next name asked
 | ENOTFOUND | dns | name not found: slow.test
127.0.0.1
calls: lookup slow.test, lookup sensor.test
- an answer that comes when it is given up is no answer to the next name
 | ENOTFOUND | dns | name not found: late.test
127.0.0.1
calls: lookup late.test, lookup sensor.test
- an answer leaves no timer behind
127.0.0.1
0
- an address does not wait for a name
200
192.0.2.9
- a lookup that throws is over
called: 0
 | ENOTFOUND | dns | name not found: throw.test
ENOTFOUND dns
127.0.0.1
called: 1
true
calls: lookup throw.test, lookup throw.test, lookup sensor.test
- numbers that are no address are looked up, not cut
 | ENOTFOUND | dns | name not found: 1.127.0.0.1
HTTPConnectionError | ENOTFOUND | dns | name not found: 127.0.0.257
calls: lookup 1.127.0.0.1, lookup 127.0.0.257
- no name at all
 | ENOTFOUND | dns | name not found: undefined
 | ENOTFOUND | dns | name not found: 
- refused: thrown, and nothing is called
ECONNREFUSED connect
- no memory for TLS is called that
HTTPConnectionError | ENOMEM | tls | mbedtls_ssl_setup: Not enough memory 127.0.0.1:PORT
- a server that hangs up in the middle of a request
IOError true true
- a server that hangs up before anything was said
ECONNREFUSED | connect | not open 127.0.0.1:ABSENT | connect
- no room while a piece is on its way
1
2
- no room once the firmware has closed it, before it says so
- one whose listener the firmware took away is closed all the same
true
gone
- one that is closed twice takes no other along
1 ENETDOWN
- an owner that closes another one when it is told
0 ENETDOWN
2 ENETDOWN
- an address that ends like a pointer
127.0.0.63
calls: lookup 63.test
- unlink, and all is quiet
waits: 50, left: 1
calls: 
- end
`;

const listen = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));

const plain = (text: string): string => text.replace(/^\s*\/[/*].*$/gm, '').replace(/^ +/gm, '');

describeEngines('the ESP32 driver, on a bad day', (engine) => {
  it('settles everything once, with the right word, and comes back', async () => {
    const peers: Socket[] = [];
    const good = createServer((_, answer) => answer.end('hello'));
    const silent = createTcp((peer) => peers.push(peer.on('error', () => {})));
    const hangup = createTcp((peer) => peer.on('error', () => {}).once('data', () => peer.destroy()));
    const absent = createTcp((peer) => peer.on('error', () => {}).destroy());
    const flood = createTcp((peer) => peer.on('error', () => {}).write('x'.repeat(5000)));
    const ports: { [name: string]: number } = {
      PORT: await listen(good),
      SILENT: await listen(silent),
      HANGUP: await listen(hangup),
      ABSENT: await listen(absent),
      FLOOD: await listen(flood),
    };
    const withPorts = (text: string): string =>
      text.replace(/\b(PORT|SILENT|HANGUP|ABSENT|FLOOD)\b/g, (name) => String(ports[name]));
    const modules: { [name: string]: string } = { Wifi: plain(script('wifiStandIn.js')) };
    for (const name of ['netdriver', 'requests', 'esp32wifi']) modules[name] = built(name + '.min');
    modules.faults = withPorts(plain(script('wifiFaults.js')));
    const cwd = await inStorage(engine, modules);
    const { stdout, timedOut } = await runIn(engine, HEAD, { cwd });
    rmSync(cwd, { recursive: true, force: true });
    peers.forEach((peer) => peer.destroy());
    [good, silent, hangup, absent, flood].forEach((server) => server.close());
    good.closeAllConnections();
    const told = stdout
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .map((line) =>
        line
          .slice(1)
          .replace(/^Error(?= \|)/, '')
          .replace(/(?<=ETIMEDOUT \| dns \| ).*/, ''),
      );
    expect(told).toEqual(withPorts(WANT).trim().split('\n'));
    expect(timedOut).toBe(false);
  });
});
