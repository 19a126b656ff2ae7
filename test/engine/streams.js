// Long bodies in pieces, whatever the callback answers. `CONFIG.url` is the server; each path is a way of sending.
// Each line: the way, the piece, the answer; bytes, pieces, CRC-32 of each piece folded with a rotation, complaints.
var requests = require('requests');
var ways = ['length', 'chunked', 'close'];
var chunks = [0, 256, 512, 1000];
var answers = ['nothing', 'number', 'promise', 'thrown'];
var settings = global.CONFIG;
var idle = 1e6;
var n = 0;

function pause(go) {
  setTimeout(go, 1);
}

function call(way, chunk, answer, done) {
  var bytes = 0;
  var pieces = 0;
  var sum = 0;
  var complaints = 0;
  var mine = { mine: true };
  function take(piece, response) {
    bytes += piece.length;
    pieces++;
    sum = ((sum << 1) | (sum >>> 31)) ^ E.CRC32(piece);
    if (response.received < bytes || response.received > settings.bytes) complaints++;
    if (chunk && piece.length !== chunk && bytes < settings.bytes) complaints++;
    if (answer === 'number') return bytes;
    if (answer === 'promise' && pieces % 16 === 9) return new Promise(pause);
    if (answer === 'thrown' && pieces === 20) throw mine;
  }
  function end(e) {
    if (e) console.log(way, chunk, answer, e === mine ? 'the same' : e.message);
    else console.log(way, chunk, answer, bytes, chunk ? pieces : '-', chunk ? sum >>> 0 : '-', complaints);
    done();
  }
  requests
    .get(settings.url + way, { stream_chunk: chunk, stream_callback: take, max_content: 40000 })
    .then(function () {
      end();
    }, end);
}

function next() {
  var i = n++;
  // the first round sets the scene
  if (i === 48) idle = process.memory().usage;
  if (i < 60) call(ways[i % 3], chunks[(i / 3) & 3], answers[((i / 12) | 0) & 3], settle);
  else console.log('left over', process.memory().usage - idle);
}

function settle() {
  setTimeout(next, 5);
}

require('netdriver').register(require('linux'));
next();
