// What the examples talk to: every request is kept for the test to look at.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  method: string;
  url: string;
  type: string;
  body: Buffer;
}

export const FILE = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 5));

export class ExampleServer {
  seen: Seen[] = [];
  connections = 0;
  /** answers of these statuses come first */
  statuses: number[] = [];
  private server = createServer((request, response) => this.answer(request, response));

  static async start(): Promise<ExampleServer> {
    const made = new ExampleServer();
    made.server.on('connection', () => made.connections++);
    await new Promise<void>((ready) => made.server.listen(0, '127.0.0.1', ready));
    return made;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const { method = '', url = '', headers } = request;
      this.seen.push({ method, url, type: headers['content-type'] || '', body });
      response.statusCode = this.statuses.shift() || 200;
      if (response.statusCode === 429) response.setHeader('Retry-After', '1');
      // a connection that is not kept, without a word
      if (url.startsWith('/once')) response.on('finish', () => request.socket.destroySoon());
      if (url === '/readings/long') response.end('x'.repeat(20000));
      else if (url.startsWith('/file')) response.end(FILE.subarray(0, url === '/file/empty' ? 0 : FILE.length));
      else if (method === 'GET') response.end(`you asked for ${url}`);
      else response.end(JSON.stringify({ bytes: body.length }));
    });
  }
}
