// Addresses in dotted form.

/** The broadcast address. */
export const ALL = '255.255.255.255';

/** The numbers of a dotted address. The interpreter throws if a text of 64 characters is made a number. */
export function bytes(ip: any): number[] {
  return ('' + ip).substr(0, 16).split('.').map(Number);
}

/** The four bytes of a dotted text as one number; NaN if it is not an address. */
export function toNumber(ip: any): number {
  return bytes(ip).reduce(function (n, b) {
    return n * 256 + b;
  });
}

/** Four numbers from 0 to 255, without leading zeros and the like. */
export function isIp(text: any): boolean {
  const ip = bytes(text);
  return ip.length === 4 && new Uint8Array(ip).join('.') === text;
}

/** The bits that number the hosts of a subnet; less than 0 if that is not a mask: ones, then zeros. */
export function hostBits(mask: any): number {
  const rest = ~toNumber(mask);
  return isIp(mask) && !(rest & (rest + 1)) ? rest : -1;
}

/** An address that a host can have: not 0.x, a multicast group, or anything beyond. */
export function isHost(ip: any): boolean {
  ip = toNumber(ip) >>> 24;
  return ip > 0 && ip < 224;
}
