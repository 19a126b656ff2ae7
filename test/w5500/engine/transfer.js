// Runs in the interpreter, in its own time: a streamed GET and an upload by name, with INTn.
/* global DRIVER, FROM */
var wire = require('spi');
var edge = require('edge');
var requests = require('requests');
var driver = require(DRIVER).create({ spi: wire.spi, cs: wire.cs, irq: wire.irq });
var got = 0;
var sum = 0;

function end(what) {
  print(what + ', ' + (edge.falls > 10 ? 'INTn fell' : 'INTn fell ' + edge.falls + ' times'));
  driver.unlink();
  setTimeout(quit, 50);
}

function failed(e) {
  end('failed: ' + e.message);
}

require('netdriver').register(driver);
driver.link({ dhcp: true }).then(function () {
  requests
    .get(FROM, {
      timeout: 0,
      stream_callback: function (c) {
        got += c.length;
        sum = (sum + E.sum(c)) % 1000003;
      },
    })
    .then(function (r) {
      print('got ' + r.status + ' ' + got + ' ' + sum);
      requests.upload(FROM, requests.fd.bytes('0123456789')).then(function (r) {
        end(r.text());
      }, failed);
    }, failed);
}, failed);
