// The driver contract: what a driver says of itself, and how it connects.
import { pattern, probe, connectTo, say, close, later, doneWhenGone, newName } from './probe';
import type { Case, Probe } from './probe';

export const openCases: Case[] = [
  {
    name: 'says what it is',
    run: function (t) {
      const d = t.env.driver;
      const c = d.capabilities;
      const info = d.link_info();
      t.check(typeof d.name === 'string' && d.name, 'a name');
      ['tls', 'verify', 'sni', 'pause'].forEach(function (key) {
        t.check(typeof (c as any)[key] === 'boolean', 'capabilities.' + key + ' is true or false');
      });
      t.check(Array.isArray(c.blocking), 'capabilities.blocking is a list');
      t.check(d.is_linked() === true, 'it is linked');
      ['ip', 'mask', 'gw', 'dns', 'mac'].forEach(function (key) {
        t.check(typeof (info as any)[key] === 'string', 'link_info().' + key + ' is a string');
      });
      t.done();
    },
  },
  {
    name: 'connects, offers room, and closes without a word',
    run: function (t) {
      const p = probe(t);
      const name = newName();
      p.gotRoom = function () {
        close(p);
        t.check(p.calls === 0, 'no data');
        doneWhenGone(t, name);
      };
      say(t, p, 'name ' + name);
    },
  },
  {
    name: 'resume() before it is connected offers no room',
    run: function (t) {
      const p = probe(t);
      p.gotData = function () {
        close(p);
        t.done();
      };
      say(t, p, 'echo\nx').resume();
    },
  },
  {
    name: 'refused: thrown, or told once',
    run: function (t) {
      const p = probe(t);
      function look(err: any): void {
        t.check(err && err.code === 'ECONNREFUSED', 'ECONNREFUSED, not ' + (err && err.code));
        if (!err) return;
        t.check(err.phase === 'connect', 'phase connect, not ' + err.phase);
        t.check(typeof err.message === 'string' && err.message, 'a message');
        later(t, 3, function () {
          t.check(p.opened === 0 && p.closed <= 1, 'nothing else');
          t.done();
        });
      }
      p.gotClose = look;
      try {
        connectTo(t, p, t.env.host, t.env.closedPort);
      } catch (e) {
        t.check(!p.closed, 'thrown or told, not both');
        p.gotClose = function () {
          t.check(false, 'no event where connect() throws');
        };
        look(e);
      }
    },
  },
  {
    name: 'finds a name',
    skip: function (env) {
      return env.name ? '' : 'no name is known here';
    },
    run: function (t) {
      const p = probe(t);
      p.gotRoom = function () {
        close(p);
        t.done();
      };
      connectTo(t, p, t.env.name!, t.env.port);
    },
  },
  {
    name: 'does not find a name: thrown, or told once',
    skip: function (env) {
      return env.noName ? '' : 'no name can be looked up here';
    },
    run: function (t) {
      const p = probe(t);
      function look(err: any): void {
        t.check(err && (err.code === 'ENOTFOUND' || err.code === 'EAI_AGAIN'), 'ENOTFOUND, not ' + (err && err.code));
        if (!err) return;
        t.check(err.phase === 'dns', 'phase dns, not ' + err.phase);
        t.done();
      }
      p.gotClose = look;
      try {
        connectTo(t, p, t.env.noName!, t.env.port);
      } catch (e) {
        look(e);
      }
    },
  },
  {
    name: 'gethostbyname() answers an address as it is',
    run: function (t) {
      t.env.driver.gethostbyname('192.0.2.7').then(
        function (ip) {
          t.check(ip === '192.0.2.7', 'the address itself, not ' + ip);
          t.done();
        },
        function (e) {
          t.check(false, 'no error: ' + e);
        },
      );
    },
  },
  {
    name: 'gethostbyname() rejects what there is not',
    skip: function (env) {
      return env.noName ? '' : 'no name can be looked up here';
    },
    run: function (t) {
      t.env.driver.gethostbyname(t.env.noName!).then(
        function (ip) {
          t.check(false, 'no address: ' + ip);
        },
        function (e) {
          t.check(e && e.code, 'an error with a code');
          t.done();
        },
      );
    },
  },
  {
    name: 'keeps two connections apart',
    run: function (t) {
      const a = probe(t);
      const b = probe(t);
      let open = 2;
      function over(p: Probe, n: number) {
        return function () {
          t.check(p.at === n, 'its own bytes');
          if (!--open) t.done();
        };
      }
      a.at = b.at = 0;
      a.gotClose = over(a, 3000);
      b.gotClose = over(b, 5000);
      say(t, a, 'send 3000 fin');
      say(t, b, 'send 5000 fin');
    },
  },
  {
    name: 'opens twenty connections one after the other',
    run: function (t) {
      let n = 0;
      function next(): void {
        const p = probe(t);
        p.gotClose = function () {
          t.check(p.text === pattern(0, 20), 'its bytes');
          if (++n < 20) next();
          else t.done();
        };
        say(t, p, 'send 20 fin');
      }
      next();
    },
  },
];
