// Runs in the interpreter: a streamed GET, and the most variables that were in use above idle, looked at in the
// callback (every EVERY-th), by a timer, and as the driver is about to use the bus (every EVERY-th time).
/* global DRIVER, LINK, FROM, EVERY, spi, cs */
var peaks = { callback: 0, timer: 0, bus: 0 };
var idle = 0;
var count = 0;
var bytes = 0;
var watching = false;

function look(where) {
  peaks[where] = Math.max(peaks[where], process.memory().usage - idle);
}

function counted(f) {
  return function (a, b, c) {
    if (watching && !(++count % EVERY)) look('bus');
    return f(a, b, c);
  };
}

var driver = require(DRIVER).create({ spi: { send: counted(spi.send), write: counted(spi.write) }, cs: cs });
var get = require('requests').get;
var pieces = 0;
require('netdriver').register(driver);

function failed(e) {
  print('failed: ' + e.message);
}

function take(chunk) {
  bytes += chunk.length;
  if (!(pieces++ % EVERY)) look('callback');
}

function report() {
  watching = false;
  driver.unlink();
  setTimeout(function () {
    print(JSON.stringify({ idle: idle, bytes: bytes, peaks: peaks }));
    up.close();
  }, 100);
}

function tick() {
  if (watching) {
    look('timer');
    setTimeout(tick, 23);
  }
}

function measure() {
  setTimeout(tick, 23);
  watching = true;
  idle = process.memory().usage;
  get(FROM + 'body', { stream_callback: take, timeout: 0 }).then(report, failed);
}

function nothing() {}

// once before it counts: what is only made the first time belongs to the idle state
driver.link(LINK).then(function () {
  get(FROM + 'small', { stream_callback: nothing }).then(function () {
    setTimeout(measure, 500);
  }, failed);
}, failed);
