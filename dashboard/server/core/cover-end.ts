/** Computes from the plan when the duty of a cover ends, and from when nobody is responsible for a place. */
import {
  absenceAt,
  type DutyPlace,
  isCovering,
  isOfSameRole,
  type Responsible,
  responsibleAt,
} from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf, isFor, type WardDuties } from '../../../contracts/duty-state.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';

/** A bed shows this long in advance that it will have no nurse (ours). */
export const warnAheadMs = 15 * 60_000;
/**
 * Maximum number of future times that are checked for one bed (ours), because the check runs every few seconds for each
 * bed. Later times are checked when the earliest times have passed.
 */
const looksMax = 20;

/** Returns whether the account of a person may act for the duty. */
type MayAct = (person: Responsible) => boolean;

/**
 * Returns when a cover's own duties end; undefined if they do not end before `untilMs`. A person can cover a duty only
 * while she or he has a duty of the same role. Duties that follow each other without a gap count as one duty. The
 * result is in the past if the hand-over of the cover's own duty is overdue.
 */
export function coverEndMs(
  ward: WardDuties,
  { userId, duty }: { readonly userId: string; readonly duty: Duty },
  untilMs: number,
  nowMs: number,
): number | undefined {
  const own = ward.assignments
    .filter(
      ({ assignment, accepted, ended }) =>
        accepted && !ended && assignment.userId === userId && isOfSameRole(assignment.duty, duty),
    )
    .sort((a, b) => a.fromMs - b.fromMs);
  const begun = own.filter(({ fromMs }) => fromMs <= nowMs);
  if (begun.length === 0) return undefined;
  let endMs = Math.max(...begun.map((entry) => entry.untilMs));
  for (const entry of own) if (entry.fromMs <= endMs) endMs = Math.max(endMs, entry.untilMs);
  return endMs < untilMs ? endMs : undefined;
}

/** A person who covers, and when this person's planned duties end. `forName` is the person who is away. */
export type CoverEnd = { readonly name: string; readonly forName: string; readonly endMs: number };

/**
 * If a person covers for somebody at `atMs`, returns the end of the cover's planned duties. Undefined if the person
 * does not cover, or if the absent person is back before this end.
 */
export function coverEndOf(
  ward: WardDuties,
  { userId, name, assignmentId }: Responsible,
  duty: Duty,
  atMs: number,
): CoverEnd | undefined {
  const assignment = ward.assignments.find((entry) => entry.assignment.assignmentId === assignmentId)?.assignment;
  if (assignment === undefined || assignment.userId === userId) return undefined;
  const absence = absenceAt(ward, assignment.userId, atMs);
  const endMs = absence && coverEndMs(ward, { userId, duty }, absence.untilMs, atMs);
  return endMs === undefined ? undefined : { name, forName: assignment.name, endMs };
}

/**
 * Returns whether a person who may act is responsible for a place by the plan. A person who still covers, although her
 * or his own duty is over, does not count.
 */
export function isPlanned(state: DutyState, place: DutyPlace, mayAct: MayAct, atMs: number): boolean {
  const ward = dutiesOf(state, place.ward);
  return responsibleAt(state, place, atMs).some((person) => {
    if (!isCovering(person) || !mayAct(person)) return false;
    const end = coverEndOf(ward, person, place.duty, atMs);
    return end === undefined || end.endMs > atMs;
  });
}

/**
 * Returns the first planned time at which nobody is responsible for a place. Examines the time after `nowMs`, up to
 * `untilMs`. Undefined if somebody is always responsible. The computation assumes that nobody changes the plan:
 * accepted assignments begin and end, and absences end.
 */
export function uncoveredFromMs(
  state: DutyState,
  place: DutyPlace,
  mayAct: MayAct,
  untilMs: number,
  nowMs: number,
): number | undefined {
  const { assignments, absences } = dutiesOf(state, place.ward);
  const isInTime = (ms: number) => ms > nowMs && ms <= untilMs;
  const covers = new Set(absences.map(({ cover }) => cover?.userId));
  const times = [
    ...assignments
      .filter((entry) => entry.accepted && (isInTime(entry.fromMs) || isInTime(entry.untilMs)))
      .filter((entry) => isFor(entry, place.duty, place.bed) || covers.has(entry.assignment.userId))
      .flatMap(({ fromMs, untilMs: endMs }) => [fromMs, endMs]),
    ...absences.map(({ untilMs: endMs }) => endMs),
  ].filter(isInTime);
  return [...new Set(times)]
    .sort((a, b) => a - b)
    .slice(0, looksMax)
    .find((atMs) => !isPlanned(state, place, mayAct, atMs));
}

/**
 * A person covers a place: returns the planned time from which nobody is responsible for the place. Undefined if this
 * time is not before `untilMs`. The result is in the past if the duty of the cover is over and nobody else is
 * responsible.
 */
export function nobodyFromMs(
  state: DutyState,
  place: DutyPlace,
  coverId: string,
  mayAct: MayAct,
  untilMs: number,
  nowMs: number,
): number | undefined {
  if (isPlanned(state, place, mayAct, nowMs)) return uncoveredFromMs(state, place, mayAct, untilMs, nowMs);
  const ward = dutiesOf(state, place.ward);
  return coverEndMs(ward, { userId: coverId, duty: place.duty }, untilMs, nowMs);
}
