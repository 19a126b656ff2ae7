// WIZnet W5500-EVB-Pico: an RP2040 with the W5500 on the same board.
// Pins: WIZnet, W5500-EVB-Pico, "Pin-out" (docs.wiznet.io, Product/iEthernet/W5500/w5500-evb-pico): GPIO16 MISO, GPIO17
// CSn, GPIO18 SCLK, GPIO19 MOSI, GPIO20 RSTn, GPIO21 INTn. The RP2040's SPI0, which these belong to, is Espruino's SPI1.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI1: any;

/** GPIO numbers: `new Pin(pins.LED)` */
export const pins = { miso: 16, cs: 17, sck: 18, mosi: 19, rst: 20, irq: 21, LED: 25 };

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
