// What one would write over `net`: skip the headers, fill a buffer of 512 bytes, hand it on, start again.
var config = global.CONFIG;
var buffer = new Uint8Array(512);
var filled = 0;
var bytes = 0;
var inBody = false;
var head = '';

function count(chunk) {
  bytes += chunk.length;
}

var idle = 0;
var peak = 0;
var pieces = 0;

function watch(chunk) {
  bytes += chunk.length;
  if (pieces++ % 8 < 1) peak = Math.max(peak, process.memory().usage - idle);
}

var callback = config.watch ? watch : count;

function take(data) {
  var at = 0;
  while (at < data.length) {
    var n = Math.min(data.length - at, 512 - filled);
    buffer.set(data.substr(at, n), filled);
    filled += n;
    at += n;
    if (filled === 512) {
      callback(buffer);
      filled = 0;
    }
  }
}

var net = require('net');
// as in get.js: the first look at an array's length makes something that stays
bytes = new Uint8Array(0).length;
if (config.watch) idle = process.memory().usage;
var socket = net.connect({ host: '127.0.0.1', port: config.port });
socket.on('data', function (data) {
  if (inBody) take(data);
  else {
    head += data;
    var end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    inBody = true;
    take(head.substr(end + 4));
  }
});
socket.on('close', function () {
  if (filled) callback(buffer.subarray(0, filled));
  console.log('bytes ' + bytes + ' peak ' + peak);
});
socket.write('GET ' + config.path + ' HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
