declare const global: any;

/** A random number of 32 bits. Math.random starts from the same seed at every boot of some boards. */
export function random32(): number {
  return (global.E ? global.E.hwRand() : Math.random() * 4294967296) >>> 0;
}
