/**
 * Sets what a bed shows about its nurse: who the nurse is, that no nurse is responsible now or soon, or that a
 * hand-over or a cover is overdue. Only a bed with a patient shows this, and only in a ward with a used assignment
 * board. So a hospital that does not use the boards gets no such notices.
 */
import {
  absenceAt,
  absentCoverFault,
  type DutyPlace,
  isCovering,
  type Responsible,
  responsibleAt,
} from '../../../contracts/duties.ts';
import { dutyNoticeCodes } from '../../../contracts/duty-notice-codes.ts';
import { type DutyState, dutiesOf, type WardDuties } from '../../../contracts/duty-state.ts';
import { visibleText } from '../../../contracts/text.ts';
import { accountFault, type DutyAccount } from './board-context.ts';
import { coverEndOf, uncoveredFromMs, warnAheadMs } from './cover-end.ts';
import type { DutyBoard } from './duty-board.ts';
import { type ForEach, forEach } from './each.ts';
import { endNotice, noteNotice } from './notices.ts';
import { type BedState, type LiveState, markHeaderChanged } from './state.ts';
import { uncoveredSinceMs } from './uncovered-since.ts';

/** The number of beds with a patient and no nurse, and the number of beds with a patient and an overdue hand-over. */
export type DutyGaps = { readonly noNurse: number; readonly overdue: number };

type DutyNotice = { readonly code: string; readonly text: string; readonly sinceMs: number };

/** Returns the present account of a person. */
export type AccountOf = (userId: string) => DutyAccount | undefined;

/**
 * Updates the nurses and the notices of all beds, and returns the numbers of gaps. Called every few seconds, and after
 * each change of a board.
 */
export function noteDuties(
  state: LiveState,
  board: DutyBoard,
  accountOf: AccountOf,
  nowMs: number,
  each: ForEach = forEach,
): DutyGaps {
  let noNurse = 0;
  let overdue = 0;
  each(state.beds.values(), (bed) => {
    const { notice, nurse } = dutyAt(bed, board, accountOf, nowMs);
    if (bed.nurse !== nurse) {
      bed.nurse = nurse;
      markHeaderChanged(state, bed);
    }
    if (notice?.code === dutyNoticeCodes.noNurse) noNurse += 1;
    if (notice?.code === dutyNoticeCodes.overdue) overdue += 1;
    for (const code of Object.values(dutyNoticeCodes)) {
      const shown = bed.notices.get(code);
      const isRight = notice?.code === code && shown?.text === notice.text && shown.sinceMs === notice.sinceMs;
      if (shown && !isRight) endNotice(state, bed, code);
    }
    if (notice) noteNotice(state, bed, { ...notice, untilMs: Number.POSITIVE_INFINITY });
  });
  return { noNurse, overdue };
}

/**
 * Returns the name of the nurse who is responsible for a bed, and the notice about the duty; both undefined for a bed
 * without a patient, for a ward without a board, and before the boards are read.
 */
