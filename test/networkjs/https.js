// Runs in the interpreter: TLS of the firmware over the chip.
/* global GOOD, HANGUP, RESET, BLOCK */
var wired = require('./wired');
var requests = require('requests');
var http = require('http');
var n = 0;
var good = true;
var TWICE = BLOCK + BLOCK;

function get(url, options) {
  return function (next) {
    options.driver = 'networkjs';
    requests.get(url, options).then(
      function (r) {
        print(r.status + ' ' + (n || r.text()));
        setTimeout(next, 1);
      },
      function (e) {
        print([e.name, e.code, e.phase].join(' '));
        setTimeout(next, 1);
      },
    );
  };
}

function keep(chunk) {
  if (E.toString(chunk, '') !== TWICE.substr(n % BLOCK.length, chunk.length)) good = false;
  n += chunk.length;
}

wired.run([
  get('https://api.test:' + GOOD + '/hello', {}),
  get('https://api.test:' + GOOD + '/hello', { ctx: { verify: false } }),
  get('https://api.test:' + GOOD + '/big', { ctx: { verify: false }, stream_callback: keep }),
  function (next) {
    print(good);
    n = 0;
    next();
  },
  get('https://api.test:' + GOOD + '/broken', { ctx: { verify: false }, stream_chunk: 0, stream_callback: keep }),
  function (next) {
    print(n + ' ' + good);
    n = 0;
    next();
  },
  get('https://api.test:' + GOOD + '/to-the-end', { ctx: { verify: false } }),
  get('https://api.test:1/', { ctx: { verify: false } }),
  get('https://nobody.test/', { ctx: { verify: false } }),
  // which the firmware takes for 10.0.0.7
  get('https://1.10.0.0.7:' + GOOD + '/hello', { ctx: { verify: false } }),
  get('https://api.test:' + RESET + '/', { ctx: { verify: false } }),
  get('https://api.test:' + HANGUP + '/', { ctx: { verify: false } }),
  // plain connections do not go through the firmware
  get('http://api.test:1/', {}),
  // too long to be the name of a file
  get('https://api.test:' + GOOD + '/', { ctx: { verify: false, ca: BLOCK } }),
  // nor does the firmware need us for this
  function (next) {
    http.get('https://api.test:' + GOOD + '/hello', function (r) {
      r.on('data', function (d) {
        print('firmware: ' + d);
      });
      r.on('close', function () {
        next();
      });
    });
  },
  function (next) {
    // as the ESP32 says it when its heap is full
    Modules.addCached('tls', 'exports.connect=function(){throw new Error("mbedtls_ssl_setup: Not enough memory");};');
    next();
  },
  get('https://api.test:' + GOOD + '/', { ctx: { verify: false } }),
  function (next) {
    wired.driver.unlink();
    next();
  },
  get('https://api.test:' + GOOD + '/', { ctx: { verify: false } }),
]);
