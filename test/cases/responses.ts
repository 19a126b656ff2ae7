// The table of answers a peer can give, honest and otherwise; what the contract leaves open follows RFC 9110 and 9112.
import type { Row } from './row';
import { chunkedRows } from './responses/chunked';
import { closeRows } from './responses/close';
import { headerRows } from './responses/headers';
import { interimRows } from './responses/interim';
import { lengthRows } from './responses/length';
import { limitRows } from './responses/limits';
import { statusRows } from './responses/status';
import { largeRows, streamRows } from './responses/stream';

/** Short enough to be split at every position. */
export const responses: Row[] = ([] as Row[]).concat(
  statusRows,
  headerRows,
  interimRows,
  lengthRows,
  chunkedRows,
  closeRows,
  limitRows,
  streamRows,
);

export { largeRows };
