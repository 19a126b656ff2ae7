// Calls that must not compile: a line that does is an error.
import * as requests from 'espruino-requests';
import { driver as host } from 'espruino-requests/drivers/host';
import type { Capabilities } from 'espruino-requests/netdriver';

const { get } = requests;

// @ts-expect-error a driver is named
get('x', { driver: host });
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
