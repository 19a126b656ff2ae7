// A board at your desk: the driver "w5500" on a virtual chip, whose network ends in this computer. Runs under Node only.
import { simulate } from '../src/virtual';
import { wired } from './wired';
import type { WiredOptions } from './wired';
import type { LinkInfo } from '../src/net/driver';

/** No pins that an application could use. */
export const pins: { [name: string]: any } = {};

let made: any;
let parts: any;

/** The chip and its network, `{chip, lan, dhcp, dns}`: to count frames, to break things. */
export function sim(): any {
  made = made || simulate();
  return made;
}

/**
 * Registers the driver "w5500" as the default and links it: by DHCP, or with `{ip, mask, gw, dns}`. The network is
 * 10.0.0.0/24; its addresses stand for 127.0.0.1, public ones for themselves.
 */
export function auto_init(options?: WiredOptions): Promise<LinkInfo | undefined> {
  return wired(function () {
    const chip = sim().chip;
    const pins = chip.pins();
    parts = parts || { spi: chip.spi(), cs: pins.cs, rst: pins.rst, irq: undefined };
    return parts;
  }, options);
}
