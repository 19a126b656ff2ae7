// What DHCP and DNS need of a driver that has UDP, and what they give to it. Types only.
import type { NetError } from '../../src/net/driver';

/** A datagram socket; `done` says whether the datagram went out, which fails where nobody answers ARP. */
export interface Datagrams {
  _send(data: any, ip: number[], port: number, done?: (err: NetError | null) => void): void;
  _close(): void;
}

export interface Env {
  /** ms */
  _now(): number;
  /** Calls `run` once; `_at = Infinity` calls it off. */
  _after(ms: number, run: () => void): { _at: number };
  /** Throws where no socket is free. */
  _udp(
    port: number | undefined,
    onMessage: (data: Uint8Array, ip: string, port: number) => void,
    onClose?: (err: NetError) => void,
  ): Datagrams;
}

/** Addresses to use. */
export interface Lease {
  _ip: number[];
  _mask: number[];
  _gw: number[];
  _dns: number[][];
}

export interface Dhcp {
  /** with the address that it had last time, if any */
  _start(ip?: number[]): void;
  _stop(): void;
}

/** `use`: this is the address, or (undefined) it must not be used any more; `why`: what keeps it from one */
export type DhcpMaker = (
  env: Env,
  mac: number[],
  name: string,
  use: (lease?: Lease) => void,
  why: (text: string) => void,
) => Dhcp;

export type Lookup = (servers: number[][], name: string, done: (err: NetError | null, ip?: number[]) => void) => void;
export type DnsMaker = (env: Env) => Lookup;
