// A streamed GET, and the most memory that was in use at any eighth piece.
var get = require('requests').get;
var config = global.CONFIG;
var idle = 0;
var peak = 0;
var pieces = 0;
var bytes = 0;

function take(chunk) {
  bytes += chunk.length;
  if (pieces++ % 8 < 1) peak = Math.max(peak, process.memory().usage);
}

// the first look at an array's length makes the prototype of all typed arrays, which stays
function glance(chunk) {
  return chunk.length;
}

function report() {
  console.log('bytes ' + bytes + ' pieces ' + pieces + ' peak ' + (peak - idle));
}

function failed(e) {
  console.log('failed: ' + e.message);
}

function measure() {
  idle = process.memory().usage;
  get(config.url, { stream_callback: take, timeout: 0 }).then(report, failed);
}

// once before it counts: what is only made the first time belongs to the idle state
function warmUp() {
  get(config.small, { stream_callback: glance }).then(function () {
    setTimeout(measure, 500);
  }, failed);
}

require('board').auto_init();
setTimeout(warmUp, 0);
