/** Puts persons on duty for tests, as a dashboard does. */
import { randomUUID } from 'node:crypto';
import { hourMs } from '../../contracts/durations.ts';
import type { AssignmentEvent, Duty } from '../../contracts/messages/assignments.ts';
import { type Actor, contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';

/** Assigns a person for 13 h, beginning an hour ago. The person accepts. */
export async function assignDuty(
  dashboard: SealedLog,
  person: { readonly ward: string; readonly duty: Duty; readonly userId: string; readonly beds?: readonly string[] },
): Promise<void> {
  const { ward, duty, userId, beds } = person;
  const name = `Person ${userId}`;
  const by: Actor = { userId, name, role: 'nurse' };
  const at = formatInstant(Date.now() - hourMs);
  const assignmentId = randomUUID();
  const events: AssignmentEvent[] = [
    {
      ...{ type: 'assigned', eventId: randomUUID(), ward, at, by },
      assignment: {
        ...{ assignmentId, ward, duty, userId, name, from: at, until: formatInstant(Date.now() + 12 * hourMs) },
        ...(beds && { beds: [...beds] }),
      },
    },
    { ...{ type: 'accepted', eventId: randomUUID(), ward, at, by }, assignmentId },
  ];
  for (const event of events) await dashboard.append('assignments', ward, contentTypes.assignment, event);
}
