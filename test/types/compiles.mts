// Calls that must compile in a strict project.
import * as requests from 'espruino-requests';
import type { ErrorClass, HTTPConnectionError, Phase, RequestError } from 'espruino-requests';
import { driverContract } from 'espruino-requests/driver-contract';
import { driver as host } from 'espruino-requests/drivers/host';
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
  TlsContext,
} from 'espruino-requests/netdriver';

// a driver of somebody's own
const capabilities: Capabilities = { tls: false, verify: false, sni: false, pause: true, blocking: [] };
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
