// LILYGO T-ETH-Elite-ESP32S3: an ESP32-S3 with the W5500 and PoE on the same board.
// Pins: LILYGO, LilyGO-T-ETH-Series, examples/UnitTestExample/utilities.h, LILYGO_T_ETH_ELITE_ESP32S3
// (github.com/Xinyuan-LilyGO/LilyGO-T-ETH-Series): MISO 47, MOSI 21, SCLK 48, CS 45, INT 14; RST is not connected.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI1: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 48, miso: 47, mosi: 21, cs: 45, irq: 14 };

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
