// The driver contract: bytes, and who wants how many of them.
import { pattern, probe, say, close, later, pour, needsPause } from './probe';
import type { Case } from './probe';

export const dataCases: Case[] = [
  {
    name: 'carries bytes there and back, in order',
    run: function (t) {
      const p = probe(t);
      p.at = 0;
      pour(p, 5000, pattern);
      p.gotData = function () {
        if (p.at < 5000) return;
        close(p);
        t.done();
      };
      say(t, p, 'echo');
    },
  },
  {
    name: 'takes arrays, and lets go of them',
    run: function (t) {
      const p = probe(t);
      p.at = 0;
      pour(p, 2000, function (at, n) {
        return t.env.toBytes(pattern(at, n));
      });
      p.gotData = function () {
        if (p.at < 2000) return;
        close(p);
        t.done();
      };
      say(t, p, 'echo');
    },
  },
  {
    name: 'carries every byte from 0 to 255',
    run: function (t) {
      const p = probe(t);
      let all = '';
      for (let i = 0; i < 256; i++) all += String.fromCharCode(i);
      pour(p, 256, function (at, n) {
        return all.substr(at, n);
      });
      p.gotData = function () {
        if (p.text.length < 256) return;
        t.check(p.text === all, 'all bytes');
        close(p);
        t.done();
      };
      say(t, p, 'echo');
    },
  },
  {
    name: 'delivers no more than wanted',
    skip: needsPause,
    run: function (t) {
      const p = probe(t);
      p.wanted = 7;
      p.at = 0;
      p.gotData = function () {
        p.wanted = 1 + (p.calls % 50);
      };
      p.gotClose = function () {
        t.check(p.at === 2000, 'all bytes');
        t.check(p.calls >= 40, 'in pieces: ' + p.calls);
        t.done();
      };
      say(t, p, 'send 2000 fin');
    },
  },
  {
    name: 'delivers nothing, not even the end, while nothing is wanted',
    skip: needsPause,
    run: function (t) {
      const p = probe(t);
      p.wanted = 0;
      p.at = 0;
      say(t, p, 'send 3000 fin');
      later(t, 10, function () {
        t.check(p.calls === 0 && !p.closed, 'nothing so far');
        p.gotClose = function (err) {
          t.check(err === null && p.at === 3000, 'all of it, then the end');
          t.done();
        };
        p.wanted = 400;
        p.socket.resume();
      });
    },
  },
  {
    name: 'stops in the middle, and goes on when it may',
    skip: needsPause,
    run: function (t) {
      const p = probe(t);
      let stops = 0;
      p.wanted = 100;
      p.at = 0;
      p.gotData = function () {
        const before = p.calls;
        if (p.calls % 10) return;
        p.wanted = 0;
        stops++;
        later(t, 3, function () {
          t.check(p.calls === before, 'nothing while nothing is wanted');
          p.wanted = 100;
          p.socket.resume();
        });
      };
      p.gotClose = function () {
        t.check(p.at === 5000 && stops > 3, 'all bytes');
        t.done();
      };
      say(t, p, 'send 5000 fin');
    },
  },
  {
    name: 'hands over to other events',
    run: function (t) {
      const first = probe(t);
      const second = probe(t);
      first.gotData = function () {
        if (first.text.length < 4) return;
        t.check(first.text === 'one\n', 'the first answer');
        // when nothing is on its way any more
        later(t, 3, function () {
          (second as any).ready = true;
          second.socket = first.socket;
          first.socket.events = second;
          first.socket.resume();
        });
      };
      second.gotRoom = function () {
        second.gotRoom = undefined;
        first.gotData = function () {
          t.check(false, 'no more data for the first');
        };
        first.gotRoom = function () {
          t.check(false, 'no more room for the first');
        };
        second.socket.write('two');
      };
      second.gotData = function () {
        if (second.text.length < 3) return;
        t.check(second.text === 'two', 'the second answer');
        close(second);
        t.done();
      };
      say(t, first, 'echo\none');
    },
  },
];
