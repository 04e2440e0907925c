/** Folds the standby of patients into the state. The alarm processor publishes the standby. */
import type { Standby, StandbyInForce } from '../../../contracts/messages/alarms.ts';
import { type LiveState, markHeaderChanged, standbyMax } from './state.ts';

/**
 * Folds a standby into the state, from the topics `alarms` and `alarm-state`, in any order. The highest revision
 * counts.
 */
export function foldStandby(state: LiveState, inForce: StandbyInForce): void {
  const { associationId, rev } = inForce;
  const formerStandby = state.standby.get(associationId);
  if (formerStandby && formerStandby.rev > rev) return;
  state.standby.delete(associationId);
  state.standby.set(associationId, inForce);
  if (state.standby.size > standbyMax) state.standby.delete(state.standby.keys().next().value!);
  const bed = state.beds.get(associationId);
  if (bed && JSON.stringify(formerStandby) !== JSON.stringify(inForce)) markHeaderChanged(state, bed);
}

/**
 * Returns the standby of an association; null if the association has no standby, or if the standby is over by the time
 * of this server. While no alarm processor runs, nobody publishes the end of a standby, so its record stays.
 */
export function currentStandby({ standby, nowMs }: LiveState, associationId: string): Standby | null {
  const inForce = standby.get(associationId)?.standby ?? null;
  return inForce !== null && Date.parse(inForce.until) > nowMs ? inForce : null;
}
