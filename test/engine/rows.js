/* global SPECS, FIRST, LAST, BASE */
// Runs in the interpreter: asks for one row of the response table after the other, and prints what became of each.
// The test writes SPECS (what is special about a row, by its number), FIRST, LAST and BASE in front of this text.
// Nothing long is kept or printed, only its length and checksum: some interpreters have little memory.
var requests = require('requests');

function classOf(e) {
  if (e instanceof requests.HTTPResponseError) return 'HTTPResponseError';
  if (e instanceof requests.HTTPConnectionError) return 'HTTPConnectionError';
  if (e instanceof requests.IOError) return 'IOError';
  return 'Other ' + e;
}

function digest(value) {
  return value.length > 200 && typeof value === 'string' ? value.length + '/' + E.CRC32(value) : value;
}

// as pairs: JSON.stringify leaves out a key "constructor"
function pairs(headers) {
  var out = [];
  Object.keys(headers).forEach(function (name) {
    out.push([digest(name), digest(headers[name])]);
  });
  return out;
}

function report(n, outcome) {
  print('#' + n + ' ' + JSON.stringify(outcome));
}

function run(n) {
  var spec = SPECS[n] || {};
  var options = spec.options || {};
  var chunk = options.stream_chunk;
  var settled = 0;
  var pieces = { count: 0, odd: 0, last: 0, hash: 0 };
  if (n > LAST) return;
  SPECS[n] = undefined;
  // from Storage, and on a busy machine, the long ones take their time
  options.timeout = 150000;
  options.idle_timeout = 0;
  options.headers = {};
  if (spec.connection !== '') options.headers.Connection = spec.connection || 'keep-alive';
  if (chunk)
    options.stream_callback = function (piece) {
      if (settled) print('#' + n + ' a piece behind the end');
      pieces.count++;
      pieces.last = piece.length;
      if (piece.length !== chunk) pieces.odd++;
      pieces.hash = ((pieces.hash << 1) | (pieces.hash >>> 31)) ^ E.CRC32(piece);
    };
  requests.request(spec.method || 'GET', BASE + n, options).then(
    function (r) {
      var c = r.connection;
      if (settled++) print('#' + n + ' settled twice');
      report(n, {
        status: r.status,
        reason: r.reason,
        headers: pairs(r.headers),
        content: r.content.length + '/' + E.CRC32(r.content),
        pieces: chunk ? pieces : undefined,
        received: r.received,
        total: r.total,
        keepable: !!c,
      });
      if (c) c.close();
      setTimeout(run, 0, n + 1);
    },
    function (e) {
      if (settled++) print('#' + n + ' settled twice');
      report(n, { error: classOf(e), code: e.code, phase: e.phase, message: e.message });
      setTimeout(run, 0, n + 1);
    },
  );
}

require('board')
  .auto_init()
  .then(function () {
    run(FIRST);
  });
