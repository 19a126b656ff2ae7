// What stands for the interpreter under Node: its natives, NetworkJS, and a driver that does as it is told.
import { toStr, toU8 } from '../../src/node/engine';
import type { Bytes, Endpoint, NetError, Receiver, Socket } from '../../src/net/driver';

/** What the firmware was handed by `NetworkJS.create`. */
export interface Network {
  create(host: string | undefined, port: number, type: number, options?: object): number;
  close(id: number): void;
  accept(id: number): number;
  recv(id: number, most: number, type: number): string | number;
  send(id: number, data: string, type: number): number;
}

/** Socket types of the firmware, as bits. */
export const TCP = 0;
export const HTTP = 1;
export const UDP = 2;
export const TLS = 4;

/** Errors of the firmware (its socketerrors.h), which `recv` and `send` return. */
export const CLOSED = -1;
export const TIMEOUT = -3;
export const NO_ROUTE = -4;
export const BUSY = -5;
export const NOT_FOUND = -6;
export const MAX_SOCK = -7;
export const RESET = -9;
export const UNKNOWN = -10;
export const CONNECTING = -11;
export const BAD_ARG = -12;
/** What `accept` returns while nobody waits. */
export const NOBODY = -1;

export let network: Network;

jest.mock('NetworkJS', () => ({ create: (given: Network) => (network = given) }), { virtual: true });

/** Natives that adapter and driver use. */
export function lendNatives(): void {
  (globalThis as any).E = {
    toString: (...parts: any[]) => parts.map((part) => toStr(part)).join(''),
    hwRand: () => (Math.random() * 4294967296) | 0,
    toUint8Array: (text: string) => toU8(Buffer.from(text, 'latin1') as Uint8Array),
  };
}

export function takeNatives(): void {
  delete (globalThis as any).E;
}

export function netError(code: string): NetError {
  return Object.assign(new Error(code), { code });
}

/** A connection at the driver: the test is the peer. */
export class FakeSocket implements Socket {
  phase = 'open' as const;
  written: string[] = [];
  resumed = 0;
  closed = 0;

  constructor(
    public events: Receiver,
    readonly to?: Endpoint,
  ) {}

  write(bytes: Bytes): void {
    this.written.push(toStr(bytes));
  }
  resume(): void {
    this.resumed++;
  }
  close(): void {
    this.closed++;
  }

  /** The peer sends: as much as is wanted arrives. Gives how much that was. */
  bytes(text: string): number {
    const n = Math.min(this.events.want(), text.length);
    // lent: it is overwritten afterwards
    const lent = new Uint8Array(Buffer.from(text.slice(0, n), 'latin1'));
    if (n) this.events.onData(lent);
    lent.fill(0);
    return n;
  }
}

export class FakeDriver {
  name = 'fake';
  capabilities = { tls: false, verify: false, sni: false, pause: true, blocking: [] };
  sockets: FakeSocket[] = [];
  udps: any[] = [];
  listeners: { port: number; onConnection: (s: Socket) => Receiver; closed: number }[] = [];
  asked: unknown[] = [];
  /** what `connect`, `udp` and `listen` throw */
  fails?: Error;

  /** the newest */
  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1];
  }
  get datagrams(): any {
    return this.udps[this.udps.length - 1];
  }

  private check(): void {
    if (this.fails) throw this.fails;
  }

  connect(to: Endpoint, events: Receiver): Socket {
    this.check();
    this.sockets.push(new FakeSocket(events, to));
    return this.socket;
  }
  udp(options: unknown): object {
    this.check();
    const made = {
      options,
      sent: [] as any[],
      closed: 0,
      send: (...args: any[]) => made.sent.push(args),
      close: () => made.closed++,
    };
    this.udps.push(made);
    return made;
  }
  listen(port: number, onConnection: (s: Socket) => Receiver): object {
    this.check();
    const made = { port, onConnection, closed: 0, close: () => made.closed++ };
    this.listeners.push(made);
    return made;
  }
  /** Somebody connects to the newest listener. */
  arrive(): FakeSocket {
    const made = new FakeSocket(undefined as any);
    made.events = this.listeners[this.listeners.length - 1].onConnection(made);
    made.events.onWritable(100);
    return made;
  }

  link(options: unknown): Promise<any> {
    this.asked.push(['link', options]);
    return Promise.resolve({ ip: '1.2.3.4' });
  }
  unlink(): void {
    this.asked.push('unlink');
  }
  is_linked(): boolean {
    return this.asked.includes('linked');
  }
  link_info(): any {
    return { ip: '1.2.3.4' };
  }
  gethostbyname(host: string): Promise<string> {
    return Promise.resolve('5.6.7.8 ' + host);
  }
}
