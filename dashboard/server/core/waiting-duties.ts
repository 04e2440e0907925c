/** Finds what waits for a person: assignments to accept, and absences that name the person as cover. */
import { absenceAt } from '../../../contracts/duties.ts';
import { acceptEarlyMsMax, type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { WaitingCover, WaitingDuties } from '../../protocol/assignments.ts';
import { coveredEntries } from './cover-places.ts';

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

/**
 * Returns the absences that name the person as cover and wait for the person's answer. An absence does not wait if the
 * person cannot cover it now, because her or his own duty is over or because somebody else has taken over the beds.
 */
export function waitingCovers(
  state: DutyState,
  userId: string,
  wards: readonly string[],
  nowMs: number,
): WaitingCover[] {
  return wards.flatMap((ward) => {
    const duties = dutiesOf(state, ward);
    const waiting = duties.absences.filter(
      (absence) =>
        absence.cover?.userId === userId &&
        !absence.isCoverSeen &&
        absenceAt(duties, absence.userId, nowMs) === absence,
    );
    return waiting.flatMap((absence) => {
      const covered = coveredEntries(state, ward, absence, nowMs);
      const [first] = covered;
      if (first === undefined) return [];
      const beds = new Set(covered.flatMap((entry) => entry.beds));
      return [
        {
          ward,
          name: visibleText(first.entry.assignment.name),
          beds: [...beds].map((bed) => visibleText(bed)),
          until: formatInstant(absence.untilMs),
        },
      ];
    });
  });
}
