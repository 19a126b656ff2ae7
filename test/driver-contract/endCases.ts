// The driver contract: the end of a connection, from either side.
import { pattern, probe, connectTo, say, close, later } from './probe';
import type { Case } from './probe';

export const endCases: Case[] = [
  {
    name: 'tells an orderly end once, after all bytes',
    run: function (t) {
      const p = probe(t);
      p.at = 0;
      p.gotClose = function (err) {
        t.check(p.at === 100000, 'all bytes came before the end: ' + p.at);
        t.check(err === null, 'an orderly end is no error: ' + err);
        later(t, 3, t.done);
      };
      say(t, p, 'send 100000 fin');
    },
  },
  {
    name: 'tells the end of a connection on which nothing was said',
    run: function (t) {
      const p = probe(t);
      p.gotClose = function (err) {
        t.check(err === null && p.calls === 0, 'an orderly end, no data');
        later(t, 2, t.done);
      };
      say(t, p, 'send 0 fin');
    },
  },
  {
    name: 'tells a reset as an error, after the bytes',
    run: function (t) {
      const p = probe(t);
      p.gotClose = function (err) {
        t.check(p.text === pattern(0, 300), 'the bytes before it');
        if (!t.env.resetIsEnd) t.check(err && err.code === 'ECONNRESET', 'ECONNRESET, not ' + (err && err.code));
        later(t, 2, t.done);
      };
      say(t, p, 'send 300 rst');
    },
  },
  {
    name: 'is told of its end while idle, with other events',
    run: function (t) {
      const first = probe(t);
      const second = probe(t);
      first.gotData = function () {
        if (first.text.length < 50 || second.socket) return;
        (second as any).ready = true;
        second.socket = first.socket;
        first.socket.events = second;
        first.socket.resume();
      };
      second.gotClose = function () {
        t.check(!first.closed, 'the first hears nothing of it');
        t.check(first.text + second.text === pattern(0, 50), 'all bytes');
        t.done();
      };
      say(t, first, 'send 50 rst');
    },
  },
  {
    name: 'closes inside onData, and more than once',
    run: function (t) {
      const p = probe(t);
      p.gotData = function () {
        close(p);
        p.socket.close();
        later(t, 5, function () {
          t.check(p.calls === 1, 'no data behind close()');
          p.socket.close();
          t.done();
        });
      };
      say(t, p, 'send 50000 fin');
    },
  },
  {
    name: 'hears its peer while there is always more to write, and closes with room on its way',
    run: function (t) {
      const p = probe(t);
      p.gotRoom = function () {
        if (p.calls < 5) p.socket.write('y');
      };
      p.gotData = function () {
        if (p.calls < 5) return;
        close(p);
        later(t, 3, t.done);
      };
      say(t, p, 'echo');
    },
  },
  {
    name: 'writes whenever there is room, and the other side ends',
    run: function (t) {
      const p = probe(t);
      let over = false;
      p.gotRoom = function () {
        if (!over) p.socket.write('y');
      };
      p.gotData = function () {
        p.socket.resume();
      };
      p.gotClose = function () {
        over = true;
        t.check(p.text === pattern(0, 50), 'all bytes came before the end: ' + p.text);
        later(t, 3, t.done);
      };
      say(t, p, 'send 50 fin');
    },
  },
  {
    name: 'closes inside onWritable',
    run: function (t) {
      const p = probe(t);
      p.gotRoom = function () {
        close(p);
        later(t, 3, t.done);
      };
      connectTo(t, p, t.env.host, t.env.port);
    },
  },
  {
    name: 'closes inside onClose',
    run: function (t) {
      const p = probe(t);
      p.gotClose = function () {
        p.socket.close();
        p.socket.close();
        later(t, 3, t.done);
      };
      say(t, p, 'send 10 fin');
    },
  },
  {
    name: 'closes as soon as connect() has returned',
    run: function (t) {
      const p = probe(t);
      connectTo(t, p, t.env.host, t.env.port);
      close(p);
      later(t, 5, function () {
        t.check(p.opened === 0, 'no room behind close()');
        t.done();
      });
    },
  },
  {
    name: 'resume() behind close() does nothing',
    run: function (t) {
      const p = probe(t);
      p.gotData = function () {
        close(p);
        p.socket.resume();
        later(t, 3, t.done);
      };
      say(t, p, 'send 5000 hold');
    },
  },
];
