// Runs in the interpreter: calls of all kinds, ROUNDS times over; what became of the first round is printed, and the
// memory in use after the second and the last. The test writes BASE, OTHER, CLOSED and ROUNDS in front of this text.
/* global BASE, OTHER, CLOSED, ROUNDS */
var requests = require('requests');
var round = 0;
var n = 0;
var KEEP = { Connection: 'keep-alive' };

function fate(e) {
  var name = 'Other';
  if (e instanceof requests.HTTPError) name = 'HTTPError';
  if (e instanceof requests.HTTPConnectionError) name = 'HTTPConnectionError';
  if (e instanceof requests.HTTPResponseError) name = 'HTTPResponseError';
  if (e instanceof requests.IOError) name = 'IOError';
  // as it is printed: the interpreter's own errors are the only ones it can print by itself
  if ('' + e !== e.name + ': ' + e.message) name = 'printed as "' + e + '": ' + name;
  return name + ' ' + e.name + ' ' + e.code + ' ' + e.phase + ' ' + typeof e.retryable + ' ' + ('' + e.message).length;
}

function told(promise, done) {
  promise.then(
    function (r) {
      var c = r.connection;
      if (c) c.close();
      done(r.status + ' ' + r.received + ' ' + r.text());
    },
    function (e) {
      done(fate(e));
    },
  );
}

function counted(size, piece) {
  var left = size;
  return {
    size: function () {
      return 1500;
    },
    read: function (max) {
      var now = Math.min(max, left, piece);
      left -= now;
      return now ? new Uint8Array(now).fill(65) : undefined;
    },
  };
}

function chain(left, connection, done) {
  requests.get(BASE + 'answer', { headers: KEEP, connection: connection }).then(
    function (r) {
      if (left > 1) chain(left - 1, r.connection, done);
      else {
        var last = r.connection;
        last.close();
        done('100 answers, then ' + (r.connection === null));
      }
    },
    function (e) {
      done('with ' + left + ' left: ' + fate(e));
    },
  );
}

var bytes = new Uint8Array(256);
for (var i = 0; i < 256; i++) bytes[i] = i;
require('Storage').write('stored', 'x'.repeat(1500));
require('fs').writeFileSync('filed.txt', 'y'.repeat(1500));

