/** Returns the assignment board of a ward as a screen shows it. */
import { absenceAt, isCovering, responsibleAt } from '../../../contracts/duties.ts';
import {
  type DutyAssignment,
  type DutyState,
  dutiesOf,
  overAtMs,
  takenOverAtMs,
} from '../../../contracts/duty-state.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Board, BoardEntry } from '../../protocol/assignments.ts';
import { chargeNurses, type Member } from './board-context.ts';
import type { DutyBoard } from './duty-board.ts';
import type { Viewer } from './rights.ts';

export function boardFor(
  board: DutyBoard,
  {
    ward,
    beds,
    viewer,
    members,
  }: { ward: string; beds: readonly string[]; viewer: Viewer; members: readonly Member[] },
  nowMs: number,
): Board {
  const duties = dutiesOf(board.duties, ward);
  const inCharge = chargeNurses(board.duties, ward, nowMs);
  const assigned = new Map(duties.assignments.map(({ assignment }) => [assignment.userId, assignment.name]));
  return {
    ward,
    version: duties.version,
    at: formatInstant(nowMs),
    beds: [...beds],
    maySetOthers: inCharge.some(({ userId }) => userId === viewer.userId),
    noChargeNurse: inCharge.length === 0,
    entries: duties.assignments.map((entry) => entryView(board.duties, entry, nowMs)),
    away: [...assigned].flatMap(([userId, name]) => {
      const absence = absenceAt(duties, userId, nowMs);
      if (!absence) return [];
      const cover = absence.cover ? { cover: absence.cover } : {};
      return [{ userId, name: visibleText(name), until: formatInstant(absence.untilMs), ...cover }];
    }),
    people: members.map((member) => ({ ...member, name: visibleText(member.name) })),
  };
}

function entryView(state: DutyState, entry: DutyAssignment, nowMs: number): BoardEntry {
  const duties = dutiesOf(state, entry.assignment.ward);
  const { assignment, by, at, accepted, declined, ended } = entry;
  const isOverdue = accepted !== undefined && !ended && entry.untilMs <= nowMs;
  const keptBeds = (assignment.beds ?? []).filter((bed) => takenOverAtMs(duties, entry, bed) > nowMs);
  const isOver = overAtMs(duties, entry) <= nowMs;
  const cover = isOver ? undefined : coverOf(state, entry, keptBeds, nowMs);
  return {
    assignment: { ...assignment, name: visibleText(assignment.name) },
    by,
    at,
    ...(accepted ? { acceptedAt: accepted.at } : {}),
    ...(declined ? { declined } : {}),
    ...(ended ? { ended: { at: formatInstant(ended.atMs), by: ended.by } } : {}),
    ...(isOverdue && !isOver ? { overdue: keptBeds } : {}),
    ...(cover === undefined ? {} : { coveredBy: visibleText(cover) }),
    isOver,
  };
}

/** Returns the name of the person who covers all these beds for a person who is away; undefined if nobody does. */
function coverOf(state: DutyState, entry: DutyAssignment, beds: readonly string[], nowMs: number): string | undefined {
  const { ward, duty, userId } = entry.assignment;
  const cover = absenceAt(dutiesOf(state, ward), userId, nowMs)?.cover;
  if (!cover || !entry.accepted || entry.fromMs > nowMs) return undefined;
  const places = beds.length === 0 ? [{ ward, duty }] : beds.map((bed) => ({ ward, duty, bed }));
  const isCovered = places.every((place) =>
    responsibleAt(state, place, nowMs).some((person) => person.userId === cover.userId && isCovering(person)),
  );
  return isCovered ? cover.name : undefined;
}
