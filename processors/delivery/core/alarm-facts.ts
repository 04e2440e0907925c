/** Computes the time from which the age of an alarm counts. Pure. */
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { parseInstant } from '../../../contracts/time.ts';

/**
 * Returns the time from which the age of an alarm counts, ms: its latest onset, escalation or re-alarm, by the clock of
 * the engine.
 * @param before the state before this event; undefined for a new alarm
 */
export function freshAtMs(
  { type, at, alarm }: AlarmEvent,
  before: { readonly freshAtMs: number; readonly onsets: number } | undefined,
): number {
  // The engine writes only valid instants; an invalid instant counts as very old, so that the alarm is never sent as
  // new.
  const atMs = parseInstant(at) ?? 0;
  // If the process has no earlier event of the alarm, and this event is not an onset, escalation or re-alarm, the age
  // counts from the start of the alarm.
  const raisedAtMs = parseInstant(alarm.raisedAt) ?? 0;
  const isFresh = type === 'raised' || type === 'escalated' || type === 'realarmed';
  if (before === undefined) return isFresh ? atMs : raisedAtMs;
  return isFresh || alarm.onsets > before.onsets ? atMs : before.freshAtMs;
}
