// What boards with a W5500 have in common: they make the driver once, whatever the pins.
import { create } from '../drivers/w5500';
import { wire } from './wire';
import type { LinkOptions, W5500, W5500Options } from '../drivers/w5500';
import type { LinkInfo } from '../src/net/driver';

/** What `auto_init` of such a board takes: an address or `{dhcp: true}`, and what `create` of the driver takes. */
export interface WiredOptions extends LinkOptions, Partial<W5500Options> {}

let driver: W5500 | undefined;

/** Registers the driver as the default and links it, by DHCP unless there is an address. `chip`: pins and settings. */
export function wired(chip: any, options: WiredOptions): Promise<LinkInfo | undefined> {
  const own: any = Object.assign({}, options);
  ['mac', 'buffers', 'retry', 'keepalive', 'phy'].forEach(function (name) {
    if (own[name] !== undefined) chip[name] = own[name];
  });
  if (!own.ip) own.dhcp = true;
  if (!driver) driver = create(chip);
  else if (driver.is_linked()) return Promise.resolve(driver.link_info());
  return wire(driver, own);
}
