// The seam between HTTP and whatever moves the bytes: types only, nothing of this file is left at run time.
//
// Bytes travel in the form their owner already has. Firmware sockets push byte strings of up to 536 bytes and
// cannot be stopped; a chip on SPI is asked for n bytes and keeps the rest. So a driver *pushes* (`onData`), and the
// receiver can be asked what it wants (`want`): a driver that can wait asks first and reads no more than that, one
// that cannot pushes all it has. No copy, timer, promise or closure per piece on either side.
// docs/seam.md has what else was tried, and what each form cost in the interpreter.

/**
 * A run of bytes: a byte string (each character is one byte, 0 to 255) or a Uint8Array.
 * The one who is handed an array may read it during the call only; who wants to keep it makes a copy. A string is handed
 * over for good: it may be kept and never changes, so no string that shares the memory of an array, as `E.toString` of
 * a whole one does (hand over the array itself).
 */
export type Bytes = string | Uint8Array;

/** Where a connection is: being looked up, being made, shaking hands over TLS, ready for bytes. */
export type ConnectPhase = 'dns' | 'connect' | 'tls' | 'open';

/** What a driver can and cannot do. It states the hardware and firmware as they are, not as one would like them. */
export interface Capabilities {
  /** can open TLS connections */
  tls: boolean;
  /** checks certificate chain, name and dates; where false, `https:` needs `ctx: {verify: false}` */
  verify: boolean;
  /** sends the server name in the TLS handshake (RFC 6066 section 3) */
  sni: boolean;
  /** honours `Receiver.want`: unread bytes stay with the peer, so its window closes */
  pause: boolean;
  /** the steps that stop the interpreter until they are over, e.g. `["dns", "connect"]` */
  blocking: ('dns' | 'connect' | 'tls')[];
}

/** Addresses of a linked driver, in dotted form; `mac` as `aa:bb:cc:dd:ee:ff`. `""` where a driver cannot know. */
export interface LinkInfo {
  ip: string;
  mask: string;
  gw: string;
  dns: string;
  mac: string;
}

/** TLS settings of one connection: PEM or DER as the driver's TLS takes them. */
export interface TlsContext {
  ca?: string | Uint8Array;
  cert?: string | Uint8Array;
  key?: string | Uint8Array;
  /** false: take any certificate. Default true. */
  verify?: boolean;
}

/** Where to connect to. `host` is a name or an address, without the brackets of IPv6. */
export interface Endpoint {
  host: string;
  /** 1 to 65535 */
  port: number;
  /** present: TLS with these settings; absent: plain TCP */
  tls?: TlsContext;
}

/**
 * What a driver throws and hands to `onClose`: an `Error` with a stable upper-case `code` ("ENOTFOUND",
 * "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT" ...), a message that is useful alone, and the phase it happened in.
 */
export interface NetError extends Error {
  code: string;
  phase?: ConnectPhase;
}

/**
 * The user of a socket. The driver calls these as methods of the object that `Socket.events` holds at that moment.
 * They do not throw. None is called after `onClose`, nor after `Socket.close()`.
 */
export interface Receiver {
  /**
   * How many bytes the receiver wants next, at the most; 0: not now. A driver with `capabilities.pause` asks before
   * every delivery, never delivers more, and reads nothing at all at 0 until `resume()`. The others never ask.
   */
  want(): number;
  /**
   * Bytes have arrived, in order, never none. Lent for the call, in which the last ones may be handed back: see
   * `Socket.unread`.
   */
  onData(bytes: Bytes): void;
  /**
   * While it is there, it takes byte strings in the place of `onData`, faster: a plain function, which makes nothing of
   * its `this`, so a driver may make it a listener. Whether it is there may change, and is followed by `resume()`. No
   * driver has to know it.
   */
  sink?(bytes: string): void;
  /** `write` may be called with up to `room` bytes in all before the next `onWritable`. The first call also says: connected. */
  onWritable(room: number): void;
  /** The end, once, after all bytes: null when the peer closed in order, else why it broke. */
  onClose(err: NetError | null): void;
}

/** One TCP (or TLS) connection, from the moment it is asked for. */
export interface Socket {
  /** who gets the events; may be replaced while the connection is idle, followed by `resume()` */
  events: Receiver;
  readonly phase: ConnectPhase;
  /** Takes all of `bytes`, which is no more than the room last offered. Nothing is kept of the array after the call. */
  write(bytes: Bytes): void;
  /**
   * Inside `onData`: the last `n` of those bytes come again, when they are wanted. Only where unread bytes can stay where
   * they are; then there is no `sink`.
   */
  unread?(n: number): void;
  /** `events` or its `sink` is another, or wants bytes again: offers room and unread bytes (again). May call back at once. */
  resume(): void;
  /**
   * Closes and frees everything. Safe at any time, also inside a callback and twice; no event follows. What was written
   * may still go out; where that would take time, `hurry` says that nobody needs it.
   */
  close(hurry?: boolean): void;
}

/** A network: what a board registers and `requests` uses. */
export interface NetDriver {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Brings the network up. Rejects with a `NetError` that says what was tried. */
  link(options?: any): Promise<LinkInfo>;
  /** Takes the network down: open sockets end with an error. */
  unlink(): void;
  is_linked(): boolean;
  /** Throws a `NetError` (code "ENETDOWN") when not linked. */
  link_info(): LinkInfo;
  /** The IPv4 address of a name; an address is answered as it is. Rejects with a `NetError` (code "ENOTFOUND" ...). */
  gethostbyname(host: string): Promise<string>;
  /**
   * Starts a connection, looking the name up itself. Throws a `NetError` where failure is known at once, and then
   * calls nothing; every later failure arrives in `events.onClose`. No event is delivered before it has returned.
   */
  connect(to: Endpoint, events: Receiver): Socket;
}
