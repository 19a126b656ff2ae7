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
  toBytes: function (text) {
    return E.toUint8Array(text);
  },
  fn: function (text) {
    return eval('(' + text + ')');
  },
  work: clock.work,
  said: function (name, what, bytes, value) {
    news({ name: name, what: what, bytes: bytes && btoa(bytes), value: value });
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
