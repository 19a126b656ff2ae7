// The interpreter's own http client, doing nothing with the data, or counting the most memory that was in use meanwhile.
var http = require('http');
var config = global.CONFIG;
var idle = 0;
var peak = 0;
var packets = 0;

function watch() {
  if (packets++ % 8 < 1) peak = Math.max(peak, process.memory().usage - idle);
}

if (config.watch) idle = process.memory().usage;
http.get(config.url, function (response) {
  response.on('data', config.watch ? watch : function () {});
  response.on('close', function () {
    console.log('bytes ' + config.bytes + ' peak ' + peak);
  });
});
