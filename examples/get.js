// Fetches one page and prints what came back.
var requests = require('requests');

var config = {
  url: 'http://127.0.0.1:8080/',
  // how to join the network, e.g. { ssid: 'my network', password: 'my password' } on a WiFi board
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

require('board')
  .auto_init(config.link)
  .then(function () {
    return requests.get(config.url, { params: { name: 'café & cake' } });
  })
  .then(
    function (response) {
      console.log('status ' + response.status + ' ' + response.reason);
      Object.keys(response.headers).forEach(function (name) {
        console.log('  ' + name + ': ' + response.headers[name]);
      });
      console.log(response.text());
    },
    function (e) {
      console.log('failed: ' + e.message + ' (' + e.code + ', phase ' + e.phase + ')');
    },
  );
