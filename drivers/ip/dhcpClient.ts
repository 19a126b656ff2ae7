// DHCP client (RFC 2131): from DISCOVER to an address that nobody else has, and keeping it.
import { buildDhcp, parseDhcp, Type } from './dhcpWire';
import type { Answer } from './dhcpWire';
import type { Datagrams, Dhcp, DhcpMaker, Env } from './env';
import { random32 } from './random';

/** What it waits for. */
const enum Wait {
  Nothing,
  Offer,
  Ack,
  /** confirmation of an address from last time (INIT-REBOOT) */
  Reboot,
  /** an answer to the address check, which must not come */
  Check,
  /** T1 */
  Bound,
  Renewed,
  Rebound,
}

const EVERYBODY = [255, 255, 255, 255];
/** the discard service: a datagram to it makes the chip ask for the address */
const DISCARD = 9;
const INFINITE = 0xffffffff;

/** Doubles up to 64 s, each a second more or less (RFC 2131 section 4.1). */
function retryMs(tries: number): number {
  return 4000 * Math.pow(2, Math.min(tries, 4)) + (random32() % 2001) - 1000;
}

/** A client; `use` is called with an address, and without one when it must not be used any more. */
export const dhcpClient: DhcpMaker = function (env: Env, mac, name, use, why): Dhcp {
  let wait = Wait.Nothing;
  let socket: Datagrams | undefined;
  let timer = { _at: 0 };
  let xid: number[] = [];
  let began = 0;
  let tries = 0;
  let naks = 0;
  let ip: number[] | undefined;
  let lease: Answer;
  /** when the last REQUEST was sent, and the one that was answered: the lease counts from there */
  let sentAt = 0;
  let asked = 0;

  function later(ms: number, run: () => void): void {
    timer._at = Infinity;
    timer = env._after(ms, run);
  }

  function close(): void {
    if (socket) socket._close();
    socket = undefined;
  }

  /** Throws where no socket is free. */
  function open(): void {
    close();
    socket = env._udp(68, heard);
    began = env._now();
    const r = random32();
    xid = [r >>> 24, (r >>> 16) & 255, (r >>> 8) & 255, r & 255];
    tries = 0;
  }

  function send(type: Type, to: number[], ciaddr: number[] | undefined, more: number[]): void {
    const secs = Math.min(Math.floor((env._now() - began) / 1000), 65535);
    socket!._send(buildDhcp(type, xid, secs, mac, name, ciaddr, more), to, 67);
  }

  function discover(): void {
    why('no DHCP server answers');
    open();
    wait = Wait.Offer;
    again();
  }

  function requested(): number[] {
    return [50, 4].concat(ip!);
  }

  /** Sends what the state asks for, and once more later. */
  function again(): void {
    if (wait === Wait.Offer) send(Type.DISCOVER, EVERYBODY, undefined, []);
    else if (tries > 2) {
      retry();
      return;
    } else {
      sentAt = env._now();
      send(
        Type.REQUEST,
        EVERYBODY,
        undefined,
        requested().concat(wait === Wait.Ack ? [54, 4].concat(lease._server!) : []),
      );
    }
    later(retryMs(tries++), again);
  }

  function check(): void {
    wait = Wait.Check;
    why('address check');
    later(30000, retry);
    // the source port is ours, so nobody's DHCP server is bothered
    socket!._send([0], ip!, DISCARD, function (err) {
      if (wait !== Wait.Check) return;
      if (err && err.code === 'EHOSTUNREACH') bind();
      else {
        why('somebody else has ' + ip!.join('.'));
        send(Type.DECLINE, EVERYBODY, undefined, requested().concat([54, 4], lease._server!));
        wait = Wait.Nothing;
        ip = undefined;
        later(10000, retry);
      }
    });
  }

  function seconds(from: number): number {
    return asked + from * 1000 - env._now();
  }

  function bind(): void {
    const all = lease._lease!;
    close();
    wait = Wait.Bound;
    naks = 0;
    ip = lease._ip;
    if (all === INFINITE) timer._at = Infinity;
    else {
      lease._t2 = lease._t2! < all ? lease._t2 : all * 0.875;
      lease._t1 = lease._t1! < lease._t2! ? lease._t1 : Math.min(all / 2, lease._t2!);
      later(seconds(lease._t1!), renew);
    }
    use(lease);
  }

  /** From T1 on at the server, from T2 on at any, at half of the time that is left (section 4.4.5). */
  function renew(): void {
    const t2 = seconds(lease._t2!);
    const left = seconds(lease._lease!);
    if (left <= 0) {
      lapse();
      return;
    }
    try {
      if (!socket) open();
    } catch (e) {
      // no socket is free
      later(Math.min(10000, left), renew);
      return;
    }
    wait = t2 > 0 ? Wait.Renewed : Wait.Rebound;
    sentAt = env._now();
    send(Type.REQUEST, t2 > 0 ? lease._server! : EVERYBODY, ip, []);
    later(t2 > 0 ? Math.min(t2, Math.max(t2 / 2, 60000)) : Math.min(left, Math.max(left / 2, 60000)), renew);
  }

  function lapse(): void {
    wait = Wait.Nothing;
    use();
    retry();
  }

  function retry(): void {
    try {
      discover();
    } catch (e) {
      later(1000, retry);
    }
  }

  function heard(data: Uint8Array, from: string, port: number): void {
    const a = port === 67 ? parseDhcp(data, xid, mac) : undefined;
    if (!a) return;
    const mine = !!a._server && (wait !== Wait.Ack || a._server.join() === lease._server!.join());
    if (a._type === Type.OFFER && wait === Wait.Offer && a._server && a._ip[0]) {
      lease = a;
      ip = a._ip;
      wait = Wait.Ack;
      tries = 0;
      again();
    } else if (
      wait > Wait.Offer &&
      wait !== Wait.Check &&
      mine &&
      (wait !== Wait.Renewed || a._server!.join() === lease._server!.join())
    ) {
      if (a._type === Type.NAK) {
        why('the DHCP server refuses ' + ip!.join('.'));
        const bound = wait > Wait.Bound;
        ip = undefined;
        wait = Wait.Nothing;
        if (bound) use();
        // at once, but not for ever
        later(naks++ ? 10000 : 0, retry);
      } else if (a._type === Type.ACK && a._lease && a._ip.join() === ip!.join()) {
        lease = a;
        asked = sentAt;
        if (wait > Wait.Bound) bind();
        else check();
      }
    }
  }

  return {
    _start: function (old) {
      ip = old;
      naks = 0;
      if (old) {
        open();
        wait = Wait.Reboot;
        again();
      } else retry();
    },
    _stop: function () {
      wait = Wait.Nothing;
      timer._at = Infinity;
      close();
    },
  };
};
