// Servers on a W5500. The chip has no backlog: a socket that listens becomes the connection itself, and another one
// has to take its place. Until it does, which takes some milliseconds, the chip refuses whoever comes.
import { Cr, Sr } from './registers';
import { State } from './socket';
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
  const newTcp = driver._parts[0];
  const place = driver._parts[1];
  const order = driver._parts[2];

  /** The turn of a socket until somebody connects; from then on it is one like any other. True: look again soon. */
  function work(s: any, ir: number, sr: number, late: boolean): boolean {
    if (s._state === State.Open) {
      if (sr === Sr.INIT) {
        order(s, Cr.LISTEN);
        s._state = State.Dial;
      }
    } else if (sr === Sr.INIT || sr === Sr.LISTEN) return !driver._irq;
    else {
      s._until = driver._now + HANDSHAKE_TIMEOUT;
      delete s._work;
      return s._work(s, ir, sr, false);
    }
    return true;
  }

  driver.listen = function (port: number, onConnection: (socket: Socket) => Receiver): Listener {
    let spare: any;
    let timer: any;
    function open(): void {
      driver.link_info();
      const s = newTcp(events, 'a client', port);
      s._work = work;
      place(s, driver, port);
      spare = s;
    }

    function again(): void {
      spare = timer = undefined;
      try {
        open();
      } catch (e) {
        retry();
      }
    }

    function retry(): void {
      spare = undefined;
      if (driver._wanted) timer = setTimeout(again, 100);
    }

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

    open();
    return {
      close: function () {
        if (timer) clearTimeout(timer);
        if (spare) spare.close();
      },
    };
  };
  return driver;
}
