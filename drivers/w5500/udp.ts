// A UDP socket of the chip.
import { netError } from '../../src/net/neterror';
import { ALL } from '../ip/address';
import { random32 } from '../ip/random';
import { dotted, word } from '../ip/bytes';
import {
  aim,
  fill,
  flush,
  inUse,
  leave,
  Next,
  place,
  placeOf,
  poke,
  ready,
  release,
  rest,
  run,
  State,
  waiting,
} from './socket';
import { read } from './bus';
import { need } from './options';
import { needName, needPort, resolve } from './static';
import { Block, Ir, Mode, Mss, Sr } from './registers';
import { Why, WORDS } from './tcp';
import type { Sock } from './socket';
import type { Driver } from './static';
import type { NetError } from '../../src/net/driver';

declare const global: any;
declare const E: any;

/** A UDP socket. */
export interface Udp {
  /** a datagram has arrived; the bytes are lent for the call */
  onMessage?: (data: Uint8Array, ip: string, port: number) => void;
  /** the network is gone, and the socket with it */
  onClose?: (err: NetError) => void;
  /** Sends 1 to 1472 bytes, one datagram at a time; `done` tells how it went. Throws a NetError (EINVAL). */
  send(data: string | Uint8Array, host: string, port: number, done?: (err: NetError | null) => void): void;
  close(): void;
}

interface Port extends Sock, Udp {
  /** the datagram on its way */
  _data?: any;
  _done?: ((err: NetError | null) => void) | 0;
}

/** Calls the application; what it throws is printed and has no effect here. */
function tell(s: Port, f: any, a: any, ip?: string, port?: number): void {
  try {
    if (f) f.call(s, a, ip, port);
  } catch (e) {
    console.log('' + e);
  }
}

function sent(s: Port, err: NetError | null): void {
  const done = s._done;
  s._sending = s._data = s._done = 0;
  tell(s, done, err);
}

/** Reads n bytes of the RX buffer. */
function take(s: Port, n: number): Uint8Array {
  s._rd += n;
  s._got += n;
  return read(s, s._rd - n, n, Block.Rx);
}

function receive(s: Port): void {
  let left = waiting(s);
  // each datagram is preceded by its sender's address and port, and its length (datasheet p. 54); many small ones take
  // several turns, so that others get theirs
  while (left > 7 && s._got < 256 && s._state === State.Up) {
    const head = take(s, 8);
    const n = Math.min(word(head, 6), left - 8);
    const data = n ? take(s, n) : head.subarray(8);
    left -= 8 + data.length;
    tell(s, s.onMessage, data, dotted(head, 0, 4), word(head, 4));
  }
}

function work(s: Port, ir: number, sr: number, late: number): Next {
  const c = s._driver;
  if (s._state === State.Open) {
    if (sr !== Sr.UDP) return Next.Soon;
    ready(s);
  }
  const over = ir & (Ir.SEND_OK | Ir.TIMEOUT);
  const lost = late && s._sending && !over;
  const why = lost ? Why.NoAnswer : Why.NoArp;
  if (over) c._failures = 0;
  if (over || lost) sent(s, ir & Ir.SEND_OK ? null : netError(WORDS[why], WORDS[why + 1] + s._ip, 'open'));
  // not at once: what has arrived comes before the next datagram
  else if (s._data && s._ip && !s._sending) {
    aim(s);
    fill(s, s._data);
    flush(s);
    // as long as ARP may take, plus a second
    s._until = c._now + (word(c._retry, 0) * (c._retry[2] + 1)) / 10 + 1000;
  }
  // not while a datagram is on its way: SEND_OK may come after the answer, and the callback may want to send again
  if (s._look && !s._sending) {
    s._look = 0;
    receive(s);
    if (s._got && s._state === State.Up) release(s);
  }
  // opened anew: its bytes are still in the chip, and would go out with the next datagram
  if (lost && s._state === State.Up) {
    // the third in a row: no datasheet says so, but in the field only a reset was seen to help
    if (c._failures++ > 1) throw Error('SEND never ends');
    s._state = State.Wipe;
    s._wait = 1;
  }
  return Next.Rest;
}

const udp: any = {
  _mode: Mode.UDP,
  _run: run,
  _work: work,
  _then: rest,
  _tell: function (this: Port, err: NetError): void {
    sent(this, err);
    tell(this, this.onClose, err);
  },
  send: function (this: Port, data: any, host: string, port: number, done?: (err: NetError | null) => void): void {
    const s = this;
    const most = Math.min(Mss.UDP, s._driver._sizes[placeOf(s)] * 1024);
    need(
      // not for an array: making a text of it takes four times as long as sending it. Two ranges, since a char may be
      // signed. In Unicode text, a regular expression of the interpreter sees the bytes of the UTF-8
      data instanceof Uint8Array ||
        ('' + data === data &&
          !(global.E && E.isUTF8 && E.isUTF8(data) ? /[^\x00-\x7f]/ : /[^\x00-\x7f\x80-\xff]/).test(data)),
      'data',
      data,
      'a Uint8Array or a text of bytes',
    );
    needPort(port);
    // only its type: an address that no host has is told to `done`, like all that is no programming mistake
    needName(host, 1);
    const n = data.length;
    const why =
      s._state > State.Up
        ? 'EPIPE: closed'
        : s._data
          ? 'EBUSY: one at a time'
          : n > most || !n
            ? 'EMSGSIZE: ' + n + ' bytes, it takes 1 to ' + most
            : '';
    if (!why) {
      s._data = data;
      s._dport = port;
      s._done = done;
      try {
        needName(host, host === ALL);
        s._ip = resolve(s._driver as Driver, host, s);
        poke(s);
      } catch (e: any) {
        sent(s, e);
      }
    } else tell(s, done, netError(why.split(':')[0], why, 'open'));
  },
  _found: function (this: Port, err: NetError | null, ip: string): void {
    this._ip = ip;
    if (err) sent(this, err);
    else poke(this);
  },
  close: function (this: Port): void {
    leave(this, 1);
    this.onClose = undefined;
    sent(this, this._done ? netError('EPIPE', 'closed before it was sent', 'open') : null);
  },
};

/** Opens a socket, on a random port unless one is given. Throws EMFILE, EADDRINUSE. */
export function openUdp(this: Driver, port?: number, onMessage?: Udp['onMessage']): Udp {
  const s = Object.assign(Object.create(udp), { _driver: this, onMessage: onMessage });
  if (inUse(s, port!)) throw netError('EADDRINUSE', 'port ' + port + ' is in use');
  while (!port || inUse(s, port)) port = 49152 | (random32() & 16383);
  place(s, port);
  return s;
}
