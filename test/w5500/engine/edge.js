// Runs in the interpreter: a watch on INTn, whose edges come as bytes from a serial port, so through the interpreter's
// own queue of events: it has no pins. INT is the path of that port.
/* global INT, Serial1 */
var wire = require('spi');
var watch;

exports.falls = 0;

global.setWatch = function (f, pin, options) {
  if (pin !== wire.irq || options.edge !== 'falling' || !options.repeat) throw new Error('not that pin, or edge');
  watch = f;
};

Serial1.on('data', function (edges) {
  exports.falls += edges.length;
  if (watch) watch();
});
Serial1.setup(9600, { path: INT });
