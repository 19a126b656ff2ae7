// Addresses in dotted form.

/** The numbers of a dotted address. The interpreter throws where a text of 64 characters becomes a number. */
export function bytes(ip: any): number[] {
  return ('' + ip).substr(0, 16).split('.').map(Number);
}

/** Four numbers from 0 to 255, without leading zeros and the like. */
export function isIp(text: any): boolean {
  const ip = bytes(text);
  return ip.length === 4 && new Uint8Array(ip).join('.') === text;
}
