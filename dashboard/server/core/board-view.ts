/** Returns the assignment board of a ward as a screen shows it. */
import {
  absenceAt,
  absentCoverFault,
  dutiesNow,
  isCovering,
  type Responsible,
  responsibleAt,
} from '../../../contracts/duties.ts';
import {
  type Absence,
  type DutyAssignment,
  type DutyState,
  dutiesOf,
  liveAssignments,
  overdueBeds,
  remainingBeds,
} from '../../../contracts/duty-state.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Board, BoardEntry } from '../../protocol/assignments.ts';
import { accountFault, chargeNurses, type Member } from './board-context.ts';
import { nobodyFromMs } from './cover-end.ts';
import { coveredEntries, entriesOfAway } from './cover-places.ts';
import type { DutyBoard } from './duty-board.ts';
import type { AccountOf } from './duty-notices.ts';
import type { Viewer } from './rights.ts';

export function boardFor(
  board: DutyBoard,
  {
    ward,
    beds,
    viewer,
    members,
    accountOf,
  }: {
    ward: string;
    beds: readonly string[];
    viewer: Viewer;
    members: readonly Member[];
    accountOf: AccountOf;
  },
  nowMs: number,
): Board {
  const duties = dutiesOf(board.duties, ward);
  const inCharge = chargeNurses(board.duties, { ward, members }, nowMs);
  const assigned = new Map(duties.assignments.map(({ assignment }) => [assignment.userId, assignment.name]));
  const live = new Set(liveAssignments(duties, nowMs));
  const overdue = overdueBeds(duties, nowMs);
  return {
    ward,
    version: duties.version,
    at: formatInstant(nowMs),
    beds: [...beds],
    maySetOthers: inCharge.some(({ userId }) => userId === viewer.userId),
    noChargeNurse: inCharge.length === 0,
    entries: duties.assignments.map((entry) => {
      const keptBeds = overdue.get(entry)?.filter((bed) => bed !== undefined);
      const hasCover = live.has(entry) && absenceAt(duties, entry.assignment.userId, nowMs)?.cover !== undefined;
      const cover = hasCover
        ? coverOf(board.duties, entry, keptBeds ?? entry.assignment.beds ?? [], accountOf, nowMs)
        : undefined;
      const fault = accountFault(accountOf(entry.assignment.userId), ward, entry.assignment.duty);
      const remaining = live.has(entry) ? remainingBeds(duties, entry, nowMs) : undefined;
      const isPartlyAccepted = !entry.accepted && remaining && remaining.length < (entry.assignment.beds?.length ?? 0);
      return {
        ...entryView(entry, !live.has(entry), keptBeds, cover),
        ...faultField(fault),
        ...(isPartlyAccepted ? { remaining: [...remaining] } : {}),
      };
    }),
    away: [...assigned].flatMap(([userId, name]) => {
      const absence = absenceAt(duties, userId, nowMs);
      if (!absence) return [];
      const { awayId, cover, untilMs } = absence;
      const fields = { userId, awayId, name: visibleText(name), until: formatInstant(untilMs) };
      if (!cover) return [fields];
      const own = dutiesNow(duties, userId, nowMs);
      const faults = own.map(
        (duty) => accountFault(accountOf(cover.userId), ward, duty) ?? absentCoverFault(duties, absence, duty, nowMs),
      );
      const covered = coveredEntries(board.duties, ward, absence, nowMs);
      const nobodyFrom = firstWithoutCover(board.duties, { ward, userId }, absence, accountOf, nowMs);
      return [
        {
          ...{ ...fields, cover, ...faultField(faults.find((fault) => fault !== undefined)) },
          ...(absence.isCoverSeen || covered.length === 0 ? {} : { isUnseen: true as const }),
          ...(absence.coverRejectedMs === undefined ? {} : { isRejected: true as const }),
          ...(nobodyFrom === undefined ? {} : { nobodyFrom: formatInstant(nobodyFrom) }),
        },
      ];
    }),
    people: members.map((member) => ({ ...member, name: visibleText(member.name) })),
  };
}

const faultField = (fault: string | undefined) => (fault === undefined ? {} : { fault });

function entryView(
  entry: DutyAssignment,
  isOver: boolean,
  overdue: readonly string[] | undefined,
  cover: string | undefined,
): BoardEntry {
  const { assignment, by, at, accepted, declined, ended } = entry;
  return {
    assignment: { ...assignment, name: visibleText(assignment.name) },
    by,
    at,
    ...(accepted ? { acceptedAt: accepted.at } : {}),
    ...(declined ? { declined } : {}),
    ...(ended ? { ended: { at: formatInstant(ended.atMs), by: ended.by } } : {}),
    ...(overdue ? { overdue: [...overdue] } : {}),
    ...(cover === undefined ? {} : { coveredBy: visibleText(cover) }),
    isOver,
  };
}

/**
 * Returns the name of the person who covers all these beds for an absent person; undefined if nobody covers all these
 * beds.
 */
function coverOf(
  state: DutyState,
  entry: DutyAssignment,
  beds: readonly string[],
  accountOf: AccountOf,
  nowMs: number,
): string | undefined {
  const { ward, duty, userId } = entry.assignment;
  const cover = absenceAt(dutiesOf(state, ward), userId, nowMs)?.cover;
  if (!cover || !entry.accepted || entry.fromMs > nowMs) return undefined;
  if (accountFault(accountOf(cover.userId), ward, duty) !== undefined) return undefined;
  const places = beds.length === 0 ? [{ ward, duty }] : beds.map((bed) => ({ ward, duty, bed }));
  const isCovered = places.every((place) =>
    responsibleAt(state, place, nowMs).some((person) => person.userId === cover.userId && isCovering(person)),
  );
  return isCovered ? cover.name : undefined;
}

/**
 * Returns the first planned time at which nobody is responsible for a place of an absent person with a cover. Undefined
 * if somebody is responsible for each place until the person is back.
 */
function firstWithoutCover(
  state: DutyState,
  { ward, userId }: { readonly ward: string; readonly userId: string },
  { cover, untilMs }: Absence,
  accountOf: AccountOf,
  nowMs: number,
): number | undefined {
  const times = entriesOfAway(state, ward, userId, nowMs).flatMap(({ assignment: { duty, beds } }) => {
    const mayAct = (person: Responsible) => accountFault(accountOf(person.userId), ward, duty) === undefined;
    const places = beds?.map((bed) => ({ ward, duty, bed })) ?? [{ ward, duty }];
    return places.flatMap((place) => nobodyFromMs(state, place, cover?.userId ?? '', mayAct, untilMs, nowMs) ?? []);
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
