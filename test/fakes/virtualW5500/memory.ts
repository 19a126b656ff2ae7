// 16 KB for TX and 16 KB for RX, handed out from socket 0 upwards (datasheet p. 31).
// An address within a socket's block is an offset that the chip masks with the size, so bursts wrap by themselves.

const POOL_SIZE = 0x4000;

export class Pool {
  private bytes = new Uint8Array(POOL_SIZE);
  /** bytes that the host has written and no SEND has taken yet */
  private fresh = new Uint8Array(POOL_SIZE);

  /** `sizeOf(n)`: bytes of socket n, from its buffer size register */
  constructor(private sizeOf: (socket: number) => number) {}

  total(): number {
    return this.base(8);
  }

  private base(socket: number): number {
    let sum = 0;
    for (let n = 0; n < socket; n++) sum += this.sizeOf(n);
    return sum;
  }

  /** where an address of a socket's block lies; over-committed memory overlaps, as sizes over 16 KB do */
  private at(socket: number, address: number, base = this.base(socket), size = this.sizeOf(socket)): number {
    return (base + (address & (size - 1))) % POOL_SIZE;
  }

  get(socket: number, address: number): number {
    return this.bytes[this.at(socket, address)];
  }

  put(socket: number, address: number, value: number): void {
    const at = this.at(socket, address);
    this.bytes[at] = value;
    this.fresh[at] = 1;
  }

  read(socket: number, address: number, count: number): Uint8Array {
    const out = new Uint8Array(count);
    const base = this.base(socket);
    const size = this.sizeOf(socket);
    for (let i = 0; i < count; i++) out[i] = this.bytes[this.at(socket, address + i, base, size)];
    return out;
  }

  write(socket: number, address: number, data: Uint8Array): void {
    const base = this.base(socket);
    const size = this.sizeOf(socket);
    for (let i = 0; i < data.length; i++) this.bytes[this.at(socket, address + i, base, size)] = data[i];
  }

  /** how many of these bytes were never written; marks all of them as taken */
  take(socket: number, address: number, count: number): number {
    let stale = 0;
    const base = this.base(socket);
    const size = this.sizeOf(socket);
    for (let i = 0; i < count; i++) {
      const at = this.at(socket, address + i, base, size);
      if (!this.fresh[at]) stale++;
      this.fresh[at] = 0;
    }
    return stale;
  }
}
