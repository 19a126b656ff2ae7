// What boards with a W5500 have in common: they create the driver once, whatever the pins.
import { create } from '../drivers/w5500';
import { bringUp, forget, refused } from './wire';
import type { LinkFields, W5500, W5500Options } from '../drivers/w5500';
import type { LinkInfo } from '../src/net/driver';

declare const Pin: any;

/** The options of `auto_init`: an address or `{dhcp: true}`, and the options of the driver's `create`. */
export interface WiredOptions extends LinkFields, Partial<W5500Options> {}

/** The same, with other pins than the board's own, and another clock. */
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
/** the options of create() and of auto_init() that it was made and linked with */
let createdWith: any;
let linkedWith: any = {};

/** Is something else wanted than what is there? */
function differs(wanted: any, there: any): boolean {
  return Object.keys(wanted).some(function (name) {
    const a = wanted[name];
    const b = there[name];
    return a !== undefined && a !== b && JSON.stringify(a) !== JSON.stringify(b);
  });
}

/**
 * Creates the driver if there is none, replaces one for other pins that has no link, and links it unless it is linked as
 * asked. `chip`: port and pins; `options`: a copy of those of auto_init().
 */
function setUp(chip: any, options: any): Promise<LinkInfo | undefined> {
  ['mac', 'buffers', 'retry', 'keepalive', 'phy'].forEach(function (name) {
    chip[name] = options[name];
  });
  const isOther = driver && differs(chip, createdWith);
  try {
    // after save() and a power cut the driver has a link that the chip knows nothing of
    if (driver && driver.is_linked()) driver.link_info();
  } catch (e) {
    driver!.unlink();
  }
  if (driver && driver.is_linked()) {
    if (!differs(options, linkedWith)) return Promise.resolve(driver.link_info());
  } else if (isOther) {
    driver!.unlink();
    forget(driver!);
    driver = undefined;
  }
  if (!driver) {
    if (chip.baud) chip.spi.setup({ sck: chip.sck, miso: chip.miso, mosi: chip.mosi, baud: chip.baud });
    driver = create(chip);
    createdWith = chip;
  }
  if (!options.ip) options.dhcp = true;
  return bringUp(driver, options).then(function (info) {
    linkedWith = options;
    return info;
  });
}

/** A chip on these pins of this port, to be set up unless `o.spi` is given, which is set up already. */
function onPort(port: () => any, pins: any, o: any): any {
  const chip: any = { spi: o.spi || port(), baud: o.spi ? 0 : o.baud || 20000000 };
  ['sck', 'miso', 'mosi', 'cs', 'rst', 'irq'].forEach(function (name) {
    const n = pins[name];
    // in the interpreter this throws if the options are a number or a text
    chip[name] = o[name] !== undefined || n === undefined ? o[name] : new Pin(n);
  });
  return chip;
}

/**
 * Registers the driver as the default and links it, by DHCP unless there is an address. `chip` returns its port and
 * pins, or with `pins` only its port; it may throw if there is none. Once linked, a second call returns the existing
 * link, unless it asks for another one.
 */
export function wired(chip: () => any, options?: BoardOptions, pins?: ChipPins): Promise<LinkInfo | undefined> {
  const o: any = options || {};
  try {
    return setUp(pins ? onPort(chip, pins, o) : Object.assign({}, chip()), Object.assign({}, o));
  } catch (e) {
    return refused(e);
  }
}
