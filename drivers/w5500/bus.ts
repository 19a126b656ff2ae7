// SPI frames: two address bytes, a control byte, data (datasheet p. 13-18). One call is one frame.
/** An SPI bus as Espruino has them, or anything that does the same. */
export interface Spi {
  send(data: Uint8Array, cs: any): Uint8Array;
  write(head: Uint8Array, data: any, cs: any): void;
}

/** How to speak to a chip. */
export interface Bus {
  _spi: Spi;
  /** SCSn */
  _cs: any;
  /** to send from while bytes are read: the header, and room for a piece */
  _out: ArrayBuffer;
  /** the chip was well when it was last asked */
  _up?: any;
  /** frames that have yet to begin as those of a chip do; NaN once one did not */
  _echo?: number;
}

/** What has registers: the chip itself, or a socket of it. */
export interface Part {
  _driver: Bus;
  /** control byte that reads its registers; that of its TX buffer is 8 more, that of its RX buffer 16 */
  _regs: number;
}

/** a usual piece */
export const PIECE = 512;

export const SILENT = 'the chip does not answer';

/**
 * Reads n bytes: a view on what the bus gave, without the three bytes that come with the header. Chips say 1, 2, 3
 * meanwhile; no datasheet tells, so that counts only where it was always so.
 */
export function read(p: Part, address: number, n: number, buffer?: number): Uint8Array {
  const c = p._driver;
  // what is sent meanwhile does not matter; a view takes a sixth of the time of an array
  const out = n > PIECE ? new Uint8Array(n + 3) : new Uint8Array(c._out, 0, n + 3);
  out.set([address >> 8, address, p._regs + (buffer! | 0)]);
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

/** Two bytes of a 16-bit number. */
export function pair(n: number): number[] {
  return [n >> 8, n & 255];
}
