// Runs in the interpreter: what the firmware's clients do over the chip.
/* global ECHO, WEB, RESET, UDP, BLOCK, SIZE, ROUNDS */
var wired = require('./wired');
var net = require('net');
var http = require('http');
var TWICE = BLOCK + BLOCK;

/** A connection that says one thing; tells how it went. */
function talk(name, host, port, what, next) {
  var s = net.connect({ host: host, port: port }, function () {
    print(name + ' connected');
    s.write(what);
  });
  s.on('data', function (d) {
    print(name + ' hears ' + d);
  });
  s.on('error', function (e) {
    print(name + ' error ' + e.code);
  });
  s.on('close', function (bad) {
    print(name + ' closed ' + bad);
    next();
  });
}

function download(next) {
  var n = 0;
  var good = true;
  http
    .get('http://api.test:' + WEB + '/big', function (r) {
      r.on('data', function (d) {
        // BLOCK over and over, whatever the pieces
        if (d !== TWICE.substr(n % BLOCK.length, d.length)) good = false;
        n += d.length;
      });
      r.on('close', function () {
        print('http ' + r.statusCode + ' ' + (n === SIZE) + ' ' + good);
        next();
      });
    })
    .on('error', function (e) {
      print('http error ' + e.code);
    });
}

function post(next) {
  var body = TWICE + TWICE + 'end';
  var q = http.request(
    { host: 'api.test', port: WEB, path: '/count', method: 'POST', headers: { 'Content-Length': body.length } },
    function (r) {
      r.on('data', function (d) {
        print('post ' + d);
      });
      r.on('close', function () {
        next();
      });
    },
  );
  q.end(body);
}

function datagrams(next) {
  var s = require('dgram').createSocket('udp4');
  var n = 0;
  s.on('message', function (d, from) {
    print('dgram ' + d.length + ' ' + d.substr(0, 8) + ' ' + from.address + ' ' + from.size);
    if (++n === 3) s.close();
  });
  s.on('close', function (bad) {
    print('dgram closed ' + bad);
    next();
  });
  // nothing is told of one that goes nowhere
  s.send('lost', 9, '10.0.0.99');
  s.send('one', UDP, '10.0.0.7');
  s.send('\xff\0\x80', UDP, '10.0.0.7');
  // longer than what the firmware takes at a time
  s.send(BLOCK.substr(0, 600), UDP, '10.0.0.7');
}

/** The peer reads nothing until it is asked to: what is written waits here, not in the chip, and nothing is lost. */
function pressure(next) {
  var drains = 0;
  var before = -1;
  var left = 30;
  var timer;
  var s = net.connect({ host: '10.0.0.9', port: 9 });
  s.on('drain', function () {
    drains++;
    if (left--) s.write(BLOCK);
    else s.end();
  });
  s.on('close', function (bad) {
    clearInterval(timer);
    print('pressure ' + left + ' ' + bad);
    next();
  });
  timer = setInterval(function () {
    if (drains === before && before > 0) {
      // the one that says: connected, and one for each block in the chip's 2 KB
      print('stalled ' + (drains <= 4));
      before = -2;
      http.get('http://api.test:' + WEB + '/open', function () {});
    } else if (before > -2) before = drains;
  }, 100);
}

function many(next) {
  var count = 0;
  var before;
  function again() {
    var failed = 0;
    var s;
    if (count === 10) before = process.memory().usage;
    if (++count > ROUNDS) {
      print('leak ' + (process.memory().usage - before));
      next();
      return;
    }
    s = net.connect({ host: 'api.test', port: count % 5 ? ECHO : count % 2 ? 1 : RESET }, function () {
      s.write('x' + count);
    });
    s.on('data', function (d) {
      if (d !== 'x' + count) print('heard ' + d);
      s.end();
    });
    s.on('error', function (e) {
      failed = e.code;
    });
    s.on('close', function () {
      if (failed !== (count % 5 ? 0 : -9)) print('round ' + count + ' failed ' + failed);
      s = undefined;
      setTimeout(again, 1);
    });
  }
  again();
}

wired.run([
  function (next) {
    talk('echo', 'api.test', ECHO, 'hello', next);
  },
  function (next) {
    talk('refused', '10.0.0.7', 1, '', next);
  },
  function (next) {
    talk('nobody', 'nobody.test', 80, '', next);
  },
  function (next) {
    talk('reset', 'api.test', RESET, 'x', next);
  },
  download,
  post,
  datagrams,
  pressure,
  many,
  function (next) {
    wired.driver.unlink();
    talk('unlinked', 'api.test', ECHO, '', next);
  },
]);
