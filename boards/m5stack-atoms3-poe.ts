// M5Stack Atomic PoE Base under an AtomS3 or AtomS3 Lite: an ESP32-S3.
// Pins: M5Stack's library M5AtomS3, examples/AtomicBase/AtomicPoE (github.com/m5stack/M5AtomS3): SCK 5, MISO 7, MOSI 8,
// CS 6. RSTn and INTn of the W5500 are not connected to the Atom.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI1: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 5, miso: 7, mosi: 8, cs: 6 };

/** Registers the driver "w5500" as the default and links it: by DHCP, or with `{ip, mask, gw, dns}`. */
export function auto_init(options?: BoardOptions): Promise<LinkInfo | undefined> {
  return wired(
    function () {
      return SPI1;
    },
    options,
    pins,
  );
}
