// WIZnet W5500-EVB-Pico: an RP2040 with the W5500 on the same board.
// Pins: WIZnet, W5500-EVB-Pico, "Pinout" (GP16 MISO, GP17 CSn, GP18 SCLK, GP19 MOSI, GP20 RSTn, GP21 INTn). The RP2040's
// SPI0, which these belong to, is SPI1 in Espruino.
import { wired } from './wired';
import type { WiredOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const Pin: any;
declare const SPI1: any;

/** GPIO numbers: `new Pin(pins.LED)` */
export const pins = { miso: 16, cs: 17, sck: 18, mosi: 19, rst: 20, irq: 21, LED: 25 };

/** Registers the driver "w5500" as the default and links it: by DHCP, or with `{ip, mask, gw, dns}`. */
export function auto_init(options?: WiredOptions & { baud?: number }): Promise<LinkInfo | undefined> {
  const o: WiredOptions & { baud?: number } = options || {};
  if (!o.spi)
    SPI1.setup({
      sck: new Pin(pins.sck),
      miso: new Pin(pins.miso),
      mosi: new Pin(pins.mosi),
      baud: o.baud || 20000000,
    });
  return wired(
    {
      spi: o.spi || SPI1,
      cs: o.cs || new Pin(pins.cs),
      rst: o.rst || new Pin(pins.rst),
      irq: o.irq || new Pin(pins.irq),
    },
    o,
  );
}
