// Sends a reading as JSON and reads the JSON of the answer.
var requests = require('requests');

var config = {
  url: 'http://127.0.0.1:8080/post',
  // how to join the network, e.g. { ssid: 'my network', password: 'my password' } on a WiFi board
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

require('board')
  .auto_init(config.link)
  .then(function () {
    return requests.post(config.url, { json: { place: 'Café', celsius: 21.5, history: [20, 21, 21.5] } });
  })
  .then(function (response) {
    // an error for 400 and above, else the response itself
    return response.raise_for_status().json();
  })
  .then(
    function (answer) {
      console.log('the server says ' + JSON.stringify(answer));
    },
    function (e) {
      // what json() throws for an answer that is not JSON has no code
      console.log('failed: ' + e.message + (e.code ? ' (' + e.code + ')' : ''));
    },
  );
