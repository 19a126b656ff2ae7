// The other end of the driver contract: a TCP server that does what the first line of each connection says, so that
// a driver in another process can be tested with nothing but a port number.
//
//   echo                 sends everything back
//   send N fin|rst|hold  sends N bytes of the pattern, then closes, resets, or waits
//   name X               waits; remembered by that name
//   gone X               says "gone" once the connection of that name has been closed by its client
//   count                says how many connections there were so far
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';

/** What `send` sends, again and again; a prime length, so that no piece looks like the next. */
export const PATTERN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678';

export class ContractPeer {
  private connections = 0;
  private named: { [name: string]: Promise<void> } = {};
  private sockets = new Set<net.Socket>();
  private server = net.createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));

  static async start(host = '127.0.0.1'): Promise<ContractPeer> {
    const peer = new ContractPeer();
    await new Promise<void>((go) => peer.server.listen(0, host, go));
    return peer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((go) => this.server.close(() => go()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: net.Socket): void {
    let line = Buffer.alloc(0);
    const ended = new Promise<void>((go) => {
      socket.on('end', () => go());
      socket.on('close', () => go());
    });
    this.connections++;
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    void ended.then(() => socket.end());
    const listen = (data: Buffer) => {
      line = Buffer.concat([line, data]);
      const end = line.indexOf('\n');
      if (end < 0) return;
      socket.off('data', listen);
      this.obey(line.toString('latin1', 0, end).split(' '), line.subarray(end + 1), socket, ended);
    };
    socket.on('data', listen);
  }

  private obey([verb, arg, then]: string[], rest: Buffer, socket: net.Socket, ended: Promise<void>): void {
    if (verb === 'echo') {
      socket.write(rest);
      socket.on('data', (data) => socket.write(data));
      return;
    }
    socket.resume();
    if (verb === 'name') this.named[arg] = ended;
    if (verb === 'gone') void (this.named[arg] || Promise.resolve()).then(() => socket.write('gone'));
    if (verb === 'count') socket.write('' + this.connections);
    if (verb !== 'send') return;
    const bytes = PATTERN.repeat(Math.ceil(+arg / PATTERN.length)).substr(0, +arg);
    socket.write(bytes, 'latin1', () => {
      if (then === 'fin') socket.end();
      // data and reset in one go can reach the other side as an orderly end
      if (then === 'rst') setTimeout(() => socket.resetAndDestroy(), 50);
    });
  }
}
