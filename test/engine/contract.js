// Runs in the interpreter: the driver contract against the module DRIVER; the test writes DRIVER, HOST, PORT,
// CLOSED_PORT and SUITE (the suite's text) in front of this text.
/* global DRIVER, HOST, PORT, CLOSED_PORT */
var suite = require('suite');
var n = 0;
var timer;
var env = {
  driver: require(DRIVER).driver,
  host: HOST,
  port: PORT,
  closedPort: CLOSED_PORT,
  name: 'localhost',
  noName: 'no-such-name.invalid',
  resetIsEnd: true,
  link: { ssid: 'home', password: 'secret' },
  toStr: function (bytes) {
    return E.toString(bytes, '');
  },
  toBytes: function (text) {
    return E.toUint8Array(text);
  },
};

function next() {
  var one = suite.cases[n];
  if (!one) return;
  var mine = n;
  function over(complaint, excuse) {
    if (mine !== n) return;
    clearTimeout(timer);
    print('#' + n + ' ' + (complaint || excuse || 'ok'));
    n++;
    setTimeout(next, 0);
  }
  timer = setTimeout(over, 60000, 'it never ended');
  if (one.skip && one.skip(env)) over('', one.skip(env));
  else suite.runCase(one, env, over);
}

setTimeout(next, 0);
