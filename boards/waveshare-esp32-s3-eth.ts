// Waveshare ESP32-S3-ETH, with or without its PoE module: an ESP32-S3 with the W5500 on the same board.
// Pins: Waveshare, ESP32-S3-ETH schematic (files.waveshare.com/wiki/ESP32-S3-ETH/ESP32-S3-ETH-Schematic.pdf), as read
// from it in github.com/adafruit/circuitpython issue 9884: GPIO9 RST, 10 INT, 11 MOSI, 12 MISO, 13 SCLK, 14 SCSn.
import { wired } from './wired';
import type { BoardOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

declare const SPI1: any;

/** GPIO numbers: `new Pin(pins.cs)` */
export const pins = { sck: 13, miso: 12, mosi: 11, cs: 14, rst: 9, irq: 10 };

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