var calls = {
  get: function (done) {
    // the interpreter takes no such name without quotes
    var params = JSON.parse('{"é":"€ &=","l":[1,2]}');
    told(requests.get(BASE + 'get', { params: params, headers: { 'X-Own': 'yes' } }), done);
  },
  path: function (done) {
    told(requests.get(BASE + 'path/é€?a b#c'), done);
  },
  json: function (done) {
    told(
      requests.post(BASE + 'json', {
        json: { a: 'é€', b: [1, null, true, 1.5], c: '"\\\n\x01', d: '\\é\\\\é\\u00e9' },
      }),
      done,
    );
  },
  // the same text on every build
  escaped: function (done) {
    requests.get(BASE + 'escaped').then(function (r) {
      var value = r.json();
      var name = Object.keys(value)[0];
      done(btoa(E.toString(E.toUint8Array([name, value[name]].join('=')))));
    });
  },
  framed: function (done) {
    var none = { 'content-length': null, HOST: undefined, 'User-Agent': null };
    told(requests.request('POSTAL', BASE + 'framed', { data: 'abc', headers: none }), done);
  },
  unframed: function (done) {
    told(requests.request('POSTAL', BASE + 'unframed'), done);
  },
  text: function (done) {
    told(requests.put(BASE + 'text', { data: 'é€' }), done);
  },
  form: function (done) {
    told(requests.patch(BASE + 'form', { data: { a: 'é b', l: ['+', '&'] } }), done);
  },
  // no port, so that what stands behind the host is an empty piece of a text beyond bytes
  portless: function (done) {
    told(requests.get('http://nowhere/é?q=€', { driver: 'nope' }), done);
  },
  bytes: function (done) {
    told(requests.post(BASE + 'bytes', { data: bytes }), done);
  },
  auth: function (done) {
    told(requests.delete('http://mé:€%40%C3%A9@' + BASE.substr(7) + 'auth'), done);
  },
  head: function (done) {
    told(requests.head(BASE + 'head'), done);
  },
  upload: function (done) {
    told(requests.upload(BASE + 'upload', counted(1500, 100), { mime_type: 'text/x' }), done);
  },
  storage: function (done) {
    told(requests.upload(BASE + 'storage', requests.fd.storage('stored')), done);
  },
  grown: function (done) {
    var storage = require('Storage');
    storage.open('grown', 'w').write('');
    for (var i = 1000; i < 1200; i++) storage.open('grown', 'a').write(i + '\n');
    var f = storage.open('grown', 'r');
    function size() {
      return f.getLength();
    }
    function read(n) {
      return f.read(n);
    }
    told(requests.upload(BASE + 'grown', { size: size, read: read }), done);
  },
  file: function (done) {
    told(requests.upload(BASE + 'file', requests.fd.file('filed.txt'), { method: 'PUT' }), done);
  },
  short: function (done) {
    told(requests.upload(BASE + 'short', counted(1000, 600)), done);
  },
  long: function (done) {
    told(requests.upload(BASE + 'long', counted(2000, 600)), done);
  },
  missing: function (done) {
    told(requests.upload(BASE + 'missing', requests.fd.file('no-such-file')), done);
  },
  named: function (done) {
    requests.upload(BASE + 'missing', requests.fd.file('no-such-file')).then(done, function (e) {
      done(e.message);
    });
  },
  folder: function (done) {
    told(requests.upload(BASE + 'missing', requests.fd.file('/')), done);
  },
  nothing: function (done) {
    try {
      requests.fd.bytes(null);
      done('taken');
    } catch (e) {
      done(fate(e));
    }
  },
  unstored: function (done) {
    told(requests.upload(BASE + 'missing', requests.fd.storage('no-such-file')), done);
  },
  kept: function (done) {
    chain(100, null, done);
  },
  streamed: function (done) {
    var sizes = [];
    var cb = function (chunk, response) {
      sizes.push(chunk.length);
      if (sizes.length === 1) sizes.push(response.content.length + response.text());
    };
    requests.get(BASE + 'large', { stream_callback: cb, stream_chunk: 1000 }).then(
      function (r) {
        done(sizes.join() + ' ' + r.received + ' ' + r.content.length);
      },
      function (e) {
        done(fate(e));
      },
    );
  },
  waited: function (done) {
    var busy = 0;
    var sum = 0;
    var cb = function (chunk) {
      if (busy++) throw new Error('called while it waits');
      sum += chunk.length;
      return new Promise(function (resolve) {
        setTimeout(function () {
          busy--;
          resolve();
        }, 1);
      });
    };
    requests.get(BASE + 'large', { stream_callback: cb, stream_chunk: 700 }).then(
      function (r) {
        done(sum + ' ' + r.received + ' ' + busy);
      },
      function (e) {
        done(fate(e));
      },
    );
  },
  thrown: function (done) {
    var mine = new Error('mine');
    var cb = function () {
      throw mine;
    };
    requests.get(BASE + 'large', { stream_callback: cb }).then(
      function () {
        done('an answer');
      },
      function (e) {
        done('the same: ' + (e === mine));
      },
    );
  },
  rejected: function (done) {
    var mine = new Error('mine');
    var cb = function () {
      return new Promise(function (resolve, reject) {
        setTimeout(reject, 1, mine);
      });
    };
    requests.get(BASE + 'large', { stream_callback: cb }).then(
      function () {
        done('an answer');
      },
      function (e) {
        done('the same: ' + (e === mine));
      },
    );
  },
  // calls back twice for the first piece, and once too late: only the first time counts
  twice: function (done) {
    var open = 0;
    var most = 0;
    var sum = 0;
    var own = 0;
    var cb = function (chunk) {
      open++;
      most = Math.max(most, open);
      sum += chunk.length;
      if (this && this.onData) own++;
      return {
        then: function (resolve, reject) {
          setTimeout(function () {
            open--;
            resolve();
            resolve();
            reject(new Error('too late'));
          }, 1);
        },
      };
    };
    requests.get(BASE + 'large', { stream_callback: cb }).then(
      function (r) {
        done(most + ' at a time, ' + sum + ' of ' + r.received + ', by one who says this: ' + own);
      },
      function (e) {
        done(fate(e));
      },
    );
  },
  // a header longer than all the memory there is
  skipped: function (done) {
    told(requests.get(BASE + 'skipped', { keep_headers: ['x-after'], max_headers: 200000 }), done);
  },
  foreign: function (done) {
    requests.get(BASE + 'answer', { headers: KEEP }).then(function (r) {
      var c = r.connection;
      told(requests.get(OTHER, { connection: c }), function (what) {
        c.close();
        done(what);
      });
    });
  },
  dead: function (done) {
    requests.get(BASE + 'answer', { headers: KEEP }).then(function (r) {
      var c = r.connection;
      c.close();
      told(requests.get(BASE + 'answer', { connection: c }), done);
    });
  },
  status: function (done) {
    requests.get(BASE + 'nothing').then(function (r) {
      try {
        r.raise_for_status();
        done('silent');
      } catch (e) {
        done(fate(e));
      }
    });
  },
  url: function (done) {
    told(requests.get('nonsense'), done);
  },
  header: function (done) {
    told(requests.get(BASE, { headers: { a: 'b\r\nc: d' } }), done);
  },
  lambda: function (done) {
    told(requests.post(BASE + 'json', { json: told }), done);
  },
  chunk: function (done) {
    told(requests.get(BASE, { stream_chunk: 70000 }), done);
  },
  driver: function (done) {
    told(requests.get(BASE, { driver: 'none' }), done);
  },
  tls: function (done) {
    told(requests.get(BASE.replace('http:', 'https:')), done);
  },
  refused: function (done) {
    told(requests.get(CLOSED), done);
  },
  silent: function (done) {
    told(requests.get(BASE + 'silence', { timeout: 500 }), done);
  },
  idle: function (done) {
    told(requests.get(BASE + 'silence', { idle_timeout: 500 }), done);
  },
  closed: function (done) {
    told(requests.get(BASE + 'fin'), done);
  },
  reset: function (done) {
    told(requests.get(BASE + 'rst'), done);
  },
  half: function (done) {
    told(requests.get(BASE + 'half'), done);
  },
  garbage: function (done) {
    told(requests.get(BASE + 'garbage'), done);
  },
  much: function (done) {
    told(requests.get(BASE + 'large', { max_content: 100 }), done);
  },
  early: function (done) {
    told(requests.upload(BASE + 'early', counted(1500, 100), { headers: KEEP }), done);
  },
};
var names = Object.keys(calls);

var first;

/** A socket that is closing holds its request until the firmware has had a turn or two: looked at again, for a while. */
function memory(tries) {
  var used = process.memory().usage;
  if (tries && used > first + 2) setTimeout(memory, 100, tries - 1);
  else {
    print('#memory ' + used);
    first = used;
    if (round < ROUNDS) next();
  }
}

function next() {
  var name = names[n++];
  var settled = false;
  if (!name) {
    n = 0;
    round++;
    if (round === 2 || round === ROUNDS) memory(50);
    else setTimeout(next, 20);
    return;
  }
  calls[name](function (what) {
    if (settled) print('#' + name + ' settled twice');
    settled = true;
    if (!round) print('#' + name + ' ' + what);
    setTimeout(next, 0);
  });
}

require('board').auto_init().then(next);
