// 16 KB for TX and 16 KB for RX, handed out from socket 0 upwards (datasheet p. 31).
// An address within a socket's block is an offset that the chip masks with the size, so bursts wrap by themselves.

export const POOL_SIZE = 0x4000;

export class Pool {
  readonly bytes = new Uint8Array(POOL_SIZE);
  /** bytes that the host has written and no SEND has taken yet */
  readonly fresh = new Uint8Array(POOL_SIZE);

  /** `sizeOf(n)`: bytes of socket n, from its buffer size register */
  constructor(private sizeOf: (socket: number) => number) {}

  total(): number {
    let sum = 0;
    for (let n = 0; n < 8; n++) sum += this.sizeOf(n);
    return sum;
  }

  /** where an address of a socket's block lies; over-committed memory overlaps, as sizes over 16 KB do */
  at(socket: number, address: number): number {
    let base = 0;
    for (let n = 0; n < socket; n++) base += this.sizeOf(n);
    return (base + (address & (this.sizeOf(socket) - 1))) % POOL_SIZE;
  }

  read(socket: number, address: number, count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i++) out[i] = this.bytes[this.at(socket, address + i)];
    return out;
  }

  write(socket: number, address: number, data: Uint8Array): void {
    for (let i = 0; i < data.length; i++) this.bytes[this.at(socket, address + i)] = data[i];
  }

  /** how many of these bytes were never written; marks all of them as taken */
  take(socket: number, address: number, count: number): number {
    let stale = 0;
    for (let i = 0; i < count; i++) {
      const at = this.at(socket, address + i);
      if (!this.fresh[at]) stale++;
      this.fresh[at] = 0;
    }
    return stale;
  }
}
