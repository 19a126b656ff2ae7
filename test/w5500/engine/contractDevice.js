// Runs in the interpreter: the driver contract, a case for each order.
/* global DRIVER */
var wire = require('spi');
var clock = require('clock');
var suite = require('suite');
var driver = require(DRIVER).create({ spi: wire.spi, cs: wire.cs, irq: wire.irq });
var env = {
  driver: driver,
  toStr: function (bytes) {
    return E.toString(bytes, '');
  },
  toBytes: function (text) {
    return E.toUint8Array(text);
  },
};

clock.start(
  function (order) {
    var what = order.what;
    var one = suite.cases[what.n];
    var excuse = one && one.skip && one.skip(env);
    function tell(told) {
      wire.tell(JSON.stringify({ id: order.id, told: told }));
    }
    if (what.link) {
      Object.assign(env, what.env);
      driver.link(what.link).then(tell, function (e) {
        tell({ message: e.message });
      });
    } else if (excuse) tell({ excuse: excuse });
    else
      suite.runCase(one, env, function (complaint) {
        tell({ complaint: complaint });
      });
  },
  function () {
    return driver.is_linked() ? 1 : 0;
  },
);
