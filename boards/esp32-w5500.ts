// An ESP32 DevKitC with a W5500 module on its second SPI port.
// Pins: the IO_MUX pins of VSPI (ESP32 datasheet, table "Peripheral Pin Configurations"), which Espruino's ESP32 build
// uses for SPI2. Modules differ in how they name theirs (SCLK, MISO, MOSI, SCS); RST and INT may stay unconnected.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI2: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 18, miso: 19, mosi: 23, cs: 5 };

/**
 * Registers the driver "w5500" as the default and links it: by DHCP, or with `{ip, mask, gw, dns}`. Other pins are given
 * as `{sck, miso, mosi, cs, rst, irq}`, a port that is set up already as `{spi}`.
 */
export function auto_init(options?: BoardOptions): Promise<LinkInfo | undefined> {
  return wired(
    function () {
      return SPI2;
    },
    options,
    pins,
  );
}
