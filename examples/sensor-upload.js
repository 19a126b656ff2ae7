// Samples a sensor, and posts the readings as JSON in batches. While the server is down readings wait in a queue of
// limited length, and posts are tried again after longer and longer waits; what the queue cannot hold is counted.
// Each reading has a number, so a server that sees one twice (the answer to a post was lost) can tell.
var requests = require('requests');

var config = {
  url: 'http://127.0.0.1:8080/readings',
  sample_ms: 1000,
  // readings in a post, and readings that may wait
  batch: 10,
  queue: 120,
  // ms before a failed post is tried again: doubled each time, up to the second
  backoff_ms: 1000,
  max_backoff_ms: 60000,
  // stop after so many readings, 0: never
  samples: 0,
  // how to join the network, e.g. { ssid: 'my network', password: 'my password' } on a WiFi board
  link: undefined,
};
Object.assign(config, global.CONFIG || {});

// put your sensor here
function read_sensor() {
  return Math.round(200 + 15 * Math.sin(sampled / 20)) / 10;
}

var queue = [];
var sampled = 0;
var delivered = 0;
var dropped = 0;
var refused = 0;
var posts = 0;
var failures = 0;
var longest = 0;
var backoff = config.backoff_ms;
var busy = false;
var sampler;

function report() {
  console.log(
    'sampled ' +
      sampled +
      ', delivered ' +
      delivered +
      ', dropped ' +
      dropped +
      ', refused ' +
      refused +
      ', waiting ' +
      queue.length,
  );
  console.log(posts + ' posts, ' + failures + ' failed, longest queue ' + longest);
}

// the oldest go first
function limit_queue() {
  var excess = queue.length - config.queue;
  if (excess > 0) {
    queue.splice(0, excess);
    dropped += excess;
  }
  longest = Math.max(longest, queue.length);
}

function post() {
  var batch;
  if (busy || !queue.length || (queue.length < config.batch && sampler)) return;
  busy = true;
  posts++;
  batch = queue.splice(0, config.batch);
  requests
    .post(config.url, { json: { readings: batch }, timeout: 10000, idle_timeout: 5000 })
    .then(function (response) {
      // the server is there but has no use for them: it would not have the next time
      if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429) {
        refused += batch.length;
        console.log('refused: ' + response.status + ' ' + response.reason);
      } else {
        response.raise_for_status();
        delivered += batch.length;
        if (backoff > config.backoff_ms) console.log('the server is back, ' + queue.length + ' readings are waiting');
      }
      backoff = config.backoff_ms;
      return 0;
    })
    .then(posted, function (e) {
      // a quarter more or less, so that many boards do not come back all at once
      var wait = Math.round(backoff * (0.75 + Math.random() / 2));
      failures++;
      queue = batch.concat(queue);
      limit_queue();
      console.log('failed: ' + e.message + ' - again in ' + wait + ' ms, ' + queue.length + ' readings are waiting');
      backoff = Math.min(backoff * 2, config.max_backoff_ms);
      setTimeout(posted, wait);
    });
}

function posted() {
  busy = false;
  if (!sampler && !queue.length) report();
  else post();
}

function sample() {
  sampled++;
  queue.push({ n: sampled, at: Math.round(getTime()), celsius: read_sensor() });
  limit_queue();
  if (sampled === config.samples) {
    clearInterval(sampler);
    sampler = 0;
  } else if (sampled % 1000 === 0) report();
  post();
}

require('board')
  .auto_init(config.link)
  .then(
    function () {
      sampler = setInterval(sample, config.sample_ms);
    },
    function (e) {
      console.log('failed: ' + e.message);
    },
  );
