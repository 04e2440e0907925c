/** Decides from an alarm whether it calls people, and since when it is fresh. Pure. */
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import type { StopReason } from '../../../contracts/messages/deliveries.ts';
import { parseInstant } from '../../../contracts/time.ts';

/** Returns why an alarm calls nobody; null if it calls. A pause of the sound is no answer, so a paused alarm calls. */
export function quietReason({ present, signal, late, under }: Alarm): StopReason | null {
  if (signal === 'acknowledged') return 'acknowledged';
  if (!present || signal !== 'on') return 'ended';
  if (late) return 'late';
  return under === undefined ? null : 'other-alarm-calls';
}

/**
 * Returns the time from which the age of an alarm counts, ms: its latest onset, escalation or re-alarm, by the clock of the engine.
 * @param before the state before this event; undefined for a new alarm
 */
export function freshAtMs(
  { type, at, alarm }: AlarmEvent,
  before: { readonly freshAtMs: number; readonly onsets: number } | undefined,
): number {
  // The engine writes only valid instants; an invalid one counts as very old, so that it is never sent as new.
  const atMs = parseInstant(at) ?? 0;
  // Of an alarm that is first seen in a later event, the age counts from its begin.
  const raisedAtMs = parseInstant(alarm.raisedAt) ?? 0;
  const isFresh = type === 'raised' || type === 'escalated' || type === 'realarmed';
  if (before === undefined) return isFresh ? atMs : raisedAtMs;
  return isFresh || alarm.onsets > before.onsets ? atMs : before.freshAtMs;
}
