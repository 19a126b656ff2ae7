// Runs in the interpreter: its time is the test's, as it is in the tests under Node. It stands still while the
// interpreter works, and an interpreter with nothing to do asks to be called when its next timer is due.
var wire = require('spi');
var idle = setTimeout;
var now = 0;
var count = 0;
var timers = [];
var watch;
var over = false;

global.setTimeout = function (f, ms, a, b) {
  timers.push({ id: ++count, at: now + Math.max(ms || 0, 0.1), f: f, a: a, b: b });
  return count;
};
// as the interpreter's own: no number, no mercy
global.clearTimeout = function (id) {
  if (id === undefined) throw new Error('clearTimeout(undefined)');
  timers = timers.filter(function (t) {
    return t.id !== id;
  });
};
Date.now = function () {
  return now;
};
global.setWatch = function (f, pin, options) {
  if (pin !== wire.irq || options.edge !== 'falling' || !options.repeat) throw new Error('not that pin, or edge');
  watch = f;
};
/** The pin is let go of. */
exports.unwatch = function () {
  watch = undefined;
};
/** So many ms pass, and no timer is served. */
exports.work = function (ms) {
  wire.tell('work ' + ms);
  now += ms;
};

function turn(obey, state) {
  var first;
  var answer;
  timers.forEach(function (t) {
    if (!first || t.at < first.at) first = t;
  });
  if (first && first.at <= now) {
    timers.splice(timers.indexOf(first), 1);
    first.f(first.a, first.b);
  } else {
    answer = JSON.parse(wire.ask('until ' + (first ? first.at : now + 1000) + ' ' + state()));
    now = answer.now;
    if (answer.fell && watch) watch();
    if (answer.command) obey(answer.command);
    if (answer.end) over = true;
  }
}

/** Obeys until it is told to end; `state()` goes along with each question. */
exports.start = function (obey, state) {
  // one thing at a time, and back to the interpreter's own loop, which has promises to see to
  function again() {
    try {
      turn(obey, state);
    } catch (e) {
      print('Uncaught ' + e);
    }
    if (over) wire.close();
    else idle(again, 0);
  }
  again();
};
