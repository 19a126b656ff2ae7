declare const global: any;

/**
 * A random number of 32 bits. Math.random starts from the same seed at every boot, and on an ESP32 E.hwRand is the same
 * generator, so the microseconds of the clock are mixed in.
 */
export function random32(): number {
  return ((global.E ? global.E.hwRand() : Math.random() * 1e10) ^ (Date.now() * 1000)) >>> 0;
}
