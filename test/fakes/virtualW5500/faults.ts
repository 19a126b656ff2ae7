// What can be broken on the chip itself, switched on and off at any moment. Faults of the network are in net.ts,
// dhcpServer.ts and dnsServer.ts.

import type { Packet } from './packets';

export class ChipFaults {
  /** nothing is soldered on: MISO always reads this (0x00 or 0xff) */
  absent: number | null = null;
  /** what VERSIONR says instead of 0x04 */
  version: number | null = null;
  /** MR.RST never clears after it was set, and VERSIONR stays 0 */
  resetStuck = false;
  /** the bus hangs: MISO reads this, and nothing that is written arrives */
  spiStuck: number | null = null;
  /** the bus hangs (with 0xff) after so many more bytes */
  spiStuckAfter: number | null = null;
  /** Sn_CR never clears again; a number: that of this socket */
  commandStuck: boolean | number = false;
  /** SEND_OK comes so many ms after its time; Infinity: never */
  sendOkDelayMs = 0;
  /** so many SENDs are accepted, and nothing comes of them: neither a packet nor SEND_OK. Infinity: until a reset */
  sendsLost = 0;
  /** chance that a byte of MISO is anything while the header goes out */
  headerNoise = 0;
  /** so many falling edges of INTn are not seen, though the level is low */
  missedEdges = 0;

  /** one byte on the bus: what MISO is forced to, or null when all is well */
  bus(): number | null {
    if (this.absent !== null) return this.absent;
    if (this.spiStuckAfter !== null && --this.spiStuckAfter < 0) {
      this.spiStuckAfter = null;
      this.spiStuck = 0xff;
    }
    return this.spiStuck;
  }

  clear(): void {
    Object.assign(this, new ChipFaults());
  }
}

export type Drop = (packet: Packet, direction: 'out' | 'in') => boolean;

/** for `lan.drop`: loses the packets with these numbers, from 1, among those that match */
export function nth(matches: Drop, ...numbers: number[]): Drop {
  let count = 0;
  return (packet, direction) => matches(packet, direction) && numbers.includes(++count);
}
