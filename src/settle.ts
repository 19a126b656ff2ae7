// How a request ends: once, with an answer or an error, and everything freed.
import { keep } from './connection';
import { error, HTTPConnectionError, IOError } from './errors';
import { arrived, at, Count, Wait } from './http/parser';
import { closeSource } from './source';
import type { Phase } from './errors';
import type { Exchange } from './model';
import type { NetError } from './net/driver';

/** The stage of the connection; '' once bytes can flow. */
export function stage(x: Exchange): Phase | '' {
  const phase = x._socket ? x._socket.phase : 'connect';
  return phase === 'open' ? '' : phase;
}

/** The error for a call that the driver or the clock ended. Unless `phase` says more than 'open', it is that of the call. */
export function failed(x: Exchange, code: string, message: string, phase?: Phase | 'open'): Error {
  const s = stage(x);
  // in TLS 1.3 the peer may still refuse us after the handshake is over on our side
  const up = !s && phase !== 'tls';
  if (!phase || phase === 'open') phase = s || ((x._unsent || x._out) && x._wait < Wait.Nothing ? 'send' : at(x));
  return error(
    up ? IOError : HTTPConnectionError,
    code || 'EIO',
    phase,
    message,
    // sending it twice does no harm (RFC 9110 section 9.2.2), or nothing was sent yet; but a bad certificate stays bad:
    // that has one of Node's codes, like CERT_HAS_EXPIRED, or the ETLS of firmware
    up ? x._response._safe : phase === 'tls' ? !/_|TLS/.test(code) : code !== 'EINVAL' && code !== 'ENODRIVER',
  );
}

/** The error for what the driver threw or told. */
export function failedBy(x: Exchange, err: NetError): Error {
  return failed(x, err.code, err.message, err.phase);
}

/** How much of the body has arrived, for a message; '' before it begins. */
export function progress(x: Exchange): string {
  const total = x._response.total;
  return x._wait < Wait.Nothing ? '' : ' after ' + arrived(x) + (total < 0 ? '' : ' of ' + total) + ' bytes of body';
}

/** The one way out: frees everything, then answers: with the response if it is complete, else with `err`. */
export function settle(x: Exchange, err: any, complete?: boolean): void {
  const socket = x._socket;
  const r = x._response;
  if (x._over) return;
  // held: whoever is working on a packet stops there
  x._over = x._held = 1;
  r._progress = x._received();
  if (x._timer) clearTimeout(x._timer);
  closeSource(x._source);
  if (x._count) x._count(Count.Stop);
  // these refer back to `x`, and a circle is freed only by garbage collection; and a closed source is not read again
  x.sink = x._count = x._socket = x._source = undefined;
  if (socket) {
    if (complete && x._origin && x._exact && !x._unsent && !x._out && !x._aside && x._closed === undefined)
      r._connection = keep(socket, x._origin, x._unverified);
    else socket.close(true);
  }
  // not in this turn: in the interpreter a promise that is rejected before anyone listens is an uncaught error
  if (complete) x._resolve(r);
  else setTimeout(x._reject, 0, err);
}
