// Node's own sockets, for tests, for tools, and for trying things at a desk.
import { lookup } from 'node:dns';
import * as net from 'node:net';
import { networkInterfaces } from 'node:os';
import * as tls from 'node:tls';
import { netError } from '../../src/net/neterror';
import type {
  Bytes,
  Capabilities,
  ConnectPhase,
  Endpoint,
  LinkInfo,
  NetDriver,
  NetError,
  Receiver,
  Socket,
} from '../../src/net/driver';

/** bytes offered at a time; Node would queue any amount behind our back */
const ROOM = 16384;

/** An error of Node as one of a driver. `phase`: the stage of the connection, unless the lookup failed. */
function asNetError(e: NodeJS.ErrnoException, phase: ConnectPhase): NetError {
  const isLookup = e.syscall === 'getaddrinfo';
  // EINVAL: a name that is too long to be one
  const code = isLookup && e.code === 'EINVAL' ? 'ENOTFOUND' : e.code || 'EIO';
  // what OpenSSL itself says has its reason between addresses, file names and a line end
  const { library, reason } = e as { library?: string; reason?: string };
  return Object.assign(new Error(library ? `TLS: ${reason}` : e.message || code), {
    code,
    phase: isLookup ? 'dns' : phase,
  });
}

function pem(data: string | Uint8Array | undefined): string | Buffer | undefined {
  return data === undefined || typeof data === 'string' ? data : Buffer.from(data);
}

/** Throws if the name is empty, which Node takes for this computer's own. */
function needName(host: unknown): void {
  if (!host || typeof host !== 'string') throw netError('ENOTFOUND', 'the name is empty', 'dns');
}

class HostSocket implements Socket {
  phase: ConnectPhase = 'dns';
  private raw: net.Socket;
  private over = false;
  /** the bytes that `onData` was given last; undefined before the first ones */
  private delivered?: Buffer;
  /** not connected yet, or something is on its way out: no room until `drain` or `flush` */
  private busy = true;

  constructor(
    to: Endpoint,
    public events: Receiver,
  ) {
    const at = { host: to.host, port: to.port };
    if (to.tls) {
      this.raw = tls.connect({
        ...at,
        ca: pem(to.tls.ca),
        cert: pem(to.tls.cert),
        key: pem(to.tls.key),
        rejectUnauthorized: to.tls.verify !== false,
        servername: net.isIP(to.host) ? undefined : to.host,
      });
    } else this.raw = net.connect(at);
    const raw = this.raw;
    raw.setNoDelay(true);
    raw.on('lookup', () => (this.phase = 'connect'));
    raw.on('connect', () => (this.phase = to.tls ? 'tls' : 'open'));
    raw.on(to.tls ? 'secureConnect' : 'connect', () => this.opened());
    raw.on('drain', () => this.offer());
    raw.on('readable', () => this.pull());
    raw.on('end', () => this.stop(null));
    raw.on('error', (e) => this.stop(asNetError(e, this.isRefusal(e) ? 'tls' : this.phase)));
    raw.on('close', () => this.stop(null));
    if (net.isIP(to.host)) this.phase = 'connect';
  }

  /** In TLS 1.3 the peer refuses our certificate after the handshake is over on our side. */
  private isRefusal(e: NodeJS.ErrnoException): boolean {
    return /_ALERT_/.test(e.code ?? '') && !this.delivered;
  }

  private opened(): void {
    this.phase = 'open';
    this.offer();
  }

  private offer(): void {
    this.busy = false;
    if (!this.over) this.events.onWritable(ROOM);
  }

  private pull(): void {
    while (!this.over && this.phase === 'open') {
      const n = Math.min(this.events.want(), this.raw.readableLength);
      const piece = n > 0 ? this.raw.read(n) : null;
      if (!piece) break;
      this.delivered = piece;
      this.events.onData(new Uint8Array(piece.buffer, piece.byteOffset, piece.length));
    }
    // Node tells the end only to those who have read up to it
    if (!this.over && this.raw.readableLength === 0) this.raw.read(0);
  }

  unread(n: number): void {
    const piece = this.delivered!;
    this.raw.unshift(piece.subarray(piece.length - n));
  }

  private stop(err: NetError | null): void {
    if (this.over) return;
    if (!err && this.phase !== 'open') err = netError('ECONNRESET', 'closed before it was open', this.phase);
    this.over = true;
    this.raw.destroy();
    this.events.onClose(err);
  }

  // What is written goes out in one piece, just after Node has looked for what arrived: a peer that answers early often
  // hangs up, and on the next write Node would drop its answer.
  write(bytes: Bytes): void {
    if (!this.busy) {
      this.busy = true;
      this.raw.cork();
      setImmediate(() => this.flush());
    }
    this.raw.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Uint8Array.from(bytes));
  }

  private flush(): void {
    this.raw.uncork();
    // else 'drain' follows
    if (!this.raw.writableNeedDrain) this.offer();
  }

  resume(): void {
    if (this.over || this.phase !== 'open') return;
    if (!this.busy) this.events.onWritable(ROOM);
    this.pull();
  }

  close(): void {
    this.over = true;
    this.raw.uncork();
    this.raw.destroy();
  }
}

/** The first address that is not this computer's own loopback. */
export function link_info(): LinkInfo {
  for (const list of Object.values(networkInterfaces()))
    for (const a of list || [])
      if (a.family === 'IPv4' && !a.internal) return { ip: a.address, mask: a.netmask, gw: '', dns: '', mac: a.mac };
  return { ip: '127.0.0.1', mask: '255.0.0.0', gw: '', dns: '', mac: '' };
}

export const name = 'host';
export const capabilities: Capabilities = { tls: true, verify: true, sni: true, pause: true, blocking: [] };

export function link(): Promise<LinkInfo> {
  return Promise.resolve(link_info());
}

export function unlink(): void {}

export function is_linked(): boolean {
  return true;
}

export function gethostbyname(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    needName(host);
    lookup(host, { family: 4 }, (e, address) => (e ? reject(asNetError(e, 'dns')) : resolve(address)));
  });
}

export function connect(to: Endpoint, events: Receiver): Socket {
  needName(to.host);
  if (!Number.isInteger(to.port) || to.port < 1 || to.port > 65535)
    throw netError('EINVAL', `port is ${to.port}, must be 1 to 65535`);
  try {
    return new HostSocket(to, events);
  } catch (e) {
    // what can still be refused at once is what TLS is set up with
    throw netError('ETLS', `bad ca, cert or key: ${(e as Error).message}`, 'tls');
  }
}

/** The driver; the module itself is one too. */
export const driver: NetDriver = {
  name,
  capabilities,
  link,
  unlink,
  is_linked,
  link_info,
  gethostbyname,
  connect,
};
