// Downloads a file into the board's Storage, piece by piece: however long it is, only one piece is in memory.
var requests = require('requests');
var storage = require('Storage');

var config = {
  url: 'http://127.0.0.1:8080/file',
  // name in Storage, up to 28 characters
  name: 'download',
  // how to join the network, e.g. { ssid: 'my network', password: 'my password' } on a WiFi board
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

var offset = 0;
var pieces = 0;

// the old file stays until a new one comes
function begin(response) {
  if (response.status !== 200) throw new Error('the server says ' + response.status);
  storage.erase(config.name);
}

function save(chunk, response) {
  // the call fails with what this throws
  if (response.total < 0) throw new Error('Storage needs the length of a file beforehand');
  if (!offset) begin(response);
  // the first write reserves the space, or throws where there is none
  storage.write(config.name, chunk, offset, response.total);
  offset += chunk.length;
  pieces++;
}

require('board')
  .auto_init(config.link)
  .then(function () {
    return requests.get(config.url, { stream_callback: save, stream_chunk: 512 });
  })
  .then(function (response) {
    // a body of no bytes does not come to save()
    if (!offset) begin(response);
    return response;
  })
  .then(
    function (response) {
      console.log('saved ' + response.received + ' bytes in ' + pieces + ' pieces as "' + config.name + '"');
      console.log('Storage has ' + storage.getFree() + ' bytes left');
    },
    function (e) {
      // half a file is no file
      if (offset) storage.erase(config.name);
      console.log('failed after ' + offset + ' bytes: ' + e.message);
    },
  );
