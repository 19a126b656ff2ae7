// A virtual chip for a program in the interpreter, which has no SPI there: frames come and go over two named pipes.
// Each is preceded by its length (two bytes) and a byte that tells whether an answer is wanted.
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, openSync, rmSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VirtualW5500 } from '../fakes/virtualW5500';

export interface Pipes {
  /** text for the program: makes `spi` and `cs` */
  program: string;
  close(): void;
}

export function connectPipes(chip: VirtualW5500): Pipes {
  const folder = mkdtempSync(join(tmpdir(), 'spi-'));
  const [up, down] = ['up', 'down'].map((name) => join(folder, name));
  execFileSync('mkfifo', [up, down]);
  // opened for both ways: nobody has to wait for the other end
  const out = openSync(down, 'r+');
  const input = createReadStream(up, { fd: openSync(up, 'r+') });
  const spi = chip.spi();
  const { cs } = chip.pins();
  let rest = Buffer.alloc(0);
  input.on('data', (piece) => {
    rest = Buffer.concat([rest, piece as Buffer]);
    while (rest.length >= 3 && rest.length >= 3 + rest.readUInt16BE(0)) {
      const end = 3 + rest.readUInt16BE(0);
      const miso = spi.send(new Uint8Array(rest.subarray(3, end)), cs);
      if (rest[2]) writeSync(out, miso);
      rest = rest.subarray(end);
    }
  });
  return {
    program: `
var up = E.openFile(${JSON.stringify(up)}, 'w'), down = E.openFile(${JSON.stringify(down)}, 'r');
var spi = {
  send: function (d) {
    var n = d.length, s = '';
    up.write(E.toString([n >> 8, n & 255, 1], d));
    while (s.length < n) s += down.read(n - s.length) || '';
    return E.toUint8Array(s);
  },
  write: function (h, d) {
    d = E.toString(h, d);
    up.write(E.toString([d.length >> 8, d.length & 255, 0], d));
  }
};
var cs = { write: function () {}, read: function () { return 1; } };
`,
    close() {
      // its read would wait for ever: a last byte lets it end
      input.destroy();
      writeSync(openSync(up, 'r+'), 'x');
      closeSync(out);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
