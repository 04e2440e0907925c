/** Finds the onsets of alarms in the events of the alarm processor. Pure. */
import { dayMs } from '../../../contracts/durations.ts';
import type { AlarmEvent, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { stripKey, stripSideMs } from '../../../contracts/strip-key.ts';
import { parseInstant } from '../../../contracts/time.ts';

/** One onset of an alarm, which gets a strip. All times are ms since 1970. */
export type Onset = {
  readonly key: string;
  /** The alarm at this onset, for the strip. */
  readonly alarm: AlarmEvent['alarm'];
  /** The onset by the clock of the device. */
  readonly deviceMs: number;
  /** The onset by the clock of the engine. */
  readonly wallMs: number;
  readonly isComputed: boolean;
  readonly limits: LimitsInForce | undefined;
};

/** How often the condition of each alarm has begun, by alarm id. */
export type OnsetCounts = ReadonlyMap<string, number>;

/**
 * Returns the onset that an event reports; undefined if no condition began with this event.
 * @param knownOnsets how often the condition had begun before the event; undefined if no earlier event is known
 */
export function onsetOf(
  { type, at, alarm }: AlarmEvent,
  knownOnsets: number | undefined,
  limits: LimitsInForce | undefined,
): Onset | undefined {
  const isFirst = type === 'raised';
  // After a restart, an `updated` without a known earlier event may report only a new text. Such an event is no onset.
  const isAgain = knownOnsets !== undefined && alarm.onsets > knownOnsets;
  if (!alarm.present || !(isFirst || isAgain)) return undefined;
  const [onsetMs, determinedMs, raisedMs, atMs] = [alarm.onsetAt, alarm.determinedAt, alarm.raisedAt, at].map(
    parseInstant,
  );
  if (onsetMs === undefined || determinedMs === undefined || raisedMs === undefined || atMs === undefined)
    return undefined;
  const delayMs = Math.max(0, determinedMs - onsetMs);
  // The engine's clock minus the device's clock when the alarm was raised: the delay of the reading plus the error of
  // the device's clock.
  const aheadMs = raisedMs - determinedMs;
  const wallMs = (isFirst ? raisedMs : atMs) - delayMs;
  return {
    key: stripKey(alarm.alarmId, alarm.onsets),
    alarm,
    deviceMs: isFirst ? onsetMs : wallMs - aheadMs,
    wallMs,
    isComputed: !isFirst,
    limits,
  };
}

/** The times between which Kafka got the records of a strip, ms since 1970. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * The search for records begins this long before the earliest likely time, and ends this long after the latest, ms
 * (ours).
 */
export const marginMs = 30_000;
/**
 * If the clocks of device and engine differ by more than this, the records may also have come at the device's time, ms
 * (ours).
 */
const farMs = 60_000;

/**
 * When the waves of a strip are read, ms after the onset (ours). A strip has the waves until 10 s after the onset
 * (`stripSideMs`), and a message of a device may have 10 s of samples. So the last message may come 20 s after the
 * onset. The reading ends with the first attempt at which each wave is complete. If no attempt finds all waves, the
 * strip is written at `waitMsMax` with the waves that have come. The strip is written once more at the last attempt, if
 * more waves have come.
 */
export const waitMsMax = 70_000;
export const attemptsMs: readonly number[] = [13_000, 22_000, 40_000, waitMsMax, 600_000];

/** Returns whether a strip is written after this attempt even if its waves are not complete. */
export const isLastWait = (attempt: number): boolean => attemptsMs[attempt]! >= waitMsMax;

/**
 * Returns when the waves of an onset are read next; undefined after the last attempt.
 * @param nextAttempt the index in `attemptsMs`
 */
export function dueMs({ wallMs }: Onset, nextAttempt: number): number | undefined {
  const delayMs = attemptsMs[nextAttempt];
  return delayMs === undefined ? undefined : wallMs + delayMs;
}

/**
 * Returns the index of the first attempt for an onset: of the attempts whose time has passed, the last, which is due at
 * once. If no time has passed, returns 0.
 */
export function firstAttempt(onset: Onset, nowMs: number): number {
  const passed = attemptsMs.filter((delayMs) => onset.wallMs + delayMs <= nowMs).length;
  return Math.max(0, Math.min(passed - 1, attemptsMs.length - 1));
}

/**
 * Returns the spans in which the records of a strip may have come. Usually a record comes at once, so one span around
 * the onset by the engine's clock is enough. If device and engine give very different times, readings or waves may have
 * come late. In that case a second span is around the onset by the device's clock.
 */
export function spansOf({ deviceMs, wallMs }: Onset, attempt: number): Span[] {
  const lateMs = Math.max(waitMsMax, attemptsMs[attempt] ?? 0);
  const around = (ms: number): Span => ({
    fromMs: ms - stripSideMs - marginMs,
    toMs: ms + stripSideMs + lateMs + marginMs,
  });
  const differenceMs = Math.abs(wallMs - deviceMs);
  return differenceMs > farMs && differenceMs < dayMs ? [around(wallMs), around(deviceMs)] : [around(wallMs)];
}
