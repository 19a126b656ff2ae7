// Runs in the interpreter: SPI and the pins of a chip on the other end of two named pipes, whose paths the test
// writes in front of the program as UP and DOWN. Each frame is preceded by its length (two bytes) and its kind:
//   0 SPI frame   1 SPI frame whose answer is read   2 question in text, answered in text after two bytes of length
//   3 news in text
/* global UP:writable, DOWN:writable */
var up = E.openFile(UP, 'w');
var down = E.openFile(DOWN, 'r');
// the path of a folder may be long, and each 12 characters of it are a variable
UP = DOWN = '';

function frame(kind, data) {
  up.write(E.toString([data.length >> 8, data.length & 255, kind], data));
}

function take(n) {
  var s = '';
  while (s.length < n) s += down.read(n - s.length) || '';
  return s;
}

exports.ask = function (text) {
  var n;
  frame(2, text);
  n = take(2);
  return take(n.charCodeAt(0) * 256 + n.charCodeAt(1));
};

exports.tell = function (text) {
  frame(3, text);
};

exports.spi = {
  send: function (data, cs) {
    frame(1, data);
    return E.toUint8Array(take(data.length));
  },
  write: function (head, data, cs) {
    frame(0, E.toString(head, data));
  },
};
exports.cs = { write: function () {}, read: function () {} };
exports.rst = {
  write: function (level) {
    exports.tell('rst ' + level);
  },
  read: function () {},
};
exports.irq = {
  write: function () {},
  read: function () {
    return exports.ask('irq') === '1' ? 1 : 0;
  },
};

exports.close = function () {
  up.close();
  down.close();
};
