// M5Stack Atomic PoE Base (K052, "ATOM PoE") under an Atom Lite, Matrix or Echo: an ESP32.
// Pins: M5Stack, ATOM PoE, "Pinout" (docs.m5stack.com/en/atom/atom_poe): GPIO22 CLK, GPIO19 CS, GPIO23 MISO, GPIO33 MOSI.
// RSTn and INTn of the W5500 are not connected to the Atom.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI2: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 22, miso: 23, mosi: 33, cs: 19 };

/** Registers the driver "w5500" as the default and links it: by DHCP, or with `{ip, mask, gw, dns}`. */
export function auto_init(options?: BoardOptions): Promise<LinkInfo | undefined> {
  return wired(
    function () {
      return SPI2;
    },
    options,
    pins,
  );
}
