/** Counts the assignments that wait for a person's acceptance. */
import { acceptEarlyMsMax, type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import type { WaitingDuties } from '../../protocol/assignments.ts';

/** Returns the wards in which assignments wait for the person; see `WaitingDuties`. */
export function waitingDuties(
  state: DutyState,
  userId: string,
  wards: readonly string[],
  nowMs: number,
): WaitingDuties['wards'] {
  return wards.flatMap((ward) => {
    const waiting = dutiesOf(state, ward).assignments.filter(
      (entry) =>
        entry.assignment.userId === userId &&
        !entry.accepted &&
        !entry.declined &&
        !entry.ended &&
        entry.untilMs > nowMs,
    );
    if (waiting.length === 0) return [];
    const now = waiting.filter(({ fromMs }) => fromMs - nowMs <= acceptEarlyMsMax).length;
    return [{ ward, now, later: waiting.length - now }];
  });
}
