// WIZnet W5500 on SPI, complete: TCP, UDP, DHCP, DNS.
import { startDhcp } from '../ip/dhcpClient';
import { lookup } from '../ip/dnsClient';
import { need, needHost } from './options';
import { create as createStatic, fixed, needLink, needPort } from './static';
import { openUdp } from './udp';
import type { LinkOptions, W5500Options } from './options';
import type { Driver, W5500 as Static } from './static';
import type { Udp } from './udp';
import type { Lease } from '../ip/env';
import type { LinkInfo } from '../../src/net/driver';

export type {
  DhcpOptions,
  InputPin,
  LinkFields,
  LinkOptions,
  OutputPin,
  SpiPort,
  StaticOptions,
  W5500Options,
} from './options';
export type { Udp };

/** The driver "w5500". */
export interface W5500 extends Static {
  link(options: LinkOptions): Promise<LinkInfo>;
  /** Opens a UDP socket, on a random port unless one is given. Throws a NetError (ENETDOWN, EMFILE, EADDRINUSE). */
  udp(options?: { port?: number }): Udp;
}

const more: any = {
  udp: function (this: Driver, options?: { port?: number }): Udp {
    const port = options && options.port;
    need(typeof (options || {}) === 'object', 'udp()', options, '{port}');
    needLink(this);
    if (port !== undefined) needPort(port);
    return this._udp(port);
  },
  _udp: openUdp,
  _plan: function (l: LinkOptions): Lease | undefined {
    if (!l.dhcp) return fixed(l);
    const name = l.hostname;
    // one label (RFC 1035 section 2.3.4, RFC 1123 section 2.1)
    const good = !name || ('' + name === name && name.length < 64 && !/[^A-Za-z0-9-]|-$|^-/.test(name));
    need(good, 'hostname', name, 'up to 63 letters, digits and inner -');
    if (l.ip) return { _ip: needHost('ip', l.ip) } as Lease;
  },
  _startDhcp: startDhcp,
  _lookup: lookup,
  _queries: [],
};

/**
 * A driver for the chip on these pins, to be registered.
 * @throws NetError (EINVAL) that says what was given and what is allowed
 */
export function create(options: W5500Options): W5500 {
  return Object.assign(createStatic(options), more);
}
