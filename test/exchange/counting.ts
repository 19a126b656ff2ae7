/** A source that counts what is asked of it. */
export function counting(bytes: Buffer, asString = false) {
  let at = 0;
  return {
    reads: 0,
    largest: 0,
    closed: 0,
    size: () => bytes.length,
    read(n: number): any {
      this.reads++;
      this.largest = Math.max(this.largest, n);
      const piece = bytes.subarray(at, at + n);
      at += piece.length;
      return asString ? piece.toString('latin1') : new Uint8Array(piece);
    },
    close() {
      this.closed++;
    },
  };
}