function dutyAt(
  { period, notices }: BedState,
  { duties, isRead }: DutyBoard,
  accountOf: AccountOf,
  nowMs: number,
): { readonly notice?: DutyNotice; readonly nurse?: string } {
  if (!isRead || !period?.patient) return {};
  const { ward, bed } = period;
  const wardDuties = dutiesOf(duties, ward);
  if (wardDuties.version === 0) return {};
  const people = responsibleAt(duties, { ward, bed, duty: 'nurse' }, nowMs);
  const faultOf = ({ userId }: Responsible) => accountFault(accountOf(userId), ward, 'nurse');
  const covering = people.filter((person) => isCovering(person) && faultOf(person) === undefined);
  const [first] = covering;
  if (first === undefined) {
    const code = dutyNoticeCodes.noNurse;
    const [waiting] = people;
    const fault = waiting && faultOf(waiting);
    const reason = waiting && (fault === undefined ? reasonOf(waiting, wardDuties, nowMs) : `${waiting.name} ${fault}`);
    const text = `No nurse is responsible${reason === undefined ? '' : `: ${reason}`}`;
    const shown = notices.get(code);
    // Nobody records when an account was changed, so the notice begins when this server noticed the change.
    if (fault !== undefined) return { notice: { code, text, sinceMs: shown?.text === text ? shown.sinceMs : nowMs } };
    return { notice: { code, text, sinceMs: uncoveredSinceMs(duties, period, nowMs) ?? Date.parse(period.from) } };
  }
  const nurse = visibleText(first.name);
  const place = { ward, bed, duty: 'nurse' } as const;
  const mayAct = (person: Responsible) => faultOf(person) === undefined;
  const coverEnd = coverEndOf(wardDuties, first, 'nurse', nowMs);
  if (coverEnd && coverEnd.endMs <= nowMs && !covering.some((person) => isOnDuty(wardDuties, person, nowMs))) {
    const text = `Cover overdue: the duty of ${coverEnd.name} is over, and ${coverEnd.forName} is away`;
    return { nurse, notice: { code: dutyNoticeCodes.coverOverdue, text, sinceMs: coverEnd.endMs } };
  }
  const soon = soonNotice(duties, place, covering, mayAct, nowMs);
  if (soon) return { nurse, notice: soon };
  if (covering.some(({ standing }) => standing === 'accepted')) return { nurse };
  const entry = wardDuties.assignments.find(({ assignment }) => assignment.assignmentId === first.assignmentId);
  const text = `Hand-over overdue: still with ${first.name}`;
  return { nurse, notice: { code: dutyNoticeCodes.overdue, text, sinceMs: entry?.untilMs ?? nowMs } };
}

/** Returns whether a responsible person is here in her or his own planned time. */
function isOnDuty(ward: WardDuties, person: Responsible, nowMs: number): boolean {
  const end = coverEndOf(ward, person, 'nurse', nowMs);
  return person.standing === 'accepted' && (end === undefined || end.endMs > nowMs);
}

/**
 * For a bed that has a nurse now: returns the notice that the bed will soon have no nurse. Returns undefined if
 * somebody is responsible for the bed at each of the next planned changes.
 * @param covering the nurses who are responsible now
 */
function soonNotice(
  duties: DutyState,
  place: DutyPlace,
  covering: readonly Responsible[],
  mayAct: (person: Responsible) => boolean,
  nowMs: number,
): DutyNotice | undefined {
  const fromMs = uncoveredFromMs(duties, place, mayAct, nowMs + warnAheadMs, nowMs);
  if (fromMs === undefined) return undefined;
  const ward = dutiesOf(duties, place.ward);
  const then = responsibleAt(duties, place, fromMs);
  const ends = [
    ...covering.map((person) => coverEndOf(ward, person, 'nurse', nowMs)),
    ...then.filter(isCovering).map((person) => coverEndOf(ward, person, 'nurse', fromMs)),
  ];
  const coverEnd = ends.find((end) => end !== undefined && end.endMs <= fromMs);
  const ending = coverEnd && `the duty of ${coverEnd.name} ends, and ${coverEnd.forName} is away`;
  const [next] = then;
  const reason = ending ?? (next?.standing === 'away' ? `${next.name} is away` : undefined);
  return {
    code: dutyNoticeCodes.noNurseSoon,
    text: `No nurse will be responsible${reason === undefined ? '' : `: ${reason}`}`,
    sinceMs: fromMs,
  };
}

/**
 * Returns why the assigned person is not responsible. The text names the assigned person even if there is a cover,
 * because a cover does not accept the assignment.
 */
function reasonOf(person: Responsible, ward: WardDuties, nowMs: number): string {
  const entry = ward.assignments.find(({ assignment }) => assignment.assignmentId === person.assignmentId);
  const { userId, name } = entry?.assignment ?? person;
  if (!entry?.accepted) return `${name} has not accepted`;
  const absence = absenceAt(ward, userId, nowMs);
  const fault = absence && absentCoverFault(ward, absence, 'nurse', nowMs);
  return `${name} is away${fault === undefined ? '' : `, and ${absence?.cover?.name} ${fault}`}`;
}
