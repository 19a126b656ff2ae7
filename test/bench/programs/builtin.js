// The interpreter's own http client, doing nothing with the data.
require('http').get(global.CONFIG.url, function (response) {
  response.on('data', function () {});
  response.on('close', function () {
    console.log('bytes ' + global.CONFIG.bytes);
  });
});
