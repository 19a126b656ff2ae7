// The driver contract: what sockets and receivers may have, and need not.
import { close, later, needsPause, probe, say } from './probe';
import type { Case, Probe, Test } from './probe';

/** What has just come, or the last of it, is to come again. */
function handBack(p: Probe, n: number): void {
  p.at -= n;
  p.socket.unread!(n);
}

/** As `say`; who has no `unread` is excused. */
function sayTo(t: Test, p: Probe, line: string): void {
  p.at = 0;
  say(t, p, line);
  if (p.socket.unread) return;
  close(p);
  t.done('its sockets have no unread()');
}

export const optionalCases: Case[] = [
  {
    name: 'what is handed back comes again, once and in order',
    run: function (t) {
      const p = probe(t);
      p.gotData = function (text) {
        const n = text.length;
        const back = [0, 1, n >> 1, n - 1, 0, n][p.calls % 6];
        p.wanted = 1 + ((p.calls * 37) % 150);
        if (back) handBack(p, back);
      };
      p.gotClose = function (err) {
        t.check(err === null && p.at === 5000, 'all bytes, then the end: ' + p.at + ', ' + err);
        t.done();
      };
      sayTo(t, p, 'send 5000 fin');
    },
  },
  {
    name: 'what is handed back comes before the end',
    run: function (t) {
      const p = probe(t);
      let times = 0;
      p.gotData = function (text) {
        if (p.at === 300 && times++ < 3) handBack(p, text.length);
      };
      p.gotClose = function (err) {
        t.check(err === null && p.at === 300 && times > 3, 'three times again, then the end: ' + p.at + ', ' + err);
        t.done();
      };
      sayTo(t, p, 'send 300 fin');
    },
  },
  {
    name: 'what is handed back waits until it is wanted, and so does the end',
    skip: needsPause,
    run: function (t) {
      const p = probe(t);
      p.gotData = function () {
        const before = p.calls;
        if (p.at < 300) return;
        p.gotData = undefined;
        handBack(p, 5);
        p.wanted = 0;
        later(t, 10, function () {
          t.check(p.calls === before && !p.closed, 'nothing while nothing is wanted');
          p.wanted = 2;
          p.socket.resume();
        });
      };
      p.gotClose = function (err) {
        t.check(err === null && p.at === 300, 'all bytes, then the end: ' + p.at + ', ' + err);
        t.done();
      };
      sayTo(t, p, 'send 300 fin');
    },
  },
  {
    name: 'each byte goes to onData or to the sink that is there',
    run: function (t) {
      const p = probe(t);
      let used = 0;
      function putSink(): void {
        function sink(bytes: string): void {
          t.check(typeof bytes === 'string', 'a sink takes byte strings');
          t.check(p.sink === sink, 'nothing for a sink that was taken away');
          used++;
          p.onData(bytes);
        }
        p.sink = sink;
      }
      p.at = 0;
      p.gotData = function () {
        if (p.calls % 3) return;
        if (p.calls % 9) putSink();
        else p.sink = undefined;
        p.socket.resume();
      };
      p.gotClose = function (err) {
        t.check(err === null && p.at === 20000, 'all bytes, then the end: ' + p.at + ', ' + err);
        t.done(used ? '' : 'it makes no use of a sink');
      };
      say(t, p, 'send 20000 fin');
      if (!p.socket.unread) return;
      close(p);
      t.done('its sockets have unread(), and so no sink');
    },
  },
];
