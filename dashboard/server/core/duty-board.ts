/** The state behind the assignment boards: the duties of all wards, and the last changes of each ward. */
import { evolve, initialState } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import type { AssignmentEvent, Duty } from '../../../contracts/messages/assignments.ts';
import type { BoardChange } from '../../protocol/assignments.ts';

/** Changes of a ward that are remembered, for people who work with an older board. */
const recentMax = 200;

/** `userId` is the person whom the change concerns. */
export type RecentChange = BoardChange & { readonly userId: string };

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

/** Takes an event into the board. An event without effect changes nothing. */
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
  const fields = { version, at, by, type };
  switch (event.type) {
    case 'away':
    case 'back':
      return { ...fields, person: by.name, userId: by.userId };
    default: {
      const id = event.type === 'assigned' ? event.assignment.assignmentId : event.assignmentId;
      const entry = dutiesOf(event.type === 'assigned' ? after : before, event.ward).assignments.find(
        ({ assignment }) => assignment.assignmentId === id,
      );
      if (entry === undefined) return { ...fields, person: by.name, userId: by.userId };
      const { name, userId, duty, beds } = entry.assignment;
      return { ...fields, person: name, userId, duty, ...(beds ? { beds } : {}) };
    }
  }
}

/** What a change is about, to decide whether two changes contradict each other. */
export type Concern = { readonly userId: string; readonly duty?: Duty; readonly beds?: readonly string[] };

/**
 * Returns the changes since `version` that concern the same person, or the same duty at a shared bed. Other changes do not disturb: at the
 * change of a shift, many people change the same board.
 * @returns undefined if the board does not remember all changes since this version
 */
export function changesSince(
  board: DutyBoard,
  ward: string,
  version: number,
  concerns: readonly Concern[],
): readonly BoardChange[] | undefined {
  const current = dutiesOf(board.duties, ward).version;
  if (version > current) return undefined;
  const since = (board.recent.get(ward) ?? []).filter((change) => change.version > version);
  if (since.length !== current - version) return undefined;
  return since.filter((change) => concerns.some((concern) => isAbout(change, concern))).map(withoutUserId);
}

function isAbout(change: RecentChange, { userId, duty, beds }: Concern): boolean {
  if (change.userId === userId) return true;
  if (duty === undefined || change.duty !== duty) return false;
  return change.beds === undefined || beds === undefined || change.beds.some((bed) => beds.includes(bed));
}

function withoutUserId({ userId: _, ...change }: RecentChange): BoardChange {
  return change;
}
