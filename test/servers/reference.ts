// An honest HTTP/1.1 server for the ordinary cases, over node:http.
//
//   /echo            what was asked, as JSON: method, url, headers, body (a byte string), request number on its connection
//   /bytes/N         N bytes of noise with their length; honours a range
//   /chunked/N       the same in chunked coding, in pieces of many sizes, with a trailer
//   /close/N         the same until close
//   /slow/N          the same with their length, a few at a time
//   /status/N        that status, with a short body where one is allowed
//   /etag            304 to who knows it already
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { noise } from '../exchange/expect';

export class ReferenceServer {
  private sockets = new Map<Socket, number>();
  private server = http.createServer((request, response) => void this.answer(request, response));
  /** how many connections there were */
  connections = 0;

  static async start(): Promise<ReferenceServer> {
    const reference = new ReferenceServer();
    reference.server.on('connection', (socket) => {
      reference.connections++;
      reference.sockets.set(socket, 0);
      socket.on('close', () => reference.sockets.delete(socket));
    });
    await new Promise<void>((go) => reference.server.listen(0, '127.0.0.1', go));
    return reference;
  }

  /** how many connections there are */
  get open(): number {
    return this.sockets.size;
  }

  url(path: string): string {
    return 'http://127.0.0.1:' + (this.server.address() as AddressInfo).port + path;
  }

  async stop(): Promise<void> {
    const closed = new Promise((go) => this.server.close(go));
    for (const socket of this.sockets.keys()) socket.destroy();
    await closed;
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const [, what, arg] = request.url!.split(/[/?]/);
    const n = +arg;
    const nth = this.sockets.get(request.socket)! + 1;
    this.sockets.set(request.socket, nth);
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    if (what === 'echo') {
      const body = Buffer.concat(pieces).toString('latin1');
      const { method, url, headers } = request;
      response.setHeader('Content-Type', 'application/json');
      const text = JSON.stringify({ method, url, headers, body, nth });
      response.setHeader('Content-Length', Buffer.byteLength(text));
      response.end(text);
    } else if (what === 'bytes') {
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range || '');
      const bytes = range ? noise(n).subarray(+range[1], +range[2] + 1) : noise(n);
      if (range) response.setHeader('Content-Range', `bytes ${range[1]}-${range[2]}/${n}`);
      response.writeHead(range ? 206 : 200, { 'Content-Length': bytes.length });
      response.end(bytes);
    } else if (what === 'chunked') {
      response.writeHead(200, { 'Transfer-Encoding': 'chunked' });
      const bytes = noise(n);
      for (let at = 0, size = 1; at < n; at += size, size = 1 + ((size * 7) % 3000))
        await write(response, bytes.subarray(at, at + size));
      response.addTrailers({ 'X-Sum': '' + n });
      response.end();
    } else if (what === 'close') {
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
      response.writeHead(200, { Connection: 'close' });
      response.end(noise(n));
    } else if (what === 'slow') {
      response.writeHead(200, { 'Content-Length': n });
      const bytes = noise(n);
      for (let at = 0; at < n; at += 9) await write(response, bytes.subarray(at, at + 9));
      response.end();
    } else if (what === 'status') {
      response.writeHead(n);
      response.end(n === 204 || n === 304 ? undefined : 'status ' + n);
    } else if (what === 'etag') {
      response.setHeader('ETag', '"v1"');
      response.statusCode = request.headers['if-none-match'] === '"v1"' ? 304 : 200;
      response.end(response.statusCode === 200 ? 'the first version' : undefined);
    } else {
      response.writeHead(404);
      response.end();
    }
  }
}

function write(response: http.ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((go) => response.write(bytes, () => setImmediate(go)));
}
