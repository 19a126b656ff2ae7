// SPI frames: two address bytes, a control byte, data (datasheet p. 13-18). One call is one frame.

/** An SPI bus as Espruino has them, or anything that does the same. */
export interface Spi {
  send(data: Uint8Array, cs: any): Uint8Array;
  write(head: Uint8Array, data: any, cs: any): void;
}

export interface Bus {
  _spi: Spi;
  _cs: any;
  _head: Uint8Array;
  /** what is sent to read n bytes: kept for the few small n, and for the last large one */
  _small: Uint8Array[];
  _large: Uint8Array;
}

/** Reads n bytes: a view on the array that the bus made, without the three bytes that come with the header. */
export function read(b: Bus, block: number, address: number, n: number): Uint8Array {
  let out = n < 11 ? b._small[n] : b._large;
  if (!out || out.length !== n + 3) {
    out = new Uint8Array(n + 3);
    if (n < 11) b._small[n] = out;
    else b._large = out;
  }
  out[0] = address >> 8;
  out[1] = address;
  out[2] = block;
  return b._spi.send(out, b._cs).subarray(3);
}

/** Writes bytes: a number, a list of numbers, a byte string or a Uint8Array. */
export function write(b: Bus, block: number, address: number, data: any): void {
  const head = b._head;
  head[0] = address >> 8;
  head[1] = address;
  head[2] = block | 4;
  b._spi.write(head, data, b._cs);
}

/** The 16-bit number at `i`. */
export function word(d: Uint8Array, i: number): number {
  return (d[i] << 8) | d[i + 1];
}

/** Two bytes of a 16-bit number. */
export function pair(n: number): number[] {
  return [(n >> 8) & 255, n & 255];
}
