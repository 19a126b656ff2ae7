// The one way in which drivers make an error.
import type { ConnectPhase, NetError } from './driver';

/** A NetError. */
export function netError(code: string, phase: ConnectPhase, message: string): NetError {
  const e: any = new Error(message);
  e.code = code;
  e.phase = phase;
  return e;
}
