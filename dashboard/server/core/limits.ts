/** Folds the limits in force and the outcomes of commands into the state. The alarm processor publishes them. */
import type { CommandAnswer, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { answersMax, type LiveState, limitsMax, markHeaderChanged, nextChangeNo } from './state.ts';

/**
 * Folds the limits of a patient into the state, from the topics `alarms` and `alarm-state`, in any order. The highest
 * revision counts.
 */
export function foldLimits(state: LiveState, inForce: LimitsInForce): void {
  const { associationId, rev } = inForce;
  const formerLimits = state.limits.get(associationId);
  if (formerLimits && formerLimits.rev > rev) return;
  state.limits.delete(associationId);
  state.limits.set(associationId, inForce);
  if (state.limits.size > limitsMax) state.limits.delete(state.limits.keys().next().value!);
  const bed = state.beds.get(associationId);
  // If two records have the same `rev`, the later record counts: an alarm processor may have published the earlier
  // record just before it died, and its successor does not know that record.
  if (bed && JSON.stringify(formerLimits) !== JSON.stringify(inForce)) markHeaderChanged(state, bed);
}

/**
 * Folds the outcome of a command into the state. The alarm processor may repeat an outcome after a crash; the repeat
 * changes nothing.
 * @returns whether the outcome is new
 */
export function foldAnswer(state: LiveState, answer: CommandAnswer): boolean {
  if (state.answers.has(answer.commandId)) return false;
  const bed = state.beds.get(answer.associationId);
  state.answers.set(answer.commandId, { answer, changeNo: nextChangeNo(state) });
  if (state.answers.size > answersMax) state.answers.delete(state.answers.keys().next().value!);
  if (bed) bed.changeNo = state.changeNo;
  return true;
}
