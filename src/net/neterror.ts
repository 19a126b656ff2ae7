// The one way in which drivers make an error.
import type { ConnectPhase, NetError } from './driver';

/** A NetError; of the phase "connect" unless told otherwise. */
export function netError(code: string, message: string, phase?: ConnectPhase): NetError {
  return Object.assign(Error(message), { code: code, phase: phase || 'connect' });
}
