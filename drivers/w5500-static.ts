// The driver "w5500" for fixed addresses: without DHCP and DNS, which are a third of its size.
export { create } from './w5500/static';
export type { LinkOptions, Udp, W5500, W5500Options } from './w5500/static';
