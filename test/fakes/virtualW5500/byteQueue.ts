// Bytes in the order they were added, read by their offset from the very first one, and forgotten from the front.

export class ByteQueue {
  private chunks: Uint8Array[] = [];
  /** offset of the first byte that is still kept */
  private start = 0;

  push(bytes: Uint8Array): void {
    if (bytes.length) this.chunks.push(bytes);
  }

  read(offset: number, count: number): Uint8Array {
    const out = new Uint8Array(count);
    let at = this.start;
    for (const chunk of this.chunks) {
      const from = Math.max(offset, at);
      const to = Math.min(offset + count, at + chunk.length);
      if (from < to) out.set(chunk.subarray(from - at, to - at), from - offset);
      at += chunk.length;
      if (at >= offset + count) break;
    }
    return out;
  }

  dropTo(offset: number): void {
    while (this.chunks.length && this.start + this.chunks[0].length <= offset) {
      this.start += this.chunks[0].length;
      this.chunks.shift();
    }
  }
}
