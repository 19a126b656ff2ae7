// Uploads a file that is read piece by piece while it is sent: from Storage, or from a card or disk with `path`.
var requests = require('requests');
var storage = require('Storage');

var config = {
  url: 'http://127.0.0.1:8080/upload',
  // name in Storage; if there is no such file, it is made here
  name: 'log.txt',
  // path of a file for the `fs` module, to upload that instead
  path: '',
  // how to join the network, e.g. { ssid: 'my network', password: 'my password' } on a WiFi board
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

function source() {
  if (config.path) return requests.fd.file(config.path);
  if (storage.read(config.name, 0, 1) === undefined)
    for (var i = 0; i < 100; i++) storage.write(config.name, 'line ' + (1000 + i) + ' of the log\n', i * 21, 2100);
  return requests.fd.storage(config.name);
}

require('board')
  .auto_init(config.link)
  .then(function () {
    return requests.upload(config.url, source(), { method: 'PUT', mime_type: 'text/plain' });
  })
  .then(
    function (response) {
      var done = response.status < 300 ? 'uploaded ' : 'not uploaded ';
      console.log(done + (config.path || config.name) + ': ' + response.status + ' ' + response.reason);
      console.log(response.text());
    },
    function (e) {
      console.log('failed: ' + e.message + ' (' + e.code + ', phase ' + e.phase + ')');
    },
  );
