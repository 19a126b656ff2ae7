// A net driver without a net: what it "receives" are the slices of a test, in the form and manner that is asked for.
import { register, unregister } from '../../src/net/registry';
import type { Bytes, NetDriver, Receiver, Socket } from '../../src/net/driver';

export interface Manner {
  name: string;
  /** the form of the bytes */
  form: 'string' | 'Uint8Array';
  /** obeys `want`, as a chip with a buffer of its own can; else pushes as it comes, as firmware does */
  pause: boolean;
  /** takes bytes back */
  back?: boolean;
}

export const manners: Manner[] = [
  { name: 'pushed as byte strings', form: 'string', pause: false },
  { name: 'pulled as arrays', form: 'Uint8Array', pause: true, back: true },
  { name: 'pulled as arrays, for good', form: 'Uint8Array', pause: true },
];

/** One connection and its fate. */
export class SlicedSocket implements Socket {
  phase = 'open' as const;
  written = '';
  closed = 0;
  unread?: (n: number) => void;
  private piece = '';
  /** what the receiver did that it may not */
  complaint = '';
  private waiting = '';
  private ended = false;

  constructor(
    public events: Receiver,
    private manner: Manner,
    private slices: string[],
    private fin: boolean,
  ) {
    if (manner.back) this.unread = this.takeBack;
  }

  private lend(bytes: string): Bytes {
    return this.manner.form === 'string' ? bytes : new Uint8Array(Buffer.from(bytes, 'latin1'));
  }

  /** Delivers all slices in one turn, as far as they are wanted. */
  play(): void {
    this.events.onWritable(100000);
    for (const slice of this.slices) {
      this.waiting += slice;
      this.deliver();
    }
    if (this.fin) this.ended = true;
    this.deliver();
  }

  private deliver(): void {
    while (!this.closed && this.waiting) {
      const n = this.manner.pause ? this.events.want() : this.waiting.length;
      if (!n) return;
      if (!(n > 0)) {
        this.complaint = 'it wants ' + n + ' bytes';
        return;
      }
      const piece = this.waiting.substr(0, n);
      this.waiting = this.waiting.substr(n);
      const lent = this.lend(piece);
      this.piece = piece;
      this.events.onData(lent);
      // who wants to keep them makes a copy
      if (typeof lent !== 'string') lent.fill(0x21);
    }
    if (this.closed || !this.ended) return;
    this.ended = false;
    this.closed = -1;
    this.events.onClose(null);
  }

  write(bytes: Bytes): void {
    if (this.closed) throw new Error('write behind the end');
    this.written += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
  }

  private takeBack(n: number): void {
    if (!(n > 0 && n <= this.piece.length)) this.complaint = `it hands ${n} of ${this.piece.length} bytes back`;
    this.waiting = this.piece.substr(this.piece.length - n) + this.waiting;
    this.piece = '';
  }

  resume(): void {
    if (!this.closed) this.deliver();
  }

  close(): void {
    this.closed = 1;
  }
}

/** The driver "sliced"; each connection plays the slices that `next` gives. */
export class SlicedDriver implements NetDriver {
  readonly name = 'sliced';
  readonly capabilities;
  readonly sockets: SlicedSocket[] = [];

  constructor(
    private manner: Manner,
    private next: (host: string) => { slices: string[]; fin: boolean },
  ) {
    this.capabilities = { tls: false, verify: false, sni: false, pause: manner.pause, blocking: [] };
    register(this);
  }

  connect(to: { host: string; port: number }, events: Receiver): Socket {
    const { slices, fin } = this.next(to.host);
    const socket = new SlicedSocket(events, this.manner, slices, fin);
    this.sockets.push(socket);
    setImmediate(() => socket.play());
    return socket;
  }

  remove(): void {
    unregister(this.name);
  }

  link(): Promise<any> {
    return Promise.resolve(this.link_info());
  }
  unlink(): void {}
  is_linked(): boolean {
    return true;
  }
  link_info(): any {
    return { ip: '127.0.0.1', mask: '', gw: '', dns: '', mac: '' };
  }
  gethostbyname(host: string): Promise<string> {
    return Promise.resolve(host);
  }
}
