// Memory for the firmware's TLS on builds where the variables are its heap.

declare const E: any;
declare const global: any;
declare const process: any;

/** Two buffers of 16.7 KB, each in one piece, and the small ones that the handshake takes in between. */
const TLS = 50000;

/**
 * Makes sure that a TLS connection finds its memory in one piece. A build with resizable variables makes more of them
 * when it needs a single one, never for a larger piece: so it is asked for single ones until there is a piece. On other
 * builds that would end the program. `E.defrag()` is no way out: it would move the state of open connections, which has
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
    // the free list is sorted: small pieces do not end up in the middle of the large one
    process.memory();
  }
}
