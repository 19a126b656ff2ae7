// What DHCP and DNS need of a driver that has UDP. Types only.
import type { Dhcp } from './dhcpClient';
import type { Query } from './dnsClient';
import type { Host } from './task';
import type { NetError } from '../../src/net/driver';

/** A datagram socket; `done` tells whether the datagram went out, which fails if nobody answers ARP. */
export interface Datagrams {
  _driver: Env;
  /** whose it is, if it is that of DHCP */
  _dhcp?: Dhcp;
  /** the datagram on its way */
  _data?: any;
  onMessage?: (data: Uint8Array, ip: string, port: number) => void;
  onClose?: (err: NetError) => void;
  send(data: any, ip: string, port: number, done?: (err: NetError | null) => void): void;
  close(): void;
}

/** Addresses to use, in dotted form. */
export interface Lease {
  _ip: string;
  _mask: string;
  _gw: string;
  _dns: string[];
}

/** Somebody who asks for an address. */
export interface Asker {
  /** its pending lookup; cancelled, it finds nothing */
  _lookup?: { _drop(asker: Asker): void } | 0;
  _found(err: NetError | null, ip?: string): void;
}

/** What is known of a name. */
export interface Known {
  _name: string;
  /** none if there is no such name */
  _ip?: string;
  /** ms */
  _until: number;
}

/** The driver. */
export interface Env extends Host {
  _mac: number[];
  _wanted?: { hostname?: string };
  /** the addresses in use */
  _setup?: Lease;
  /** state of the client */
  _dhcp?: Dhcp;
  /** the cache of names */
  _names: Known[];
  /** pending lookups, and their socket */
  _queries: Query[];
  _resolver?: Datagrams;
  /** why there is no link yet */
  _why: string;
  /** A socket on this port, or on a random one. Throws if none is free. */
  _udp(port?: number, onMessage?: Datagrams['onMessage']): Datagrams;
  /** These are the addresses. */
  _use(lease: Lease): void;
}
