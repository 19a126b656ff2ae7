// Servers on a W5500. The chip has no backlog: a socket that listens becomes the connection itself, and another one has
// to take its place. Until then, which takes 50 ms on a Pico, the chip refuses new clients.
import { Cr, Sr } from './registers';
import { Next, State } from './socket';
import { netError } from '../../src/net/neterror';
import type { Sock } from './socket';
import type { Parts } from './static';
import type { Tcp } from './tcp';
import type { Lease } from '../ip/env';
import type { NetDriver, Receiver, Socket } from '../../src/net/driver';

/** ms for the handshake, after which the socket listens again */
const HANDSHAKE_TIMEOUT = 10000;

/** A server on one port. */
export interface Listener {
  /** Stops listening; the connections stay. */
  close(): void;
}

/** A driver that can listen. */
export interface Listening extends NetDriver {
  /**
   * Accepts connections to `port`. `onConnection` is called with each, ready for bytes, and returns the receiver of its
   * events; if it returns nothing, the connection is closed. After the cable was out, or after `unlink()`, it listens
   * again as soon as there is a link. Throws a NetError (EINVAL, ENETDOWN, EADDRINUSE, EMFILE).
   */
  listen(port: number, onConnection: (socket: Socket) => Receiver | void): Listener;
}

/**
 * Adds the method `listen` to a driver "w5500" or "w5500-static", and returns the driver.
 * @throws NetError (EINVAL) for any other, also if one of the two modules is minified and the other is not
 */
export function extend<D extends NetDriver>(driver: D): D & Listening;
export function extend(driver: any): any {
  const parts: Parts | undefined = driver && driver._parts;
  if (!parts) throw netError('EINVAL', 'no driver "w5500", or minified where w5500-listen is not');
  const newTcp = parts[0];
  const place = parts[1];
  const order = parts[2];
  const need = parts[3];
  const needPort = parts[4];
  const use = driver._use;
  /** the functions that make each server listen, by port */
  const servers: { [port: string]: () => void } = {};

  /** The turn of a socket until a client connects; from then on it is like any other. */
  function work(s: Sock, ir: number, sr: number, late: number): Next {
    if (s._state === State.Open) {
      if (sr === Sr.INIT) {
        order(s, Cr.LISTEN);
        s._state = State.Dial;
      }
    } else if (sr === Sr.INIT || sr === Sr.LISTEN) return driver._irq ? Next.Rest : Next.Soon;
    else {
      // a client came, and may be gone already
      s._until = driver._now + HANDSHAKE_TIMEOUT;
      delete (s as Partial<Sock>)._work;
      return s._work(s, ir, sr, 0);
    }
    return Next.Soon;
  }

  function wake(port: string): void {
    servers[port]();
  }

  if (driver.listen) return driver;

  driver._use = function (lease: Lease): void {
    use.call(driver, lease);
    Object.keys(servers).forEach(wake);
  };

  driver.listen = function (port: number, onConnection: (socket: Socket) => Receiver | void): Listener {
    /** the socket that listens, unless none is free: then the timer of the next try */
    let spare: Tcp | 0 | undefined;
    let timer: any;
    function open(): void {
      const s = newTcp(driver, events, 'a client', port);
      s._work = work;
      place(s, port);
      spare = s;
      try {
        // its first two turns now, since nobody listens until they are done
        s._run(s);
        s._run(s);
      } catch (e) {
        // its next turn will meet the same error, and report it
      }
    }

    function again(): void {
      spare = timer = 0;
      try {
        if (driver._linked) open();
      } catch (e) {
        retry();
      }
    }

    function retry(): void {
      spare = 0;
      if (driver._linked) timer = setTimeout(again, 100);
    }

    const events: Receiver = {
      // what a client sent that was gone before it was noticed
      want: function () {
        return 2048;
      },
      onData: function () {},
      onWritable: function () {
        const s = spare as Tcp;
        let receiver: any;
        again();
        try {
          receiver = onConnection(s);
        } catch (e) {
          console.log('' + e);
        }
        s.events = receiver;
        if (!receiver) s.close();
        // `onConnection` called unlink()
        else if (s._state === State.Close) receiver.onClose(netError('ENETDOWN', 'unlink() was called', 'open'));
        else s.resume();
      },
      onClose: retry,
    };

    needPort(port);
    need(typeof onConnection === 'function', 'onConnection', onConnection, 'a function');
    if (servers[port]) throw netError('EADDRINUSE', 'port ' + port + ' is in use');
    // throws without a link
    driver.link_info();
    open();
    function ours(): void {
      if (!spare && !timer) again();
    }
    servers[port] = ours;
    return {
      close: function () {
        if (servers[port] === ours) delete servers[port];
        if (timer) clearTimeout(timer);
        timer = 0;
        if (spare) spare.close();
      },
    };
  };
  return driver;
}
