// A connection between two requests: it waits to be reused, and notices if it dies meanwhile.
import type { Receiver, Socket } from './net/driver';

/** A kept connection, `Response.connection`. */
export interface Connection {
  /** Closes it; more than once is fine. */
  close(): void;
  /** scheme, host and port it belongs to */
  readonly _origin: string;
}

/** The same, with its internals. */
export interface Kept extends Connection, Receiver {
  /** null once closed or in use */
  _socket: Socket | null;
  /** the peer's certificate was not verified */
  _unverified?: number;
}

function close(this: Kept): void {
  const socket = this._socket;
  this._socket = null;
  if (socket) socket.close();
}

/** Asks for a byte: unless some are wanted, a driver does not tell that they came. As `onWritable` it does nothing. */
function one(): number {
  return 1;
}

/** Keeps an idle socket. Unexpected bytes make it useless: they could be taken for the next answer. */
export function keep(socket: Socket, origin: string, unverified?: number): Kept {
  const kept: Kept = {
    _socket: socket,
    _origin: origin,
    _unverified: unverified,
    close: close,
    want: one,
    onData: close,
    onWritable: one,
    onClose: close,
  };
  socket.events = kept;
  socket.resume();
  return kept;
}
