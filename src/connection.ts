// A connection between two requests: it waits to be used again, and notices when it dies meanwhile.
import type { Receiver, Socket } from './net/driver';

/** A kept connection, `Response.connection`. */
export interface Connection extends Receiver {
  /** Closes it; more than once is fine. */
  close(): void;
  /** null once closed or in use */
  _socket: Socket | null;
  /** scheme, host and port it belongs to */
  _origin: string;
}

function close(this: Connection): void {
  const socket = this._socket;
  this._socket = null;
  if (socket) socket.close();
}

function dead(this: Connection): void {
  this._socket = null;
}

function ignore(): void {}

function one(): number {
  return 1;
}

/** Keeps an idle socket. Bytes that nobody asked for make it useless: they could be taken for the next answer. */
export function keep(socket: Socket, origin: string): Connection {
  const kept: Connection = {
    _socket: socket,
    _origin: origin,
    close: close,
    want: one,
    onData: function () {
      kept.close();
    },
    onWritable: ignore,
    onClose: dead,
  };
  socket.events = kept;
  return kept;
}
