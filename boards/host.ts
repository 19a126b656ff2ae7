// Your desk: Node, with the computer's own network. It has no pins.
import { driver } from '../drivers/host';
import { wire } from './wire';
import type { LinkInfo } from '../src/net/driver';

/** No pins here. */
export const pins: { [name: string]: any } = {};

/** Registers the driver "host" as the default, linked at once. Options are for other boards, and ignored. */
export function auto_init(_options?: object): Promise<LinkInfo> {
  return wire(driver).link();
}
