// An ESP32 DevKitC with a W5500 module on its second SPI port.
// Pins: the IO_MUX pins of VSPI (ESP32 datasheet, table "Peripheral Pin Configurations"), which Espruino's ESP32 build
// uses for SPI2. Modules differ in how they name theirs (SCLK, MISO, MOSI, SCS); RST and INT may stay unconnected.
import { wired } from './wired';
import type { WiredOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const Pin: any;
declare const SPI2: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 18, miso: 19, mosi: 23, cs: 5 };

/** Pins and port, each of which may be another than the usual one. */
export interface Esp32W5500Options extends WiredOptions {
  sck?: any;
  miso?: any;
  mosi?: any;
  /** Hz. Default 20000000 */
  baud?: number;
}

function pin(given: any, usual?: number): any {
  return given !== undefined ? given : usual === undefined ? undefined : new Pin(usual);
}

/**
 * Registers the driver "w5500" as the default and links it: by DHCP, or with `{ip, mask, gw, dns}`. Other pins are given
 * as `{sck, miso, mosi, cs, rst, irq}`, a port that is set up already as `{spi}`.
 */
export function auto_init(options?: Esp32W5500Options): Promise<LinkInfo | undefined> {
  const o: Esp32W5500Options = options || {};
  let spi = o.spi;
  if (!spi) {
    spi = SPI2;
    spi.setup({
      sck: pin(o.sck, pins.sck),
      miso: pin(o.miso, pins.miso),
      mosi: pin(o.mosi, pins.mosi),
      baud: o.baud || 20000000,
    });
  }
  return wired({ spi: spi, cs: pin(o.cs, pins.cs), rst: o.rst, irq: o.irq }, o);
}
