// Several requests over one connection: the handshake is paid for once.
var requests = require('requests');

var config = {
  url: 'http://127.0.0.1:8080/',
  count: 5,
  // how to join the network, e.g. { ssid: 'my network', password: 'my password' } on a WiFi board
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

var connection = null;
var done = 0;
var connections = 0;

function finish(e) {
  if (connection) connection.close();
  if (e) console.log('failed: ' + e.message + ' (' + e.code + ')');
  console.log(done + ' answers over ' + connections + (connections === 1 ? ' connection' : ' connections'));
}

function answered(response) {
  // null when the server wants to close: the next request then makes a new one
  connection = response.connection;
  done++;
  console.log('answer ' + done + ': ' + response.status + ', ' + response.content.length + ' bytes');
  if (done < config.count) next();
  else finish();
}

function next() {
  var kept = connection;
  connection = null;
  if (!kept) connections++;
  requests
    .get(config.url, { params: { n: done + 1 }, headers: { Connection: 'Keep-Alive' }, connection: kept })
    .then(answered, function (e) {
      // a server may hang up between two requests: once more, over a new connection. Of a POST it is not known whether
      // it was done, so there `retryable` is false
      if (kept && e.retryable) next();
      else finish(e);
    });
}

require('board').auto_init(config.link).then(next, finish);
