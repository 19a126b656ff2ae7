// The driver without DHCP and DNS, for those who set up their addresses by hand: they are handed in by index.ts.
import { netError } from '../../src/net/neterror';
import { addresses, boot, breakAll, newChip, settle, stop, ZERO } from './chip';
import { after } from './loop';
import { check, hex, need, needIp, parseIp } from './options';
import { order, place } from './socket';
import { dial, newTcp } from './tcp';
import type { Chip } from './chip';
import type { newUdp, openUdp } from './udp';
import type { LinkOptions, W5500Options } from './options';
import type { Dhcp, DhcpMaker, DnsMaker, Env, Lease, Lookup } from '../ip/env';
import type { Endpoint, LinkInfo, NetDriver, NetError, Receiver, Socket } from '../../src/net/driver';

export type { LinkOptions, W5500Options };

/** The driver "w5500". */
export interface W5500 extends NetDriver {
  link(options: LinkOptions): Promise<LinkInfo>;
}

/** What makes it complete. */
export interface More {
  _dhcp: DhcpMaker;
  _dns: DnsMaker;
  _udp: typeof newUdp;
  _openUdp: typeof openUdp;
}

/**
 * A driver for the chip on these pins.
 * @throws NetError (EINVAL) that says what was given and what is allowed
 */
