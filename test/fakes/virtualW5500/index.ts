// A W5500 that is not there: the chip, its network, and the servers on it.

export { VirtualW5500, type Probe } from './chip';
export { ManualClock, realClock, type Clock } from './clock';
export { DhcpServer, type DhcpFaults, type DhcpForgery, type DhcpOptions } from './dhcpServer';
export { DnsServer, type DnsEntry, type DnsFault, type DnsForgery, type DnsServerOptions } from './dnsServer';
export { nth, type ChipFaults, type Drop } from './faults';
export { Lan, type LanOptions, type TcpService, type UdpService } from './net';
export { Stream, type StreamEvents } from './peer';
export { trace, type TraceOptions } from './trace';
export type { ChipOptions } from './options';
export type { Packet } from './packets';
export type { EspruinoSpi, Frame, Pin } from './spi';
