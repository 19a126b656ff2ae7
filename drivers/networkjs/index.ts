// A net driver as the network of the firmware: its `net`, `http`, `dgram` and `tls` work over it, and so does
// everything that is written for them. As a net driver of its own, "networkjs", it is the one below with TLS added.
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
    // `$`: the network below is that of sockets.ts, which knows more than the firmware tells
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
 * Makes `driver` the network of the firmware. It must be one that can pause; `dgram` needs its method `udp`, servers
 * need `listen`. Registers the net driver "networkjs" and answers with it. Sockets that are open already are lost.
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
