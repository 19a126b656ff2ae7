// Runs in the interpreter: the module "board" of a program that only wants a network.
/* global DRIVER, LINK */
var wire = require('spi');
var clock = require('clock');

exports.auto_init = function () {
  var driver = require(DRIVER).create({ spi: wire.spi, cs: wire.cs, irq: wire.irq });
  require('netdriver').register(driver);
  clock.start(
    function () {},
    function () {
      return driver.is_linked() ? 1 : 0;
    },
  );
  return driver.link(LINK);
};
