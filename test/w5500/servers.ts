// Servers on the real loopback, which every address beyond the chip stands for.
import * as http from 'node:http';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

function listen(server: net.Server): Promise<number> {
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
}

/** An HTTP server; gives its port. */
export function serveHttp(answer: http.RequestListener): Promise<number> {
  const server = http.createServer(answer);
  server.keepAliveTimeout = 0;
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

/** A TCP server; gives its port. */
export function serveTcp(talk: (socket: net.Socket) => void): Promise<number> {
  const all = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    all.add(socket);
    socket.on('error', () => {});
    talk(socket);
  });
  closing.push(() => {
    all.forEach((s) => s.destroy());
    server.close();
  });
  return listen(server);
}

/** A body in which every byte tells where it is. */
export function pattern(n: number): Uint8Array {
  const body = new Uint8Array(n);
  for (let i = 0; i < n; i++) body[i] = (i * 7 + (i >> 8) * 13 + (i >> 16)) & 255;
  return body;
}
