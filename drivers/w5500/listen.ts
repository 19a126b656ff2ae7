// Servers on a W5500. The chip has no backlog: a socket that listens becomes the connection itself, and another one
// has to take its place. Until it does, which takes some milliseconds, the chip refuses whoever comes.
import { FOREVER } from './loop';
import { Cr, Sr } from './registers';
import { State } from './socket';
import type { Chip } from './chip';
import type { NetDriver, Receiver, Socket } from '../../src/net/driver';

/** ms to shake hands, after which the socket listens again */
const HANDSHAKE_TIMEOUT = 10000;

/** A port that is listened to. */
export interface Listener {
  /** Listens no more; the connections stay. */
  close(): void;
}

/** A driver that can listen. */
export interface Listening extends NetDriver {
  /**
   * Takes connections to `port`. `onConnection` is called with each of them, ready for bytes, and answers who gets its
   * events. When the cable comes out, it listens again once it is back; `unlink()` ends it.
   * Throws a NetError (ENETDOWN, EMFILE).
   */
  listen(port: number, onConnection: (socket: Socket) => Receiver): Listener;
}

/** Gives a driver "w5500" or "w5500-static" the method `listen`, and answers with it. */
export function extend(driver: any): Listening {
  const parts = driver._parts;
  const c: Chip = parts[0];
  const newTcp = parts[1];
  const place = parts[2];
  const order = parts[3];
  const after = parts[4];

  /** The turn of a socket until somebody connects; from then on it is one like any other. */
  function work(this: any, c: Chip, ir: number, sr: number): void {
    const s = this;
    if (s._state === State.Open) {
      s._wait = 1;
      if (sr === Sr.INIT) {
        order(s, Cr.LISTEN);
        s._state = State.Dial;
        s._until = FOREVER;
      }
    } else if (sr === Sr.INIT || sr === Sr.LISTEN) {
      if (!c._irq) s._cap = 100;
    } else {
      s._until = c._now + HANDSHAKE_TIMEOUT;
      delete s._work;
      s._work(c, ir, sr);
    }
  }

  driver.listen = function (port: number, onConnection: (socket: Socket) => Receiver): Listener {
    let spare: any;
    let task: any;
    const events: any = {
      want: function () {
        return 0;
      },
      onWritable: function () {
        const s = spare;
        again();
        s.events = onConnection(s);
        s.resume();
      },
      onClose: retry,
    };

    function open(): void {
      driver.link_info();
      const s = newTcp(c, events, 'a client', port);
      s._work = work;
      place(s, port);
      spare = s;
    }

    function again(): void {
      spare = undefined;
      try {
        open();
      } catch (e) {
        retry();
      }
    }

    function retry(): void {
      spare = undefined;
      task = after(c, 100, again);
    }

    open();
    return {
      close: function () {
        if (task) task._at = FOREVER;
        if (spare) spare.close();
      },
    };
  };
  return driver;
}
