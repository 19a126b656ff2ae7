// The one way in which drivers make an error.
import type { ConnectPhase, NetError } from './driver';

/** A NetError. */
export function netError(code: string, phase: ConnectPhase, message: string): NetError {
  return Object.assign(new Error(message), { code: code, phase: phase });
}
