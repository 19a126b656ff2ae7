// Espruino's own Linux build, with the computer's network. It has no pins.
import { driver } from '../drivers/linux';
import { wire } from './wire';
import type { LinkInfo } from '../src/net/driver';

/** No pins here. */
export const pins: { [name: string]: any } = {};

/** Registers the driver "linux" as the default, linked at once. Options are for other boards, and ignored. */
export function auto_init(_options?: object): Promise<LinkInfo> {
  return wire(driver).link();
}
