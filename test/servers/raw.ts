// A TCP server that does what it is told, byte for byte: everything a healthy HTTP server never does.
// Bytes are byte strings. Nothing in here sleeps; every wait ends with the connection at the latest.
import * as net from 'net';
import type { AddressInfo } from 'net';

/** What the server does with each connection; when it returns, the connection stays as it is. */
export type Script = (peer: Peer) => void | Promise<void>;

/** One connection, seen from the server. */
export class Peer {
  /** everything that came */
  received = '';
  /** the client has sent its FIN, or its reset */
  ended = false;
  /** set once the connection is gone: whether it was reset */
  closed: { reset: boolean } | undefined;
  private waiting: (() => void)[] = [];
  private reset = false;

  constructor(
    readonly socket: net.Socket,
    readonly number: number,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      this.received += data.toString('latin1');
      this.wake();
    });
    socket.on('end', () => {
      this.ended = true;
      this.wake();
    });
    socket.on('error', () => {
      this.reset = this.ended = true;
      this.wake();
    });
    socket.on('close', () => {
      this.ended = true;
      this.closed = { reset: this.reset };
      this.wake();
    });
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const go of waiting) go();
  }

  /** Waits until `ready` says so, or the client has closed. */
  async until(ready: () => boolean): Promise<boolean> {
    while (!ready()) {
      if (this.ended) return false;
      await new Promise<void>((go) => this.waiting.push(go));
    }
    return true;
  }

  /** Waits until the client has closed the connection. */
  async gone(): Promise<void> {
    while (!this.ended) await new Promise<void>((go) => this.waiting.push(go));
  }

  /** Takes the head of the next request off `received`, up to its empty line. */
  async head(): Promise<string> {
    await this.until(() => this.received.includes('\r\n\r\n'));
    return this.take(this.received.indexOf('\r\n\r\n') + 4);
  }

  /** Takes the next request off `received`: head, and a body by its Content-Length. '' when the client has closed. */
  async request(): Promise<string> {
    const head = await this.head();
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head);
    const n = length ? +length[1] : 0;
    await this.until(() => this.received.length >= n);
    return head + this.take(n);
  }

  take(n: number): string {
    const taken = this.received.substr(0, Math.max(n, 0));
    this.received = this.received.substr(taken.length);
    return taken;
  }

  /** Sends a slice, and gives the client a turn to read it by itself. */
  async send(bytes: string): Promise<void> {
    if (this.socket.destroyed || !bytes) return;
    await new Promise<void>((go) => this.socket.write(Buffer.from(bytes, 'latin1'), () => setImmediate(go)));
  }

  async sendAll(slices: string[]): Promise<void> {
    for (const slice of slices) await this.send(slice);
  }

  /** One byte at a time. */
  async drip(bytes: string): Promise<void> {
    for (let i = 0; i < bytes.length && !this.ended; i++) await this.send(bytes.charAt(i));
  }

  fin(): void {
    this.socket.end();
  }

  /** Resets, once the client has had the turns to read what was sent: libuv takes data and reset at once for an end. */
  async rst(): Promise<void> {
    for (let i = 0; i < 4; i++) await new Promise((go) => setImmediate(go));
    this.socket.resetAndDestroy();
  }

  /** Reads no more: the client's window closes. */
  stopReading(): void {
    this.socket.pause();
  }

  readAgain(): void {
    this.socket.resume();
  }
}

export class RawServer {
  /** the connections since `clear`, oldest first */
  peers: Peer[] = [];
  private open = new Set<net.Socket>();
  /** what a script threw: looked at by `stop` */
  private failure: unknown;
  private server: net.Server;
  script: Script;

  constructor(script?: Script) {
    this.script = script || (() => {});
    // without allowHalfOpen a client's FIN would be answered before the script knows
    this.server = net.createServer({ allowHalfOpen: true }, (socket) => {
      const peer = new Peer(socket, this.peers.length);
      this.peers.push(peer);
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
      Promise.resolve()
        .then(() => this.script(peer))
        .catch((e) => {
          this.failure = this.failure || e;
          socket.destroy();
        });
    });
  }

  static async start(script?: Script): Promise<RawServer> {
    const raw = new RawServer(script);
    await new Promise<void>((go) => raw.server.listen(0, '127.0.0.1', go));
    return raw;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** how many connections there were */
  get connections(): number {
    return this.peers.length;
  }

  url(path = '/'): string {
    return 'http://127.0.0.1:' + this.port + path;
  }

  /** Waits until every client has closed; that they do is what the test is about. */
  async allGone(): Promise<void> {
    for (const peer of this.peers) await peer.gone();
  }

  /** Forgets the connections so far. */
  clear(): void {
    this.peers = [];
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((go) => this.server.close(() => go()));
    for (const socket of this.open) socket.destroy();
    await closed;
    if (this.failure) throw this.failure;
  }
}
