// What every net driver must do, as cases that run wherever a driver runs: under jest and inside the interpreter. So
// this is plain ES5 with callbacks, needs nothing but its `env`, and declares everything before it is used.
import type { Bytes, NetDriver, NetError, Receiver, Socket } from '../../src/net/driver';

/** What a driver is tested with. */
export interface Env {
  driver: NetDriver;
  /** where the contract peer listens */
  host: string;
  port: number;
  /** a port where nobody listens */
  closedPort: number;
  /** a name that leads to the peer, if this network knows one */
  name?: string;
  /** a name that does not exist, if it can be looked up */
  noName?: string;
  /** the network cannot tell a reset from an orderly end */
  resetIsEnd?: boolean;
  /** a byte string of bytes, copied */
  toStr(bytes: Bytes): string;
  toBytes(text: string): Uint8Array;
}

/** One run of a case. `done` ends it, and so does the first `check` that fails. */
export interface Test {
  env: Env;
  check(ok: any, what: string): void;
  done(): void;
}

export interface Case {
  name: string;
  /** why this driver is excused, or '' */
  skip?(env: Env): string;
  run(t: Test): void;
}

/** A receiver that keeps what it got and checks that the driver keeps its word. */
interface Probe extends Receiver {
  wanted: number;
  text: string;
  calls: number;
  opened: number;
  room: number;
  closed: number;
  error: NetError | null | undefined;
  socket: Socket;
  gotData?(text: string): void;
  gotRoom?(room: number): void;
  gotClose?(err: NetError | null): void;
}

const PATTERN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678';

/** `n` bytes of the peer's pattern from position `at` on. */
function pattern(at: number, n: number): string {
  let text = PATTERN;
  at = at % PATTERN.length;
  while (text.length < at + n) text += text;
  return text.substr(at, n);
}

function probe(t: Test): Probe {
  const p: any = { wanted: 500, text: '', calls: 0, opened: 0, room: 0, closed: 0, error: undefined, ready: false };
  p.want = function () {
    return p.wanted;
  };
  p.onData = function (bytes: Bytes) {
    const wanted = p.wanted;
    const text = t.env.toStr(bytes);
    t.check(p.ready, 'no event before connect() has returned');
    t.check(!p.closed, 'no data behind onClose');
    t.check(!p.dead, 'no data behind close()');
    t.check(text.length > 0, 'data are never none');
    if (t.env.driver.capabilities.pause)
      t.check(text.length <= wanted, 'no more data than wanted: ' + text.length + ' of ' + wanted);
    p.calls++;
    p.text += text;
    if (p.gotData) p.gotData(text);
  };
  p.onWritable = function (room: number) {
    t.check(p.ready, 'no event before connect() has returned');
    t.check(!p.closed && !p.dead, 'no room behind the end');
    t.check(room > 0, 'room is more than none: ' + room);
    t.check(p.socket.phase === 'open', 'the phase is "open" once there is room, not ' + p.socket.phase);
    p.opened++;
    p.room = room;
    if (p.gotRoom) p.gotRoom(room);
  };
  p.onClose = function (err: NetError | null) {
    t.check(p.ready, 'no event before connect() has returned');
    t.check(!p.closed, 'onClose comes once');
    t.check(!p.dead, 'no onClose behind close()');
    t.check(err === null || (err && err.code), 'the error has a code: ' + err);
    p.closed++;
    p.error = err;
    if (p.gotClose) p.gotClose(err);
  };
  return p;
}

function connectTo(t: Test, p: any, host: string, port: number): Socket {
  p.socket = t.env.driver.connect({ host: host, port: port }, p);
  p.ready = true;
  return p.socket;
}

/** Connects and says the first line. The probe's `gotRoom` is called for the room that comes after it. */
function say(t: Test, p: Probe, line: string): Socket {
  const after = p.gotRoom;
  p.gotRoom = function () {
    p.gotRoom = after;
    p.socket.write(line + '\n');
  };
  return connectTo(t, p, t.env.host, t.env.port);
}

function close(p: any): void {
  p.dead = true;
  p.socket.close();
}

