// The least that regrouping over `net` takes: packets are strings, pieces of 512 bytes are views on what was joined, and
// there is nothing else: no head, no limits, no promise, no second connection. The most memory in use in its callback.
var net = require('net');
var config = global.CONFIG;
var rest = '';
var bytes = 0;
var idle = 0;
var peak = 0;
var pieces = 0;

function callback(chunk) {
  bytes += chunk.length;
  if (pieces++ % 8 < 1) peak = Math.max(peak, process.memory().usage - idle);
}

// as in get.js: the first look at an array's length makes something that stays
bytes = new Uint8Array(0).length;
idle = process.memory().usage;
var socket = net.connect({ host: '127.0.0.1', port: config.port });
socket.on('data', function (data) {
  rest += data;
  while (rest.length > 511) {
    callback(new Uint8Array(E.toArrayBuffer(rest), 0, 512));
    rest = rest.substr(512);
  }
});
socket.on('close', function () {
  console.log('bytes ' + bytes + ' peak ' + peak);
});
socket.write('GET ' + config.path + ' HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
