// ESP32 boards such as the DevKitC, over WiFi.
// Pins: ESP32-DevKitC V4 Getting Started Guide (Espressif), and the default SPI pins of Espruino's ESP32 build.
import { driver } from '../drivers/esp32wifi';
import { bringUp } from './wire';
import type { WifiOptions } from '../drivers/esp32wifi';
import type { LinkInfo } from '../src/net/driver';

/** GPIO numbers: `new Pin(pins.BOOT)` */
export const pins = {
  BOOT: 0,
  TX: 1,
  RX: 3,
  SPI1: { sck: 14, miso: 12, mosi: 13 },
  SPI2: { sck: 18, miso: 19, mosi: 23 },
};

/**
 * Registers the driver "esp32wifi" as the default and, with `{ssid, password}`, joins that network. Without options it
 * uses the network that the firmware joined by itself (`Wifi.save()`), and resolves to undefined if there is none.
 */
export function auto_init(options?: WifiOptions): Promise<LinkInfo | undefined> {
  return bringUp(driver, options, 'ssid');
}
