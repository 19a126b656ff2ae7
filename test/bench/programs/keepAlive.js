// 100 requests, one after the other, each over the connection that the last one left.
var get = require('requests').get;
var left = 100;
var connection = null;

function next() {
  get(global.CONFIG.url, { headers: { Connection: 'Keep-Alive' }, connection: connection }).then(
    function (response) {
      connection = response.connection;
      left--;
      if (left) next();
      else {
        if (connection) connection.close();
        console.log('done');
      }
    },
    function (e) {
      console.log('failed: ' + e.message);
    },
  );
}

require('board').auto_init();
next();
