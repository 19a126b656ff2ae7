// Calls that must not compile: a line that does is an error.
import * as requests from 'espruino-requests';
import { driver as wifi } from 'espruino-requests/drivers/esp32wifi';
import { driver as host } from 'espruino-requests/drivers/host';
import { create } from 'espruino-requests/drivers/w5500';
import { extend } from 'espruino-requests/drivers/w5500-listen';
import { create as createStatic } from 'espruino-requests/drivers/w5500-static';
import { register } from 'espruino-requests/netdriver';
import type { Capabilities } from 'espruino-requests/netdriver';

const { get, post, upload } = requests;
const f = (): number => 1;
const pin = { write() {}, read: () => 1 };
const spi = { send: f, write: f };
const see = (what: unknown): unknown => what;

// @ts-expect-error a function in a header
get('x', { headers: { a: f } });
// @ts-expect-error an object in a header
get('x', { headers: { a: { b: 1 } } });
// @ts-expect-error headers in a Map
get('x', { headers: new Map([['a', 'b']]) });
// @ts-expect-error headers in a list
get('x', { headers: ['a: b'] });
// @ts-expect-error params as URLSearchParams
get('x', { params: new URLSearchParams('a=b') });
// @ts-expect-error params as text
get('x', { params: 'a=b' });
// @ts-expect-error params in a list
get('x', { params: ['a'] });
// @ts-expect-error params in a Map
get('x', { params: new Map([['a', 'b']]) });
// @ts-expect-error data as a list
post('x', { data: [1, 2] });
// @ts-expect-error data as a number
post('x', { data: 5 });
// @ts-expect-error data as other than bytes
post('x', { data: new Uint16Array(4) });
// @ts-expect-error data as a Map
post('x', { data: new Map([['a', 'b']]) });
// @ts-expect-error a number as text
get('x', { timeout: '5' });
// @ts-expect-error an option that is none
get('x', { timout: 5 });
// @ts-expect-error of uploads only
post('x', { method: 'PUT' });
// @ts-expect-error a driver is named
get('x', { driver: host });
// @ts-expect-error no TLS setting
get('x', { ctx: { rejectUnauthorized: false } });
// @ts-expect-error made by hand
get('x', { connection: { close() {} } });
// @ts-expect-error a URL is text
get(new URL('http://h/'));
// @ts-expect-error text is no source
upload('x', 'abc');
// @ts-expect-error a source does not wait
upload('x', { size: () => 3, read: async () => 'x' });

export function look(r: requests.Response): void {
  // @ts-expect-error as it came
  r.status = 5;
  // @ts-expect-error may not be there
  r.headers.etag.length.toFixed();
  // @ts-expect-error text
  r.headers.etag = 5;
  // @ts-expect-error a list
  see(r.headers['set-cookie']!.toFixed());
  // @ts-expect-error may be null
  r.connection.close();
  // @ts-expect-error from inside
  r.connection?.onData('x');
  // @ts-expect-error from inside
  r.connection?._socket?.close();
  // @ts-expect-error from inside
  see(r._progress);
  // @ts-expect-error from inside
  see(r._safe);
}
// @ts-expect-error for instanceof only
export const response = new requests.Response('x', true);
// @ts-expect-error text for a truth
export const capabilities: Capabilities = { tls: false, verify: false, sni: 'no', pause: true, blocking: [] };

// @ts-expect-error only for instanceof
export const made = new requests.HTTPError();
// @ts-expect-error no function
export const called = requests.IOError('x');
export function isHttp(e: requests.IOError): requests.HTTPError {
  // @ts-expect-error another class
  return e;
}

// @ts-expect-error no step
export const lunch: Capabilities = { tls: false, verify: false, sni: false, pause: true, blocking: ['lunch'] };
// @ts-expect-error no driver
register({ name: 'x' });
// @ts-expect-error a port is a number
host.connect({ host: 'x', port: '80' }, null as never);
// @ts-expect-error a network has a name
wifi.link();
// @ts-expect-error no servers
host.listen(80, f);

// @ts-expect-error no options
create();
// @ts-expect-error no port
create({ cs: pin });
// @ts-expect-error the number of a port
create({ spi: 1, cs: pin });
// @ts-expect-error a port that only sends
create({ spi: { send: f }, cs: pin });
// @ts-expect-error the number of a pin
create({ spi, cs: 17 });
// @ts-expect-error the name of a pin
create({ spi, cs: 'D17' });
// @ts-expect-error a pin that is not read
create({ spi, cs: pin, irq: { write() {} } });
// @ts-expect-error bytes for a text
create({ spi, cs: pin, mac: [2, 0, 0, 0, 0, 1] });
// @ts-expect-error no mode
create({ spi, cs: pin, phy: '1000' });
// @ts-expect-error nothing to link with
create({ spi, cs: pin }).link();
// @ts-expect-error no address
create({ spi, cs: pin }).link({});
// @ts-expect-error nor this
create({ spi, cs: pin }).link({ dhcp: false });
// @ts-expect-error no mask
create({ spi, cs: pin }).link({ ip: '10.0.0.2' });
// @ts-expect-error no DHCP
createStatic({ spi, cs: pin }).link({ dhcp: true });
// @ts-expect-error no UDP
createStatic({ spi, cs: pin }).udp();
// @ts-expect-error nor here
extend(createStatic({ spi, cs: pin })).udp();
// @ts-expect-error options
create({ spi, cs: pin }).udp(5000);
