// The way out: streams and datagrams of the virtual network joined to real sockets of this machine.

import * as dgram from 'node:dgram';
import * as net from 'node:net';
import type { Lan } from './net';
import type { TcpSegment, UdpPacket } from './packets';
import type { Stream, StreamEvents } from './peer';

export class Loopback {
  private sockets = new Set<net.Socket>();
  private servers = new Set<net.Server>();
  private datagrams = new Map<string, { socket: dgram.Socket; ready: Promise<void> }>();
  private opening = 0;

  constructor(private lan: Lan) {}

  get busy(): boolean {
    return this.opening > 0;
  }

  get joined(): boolean {
    return this.opening + this.sockets.size + this.servers.size + this.datagrams.size > 0;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    for (const server of this.servers) server.close();
    for (const { socket } of this.datagrams.values()) socket.close();
    this.sockets.clear();
    this.servers.clear();
    this.datagrams.clear();
  }

  /** A SYN of the chip for a host that is no script: refused becomes RST, unreachable becomes silence. */
  connect(stream: Stream, syn: TcpSegment): void {
    const host = this.lan.route(stream.ip);
    if (host === null) return;
    const socket = net.connect({ host, port: stream.port, allowHalfOpen: true });
    this.track(socket);
    this.opening++;
    const failed = (error: NodeJS.ErrnoException) => {
      this.opening--;
      if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') stream.refuse(syn);
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      this.opening--;
      socket.removeListener('error', failed);
      this.join(stream, socket);
      stream.accept(syn);
    });
  }

  /**
   * A real port of this machine that leads to a listening port of the chip.
   * Gives the port; 0 takes any that is free.
   */
  forward(chipPort: number, hostPort = 0): Promise<number> {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      this.track(socket);
      this.join(this.lan.dial(chipPort, {}), socket);
    });
    this.servers.add(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(hostPort, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
    });
  }

  private track(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.sockets.delete(socket));
  }

  /** The real socket is read only as far as the chip has room, and the chip's bytes are acknowledged once it took them. */
  private join(stream: Stream, socket: net.Socket): void {
    let ended = false;
    const pull = () => {
      for (;;) {
        const count = Math.min(stream.room, socket.readableLength);
        const piece = count > 0 ? (socket.read(count) as Buffer | null) : null;
        if (!piece) break;
        stream.write(new Uint8Array(piece));
      }
      // 'end' is told only to one who reads at the end of the data
      if (!socket.readableLength && stream.room > 0 && !ended) socket.read(0);
    };
    const events: StreamEvents = {
      onOpen: pull,
      onRoom: pull,
      onData: (bytes) => socket.write(bytes, () => stream.taken(bytes.length)),
      onEnd: () => socket.end(),
      onClose: (why) => (why === 'fin' ? socket.end() : socket.resetAndDestroy()),
    };
    stream.autoTake = false;
    stream.events = events;
    socket.on('readable', pull);
    socket.on('end', () => {
      ended = true;
      stream.end();
    });
    socket.on('error', () => stream.reset());
    socket.on('close', () => {
      if (!ended) stream.reset();
    });
  }

  /** One real socket for each pair of ports and address, connected, so that answers name their host and refusals are heard. */
  udp(packet: UdpPacket): void {
    const host = this.lan.route(packet.dst);
    if (host === null) return;
    const key = `${packet.sport}>${packet.dst}:${packet.dport}`;
    let known = this.datagrams.get(key);
    if (!known) this.datagrams.set(key, (known = this.openUdp(packet, host)));
    const { socket, ready } = known;
    void ready.then(() => {
      if (this.datagrams.get(key) === known) socket.send(packet.data, (error) => this.heardUdpError(error, packet));
    });
  }

  private openUdp(packet: UdpPacket, host: string): { socket: dgram.Socket; ready: Promise<void> } {
    const { src, dst, sport, dport } = packet;
    const socket = dgram.createSocket('udp4').unref();
    socket.on('message', (data) =>
      this.lan.udp({ src: dst, sport: dport, dst: src, dport: sport, data: new Uint8Array(data) }),
    );
    socket.on('error', (error) => this.heardUdpError(error, packet));
    this.opening++;
    const ready = new Promise<void>((resolve) =>
      socket.connect(dport, host, () => {
        this.opening--;
        resolve();
      }),
    );
    return { socket, ready };
  }

  private heardUdpError(error: NodeJS.ErrnoException | null, packet: UdpPacket): void {
    if (error?.code === 'ECONNREFUSED') this.lan.unreachable(packet);
  }
}