/** Calls back once the peer has answered `n` times: time enough for anything that was about to happen. */
function later(t: Test, n: number, then: () => void): void {
  const p = probe(t);
  p.gotData = function (text: string) {
    if (--n > 0) p.socket.write(text);
    else {
      close(p);
      then();
    }
  };
  say(t, p, 'echo\nx');
}

/** Ends the case once the peer has seen the connection `name` closed. */
function doneWhenGone(t: Test, name: string): void {
  const p = probe(t);
  p.gotData = function () {
    t.check(p.text === 'gone'.substr(0, p.text.length), 'the peer says gone, not ' + p.text);
    if (p.text.length < 4) return;
    close(p);
    t.done();
  };
  say(t, p, 'gone ' + name);
}

let names = 0;

function newName(): string {
  return 'n' + ++names + '-' + Math.random();
}

/** Writes all of `text` as there is room for it. */
function pour(p: Probe, text: string, asBytes?: (text: string) => Uint8Array): void {
  let at = 0;
  p.gotRoom = function (room: number) {
    const piece = text.substr(at, room);
    at += piece.length;
    if (!piece) return;
    if (!asBytes) p.socket.write(piece);
    else {
      const bytes = asBytes(piece);
      p.socket.write(bytes);
      // nothing is kept of the array after the call
      bytes.fill(0);
    }
  };
}

function needsPause(env: Env): string {
  return env.driver.capabilities.pause ? '' : 'this driver cannot pause';
}

export const cases: Case[] = [
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
    name: 'carries bytes there and back, in order',
    run: function (t) {
      const p = probe(t);
      const text = pattern(0, 5000);
      pour(p, text);
      p.gotData = function () {
        t.check(p.text === text.substr(0, p.text.length), 'the bytes that were sent');
        if (p.text.length < text.length) return;
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
      const text = pattern(7, 2000);
      pour(p, text, t.env.toBytes);
      p.gotData = function () {
        t.check(p.text === text.substr(0, p.text.length), 'the bytes that were sent');
        if (p.text.length < text.length) return;
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
      pour(p, all);
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
    name: 'tells an orderly end once, after all bytes',
    run: function (t) {
      const p = probe(t);
      let at = 0;
      p.gotData = function (text) {
        t.check(text === pattern(at, text.length), 'the bytes at ' + at);
        at += text.length;
        p.text = '';
      };
      p.gotClose = function (err) {
        t.check(at === 100000, 'all bytes came before the end: ' + at);
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
    name: 'delivers no more than wanted',
    skip: needsPause,
    run: function (t) {
      const p = probe(t);
      p.wanted = 7;
      p.gotData = function () {
        p.wanted = 1 + (p.calls % 50);
      };
      p.gotClose = function () {
        t.check(p.text === pattern(0, 2000), 'all bytes');
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
      say(t, p, 'send 3000 fin');
      later(t, 10, function () {
        t.check(p.calls === 0 && !p.closed, 'nothing so far');
        p.gotClose = function (err) {
          t.check(err === null && p.text === pattern(0, 3000), 'all of it, then the end');
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
        t.check(p.text === pattern(0, 5000) && stops > 3, 'all bytes');
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
        (second as any).ready = true;
        second.socket = first.socket;
        first.socket.events = second;
        first.socket.resume();
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
  {
    name: 'refused: thrown, or told once',
    run: function (t) {
      const p = probe(t);
      function look(err: any): void {
        t.check(err && err.code === 'ECONNREFUSED', 'ECONNREFUSED, not ' + (err && err.code));
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
          t.check(p.text === pattern(0, n), 'its own bytes');
          if (!--open) t.done();
        };
      }
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

/** Runs one case; `over` is called once, with '' or with what went wrong. */
export function runCase(one: Case, env: Env, over: (complaint: string) => void): void {
  let ended = false;
  function end(complaint: string): void {
    if (ended) return;
    ended = true;
    over(complaint);
  }
  const t: Test = {
    env: env,
    check: function (ok, what) {
      if (!ok) end(what);
    },
    done: function () {
      end('');
    },
  };
  try {
    one.run(t);
  } catch (e: any) {
    end('thrown: ' + (e && e.message ? e.message : e));
  }
}
