// Samples a sensor, and posts the readings as JSON in batches. While there is no network or no server they wait in a
// queue of limited length, in RAM, and posts are tried again after longer and longer waits. Every reading is counted:
// as delivered, as dropped (the queue was full), as refused (by the server, for good), or as waiting.
// If an answer is lost, its batch is sent again: `boot` and `n` tell the server which readings it already has. `now`
// tells it how old a reading is, even if the board's clock was never set, or is set while readings wait.
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
// what is being posted
var batch = [];
var time = getTime();
// bad request, too large, of another type, not understood: anything else may be put right while the readings wait
var NEVER = [400, 413, 415, 422];
var sampled = 0;
var delivered = 0;
var dropped = 0;
var refused = 0;
var posts = 0;
var failures = 0;
var longest = 0;
var backoff = config.backoff_ms;
// nothing is posted before there is a network
var busy = true;
var sampler;
var boot;

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

// the clock, in seconds; where it was set, readings that have not been delivered move with it, and are as old as before
function now() {
  var passed = getTime() - time;
  time += passed;
  if (passed < 0 || passed > 86400 + config.sample_ms / 1000)
    queue.concat(batch).forEach(function (reading) {
      reading.at += Math.round(passed);
    });
  return Math.round(time);
}

// the oldest go first
function limit_queue() {
  var excess = queue.length - config.queue;
  if (excess > 0) {
    if (!dropped) console.log('the queue is full: the oldest readings are dropped');
    queue.splice(0, excess);
    dropped += excess;
  }
  longest = Math.max(longest, queue.length);
}

function waiting() {
  return queue.length + ' readings are waiting' + (dropped ? ', ' + dropped + ' dropped so far' : '');
}

// says why, and tries again; not before so many `seconds`, if the server gave a number
function later(why, again, seconds) {
  // a quarter more or less, so that many boards do not come back all at once: on most of them Math.random is the same
  // after each start, the microseconds of the clock are not
  var chance = (Math.random() + getTime() * 1000) % 1;
  var wait = backoff * (0.75 + chance / 2);
  // no arithmetic with what may not be a number: on an RP2040 NaN times 1000 is Infinity
  if (seconds > 0) wait = Math.max(wait, Math.min(seconds, 3600) * 1000);
  wait = Math.round(wait);
  console.log('failed: ' + why + ' - again in ' + wait + ' ms, ' + waiting());
  backoff = Math.min(backoff * 2, config.max_backoff_ms);
  setTimeout(again, wait);
}

function ignore() {}

function post() {
  if (busy || !queue.length || (queue.length < Math.min(config.batch, config.queue) && sampler)) return;
  busy = true;
  posts++;
  batch = queue.splice(0, config.batch);

  function failed(why, seconds) {
    failures++;
    queue = batch.concat(queue);
    batch = [];
    limit_queue();
    later(why, posted, seconds);
  }

  requests
    .post(config.url, {
      json: { boot: boot, now: now(), readings: batch },
      timeout: 10000,
      idle_timeout: 5000,
      // only the status matters: what else the server sends passes by, and takes no memory
      stream_callback: ignore,
      keep_headers: ['retry-after'],
    })
    .then(
      function (response) {
        var status = response.status;
        if (status >= 200 && status < 300) {
          delivered += batch.length;
          if (backoff > config.backoff_ms) console.log('the server is back, ' + waiting());
        } else if (NEVER.indexOf(status) >= 0) {
          // these readings are at fault, and would be the next time
          refused += batch.length;
          console.log('refused: ' + status + ' ' + response.reason);
        } else {
          failed(status + ' ' + response.reason, response.headers['retry-after']);
          return;
        }
        backoff = config.backoff_ms;
        posted();
      },
      function (e) {
        failed(e.message);
      },
    );
}

function posted() {
  busy = false;
  batch = [];
  if (!sampler && !queue.length) report();
  else post();
}

function sample() {
  var celsius;
  var at = now();
  // an interval would be called once for each time that it missed: while a step blocked, or since 1970 when SNTP sets the
  // clock
  sampler = setTimeout(sample, config.sample_ms);
  try {
    celsius = read_sensor();
  } catch (e) {
    console.log('sensor: ' + e.message);
    return;
  }
  sampled++;
  queue.push({ n: sampled, at: at, celsius: celsius });
  limit_queue();
  if (sampled === config.samples) {
    clearTimeout(sampler);
    sampler = 0;
  } else if (sampled % 1000 === 0) report();
  post();
}

function link() {
  require('board')
    .auto_init(config.link)
    .then(
      function () {
        // of this start alone: the microsecond in which the network was there
        boot = Math.round(getTime() * 1000000) % 1000000000;
        backoff = config.backoff_ms;
        posted();
      },
      function (e) {
        later(e.message, link);
      },
    );
}

sampler = setTimeout(sample, config.sample_ms);
link();
