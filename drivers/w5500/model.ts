// What the files of this driver know of the chip: types only, nothing of this file is left at run time.
import type { Bus, Part } from './bus';
import type { LinkOptions } from './options';
import type { Lease } from '../ip/env';
import type { Host, Task } from '../ip/task';

/** The chip, which is the driver as well. */
export interface Chip extends Bus, Part, Task, Host {
  _driver: Chip;
  /** pins: RSTn, and INTn where it can be watched */
  _rst: any;
  _irq: any;
  _mac: number[];
  /** RTR and RCR; KPALVTR; OPMDC and 1, or 0 */
  _retry: number[];
  _keepalive: number;
  _phy: number;
  /** the socket in each place, and the KB of its buffers */
  _socks: any[];
  _sizes: number[];
  /** the last ephemeral port of TCP */
  _port: number;
  /** nothing of what it was is left in the chip; 0 again as soon as it is set up */
  _resetDone?: any;
  /** to see it after the reset, every 5 ms */
  _tries: number;
  /** how often it could not be told in the last second what has arrived */
  _torn: number;
  /** how often it was not well while it was being linked, or lost a datagram, in a row */
  _failures: number;
  /** the cable is in; the addresses are set */
  _up?: any;
  _linked?: any;
  /** what keeps it from being linked */
  _why: string;
  /** what is wanted of it, and its addresses */
  _wanted?: LinkOptions;
  _setup?: Lease;
  _use(l: Lease): void;
  /** the client, where there is one, and what makes it */
  _dhcp?: any;
  _startDhcp?(): void;
  /** somebody waits for the link */
  _done?: any;
  _stop(code?: string): void;
}
