// SPI frames: two address bytes, a control byte, data (datasheet p. 13-18). One call is one frame.
/** An SPI bus as Espruino has it, or anything that does the same. */
export interface Spi {
  send(data: Uint8Array, cs: any): Uint8Array;
  write(head: Uint8Array, data: any, cs: any): void;
}

/** How to talk to a chip. */
export interface Bus {
  _spi: Spi;
  /** SCSn */
  _cs: any;
  /** what is sent while bytes are read: the header, and room for a piece */
  _out: ArrayBuffer;
  /** the chip was well when last asked */
  _up?: number;
  /** frames that still have to begin as those of a chip do; NaN once one did not */
  _echo?: number;
}

/** Something with registers: the chip itself, or one of its sockets. */
export interface Part {
  _driver: Bus;
  /** control byte that reads its registers; 8 more for its TX buffer, 16 more for its RX buffer */
  _regs: number;
}

/** a usual piece */
export const PIECE = 512;

export const SILENT = 'the chip does not answer';

/**
 * Reads n bytes: a view on what the bus returned, without the three bytes that come with the header. Chips send 1, 2, 3
 * there; no datasheet says so, so it is relied on only if it was always so.
 */
export function read(p: Part, address: number, n: number, buffer?: number): Uint8Array {
  const c = p._driver;
  // what is sent after the header does not matter; a view takes a sixth of the time of an array
  const out = n > PIECE ? new Uint8Array(n + 3) : new Uint8Array(c._out, 0, n + 3);
  out[0] = address >> 8;
  out[1] = address;
  out[2] = p._regs + (buffer! | 0);
  const got = c._spi.send(out, c._cs);
  if (got[2] === 3) {
    if (c._echo) c._echo--;
  } else if (c._up && c._echo === 0) throw Error(SILENT);
  else c._echo = NaN;
  return got.subarray(3);
}

/** Writes bytes: a number, a list of numbers, a byte string or a Uint8Array. */
export function write(p: Part, address: number, data: any, buffer?: number): void {
  const c = p._driver;
  c._spi.write(new Uint8Array([address >> 8, address, p._regs + 4 + (buffer! | 0)]), data, c._cs);
}

/** The two bytes of a 16-bit number: a counter of the chip, which goes on from 0 after 65535. */
export function pair(n: number): number[] {
  return [(n >> 8) & 255, n & 255];
}
