// The network of Espruino's own Linux build: `net` and `tls` of the firmware, linked as long as the computer is.
import { netError } from '../../src/net/neterror';
import { makeRoom } from '../firmware/room';
import { isAddress, newSocket, notFound, open } from '../firmware/socket';
import type { Capabilities, Endpoint, LinkInfo, NetDriver, Receiver, Socket } from '../../src/net/driver';

export const name = 'linux';
export const capabilities: Capabilities = {
  tls: true,
  verify: false,
  sni: false,
  pause: false,
  blocking: ['dns', 'connect'],
};

/** All empty: the firmware knows no addresses here. */
export function link_info(): LinkInfo {
  return { ip: '', mask: '', gw: '', dns: '', mac: '' };
}

export function link(): Promise<LinkInfo> {
  return Promise.resolve(link_info());
}

export function unlink(): void {}

export function is_linked(): boolean {
  return true;
}

/** Addresses only: this firmware looks up names inside connect(), and does not tell what it found. */
export function gethostbyname(host: string): Promise<string> {
  return new Promise(function (resolve, reject) {
    if (isAddress(host)) resolve(host);
    else setTimeout(reject, 0, netError('ENOTSUP', 'the firmware has no name lookup but that of connect()', 'dns'));
  });
}

export function connect(to: Endpoint, events: Receiver): Socket {
  if (to.tls) makeRoom();
  const s = newSocket(events);
  const host = to.host;
  // the firmware would take "1.127.0.0.1" for 127.0.0.1, and only 127 characters of a name
  if (host.length > 127 || (/^[0-9.]+$/.test(host) && !isAddress(host))) throw notFound(host);
  open(s, host, to);
  return s;
}

/** The driver; the module itself is one too. */
export const driver: NetDriver = {
  name: name,
  capabilities: capabilities,
  link: link,
  unlink: unlink,
  is_linked: is_linked,
  link_info: link_info,
  gethostbyname: gethostbyname,
  connect: connect,
};
