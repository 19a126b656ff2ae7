declare const E: any;

/** A random number of 32 bits. Math.random starts from the same seed at every boot of some boards. */
export function random32(): number {
  return typeof E === 'object' && E.hwRand ? E.hwRand() >>> 0 : Math.floor(Math.random() * 4294967296);
}