export function create(o: W5500Options, more?: More): W5500 {
  check(o || {});
  const c: Chip = newChip(o);
  let setup: Lease | undefined;
  let linked = false;
  let dhcp: Dhcp | undefined;
  let lookUp: Lookup | undefined;
  let wanted: LinkOptions | undefined;
  let env: Env;

  function info(): LinkInfo {
    const l = setup!;
    if (!linked) throw down('connect');
    return {
      ip: l._ip.join('.'),
      mask: l._mask.join('.'),
      gw: l._gw.join('.'),
      dns: l._dns.length ? l._dns[0].join('.') : '',
      mac: hex(c._mac),
    };
  }

  function down(phase: 'connect' | 'open'): NetError {
    return netError('ENETDOWN', phase, 'w5500 is not linked' + (wanted && c._why ? ': ' + c._why : ''));
  }

  function use(l: Lease | undefined): void {
    setup = l || setup;
    linked = !!l;
    if (l) {
      addresses(c, l._ip, l._mask, l._gw);
      settle(c, null);
    } else {
      breakAll(c, down('open'));
      if (c._up) addresses(c, ZERO, ZERO, ZERO);
    }
  }

  c._cable = function (up: boolean): void {
    if (!up) {
      if (dhcp) dhcp._stop();
      use(undefined);
    } else if (!dhcp) use(setup);
    else {
      addresses(c, ZERO, ZERO, ZERO);
      dhcp._start(setup && setup._ip);
    }
  };

  function unlink(): void {
    const was = linked;
    linked = false;
    if (dhcp) dhcp._stop();
    if (wanted) {
      wanted = dhcp = undefined;
      breakAll(c, netError('ENETDOWN', 'open', 'the link was taken down'), true);
      stop(c);
      if (!was) settle(c, netError('ENETDOWN', 'connect', 'unlink() was called'));
    }
  }

  function start(l: LinkOptions): void {
    const known = l && l.dns === undefined ? [] : ([] as any[]).concat(l && l.dns);
    const mask = l && l.mask;
    need(!wanted, 'link()', 'called twice', 'preceded by unlink()');
    need(l && (l.dhcp || l.ip), 'link()', l, '{dhcp: true} or {ip, mask, gw, dns}');
    need(l.timeout === undefined || l.timeout > 0, 'timeout', l.timeout, 'more than 0 ms');
    setup = undefined;
    if (l.dhcp) {
      need(more, 'dhcp', true, 'left out: this build has static addresses only');
      need(!l.hostname || /^[A-Za-z0-9-]+$/.test(l.hostname), 'hostname', l.hostname, 'letters, digits and -');
      dhcp = more!._dhcp(env, c._mac, l.hostname || '', use, function (why) {
        c._why = why;
      });
      if (l.ip) setup = { _ip: needIp('ip', l.ip), _mask: ZERO, _gw: ZERO, _dns: [] };
    } else {
      setup = {
        _ip: needIp('ip', l.ip),
        _mask: needIp('mask', mask),
        _gw: l.gw === undefined ? ZERO : needIp('gw', l.gw),
        _dns: known.map(function (ip) {
          return needIp('dns', ip);
        }),
      };
      const bits = setup._mask.reduce(function (m, b) {
        return m * 256 + b;
      }, 0);
      need(bits && !((~bits + 1) & ~bits), 'mask', mask, 'ones, then zeros: 255.255.255.0');
      need(setup._ip[0] && setup._ip[0] < 224, 'ip', l.ip, 'an address of one host');
    }
    wanted = l;
    c._why = 'no answer';
    boot(c);
    after(c, l.timeout || 30000, function () {
      settle(c, netError('ETIMEDOUT', 'connect', 'w5500: no link in ' + (l.timeout || 30000) + ' ms: ' + c._why));
    });
  }

  function link(l: LinkOptions): Promise<LinkInfo> {
    return new Promise(function (resolve, reject) {
      try {
        start(l);
        c._done = function (err) {
          if (err) {
            linked = false;
            unlink();
            // not at once: a promise rejected before anyone listens is an error of its own in the interpreter
            setTimeout(reject, 0, err);
          } else resolve(info());
        };
      } catch (e) {
        setTimeout(reject, 0, e);
      }
    });
  }

  function resolveName(host: string, done: (err: NetError | null, ip?: number[]) => void): void {
    const ip = parseIp(host);
    if (ip) done(null, ip);
    else if (!linked) done(down('connect'));
    else if (!more || /^[\d.]*$/.test(host) || !setup!._dns.length)
      done(
        netError(
          'ENOTFOUND',
          'dns',
          'name not found: ' + host + (setup!._dns.length ? '' : ' (no DNS server is known)'),
        ),
      );
    else {
      lookUp = lookUp || more._dns(env);
      lookUp(setup!._dns, host, done);
    }
  }

  function connect(to: Endpoint, events: Receiver): Socket {
    if (!linked) throw down('connect');
    if (to.tls) throw netError('ENOTLS', 'tls', 'w5500 has no TLS of its own');
    needPort(to.port);
    need(to.host && typeof to.host === 'string', 'host', to.host, 'a name or an address');
    const s = newTcp(c, events, to.host, to.port);
    const ip = parseIp(to.host);
    if (ip) dial(s, ip);
    else
      // not at once: it may be known, or impossible
      after(c, 0, function () {
        resolveName(to.host, function (err, found) {
          if (s._state) return;
          try {
            if (err) throw err;
            dial(s, found!);
          } catch (e: any) {
            s.close();
            s.events.onClose(e);
          }
        });
      });
    return s;
  }

  function needPort(port: any): void {
    need(port > 0 && port < 65536 && port % 1 === 0, 'port', port, '1 to 65535');
  }

  const driver: any = {
    name: 'w5500',
    capabilities: { tls: false, verify: false, sni: false, pause: true, blocking: [] },
    link: link,
    unlink: unlink,
    is_linked: function () {
      return linked;
    },
    link_info: info,
    gethostbyname: function (host: string) {
      return new Promise(function (resolve, reject) {
        resolveName(host, function (err, ip) {
          if (err) setTimeout(reject, 0, err);
          else resolve(ip!.join('.'));
        });
      });
    },
    connect: connect,
    // what w5500-listen is made of
    _parts: [c, newTcp, place, order, after],
  };
  if (more) {
    env = {
      _now: function () {
        return c._now;
      },
      _after: function (ms, run) {
        return after(c, ms, run);
      },
      _udp: function (port, onMessage, onClose) {
        return more._udp(c, port, onMessage, onClose);
      },
    };
    driver.udp = function (options?: { port?: number }) {
      const port = options && options.port;
      if (!linked) throw down('connect');
      if (port !== undefined) needPort(port);
      return more._openUdp(c, resolveName, port);
    };
  }
  return driver;
}
