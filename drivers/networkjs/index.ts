// Makes a net driver the network of the firmware: `net`, `http`, `dgram`, `tls`, and everything written for them, work
// over it. The net driver "networkjs" is the given one with the firmware's TLS added.
import { netError } from '../../src/net/neterror';
import { list, register } from '../../src/net/registry';
import { makeRoom } from '../firmware/room';
import { newSocket, open } from '../firmware/socket';
import { network, use } from './sockets';
import type { Endpoint, NetDriver, Receiver, Socket } from '../../src/net/driver';

declare const require: (name: string) => any;

let below: NetDriver;

const secure: any = {
  name: 'networkjs',
  capabilities: { tls: true, verify: false, sni: false, pause: false, blocking: [] },
  connect: function (to: Endpoint, events: Receiver): Socket {
    if (!to.tls) return below.connect(to, events);
    const s = newSocket(events);
    makeRoom();
    // `$`: the network is that of sockets.ts, which knows more than the firmware tells
    open(s, to.host, (Object as any).assign({ $: s }, to));
    return s;
  },
};

['link', 'unlink', 'is_linked', 'link_info', 'gethostbyname'].forEach(function (name) {
  secure[name] = function (what: any): any {
    return (below as any)[name](what);
  };
});

/**
 * Makes `driver`, which must be able to pause, the network of the firmware. `dgram` needs its method `udp`, servers
 * need `listen`. Registers the net driver "networkjs" and returns it. Sockets that are already open are lost.
 * @throws NetError (EINVAL)
 */
export function install(driver: NetDriver): NetDriver {
  if (!driver || !driver.connect || !driver.capabilities.pause)
    throw netError('EINVAL', 'networkjs: install() takes a net driver that can pause, like "w5500"');
  below = driver;
  use(driver);
  require('NetworkJS').create(network);
  if (list().indexOf(secure.name) < 0) register(secure);
  return secure;
}
