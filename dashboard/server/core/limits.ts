/** The limits in force and the answers to commands, as the alarm processor publishes them. */
import type { CommandAnswer, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { answersMax, type LiveState, limitsMax, nextN, stampHead } from './state.ts';

/** Folds the limits that judge a patient, from `alarms` or from `alarm-state`, in any order. */
export function foldLimits(state: LiveState, inForce: LimitsInForce): void {
  const { associationId, rev } = inForce;
  const before = state.limits.get(associationId);
  if (before && before.rev > rev) return;
  state.limits.delete(associationId);
  state.limits.set(associationId, inForce);
  if (state.limits.size > limitsMax) state.limits.delete(state.limits.keys().next().value!);
  const bed = state.beds.get(associationId);
  // Of two records with one number the later counts: an owner that died may have published what its successor does not
  // know of.
  if (bed && JSON.stringify(before) !== JSON.stringify(inForce)) stampHead(state, bed);
}

/**
 * Folds the outcome of a command. An outcome that comes again after a crash of the alarm processor changes nothing.
 * @returns whether it is new
 */
export function foldAnswer(state: LiveState, answer: CommandAnswer): boolean {
  if (state.answers.has(answer.commandId)) return false;
  const bed = state.beds.get(answer.associationId);
  state.answers.set(answer.commandId, { answer, n: nextN(state) });
  if (state.answers.size > answersMax) state.answers.delete(state.answers.keys().next().value!);
  if (bed) bed.n = state.n;
  return true;
}
