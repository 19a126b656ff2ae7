// The seam between HTTP and whatever moves the bytes: types only, nothing of this file is left at run time.
//
// Bytes travel in the form that their owner already has. Firmware sockets push byte strings of up to 536 bytes and
// cannot be paused; a chip on SPI is asked for n bytes and keeps the rest. So a driver *pushes* (`onData`), and the
// receiver can be asked what it wants (`want`): a driver that can wait asks first and reads no more than that, one that
// cannot pushes all it has. Neither side needs a copy, a timer, a promise or a closure per piece. docs/seam.md tells
// what else was tried, and what each form cost in the interpreter.

/**
 * A run of bytes: a byte string (each character is one byte, 0 to 255) or a Uint8Array. An array is lent: whoever
 * receives it may read it during the call only, and copies what is to be kept. A string is given for good: it may be
 * kept and must never change. So do not pass a string that shares the memory of an array, as `E.toString` of a whole
 * array does; pass the array itself.
 */
export type Bytes = string | Uint8Array;

/** The stage of a connection: looking up the name, connecting, the TLS handshake, ready for bytes. */
export type ConnectPhase = 'dns' | 'connect' | 'tls' | 'open';

/** What a driver can and cannot do: its hardware and firmware as they are, not as one would like them to be. */
export interface Capabilities {
  /** can open TLS connections */
  tls: boolean;
  /** checks certificate chain, name and dates; if false, `https:` needs `ctx: {verify: false}` */
  verify: boolean;
  /** sends the server name in the TLS handshake (RFC 6066 section 3) */
  sni: boolean;
  /** honours `Receiver.want`: unread bytes stay with the peer, whose window closes */
  pause: boolean;
  /** the steps that stop the interpreter until they are over, e.g. `["dns", "connect"]` */
  blocking: ('dns' | 'connect' | 'tls')[];
}

/** The addresses of a linked driver, in dotted form; `mac` as `aa:bb:cc:dd:ee:ff`. `""` for what a driver cannot know. */
export interface LinkInfo {
  ip: string;
  mask: string;
  gw: string;
  dns: string;
  mac: string;
}

/** TLS settings of one connection, PEM or DER as the driver's TLS takes them. */
export interface TlsContext {
  ca?: string | Uint8Array;
  cert?: string | Uint8Array;
  key?: string | Uint8Array;
  /** false: accept any certificate. Default true. */
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
 * "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT" ...), a message that is useful by itself, and the phase in which it happened.
 */
export interface NetError extends Error {
  code: string;
  phase?: ConnectPhase;
}

/**
 * The user of a socket. The driver calls these as methods of the object that `Socket.events` is at that moment. They do not
 * throw. None is called after `onClose` or after `Socket.close()`.
 */
export interface Receiver {
  /**
   * How many bytes the receiver wants next, at most; 0: not now. A driver with `capabilities.pause` asks before every
   * delivery and never delivers more; at 0 it reads nothing at all until `resume()`. The others never ask.
   */
  want(): number;
  /**
   * Bytes have arrived: in order, and at least one. They are lent for the call, in which the last ones may be handed
   * back (see `Socket.unread`).
   */
  onData(bytes: Bytes): void;
  /**
   * While it is set, it takes byte strings instead of `onData`, and is faster: a plain function that does not use
   * `this`, so that a driver can install it as a listener. When it is set, replaced or removed, `resume()` follows.
   * Drivers may ignore it.
   */
  sink?(bytes: string): void;
  /**
   * `write` may be called with up to `room` bytes in total before the next `onWritable`. The first call also means:
   * connected.
   */
  onWritable(room: number): void;
  /** The end, once, after all bytes: null if the peer closed in order, else why the connection broke. */
  onClose(err: NetError | null): void;
}

/** One TCP (or TLS) connection, from the moment it is asked for. */
export interface Socket {
  /** receives the events; may be replaced while the connection is idle, followed by `resume()` */
  events: Receiver;
  readonly phase: ConnectPhase;
  /** Takes all of `bytes`, which are no more than the room last offered. An array is not used after the call. */
  write(bytes: Bytes): void;
  /**
   * Inside `onData`: hands back the last `n` of its bytes; they come again when they are wanted. It exists only if
   * unread bytes can stay where they are, and then `sink` is not used.
   */
  unread?(n: number): void;
  /**
   * `events` or its `sink` has changed, or wants bytes again: offers room and unread bytes (again). May call back at
   * once.
   */
  resume(): void;
  /**
   * Closes and frees everything. Safe at any time, inside a callback, and more than once; no event follows. What was
   * written may still be sent; `hurry` says that nobody needs it, should that take time.
   */
  close(hurry?: boolean): void;
}

/** A network: what a board registers and `requests` uses. */
export interface NetDriver {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Brings the network up. Rejects with a `NetError` that says what was missing. */
  link(options?: any): Promise<LinkInfo>;
  /** Takes the network down: open sockets end with an error. */
  unlink(): void;
  is_linked(): boolean;
  /** Throws a `NetError` (code "ENETDOWN") when not linked. */
  link_info(): LinkInfo;
  /** The IPv4 address of a name; an address is returned as it is. Rejects with a `NetError` (code "ENOTFOUND" ...). */
  gethostbyname(host: string): Promise<string>;
  /**
   * Starts a connection, looking up the name by itself. Throws a `NetError` if failure is certain at once, and then calls
   * nothing; every later failure arrives in `events.onClose`. No event is delivered before it has returned.
   */
  connect(to: Endpoint, events: Receiver): Socket;
}
