// What boards with a W5500 have in common: they make the driver once, whatever the pins.
import { create } from '../drivers/w5500';
import { wire } from './wire';
import type { LinkOptions, W5500, W5500Options } from '../drivers/w5500';
import type { LinkInfo } from '../src/net/driver';

declare const Pin: any;

/** What `auto_init` of such a board takes: an address or `{dhcp: true}`, and what `create` of the driver takes. */
export interface WiredOptions extends LinkOptions, Partial<W5500Options> {}

/** The same with other pins than the board's own, as pins, and another clock. */
export interface BoardOptions extends WiredOptions {
  sck?: any;
  miso?: any;
  mosi?: any;
  /** Hz. Default 20000000 */
  baud?: number;
}

/** GPIO numbers. */
export interface ChipPins {
  sck: number;
  miso: number;
  mosi: number;
  cs: number;
  rst?: number;
  irq?: number;
}

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

/** The same for a chip on these pins of this port, which is set up unless `options.spi` is one that is. */
export function onBoard(port: any, pins: ChipPins, options?: BoardOptions): Promise<LinkInfo | undefined> {
  const o: any = options || {};
  function pin(name: keyof ChipPins): any {
    return o[name] !== undefined || pins[name] === undefined ? o[name] : new Pin(pins[name]);
  }
  if (!o.spi) port.setup({ sck: pin('sck'), miso: pin('miso'), mosi: pin('mosi'), baud: o.baud || 20000000 });
  return wired({ spi: o.spi || port, cs: pin('cs'), rst: pin('rst'), irq: pin('irq') }, o);
}
