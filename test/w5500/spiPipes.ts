// A virtual chip for a program in the interpreter, which has no SPI there, in real time.
import type { VirtualW5500 } from '../fakes/virtualW5500';
import { Kind, Pipes } from './engine/pipes';

export interface WiredPipes {
  /** text for the program: makes `spi` and `cs` */
  program: string;
  close(): void;
}

export function connectPipes(chip: VirtualW5500): WiredPipes {
  const spi = chip.spi();
  const { cs } = chip.pins();
  const pipes = new Pipes((kind, data) => {
    const miso = spi.send(new Uint8Array(data), cs);
    if (kind === Kind.Send) pipes.send(miso);
  });
  return {
    program: `${pipes.program}
var up = E.openFile(UP, 'w'), down = E.openFile(DOWN, 'r');
UP = DOWN = '';
var spi = {
  send: function (d) {
    var n = d.length, s = '';
    up.write(E.toString([n >> 8, n & 255, ${Kind.Send}], d));
    while (s.length < n) s += down.read(n - s.length) || '';
    return E.toUint8Array(s);
  },
  write: function (h, d) {
    d = E.toString(h, d);
    up.write(E.toString([d.length >> 8, d.length & 255, ${Kind.Write}], d));
  }
};
var cs = { write: function () {}, read: function () { return 1; } };
`,
    close: () => pipes.close(),
  };
}
