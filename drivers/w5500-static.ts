// The driver "w5500" for fixed addresses and TCP: without DHCP, DNS and UDP, three fifths of its size.
export { create } from './w5500/static';
export type { InputPin, OutputPin, SpiPort, StaticOptions, W5500, W5500Options } from './w5500/static';
