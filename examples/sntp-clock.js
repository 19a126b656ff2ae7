// Sets the clock by SNTP (RFC 4330), over a driver that has UDP: asks one server, accepts only the answer to its own
// question, and prints how far off the clock was.
/* global setTime */
var config = {
  server: 'pool.ntp.org',
  port: 123,
  // ms to wait for an answer, and how many times to ask
  timeout: 3000,
  tries: 3,
  // how to join the network
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

// seconds from 1900, where NTP begins, to 1970
var EPOCH = 2208988800;
var socket;
var timer;
var sent = 0;
var question = new Uint8Array(48);

function seconds(u8, at) {
  var whole = ((u8[at] << 24) | (u8[at + 1] << 16) | (u8[at + 2] << 8) | u8[at + 3]) >>> 0;
  // without the top bit it is after 2036, when the counter begins again (section 3)
  return (whole & 0x80000000 ? whole - EPOCH : whole + 4294967296 - EPOCH) + u8[at + 4] / 256 + u8[at + 5] / 65536;
}

/** Why an answer is not to be believed (section 5), empty when it is. */
function fault(u8) {
  var i;
  if (u8.length < 48) return 'too short';
  // originate timestamp: what the question had as its transmit timestamp
  for (i = 0; i < 8; i++) if (u8[24 + i] !== question[40 + i]) return 'not an answer to this question';
  if ((u8[0] & 7) !== 4) return 'not from a server';
  if (u8[0] >> 6 === 3 || u8[1] === 0 || u8[1] > 15) return 'from a server without the time';
  return '';
}

function finish(text) {
  clearTimeout(timer);
  socket.close();
  console.log(text);
}

function answered(u8) {
  var now = Date.now() / 1000;
  var wrong = fault(u8);
  var time;
  if (wrong) {
    console.log('ignored: ' + wrong);
    return;
  }
  // it took half of the way there and back to come here
  time = seconds(u8, 40) + (now - sent) / 2;
  if (typeof setTime !== 'undefined') setTime(time);
  finish('the clock was ' + (now - time).toFixed(2) + ' s fast, it is ' + new Date(time * 1000).toISOString());
}

function ask() {
  var i;
  if (config.tries-- <= 0) {
    finish('failed: no answer from ' + config.server);
    return;
  }
  // no leap warning, version 4, client; the timestamp need not be one, so it is a number nobody can guess. On some boards
  // chance is the same after each start, but for the microseconds of the clock
  question[0] = 0x23;
  for (i = 40; i < 48; i++) question[i] = E.hwRand() ^ (Date.now() * 1000);
  sent = Date.now() / 1000;
  timer = setTimeout(ask, config.timeout);
  socket.send(question, config.server, config.port, function (e) {
    if (e) console.log('not sent: ' + e.message);
  });
}

require('board')
  .auto_init(config.link)
  .then(function () {
    var driver = require('netdriver').get();
    if (!driver.udp) throw new Error('net driver "' + driver.name + '" has no UDP');
    socket = driver.udp();
    socket.onMessage = answered;
    ask();
  })
  .then(
    function () {},
    function (e) {
      console.log('failed: ' + e.message);
    },
  );
