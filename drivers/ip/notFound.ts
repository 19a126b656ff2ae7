// The error for names without an address.
import { netError } from '../../src/net/neterror';
import type { NetError } from '../../src/net/driver';

export function notFound(name: string, why: string, code?: string): NetError {
  return netError(code || 'ENOTFOUND', 'name not found: ' + name + ' (' + why + ')', 'dns');
}
