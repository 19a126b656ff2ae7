import { bench, note, STATIC } from './bench';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import * as requests from '../../src';
import { register, unregister } from '../../src/net/registry';
import * as http from 'node:http';

describe('requests over the chip', () => {
  it('gets', async () => {
    const server = http.createServer((_q, a) => a.end('x'.repeat(5000)));
    await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
    const b = bench();
    register(b.driver);
    await b.wait(b.driver.link(STATIC));
    const r = await b.wait(requests.get(`http://10.0.0.7:${(server.address() as AddressInfo).port}/`));
    expect(r.status).toBe(200);
    expect(r.content.length).toBe(5000);
    unregister('w5500');
    server.close();
  });
});
