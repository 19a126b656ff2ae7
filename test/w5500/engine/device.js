// Runs in the interpreter: a board whose driver, time and orders come from a test in another process.
/* global DRIVER */
var wire = require('spi');
var clock = require('clock');

function news(what) {
  wire.tell(JSON.stringify(what));
}

var board = require('commands').commander({
  requests: require('requests'),
  netdriver: require('netdriver'),
  create: function (options) {
    clock.unwatch();
    return require(DRIVER).create(options);
  },
  spi: wire.spi,
  cs: wire.cs,
  rst: wire.rst,
  irq: wire.irq,
  toStr: function (bytes) {
    return E.toString(bytes, '');
  },
  usage: function () {
    return process.memory().usage;
  },
  heard: function (name, text, from) {
    news({ heard: name, text: btoa(text), from: from });
  },
  closed: function (name, code) {
    news({ closed: name, code: code });
  },
});

clock.start(
  function (order) {
    board.run(order.what, function (told) {
      news({ id: order.id, told: told });
    });
  },
  function () {
    return board.linked() ? 1 : 0;
  },
);
