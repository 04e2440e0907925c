/** Makes a service's report about an address fit its schema, because every reader skips a record that does not fit. */
import type { ReachEnded, ReachSeen } from '../../contracts/messages/deliveries.ts';

const reasonCharsMax = 200;

/** Returns the event with a reason that is neither empty nor too long. */
export function reachEventOf<Event extends ReachSeen | ReachEnded>(event: Event): Event {
  if (event.reason === undefined) return event;
  return { ...event, reason: event.reason.slice(0, reasonCharsMax) || 'no reason given' };
}
