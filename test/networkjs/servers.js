// Runs in the interpreter: servers of the firmware on the chip. The test asks them when it is called for.
/* global WEB, BLOCK */
var wired = require('./wired');
var http = require('http');
var web, echo, udp;

function serve(q, a) {
  var n = 0;
  var left = 40;
  if (q.url === '/big')
    // more than one buffer, fed as it drains
    a.on('drain', function () {
      if (left--) a.write(BLOCK);
      else a.end();
    });
  if (q.url === '/big') a.writeHead(200, { 'X-Size': 40 * BLOCK.length });
  q.on('data', function (d) {
    n += d.length;
  });
  if (q.url === '/big') a.write('');
  else if (q.method === 'POST')
    q.on('close', function () {
      print('posted ' + n);
    });
  if (q.url !== '/big') a.end(q.method + ' ' + q.url);
}

function ask(path, done) {
  http
    .get('http://api.test:' + WEB + path, function (r) {
      var text = '';
      r.on('data', function (d) {
        text += d;
      });
      r.on('close', function () {
        done(text);
      });
    })
    .on('error', function (e) {
      print(path + ' error ' + e.code);
    });
}

wired.driver = require('w5500-listen').extend(wired.driver);
wired.run([
  function (next) {
    web = http.createServer(serve);
    web.listen(80);
    echo = require('net').createServer(function (s) {
      s.on('data', function (d) {
        s.write(d);
      });
    });
    echo.listen(7);
    udp = require('dgram').createSocket('udp4');
    udp.on('message', function (d, from) {
      print('dgram ' + d + ' from ' + from.address + ' ' + from.port);
      udp.send('re:' + d, from.port, from.address);
    });
    udp.bind(5000);
    ask('/ready', function (text) {
      print(text);
      next();
    });
  },
  function (next) {
    web.close();
    echo.close();
    udp.close();
    ask('/closed', function (text) {
      print(text);
      next();
    });
  },
]);
