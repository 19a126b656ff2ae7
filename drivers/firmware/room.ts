// Memory for the firmware's TLS where variables are its heap.

declare const E: any;
declare const global: any;
declare const process: any;

/** Two buffers of 16.7 KB, each in one piece, and what shaking hands takes in small ones in between. */
const TLS = 50000;

/**
 * Sees to it that a TLS connection finds its memory in one piece. A build whose variables are resizable makes more of
 * them for a single one only, never for a piece: so it is asked for single ones, until there is a piece. Elsewhere
 * that would be the end of the program. `E.defrag()` would move the state of connections that are open, which has
 * pointers to itself.
 */
export function makeRoom(): void {
  let taken: any[] = [];
  // a board's TLS has memory of its own; only the build for Linux can quit
  if (global.quit) {
    // blocks of 4096 are what a resizable build grows by
    if (!(process.memory().total & 4095))
      while (!E.getAddressOf(taken[taken.length - 1], true)) taken.push(new Uint8Array(TLS));
    taken = [];
    // what is free is sorted: small pieces do not end up in the middle of the large one
    process.memory();
  }
}
