// WIZnet W5500 on SPI, complete: TCP, UDP, DHCP, DNS.
import { dhcpClient } from '../ip/dhcpClient';
import { dnsClient } from '../ip/dnsClient';
import { create as createStatic } from './static';
import type { LinkOptions, Udp, W5500, W5500Options } from './static';

export type { LinkOptions, Udp, W5500, W5500Options };

/**
 * A driver for the chip on these pins, to be registered.
 * @throws NetError (EINVAL) that says what was given and what is allowed
 */
export function create(options: W5500Options): W5500 {
  return createStatic(options, dhcpClient, dnsClient);
}
