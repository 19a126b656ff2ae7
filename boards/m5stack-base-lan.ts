// M5Stack Base LAN (W5500) or Base PoE (K012-C) under an M5Stack Core: an ESP32.
// Pins: M5Stack, Base LAN, "PinMap" (docs.m5stack.com/en/base/lan_base) and Base PoE, "PinMap" (.../base/w5500PoE), which
// agree: GPIO23 MOSI, GPIO19 MISO, GPIO18 CLK, GPIO26 CS, GPIO13 RST, GPIO34 INT.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI2: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 18, miso: 19, mosi: 23, cs: 26, rst: 13, irq: 34 };

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
