// A streamed GET whose pieces nobody looks at.
var get = require('requests').get;

require('board').auto_init();
get(global.CONFIG.url, { stream_callback: function () {}, stream_chunk: global.CONFIG.stream_chunk, timeout: 0 }).then(
  function (response) {
    console.log('bytes ' + response.received);
  },
  function (e) {
    console.log('failed: ' + e.message);
  },
);
