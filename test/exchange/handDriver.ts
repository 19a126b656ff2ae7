// A net driver whose events are the test's to fire, for what must happen between two of them.
import { register, unregister } from '../../src/net/registry';
import type { Bytes, Endpoint, NetDriver, Receiver, Socket } from '../../src/net/driver';

export class HandSocket implements Socket {
  phase: Socket['phase'] = 'connect';
  written = '';
  writes: number[] = [];
  closed = false;
  hurried?: boolean;
  resumed = 0;
  private room = 0;

  constructor(
    readonly to: Endpoint,
    public events: Receiver,
  ) {}

  /** Connected, with room for so many bytes. */
  open(room = 100000): this {
    this.phase = 'open';
    return this.offer(room);
  }

  offer(room: number): this {
    this.room = room;
    if (!this.closed) this.events.onWritable(room);
    return this;
  }

  data(bytes: string): this {
    if (!this.closed) this.events.onData(bytes);
    return this;
  }

  end(err: any = null): void {
    if (!this.closed) this.events.onClose(err);
  }

  write(bytes: Bytes): void {
    if (this.closed) throw new Error('write on a closed socket');
    if (bytes.length > this.room) throw new Error('write of ' + bytes.length + ' bytes into room for ' + this.room);
    this.room -= bytes.length;
    this.writes.push(bytes.length);
    this.written += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
  }

  resume(): void {
    this.resumed++;
  }

  close(hurry?: boolean): void {
    this.hurried = hurry;
    this.closed = true;
  }
}

export class HandDriver implements NetDriver {
  readonly name = 'hand';
  readonly capabilities = { tls: true, verify: true, sni: true, pause: true, blocking: [] };
  readonly sockets: HandSocket[] = [];
  /** what `connect` throws, if anything */
  refuse: any;
  linked = true;

  constructor() {
    register(this);
  }

  /** The newest socket. */
  get socket(): HandSocket {
    return this.sockets[this.sockets.length - 1];
  }

  connect(to: Endpoint, events: Receiver): Socket {
    if (this.refuse) throw this.refuse;
    this.sockets.push(new HandSocket(to, events));
    return this.socket;
  }

  remove(): void {
    unregister(this.name);
  }

  link(): Promise<any> {
    return Promise.resolve(this.link_info());
  }
  unlink(): void {
    this.linked = false;
  }
  is_linked(): boolean {
    return this.linked;
  }
  link_info(): any {
    return { ip: '10.0.0.2', mask: '', gw: '', dns: '', mac: '' };
  }
  gethostbyname(host: string): Promise<string> {
    return Promise.resolve(host);
  }
}

export function netError(code: string, phase?: string): any {
  return Object.assign(new Error('made up ' + code), { code, phase });
}
