/** Folds the standby of patients, which the alarm processor publishes. */
import type { StandbyInForce } from '../../../contracts/messages/alarms.ts';
import { type LiveState, limitsMax, stampHead } from './state.ts';

/** Folds a standby from the topics `alarms` and `alarm-state`, in any order. The highest revision counts. */
export function foldStandby(state: LiveState, inForce: StandbyInForce): void {
  const { associationId, rev } = inForce;
  const before = state.standby.get(associationId);
  if (before && before.rev > rev) return;
  state.standby.delete(associationId);
  state.standby.set(associationId, inForce);
  if (state.standby.size > limitsMax) state.standby.delete(state.standby.keys().next().value!);
  const bed = state.beds.get(associationId);
  if (bed && JSON.stringify(before) !== JSON.stringify(inForce)) stampHead(state, bed);
}
