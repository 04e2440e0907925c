/** Describes a refused act on an assignment board for the audit trail. Pure. */
import type { DutyState } from '../../../contracts/duty-state.ts';
import type { Assignment } from '../../../contracts/messages/assignments.ts';
import { type AssignmentCommand, entryOf } from './board-context.ts';

/** Maximum length of the text; a detail in the audit trail has at most 2000 characters. */
const lengthMax = 1_900;

/**
 * Returns the act with its ids and the person that it concerned. So a reader can distinguish a mistake from an attempt
 * to act for another person.
 */
export function refusedActText(command: AssignmentCommand, state: DutyState, ward: string): string {
  return `board of assignments: ${command.type}${aboutText(command, state, ward)}`.slice(0, lengthMax);
}

function aboutText(command: AssignmentCommand, state: DutyState, ward: string): string {
  switch (command.type) {
    case 'assign':
      return ` ${dutyText(command)}, ${command.from} to ${command.until}`;
    case 'csv':
      return `, ${command.rows.length} rows${command.faults?.length ? ` and ${command.faults.length} lines that cannot be read` : ''}, of ${[...new Set(command.rows.map(({ userId }) => userId))].join(', ')}`;
    case 'accept':
    case 'decline':
    case 'end': {
      const entry = entryOf(state, ward, command.assignmentId);
      const whose = entry ? `of ${dutyText(entry.assignment)}` : 'which is not on this board';
      return ` assignment ${command.assignmentId} ${whose}`;
    }
    case 'away':
      return command.cover === undefined ? '' : `, covered by ${command.cover}`;
    case 'cover':
      return `, absence ${command.awayId}`;
    case 'back':
      return '';
  }
}

function dutyText({ userId, duty, beds }: Pick<Assignment, 'userId' | 'duty' | 'beds'>): string {
  return `${userId} ${duty}${beds ? ` of ${beds.join(', ')}` : ''}`;
}
