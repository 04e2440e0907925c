/** Computes since when a bed has had no nurse. */
import { isCovering, responsibleAt } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf, isFor, type WardDuties } from '../../../contracts/duty-state.ts';
import { parseInstant } from '../../../contracts/time.ts';

/**
 * Maximum number of earlier times that are checked for one bed. Limited, because the check runs every few seconds for
 * each bed.
 */
const looksMax = 20;

/**
 * Returns since when no nurse has covered a bed: the time of the last end, absence or return after which nobody covered
 * the bed. Returns undefined if no nurse has covered the bed in the time that the board remembers. Checks only the last
 * `looksMax` changes. Does not check whether accounts are valid.
 */
export function uncoveredSinceMs(
  state: DutyState,
  { ward, bed }: { readonly ward: string; readonly bed: string },
  nowMs: number,
): number | undefined {
  const duties = dutiesOf(state, ward);
  const times = changeTimes(duties, bed, nowMs);
  let sinceMs: number | undefined;
  for (const atMs of times.slice(0, looksMax)) {
    const before = { wards: new Map([[ward, dutiesBefore(duties, atMs)]]) };
    const people = responsibleAt(before, { ward, bed, duty: 'nurse' }, atMs);
    if (people.some(isCovering)) return sinceMs;
    sinceMs = atMs;
  }
  return times.length > looksMax ? sinceMs : undefined;
}

/** Returns the times at which the nurses of a bed and their covers came or went, newest first. */
function changeTimes(duties: WardDuties, bed: string, nowMs: number): number[] {
  const nurses = duties.assignments.filter((entry) => entry.accepted && isFor(entry, 'nurse', bed));
  const people = new Set(nurses.map(({ assignment }) => assignment.userId));
  for (const { userId, cover } of duties.absences) if (cover && people.has(userId)) people.add(cover.userId);
  const ofAssignments = duties.assignments
    .filter(({ accepted, assignment }) => accepted && people.has(assignment.userId))
    .flatMap(({ fromMs, untilMs, accepted, ended }) => [
      ...[fromMs, untilMs, parseInstant(accepted?.at ?? '')],
      ended?.atMs,
    ]);
  const ofAbsences = duties.absences
    .filter(({ userId }) => people.has(userId))
    .flatMap(({ fromMs, untilMs, isOver, coverRejectedMs, changed }) => [
      fromMs,
      isOver ? parseInstant(changed.at) : untilMs,
      coverRejectedMs,
    ]);
  const times = [...ofAssignments, ...ofAbsences].filter((ms) => ms !== undefined && ms <= nowMs);
  return [...new Set(times as number[])].sort((a, b) => b - a);
}

/**
 * Returns the duties as they were at the time `atMs`: without the acceptances, ends, returns and rejected covers after
 * this time.
 */
function dutiesBefore(duties: WardDuties, atMs: number): WardDuties {
  return {
    ...duties,
    assignments: duties.assignments.flatMap((entry) => {
      if (entry.accepted && (parseInstant(entry.accepted.at) ?? 0) > atMs) return [];
      if (!entry.ended || entry.ended.atMs <= atMs) return [entry];
      const { ended: _, ...rest } = entry;
      return [rest];
    }),
    absences: duties.absences.map((absence) => {
      const { isOver, coverRejectedMs, ...rest } = absence;
      const wasOver = isOver && (parseInstant(absence.changed.at) ?? 0) <= atMs;
      const wasRejected = coverRejectedMs !== undefined && coverRejectedMs <= atMs;
      return { ...rest, ...(wasOver ? { isOver: true as const } : {}), ...(wasRejected ? { coverRejectedMs } : {}) };
    }),
  };
}
