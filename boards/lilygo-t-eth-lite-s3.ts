// LILYGO T-ETH-Lite-ESP32S3: an ESP32-S3 with the W5500 on the same board.
// Pins: LILYGO, LilyGO-T-ETH-Series, examples/HelloServer/utilities.h, LILYGO_T_ETH_LITE_ESP32S3
// (github.com/Xinyuan-LilyGO/LilyGO-T-ETH-Series): MISO 11, MOSI 12, SCLK 10, CS 9, INT 13, RST 14.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI1: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 10, miso: 11, mosi: 12, cs: 9, rst: 14, irq: 13 };

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
