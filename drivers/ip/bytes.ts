// Reading and writing parts of messages.

/** The bytes from one offset to another, as a dotted address. */
export function dotted(m: Uint8Array, from: number, to: number): string {
  return m.subarray(from, to).join('.');
}

/** The bytes between the offsets in `ranges`, as a text to compare. */
export function pick(m: Uint8Array, ranges: number[]): string {
  return ranges
    .map(function (to, i) {
      return i & 1 && dotted(m, ranges[i - 1], to);
    })
    .join();
}

/** The bytes of a text. */
export function codes(text: string): number[] {
  return text.split('').map(function (c) {
    return c.charCodeAt(0);
  });
}

/** The 16-bit number at `i`. */
export function word(d: ArrayLike<number>, i: number): number {
  return (d[i] << 8) | d[i + 1];
}
