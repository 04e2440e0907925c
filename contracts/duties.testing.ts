/** Makes events of the topic `assignments` for tests. */
import type { Assignment, AssignmentEvent, Duty } from './messages/assignments.ts';
import type { Actor } from './messages/records.ts';

/** Midnight of the day on which the tests happen. `hour(7)` is 07:00. */
const dayMs = Date.UTC(2026, 2, 1);
export const hour = (hours: number) => dayMs + hours * 3_600_000;
const instant = (hours: number) => new Date(hour(hours)).toISOString();

/** Returns a UUID that ends with a number. */
export const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const actor = (userId: string): Actor => ({ userId, name: userId, role: 'nurse' });

let eventCount = 0;
const fields = (by: string, atHour: number) => {
  eventCount += 1;
  return { eventId: idOf(900_000_000 + eventCount), ward: 'icu', at: instant(atHour), by: actor(by) };
};

/** Returns an assignment of `userId` with the number `n`, from one hour of the day to another. */
export function assignmentOf(
  n: number,
  userId: string,
  [fromHour, untilHour]: readonly [number, number],
  beds: readonly string[] | undefined = ['ICU-1'],
  duty: Duty = 'nurse',
): Assignment {
  const bedFields = beds ? { beds: [...beds] } : {};
  return {
    assignmentId: idOf(n),
    ward: 'icu',
    duty,
    ...bedFields,
    userId,
    name: userId,
    from: instant(fromHour),
    until: instant(untilHour),
  };
}

export const assigned = (by: string, atHour: number, assignment: Assignment): AssignmentEvent => ({
  type: 'assigned',
  ...fields(by, atHour),
  assignment,
});
export const accepted = (by: string, atHour: number, n: number): AssignmentEvent => ({
  type: 'accepted',
  ...fields(by, atHour),
  assignmentId: idOf(n),
});
export const declined = (by: string, atHour: number, n: number): AssignmentEvent => ({
  type: 'declined',
  ...fields(by, atHour),
  assignmentId: idOf(n),
  reason: 'I am ill.',
});
export const ended = (by: string, atHour: number, n: number): AssignmentEvent => ({
  type: 'ended',
  ...fields(by, atHour),
  assignmentId: idOf(n),
});
export const away = (
  userId: string,
  n: number,
  [fromHour, untilHour]: readonly [number, number],
  cover?: string,
): AssignmentEvent => ({
  type: 'away',
  ...fields(userId, fromHour),
  awayId: idOf(n),
  userId,
  from: instant(fromHour),
  until: instant(untilHour),
  ...(cover === undefined ? {} : { cover: { userId: cover, name: cover } }),
});
export const back = (by: string, atHour: number, n: number): AssignmentEvent => ({
  type: 'back',
  ...fields(by, atHour),
  awayId: idOf(n),
});
export const coverAnswered = (
  by: string,
  atHour: number,
  n: number,
  type: 'cover-seen' | 'cover-rejected',
): AssignmentEvent => ({ type, ...fields(by, atHour), awayId: idOf(n) });
