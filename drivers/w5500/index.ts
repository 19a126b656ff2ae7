// WIZnet W5500 on SPI, complete: TCP, UDP, DHCP, DNS.
import { startDhcp, stopDhcp } from '../ip/dhcpClient';
import { lookup } from '../ip/dnsClient';
import { create as createStatic, needLink, needPort } from './static';
import { openUdp } from './udp';
import type { Driver, LinkOptions, W5500 as Static, W5500Options } from './static';
import type { Udp } from './udp';

export type { LinkOptions, Udp, W5500Options };

/** The driver "w5500". */
export interface W5500 extends Static {
  /** Opens a UDP socket; without a port on one of its own. Throws a NetError (ENETDOWN, EMFILE, EADDRINUSE). */
  udp(options?: { port?: number }): Udp;
}

const more: any = {
  udp: function (this: Driver, options?: { port?: number }): Udp {
    const port = options && options.port;
    needLink(this);
    if (port !== undefined) needPort(port);
    return openUdp(this, port);
  },
  _udp: function (this: Driver, port?: number): Udp {
    return openUdp(this, port);
  },
  _startDhcp: function (this: Driver, ip?: string): void {
    this._dhcp = startDhcp(this, ip);
  },
  _stopDhcp: function (this: Driver): void {
    if (this._dhcp) stopDhcp(this._dhcp);
  },
  _lookup: lookup,
};

/**
 * A driver for the chip on these pins, to be registered.
 * @throws NetError (EINVAL) that says what was given and what is allowed
 */
export function create(options: W5500Options): W5500 {
  return Object.assign(createStatic(options), more);
}
