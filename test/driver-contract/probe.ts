// What the cases of the driver contract are made of. Plain ES5 with callbacks, everything declared before it is used:
// the interpreter runs this too.
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
  /** what `driver.link()` takes, to link it again; without it `unlink()` is not tried */
  link?: any;
  /** a byte string of bytes, copied */
  toStr(bytes: Bytes): string;
  toBytes(text: string): Uint8Array;
}

/** One run of a case. `done` ends it, with a reason where this driver is excused, and so does the first `check` that fails. */
export interface Test {
  env: Env;
  check(ok: any, what: string): void;
  done(excuse?: string): void;
}

export interface Case {
  name: string;
  /** why this driver is excused, or '' */
  skip?(env: Env): string;
  run(t: Test): void;
}

/** A receiver that keeps what it got and checks that the driver keeps its word. */
export interface Probe extends Receiver {
  wanted: number;
  /** what came; or, from 0 on, how many bytes came, each as the pattern says: long texts need not be kept */
  text: string;
  at: number;
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
export function pattern(at: number, n: number): string {
  let text = '';
  while (text.length < n) text += PATTERN.substr((at + text.length) % PATTERN.length, n - text.length);
  return text;
}

export function probe(t: Test): Probe {
  const p: any = {
    wanted: 500,
    text: '',
    at: -1,
    calls: 0,
    opened: 0,
    room: 0,
    closed: 0,
    error: undefined,
    ready: false,
  };
  function called(self: any, name: string): void {
    t.check(self === p, name + '() is called as a method of the events');
  }
  p.want = function () {
    called(this, 'want');
    return p.wanted;
  };
  p.onData = function (bytes: Bytes) {
    const wanted = p.wanted;
    const text = t.env.toStr(bytes);
    called(this, 'onData');
    t.check(typeof bytes === 'string' || bytes instanceof Uint8Array, 'data are a byte string or a Uint8Array');
    t.check(p.ready, 'no event before connect() has returned');
    t.check(!p.closed, 'no data behind onClose');
    t.check(!p.dead, 'no data behind close()');
    t.check(text.length > 0, 'data are never none');
    if (t.env.driver.capabilities.pause)
      t.check(text.length <= wanted, 'no more data than wanted: ' + text.length + ' of ' + wanted);
    p.calls++;
    if (p.at < 0) p.text += text;
    else {
      t.check(text === pattern(p.at, text.length), 'the bytes at ' + p.at);
      p.at += text.length;
    }
    if (p.gotData) p.gotData(text);
  };
  p.onWritable = function (room: number) {
    called(this, 'onWritable');
    t.check(p.ready, 'no event before connect() has returned');
    t.check(!p.closed && !p.dead, 'no room behind the end');
    t.check(room > 0, 'room is more than none: ' + room);
    t.check(p.socket.phase === 'open', 'the phase is "open" once there is room, not ' + p.socket.phase);
    p.opened++;
    p.room = room;
    if (p.gotRoom) p.gotRoom(room);
  };
  p.onClose = function (err: NetError | null) {
    called(this, 'onClose');
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

export function connectTo(t: Test, p: any, host: string, port: number): Socket {
  p.socket = t.env.driver.connect({ host: host, port: port }, p);
  p.ready = true;
  return p.socket;
}

/** Connects and says the first line. The probe's `gotRoom` is called for the room that comes after it. */
export function say(t: Test, p: Probe, line: string): Socket {
  const after = p.gotRoom;
  p.gotRoom = function () {
    p.gotRoom = after;
    p.socket.write(line + '\n');
  };
  return connectTo(t, p, t.env.host, t.env.port);
}

export function close(p: any): void {
  p.dead = true;
  p.socket.close();
}

/** Calls back once the peer has answered `n` times: time enough for anything that was about to happen. */
export function later(t: Test, n: number, then: () => void): void {
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
export function doneWhenGone(t: Test, name: string): void {
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

export function newName(): string {
  return 'n' + ++names + '-' + Math.random();
}

/** Writes `n` bytes as there is room for them; `piece` gives them. */
export function pour(p: Probe, n: number, piece: (at: number, n: number) => Bytes): void {
  let at = 0;
  p.gotRoom = function (room: number) {
    const now = Math.min(room, n - at);
    if (!now) return;
    const bytes = piece(at, now);
    at += now;
    p.socket.write(bytes);
    // nothing is kept of an array after the call
    if (typeof bytes !== 'string') bytes.fill(0);
  };
}

export function needsPause(env: Env): string {
  return env.driver.capabilities.pause ? '' : 'this driver cannot pause';
}
