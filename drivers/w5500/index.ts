// WIZnet W5500 on SPI, complete: TCP, UDP, DHCP, DNS.
import { dhcpClient } from '../ip/dhcpClient';
import { dnsClient } from '../ip/dnsClient';
import { create as createStatic } from './static';
import { newUdp, openUdp } from './udp';
import type { LinkOptions, W5500 as Static, W5500Options } from './static';
import type { Udp } from './udp';

export type { LinkOptions, Udp, W5500Options };

/** The driver "w5500". */
export interface W5500 extends Static {
  /** Opens a UDP socket; without a port on one of its own. Throws a NetError (ENETDOWN, EMFILE, EADDRINUSE). */
  udp(options?: { port?: number }): Udp;
}

/**
 * A driver for the chip on these pins, to be registered.
 * @throws NetError (EINVAL) that says what was given and what is allowed
 */
export function create(options: W5500Options): W5500 {
  return createStatic(options, { _dhcp: dhcpClient, _dns: dnsClient, _udp: newUdp, _openUdp: openUdp }) as W5500;
}
