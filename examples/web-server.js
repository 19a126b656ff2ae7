// A web server: a page about this board, and its figures as JSON. It uses the firmware's own `http`; on a board with a
// W5500 the chip first becomes the firmware's network.
var config = {
  port: 80,
  // how to join the network
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

var answered = 0;

function figures() {
  return JSON.stringify({
    time: new Date().toISOString(),
    answered: ++answered,
    free: process.memory().free,
  });
}

function answer(request, response) {
  var path = request.url.split('?')[0];
  if (path === '/') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<h1>' + process.env.BOARD + '</h1><p><a href="/figures">figures</a></p>');
  } else if (path === '/figures') {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(figures());
  } else {
    response.writeHead(404, { 'Content-Type': 'text/plain' });
    response.end('there is no ' + path);
  }
}

require('board')
  .auto_init(config.link)
  .then(function (link) {
    var driver = require('netdriver').get();
    if (driver.name === 'w5500') require('networkjs').install(require('w5500-listen').extend(driver));
    require('http').createServer(answer).listen(config.port);
    console.log('listening on http://' + (link && link.ip) + ':' + config.port + '/');
  })
  .then(
    function () {},
    function (e) {
      console.log('failed: ' + e.message);
    },
  );
