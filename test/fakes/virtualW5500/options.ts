// How unkind the chip is, and what its parts may ask of it.

import type { Clock } from './clock';
import type { ChipFaults } from './faults';
import type { Packet } from './packets';
import type { Random } from './random';
import type { Socket } from './socket';

export interface ChipOptions {
  /** the same seed gives the same accidents. Default 1 */
  seed?: number;
  clock?: Clock;
  /** Sn_CR clears, and Sn_SR follows, after so many further frames (random, both included). Default [0, 2] */
  commandFrames?: [number, number];
  /** ... or after this time, whichever comes first. Default 0.05 */
  commandMs?: number;
  /** how long a packet may wait in the chip before its effects show. Default 0.2 */
  arrivalMs?: number;
  /** chance that a waiting packet takes effect between two bytes of a register read: torn and moving values. Default 0.25 */
  tearing?: number;
  /** first value of a socket's pointers; random, often close to the wrap, unless given */
  pointers?: number;
  /** what a RST leaves in Sn_IR, which no document tells. Default random */
  resetSets?: 'DISCON' | 'nothing' | 'random';
  /** when SEND is over for TCP, which the datasheet leaves open: once all is acknowledged, or has been sent. Default random */
  sendOk?: 'acknowledged' | 'sent' | 'random';
  /** from reset to link. Default 100 */
  linkUpMs?: number;
  /** how long TIME_WAIT shows. Default 20 */
  timeWaitMs?: number;
}

export type Settings = Required<Omit<ChipOptions, 'clock' | 'pointers'>> & { pointers: number | null };

export function settings(options: ChipOptions): Settings {
  return {
    seed: options.seed ?? 1,
    commandFrames: options.commandFrames ?? [0, 2],
    commandMs: options.commandMs ?? 0.05,
    arrivalMs: options.arrivalMs ?? 0.2,
    tearing: options.tearing ?? 0.25,
    pointers: options.pointers ?? null,
    resetSets: options.resetSets ?? 'random',
    sendOk: options.sendOk ?? 'random',
    linkUpMs: options.linkUpMs ?? 100,
    timeWaitMs: options.timeWaitMs ?? 20,
  };
}

/** The chip as its sockets see it. */
export interface Core {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly faults: ChipFaults;
  /** own addresses, from SIPR, SHAR, SUBR and GAR */
  readonly ip: string;
  readonly mac: string;
  readonly mask: string;
  readonly gateway: string;
  /** RTR in ms, and RCR */
  readonly retryMs: number;
  readonly retryCount: number;
  violate(what: string): void;
  /** puts a packet on the cable; `from` is filled in */
  send(packet: Packet): void;
  /** MAC of the next hop towards `ip`, or null after RCR + 1 requests; gives a function that stops asking */
  resolve(ip: string, done: (mac: string | null) => void): () => void;
  /** the number of another socket with the same four addresses, or -1 */
  rivalOf(socket: Socket): number;
  /** something that INTn depends on has changed */
  changed(): void;
}
