// Espruino's own Linux build, with the computer's network. It has no pins of its own.
import { driver } from '../drivers/linux';
import { wire } from './wire';
import type { LinkInfo } from '../src/net/driver';

/** Name of a function to its pin: none here. */
export const pins: { [name: string]: any } = {};

/** Registers the driver "linux" as the default; it is linked at once. Options are for other boards. */
export function auto_init(_options?: object): Promise<LinkInfo> {
  return wire(driver).link();
}
