// A W5500 that is not there: the chip, its network, and the servers on it.

export { VirtualW5500, type Probe } from './chip';
export { ManualClock, realClock, type Clock } from './clock';
export { Lan, type LanOptions, type TcpService, type UdpService } from './net';
export { Stream, type StreamEvents } from './peer';
export type { ChipOptions } from './options';
export type { Packet } from './packets';
export type { Frame, Pin } from './spi';
