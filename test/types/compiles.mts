// Calls that must compile in a strict project.
import * as requests from 'espruino-requests';
import type {
  Connection,
  ErrorClass,
  HTTPConnectionError,
  Phase,
  RequestError,
  RequestOptions,
  Source,
  StreamCallback,
  TlsContext,
  UploadOptions,
} from 'espruino-requests';
import { driverContract } from 'espruino-requests/driver-contract';
import { auto_init as onHost } from 'espruino-requests/boards/host';
import { auto_init as onPico, pins } from 'espruino-requests/boards/w5500-evb-pico';
import { driver as wifi } from 'espruino-requests/drivers/esp32wifi';
import { driver as host } from 'espruino-requests/drivers/host';
import { install } from 'espruino-requests/drivers/networkjs';
import { create } from 'espruino-requests/drivers/w5500';
import type { LinkOptions, W5500Options } from 'espruino-requests/drivers/w5500';
import { extend } from 'espruino-requests/drivers/w5500-listen';
import { create as createStatic } from 'espruino-requests/drivers/w5500-static';
import { register } from 'espruino-requests/netdriver';
import type {
  Bytes,
  Capabilities,
  Endpoint,
  LinkInfo,
  NetDriver,
  NetError,
  Receiver,
  Socket,
} from 'espruino-requests/netdriver';

// a driver of somebody's own
const capabilities: Capabilities = { tls: false, verify: false, sni: false, pause: true, blocking: ['dns'] };
const info: LinkInfo = { ip: '', mask: '', gw: '', dns: '', mac: '' };
const tls: TlsContext = { verify: false };
export const to: Endpoint = { host: 'h', port: 1, tls };
export const bytes: Bytes = 'x';
const error = (code: string): NetError => Object.assign(new Error(code), { code });
const driver: NetDriver = {
  name: 'mine',
  capabilities,
  link: () => Promise.resolve(info),
  unlink: () => {},
  is_linked: () => true,
  link_info: () => info,
  gethostbyname: () => Promise.reject(error('ENOTFOUND')),
  connect: (to: Endpoint, events: Receiver): Socket => host.connect(to, events),
};
register(driver);
export const rows: Promise<string>[] = driverContract({ driver }).map((row) => row.run());
export const answer: Promise<number> = requests.get('http://h/', { driver: driver.name }).then((r) => r.status);

// errors
export function explain(e: RequestError): string {
  if (e instanceof requests.HTTPConnectionError) return 'no server: ' + e.code;
  if (e instanceof requests.IOError) return 'on the way: ' + e.message;
  return e.name + e.code;
}
export function again(e: unknown): boolean {
  if (!(e instanceof requests.HTTPError)) return false;
  if (e instanceof requests.HTTPResponseError) return e.retryable;
  const phase: Phase = e.phase;
  return phase === 'dns';
}
export function byName(e: requests.HTTPError | requests.IOError): string {
  switch (e.name) {
    case 'HTTPConnectionError':
    case 'HTTPResponseError':
      return e.phase;
    case 'IOError':
      return e.code;
  }
}
export const last: HTTPConnectionError[] = [];
export const classes: ErrorClass[] = [requests.HTTPError, requests.IOError];

// options
interface Page {
  page: number;
  tag: string[];
  q?: string;
}
const page: Page = { page: 1, tag: ['a', 'b'] };
const aside: StreamCallback = async (chunk) => void chunk.length;
export const options = (connection: Connection | null): RequestOptions => ({
  params: { a: 1, b: [2, 'e', null], c: undefined, d: true },
  headers: { Connection: 'Keep-Alive', 'X-Count': 1, 'X-Flag': true, Accept: null },
  data: page,
  json: page,
  connection,
  ctx: { ca: 'x', cert: new Uint8Array(1), verify: false },
  driver: 'host',
  stream_chunk: 512,
  stream_callback(chunk, response) {
    const counted: number[] = [chunk.length, response.status, response.received];
    void counted;
  },
  timeout: 0,
  idle_timeout: 1,
  max_headers: 1,
  keep_headers: ['etag'],
  max_content: 1,
});
const uploadOptions: UploadOptions = { mime_type: 'text/csv', method: 'PUT', stream_callback: aside };
class Card implements Source {
  size(): number {
    return 1;
  }
  read(n: number): Uint8Array {
    return new Uint8Array(n);
  }
}
export const calls = [
  requests.get('http://h/', { params: page }),
  requests.post('http://h/', { data: 'x' }),
  requests.put('http://h/', { data: new Uint8Array(1) }),
  requests.patch('http://h/', { data: new ArrayBuffer(1) }),
  requests.delete('http://h/', { data: { a: ['x', 2] } }),
  requests.head('http://h/'),
  requests.options('http://h/'),
  requests.request('PROPFIND', 'http://h/', {}),
  requests.upload('http://h/', new Card(), uploadOptions),
  requests.upload('http://h/', { size: () => 3, read: (n) => 'abc'.slice(0, n), close() {} }),
  requests.upload('http://h/', requests.fd.bytes('x')),
];

// the response
export function look(r: requests.Response): requests.Response {
  const texts: string[] = [r.reason, r.url, r.text(), r.headers.etag || ''];
  const cookies: string[] | undefined = r.headers['set-cookie'];
  r.connection?.close();
  void [texts, cookies, r.content.subarray(1), r.total - r.received, r.json().any];
  return r.raise_for_status();
}
export const isResponse = (r: unknown): boolean => r instanceof requests.Response && r.status === 200;

// drivers and boards, on pins of the interpreter and on others
const pin = { write(level: boolean | number) {}, read: () => true };
const spi = { send: (data: Uint8Array) => data, write(...data: unknown[]) {} };
const parts: W5500Options = { spi: SPI1, cs: D17, rst: D20, irq: D21 };
const ethernet = create({ ...parts, buffers: [8, 8], retry: { time: 1 }, keepalive: 5, phy: '100F' });
const address: LinkOptions = { ip: '10.0.0.2', mask: '255.0.0.0', gw: '10.0.0.1', dns: ['10.0.0.1'], timeout: 1 };
register(ethernet);
export const links: Promise<LinkInfo | undefined>[] = [
  ethernet.link({ dhcp: true, hostname: 'x' }),
  ethernet.link(address),
  createStatic({ spi, cs: pin, rst: pin, irq: pin }).link({ ip: '10.0.0.2', mask: '255.0.0.0' }),
  create({ spi, cs: { write() {}, read: () => 1 }, irq: { write() {}, read: () => 1 } }).link({ dhcp: true }),
  wifi.link({ ssid: 'x', password: 'y' }),
  onPico(),
  onPico({ dhcp: true, cs: D5, baud: pins.LED }),
];
export const ready: Promise<string> = onHost({ ssid: 'x' }).then((link) => link.ip);
const server = extend(ethernet);
server.listen(80, (socket) => socket.events).close();
server.listen(81, (socket) => {
  if (socket.phase === 'open') return socket.events;
});
const udp = server.udp({ port: 1 });
udp.onMessage = (data, ip, port) => udp.send(data, ip, port, (e) => e?.code);
export const secure: NetDriver = install(server);
