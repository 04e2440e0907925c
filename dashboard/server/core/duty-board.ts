/** The state behind the assignment boards: the duties of all wards, and the last changes of each ward. */
import { evolve, initialState } from '../../../contracts/duties.ts';
import { type DutyAssignment, type DutyState, dutiesOf, type LastChange } from '../../../contracts/duty-state.ts';
import type { AssignmentEvent, Duty } from '../../../contracts/messages/assignments.ts';
import type { BoardChange } from '../../protocol/assignments.ts';

/**
 * Maximum number of remembered changes of a ward. They show what changed since the version of the board on a person's
 * page. Of older changes, the server knows only the last change of each assignment and absence.
 */
const recentMax = 200;

/** `userId` is the person that the change concerns. */
export type RecentChange = BoardChange & { readonly userId: string; readonly assignmentId?: string };

export type DutyBoard = {
  duties: DutyState;
  /** The last changes of each ward, oldest first. */
  readonly recent: Map<string, readonly RecentChange[]>;
  /** False until every assignment that was in Kafka at the start has been read. */
  isRead: boolean;
};

export function emptyBoard(): DutyBoard {
  return { duties: initialState, recent: new Map(), isRead: false };
}

/** Folds an event into the board. An event without effect changes nothing. */
export function foldAssignmentEvent(board: DutyBoard, event: AssignmentEvent): void {
  const before = board.duties;
  board.duties = evolve(before, event);
  if (board.duties === before) return;
  const change = changeOf(before, board.duties, event);
  board.recent.set(event.ward, [...(board.recent.get(event.ward) ?? []), change].slice(-recentMax));
}

function changeOf(before: DutyState, after: DutyState, event: AssignmentEvent): RecentChange {
  const { version } = dutiesOf(after, event.ward);
  const { at, by, type } = event;
  const last = { version, at, by, type };
  switch (event.type) {
    case 'away':
    case 'back':
    case 'cover-seen':
    case 'cover-rejected':
      return { ...last, person: by.name, userId: by.userId };
    default: {
      const id = event.type === 'assigned' ? event.assignment.assignmentId : event.assignmentId;
      const entry = dutiesOf(event.type === 'assigned' ? after : before, event.ward).assignments.find(
        ({ assignment }) => assignment.assignmentId === id,
      );
      return entry ? changeOfAssignment(last, entry) : { ...last, person: by.name, userId: by.userId };
    }
  }
}

function changeOfAssignment(last: LastChange, { assignment }: DutyAssignment): RecentChange {
  const { assignmentId, name, userId, duty, beds } = assignment;
  return { ...last, person: name, userId, assignmentId, duty, ...(beds ? { beds } : {}) };
}

/** The subject of a change. The server compares subjects to decide whether two changes contradict each other. */
export type Concern =
  | { readonly assignmentId: string }
  | { readonly userId: string; readonly duty?: Duty; readonly beds?: readonly string[] };

/**
 * Returns the changes since `version` that are about one of `concerns`. Other changes do not matter: at the change of a
 * shift, many people change a board, and otherwise most of their changes would be refused. If there were too many
 * changes to remember, returns the last change of each assignment and absence. So nobody can block other persons by
 * making many changes.
 * @returns undefined if there is no such version yet
 */
export function changesSince(
  board: DutyBoard,
  ward: string,
  version: number,
  concerns: readonly Concern[],
): readonly BoardChange[] | undefined {
  const current = dutiesOf(board.duties, ward).version;
  if (version > current) return undefined;
  const remembered = (board.recent.get(ward) ?? []).filter((change) => change.version > version);
  const since = remembered.length === current - version ? remembered : lastChangesSince(board.duties, ward, version);
  return since.filter((change) => concerns.some((concern) => isAbout(change, concern))).map(withoutIds);
}

function lastChangesSince(state: DutyState, ward: string, version: number): RecentChange[] {
  const { assignments, absences } = dutiesOf(state, ward);
  const ofAssignments = assignments.map((entry) => changeOfAssignment(entry.changed, entry));
  const ofAbsences = absences.map(
    ({ changed }): RecentChange => ({ ...changed, person: changed.by.name, userId: changed.by.userId }),
  );
  return [...ofAssignments, ...ofAbsences]
    .filter((change) => change.version > version)
    .sort((a, b) => a.version - b.version);
}

function isAbout(change: RecentChange, concern: Concern): boolean {
  // This event changes nobody's duty.
  if (change.type === 'cover-seen') return false;
  if ('assignmentId' in concern) return change.assignmentId === concern.assignmentId;
  const { userId, duty, beds } = concern;
  if (change.userId === userId) return true;
  if (duty === undefined || change.duty !== duty) return false;
  return change.beds === undefined || beds === undefined || change.beds.some((bed) => beds.includes(bed));
}

function withoutIds({ userId: _, assignmentId: _id, ...change }: RecentChange): BoardChange {
  return change;
}
