// A virtual W5500 whose network ends in this machine.
import { lookup } from 'node:dns';
import { closeSync, openSync, writeSync } from 'node:fs';
import { DhcpServer, DnsServer, Lan, realClock, trace, VirtualW5500 } from '../../test/fakes/virtualW5500';

export interface Simulation {
  chip: VirtualW5500;
  lan: Lan;
  dhcp: DhcpServer;
  dns: DnsServer;
}

let tracing: string | undefined;
const lans: Lan[] = [];

/** From now on chips record their SPI frames in `file` (VCD), frames and packets in words in `file`.txt. */
export function traceTo(file: string): void {
  for (const name of [file, `${file}.txt`]) closeSync(openSync(name, 'w'));
  tracing = file;
}

/** Names that this machine knows lead to where it finds them. */
function world(name: string): Promise<string[]> {
  return new Promise((resolve, reject) =>
    lookup(name, { family: 4, all: true }, (e, all) => (e ? reject(e) : resolve(all.map((a) => a.address)))),
  );
}

/** 10.0.0.0/24: its addresses stand for 127.0.0.1, as 127.0.0.0/8 does, and those of the world for themselves. */
export function simulate(): Simulation {
  const chip = new VirtualW5500({});
  const lan = new Lan({ clock: realClock, route: (ip) => (/^(10\.0\.0|127)\./.test(ip) ? '127.0.0.1' : ip) });
  lan.attach(chip);
  lans.push(lan);
  if (tracing) {
    const vcd = openSync(tracing, 'a');
    const words = openSync(`${tracing}.txt`, 'a');
    trace(chip, { vcd: (text) => void writeSync(vcd, text), words: (line) => void writeSync(words, line + '\n') });
  }
  return {
    chip,
    lan,
    dhcp: new DhcpServer(lan),
    dns: new DnsServer(lan, { zone: { localhost: { a: '127.0.0.1' } }, lookup: world }),
  };
}

/** Gives up the real sockets behind chips that nobody looks at any more: a chip that was reset tells no peer. */
export function hangUp(): void {
  for (const lan of lans) lan.close();
}
