/** Finds why a person gets no strip of an alarm. Pure. */
import { dayMs, minuteMs } from './durations.ts';
import type { AlertKind } from './messages/alarms.ts';
import { retentionOf } from './retention.ts';
import type { MissingStrip } from './strip-words.ts';

/** A strip is written at most 70 s after the onset. After this time without a strip, something is wrong (ours). */
const writtenMsMax = 3 * minuteMs;

/**
 * Returns why no strip was found.
 * @param onset the number of the onset. The alarm has only the time of its first onset, so nobody knows how old a later
 * onset is
 * @param found whether records could be opened, and whether the log had the time of the strip
 */
export function missingStrip(
  alarm: { readonly kind: AlertKind; readonly raisedMs: number },
  onset: number,
  found: { readonly isReadable: boolean; readonly isKept: boolean },
  nowMs: number,
): MissingStrip {
  if (!found.isReadable) return 'unreadable';
  const ageMs = nowMs - alarm.raisedMs;
  if (ageMs < writtenMsMax) return 'not-yet';
  if (onset === 1 && (ageMs > retentionOf('strips').msMin || !found.isKept)) return 'deleted';
  if (alarm.kind === 'technical') return 'no-waves-sent';
  if (onset > 1) return 'again';
  return ageMs < dayMs ? 'overdue' : 'none';
}
