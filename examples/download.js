// Downloads a body of any length, keeps nothing of it, and prints what came: status, headers, bytes, pieces, a checksum,
// and how much memory it took.
var get = require('requests').get;

var config = {
  url: 'http://127.0.0.1:8080/file',
  stream_chunk: 512,
  // ms for all of it, 0: no limit
  timeout: 0,
  // bytes between two lines of progress, 0: none
  progress: 65536,
  // 0: no checksum
  checksum: 1,
  // how to join the network, e.g. { ssid: 'my network', password: 'my password' } on a WiFi board
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

var idle = 0;
var peak = 0;
var bytes = 0;
var pieces = 0;
var checksum = 0;
var next = config.progress || Infinity;

function started(response) {
  console.log('status ' + response.status + ' ' + response.reason);
  Object.keys(response.headers).forEach(function (name) {
    console.log('header ' + name + ': ' + response.headers[name]);
  });
}

function take(chunk, response) {
  if (!pieces++) started(response);
  bytes += chunk.length;
  // CRC-32 of each piece, folded with a rotation so that their order counts
  if (config.checksum) checksum = ((checksum << 1) | (checksum >>> 31)) ^ E.CRC32(chunk);
  // every eighth piece is enough: looking at the memory takes longer than taking the piece
  if (pieces % 8 === 1) peak = Math.max(peak, process.memory(false).usage);
  if (bytes >= next) {
    next += config.progress;
    console.log('progress ' + bytes + ' of ' + response.total);
  }
}

function download() {
  idle = process.memory().usage;
  get(config.url, { stream_callback: take, stream_chunk: config.stream_chunk, timeout: config.timeout }).then(
    function (response) {
      if (!pieces) started(response);
      console.log('received ' + bytes + ' bytes in ' + pieces + ' pieces');
      if (config.checksum) console.log('checksum ' + (checksum >>> 0).toString(16));
      console.log(
        'memory ' +
          Math.max(peak - idle, 0) +
          ' variables of ' +
          process.memory(false).blocksize +
          ' bytes above ' +
          idle +
          ' at idle',
      );
    },
    function (e) {
      console.log('failed after ' + bytes + ' bytes: ' + e.message + ' (' + e.code + ', phase ' + e.phase + ')');
    },
  );
}

require('board')
  .auto_init(config.link)
  .then(
    function () {
      // a turn of its own, so that what the board's start has left behind is gone
      setTimeout(download, 0);
    },
    function (e) {
      console.log('failed: ' + e.message);
    },
  );
