// The network of Espruino's own Linux build: `net` and `tls` of the firmware, linked as long as the computer is.
import { netError, newSocket, open } from '../firmware/socket';
import type { Endpoint, LinkInfo, NetDriver, Receiver, Socket } from '../../src/net/driver';

function nothing(): void {}

function info(): LinkInfo {
  return { ip: '', mask: '', gw: '', dns: '', mac: '' };
}

function numeric(host: string): boolean {
  return !/[^0-9.]/.test(host);
}

/** The driver "linux". */
export const driver: NetDriver = {
  name: 'linux',
  capabilities: { tls: true, verify: false, sni: false, pause: false, blocking: ['dns', 'connect'] },
  link: function (): Promise<LinkInfo> {
    return Promise.resolve(info());
  },
  unlink: nothing,
  is_linked: function (): boolean {
    return true;
  },
  link_info: info,
  /** Addresses only: this firmware looks names up inside connect(), and tells nobody what it found. */
  gethostbyname: function (host: string): Promise<string> {
    return new Promise(function (resolve, reject) {
      if (numeric(host)) resolve(host);
      else setTimeout(reject, 0, netError('ENOTSUP', 'dns', 'the firmware has no name lookup but that of connect()'));
    });
  },
  connect: function (to: Endpoint, events: Receiver): Socket {
    const s = newSocket(events);
    open(s, to.host, to);
    return s;
  },
};
