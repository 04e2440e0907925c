/** Folds the standby of patients into the state. The alarm processor publishes it. */
import type { StandbyInForce } from '../../../contracts/messages/alarms.ts';
import { type LiveState, markHeaderChanged, standbyMax } from './state.ts';

/** Folds a standby into the state, from the topics `alarms` and `alarm-state`, in any order. The highest revision counts. */
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
