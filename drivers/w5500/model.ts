// The state of the chip that the files of this driver share: types only, nothing of this file is left at run time.
import type { Bus, Part } from './bus';
import type { InputPin, LinkOptions, OutputPin } from './options';
import type { Sock } from './socket';
import type { Dhcp } from '../ip/dhcpClient';
import type { Env, Lease } from '../ip/env';
import type { Host, Task } from '../ip/task';

/** The chip, which is also the driver. */
export interface Chip extends Bus, Part, Task, Host, Pick<Env, '_names'> {
  _driver: Chip;
  /** pins: RSTn, and INTn if it can be watched */
  _rst?: OutputPin;
  _irq?: InputPin;
  _mac: number[];
  /** RTR and RCR; KPALVTR; OPMDC and 1, or 0 */
  _retry: number[];
  _keepalive: number;
  _phy: number;
  /** the sockets, each in its place, and the KB of the buffers of each place */
  _socks: Sock[];
  _sizes: number[];
  /** the last ephemeral port of TCP */
  _port: number;
  /** truthy after the reset, while nothing is set up yet */
  _blank?: OutputPin | number;
  /** how many more times it is looked for after the reset, every 5 ms */
  _tries: number;
  /** failures in a row: while linking, or lost datagrams */
  _failures: number;
  /** the cable is in; the addresses are set */
  _up?: any;
  _linked?: number;
  /** why there is no link yet */
  _why: string;
  /** the options of link(), and the addresses */
  _wanted?: LinkOptions;
  _setup?: Lease;
  _use(l: Lease): void;
  /** the DHCP client, if any, and what starts it */
  _dhcp?: Dhcp;
  _startDhcp?(): void;
  /** link() waits */
  _done?: any;
  _stop(code?: string): void;
}
