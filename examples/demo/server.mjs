// The server that the examples talk to at a desk: real HTTP on loopback, at a port that happens to be free.
import { createServer } from 'node:http';
import { crc32 } from './crc32.mjs';

/** `bytes` bytes that never repeat for long, the same each time. */
export function content(bytes, seed = 1) {
  const body = Buffer.alloc(bytes);
  let x = seed;
  for (let i = 0; i < bytes; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    body[i] = x >>> 24;
  }
  return body;
}

/** What download.js makes of a body: CRC-32 of each piece, folded with a rotation. */
export function checksum(body, piece = 512) {
  let sum = 0;
  for (let i = 0; i < body.length; i += piece)
    sum = ((sum << 1) | (sum >>> 31)) ^ crc32(body.subarray(i, Math.min(i + piece, body.length)));
  return (sum >>> 0).toString(16);
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

export class DemoServer {
  /** what /file gives */
  file;
  /** by number: what was posted to /readings */
  readings = new Map();
  /** readings that came once more */
  repeated = 0;
  /** so many posts of readings are answered with 503 */
  unavailable = 0;
  /** the connections, and the requests by method */
  connections = 0;
  requests = {};
  #server;
  #port = 0;

  constructor(bytes = 10240) {
    this.file = content(bytes);
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('connection', () => this.connections++);
  }

  /** Listens; after `stop` at the same port again. */
  async start() {
    await new Promise((ready, fail) => {
      this.#server.once('error', fail);
      this.#server.listen(this.#port, '127.0.0.1', ready);
    });
    this.#port = this.#server.address().port;
    return this;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  url(path = '/') {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, 'http://h');
    const body = await read(request).catch(() => undefined);
    if (!body) return;
    this.requests[request.method] = (this.requests[request.method] || 0) + 1;
    const json = (what, status = 200) => {
      const text = JSON.stringify(what);
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
      response.end(text);
    };
    try {
      if (pathname === '/file') {
        response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': this.file.length });
        response.end(this.file);
      } else if (pathname === '/readings' && request.method === 'POST') this.#take(JSON.parse(body), json);
      else if (pathname === '/post' && request.method === 'POST')
        json({ got: JSON.parse(body), type: request.headers['content-type'] });
      else if (pathname === '/upload') json({ bytes: body.length, crc: crc32(body) });
      else if (pathname === '/') response.end(`hello from the demo, you asked for ${request.url}\n`);
      else json({ error: 'nothing here' }, 404);
    } catch (e) {
      json({ error: e.message }, 400);
    }
  }

  #take({ readings }, json) {
    if (this.unavailable-- > 0) return json({ error: 'starting up' }, 503);
    for (const reading of readings) {
      if (this.readings.has(reading.n)) this.repeated++;
      this.readings.set(reading.n, reading);
    }
    return json({ taken: readings.length }, 201);
  }
}
