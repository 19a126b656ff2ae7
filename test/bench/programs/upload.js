// An upload, and the most memory that was in use at any eighth read.
var requests = require('requests');
var config = global.CONFIG;
var text = E.toString(new Uint8Array(512));
var idle = 0;
var peak = 0;
var reads = 0;

function source(size) {
  var left = size;
  return {
    size: function () {
      return size;
    },
    read: function (n) {
      var piece = text.substr(0, Math.min(n, left));
      left -= piece.length;
      if (reads++ % 8 < 1) peak = Math.max(peak, process.memory().usage);
      return piece;
    },
  };
}

function failed(e) {
  console.log('failed: ' + e.message);
}

function measure() {
  peak = reads = 0;
  idle = process.memory().usage;
  requests.upload(config.url, source(config.bytes), { timeout: 0 }).then(function (response) {
    console.log('status ' + response.status + ' peak ' + (peak - idle) + ' ' + response.text());
  }, failed);
}

// once before it counts: what is only made the first time belongs to the idle state
function warmUp() {
  requests.upload(config.url, source(100)).then(function () {
    setTimeout(measure, 500);
  }, failed);
}

require('board').auto_init();
setTimeout(warmUp, 0);
