// Runs in the interpreter: the chip behind the pipes becomes the network of the firmware. `spi` and `cs` stand in
// front of the program.
/* global spi, cs, up */
var driver = require('w5500').create({ spi: spi, cs: cs });

exports.driver = driver;

exports.end = function () {
  driver.unlink();
  up.close();
};

/** Installs the network, runs the steps one after the other (each is given what to call when it is over), and ends. */
exports.run = function (steps) {
  function next() {
    var step = steps.shift();
    if (step) step(next);
    else exports.end();
  }
  driver.link({ dhcp: true }).then(
    function () {
      require('networkjs').install(driver);
      setTimeout(next, 1);
    },
    function (e) {
      print('no link: ' + e.message);
      exports.end();
    },
  );
};
