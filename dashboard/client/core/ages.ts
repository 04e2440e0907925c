/**
 * How old a shown value is (CLINICAL, "Silence is an alarm"). Older than its interval it is grey, older than three
 * intervals a dash replaces it. Nobody may take an old number for the patient's state.
 */

import { isDeviceSilent } from '../../../contracts/device-silence.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Device, Numeric } from '../../protocol/rest.ts';

export type AgeClass = 'current' | 'old' | 'expired';

/**
 * How long the way from device to screen may take before a value counts as old. Without it a value that comes every
 * second and needs 200 ms would be grey for 200 ms of each second, and a screen that always flickers says nothing.
 */
export const transportToleranceMs = 1500;

/** A value is no longer shown after this many intervals. */
const expiredIntervals = 3;

/**
 * Returns a value's class by its age. A value from the future has an unknown age (a clock was set), so it is never
 * `current`. `intervalMs` is when the next value is due; not finite or not above 0 counts as 1 s.
 */
export function ageClass(ageMs: number, intervalMs: number): AgeClass {
  const interval = Number.isFinite(intervalMs) && intervalMs > 0 ? intervalMs : 1000;
  if (!Number.isFinite(ageMs) || ageMs > expiredIntervals * interval + transportToleranceMs) return 'expired';
  return isAhead(ageMs) || ageMs > interval + transportToleranceMs ? 'old' : 'current';
}

/**
 * Returns the class of a value whose sender may be gone. A value that a lost device sent is never current, however long
 * its interval is. After the device came back it is not current until a new value comes.
 */
export function valueClass(
  numeric: Pick<Numeric, 'intervalMs' | 'receivedAt'>,
  age: Age,
  source: { readonly gone: boolean; readonly lostAtMs: number | undefined },
): AgeClass {
  const byAge = shownClass(age, numeric.intervalMs);
  const lost = source.gone || (source.lostAtMs !== undefined && Date.parse(numeric.receivedAt) <= source.lostAtMs);
  return lost && byAge === 'current' ? 'old' : byAge;
}

/**
 * Whether a bed's device is gone, and when it was last lost: by its connection, or by the engine's alarm that nothing
 * comes.
 */
export function sourceOf(
  device: Pick<Device, 'deviceId' | 'online' | 'lostAt'>,
  alarms: readonly Alarm[],
): { gone: boolean; lostAtMs: number | undefined } {
  const silent = alarms.some((alarm) => alarm.deviceId === device.deviceId && isDeviceSilent(alarm));
  const lostAtMs = device.lostAt === undefined ? undefined : Date.parse(device.lostAt);
  return { gone: device.online !== true || silent, lostAtMs };
}

/** Whether an age lies in the future by more than the clocks of two machines may differ. */
export function isAhead(ageMs: number): boolean {
  return ageMs < -transportToleranceMs;
}

/** Returns an age for people: `3 s`, `4 min`, `2 h 05`, `3 d`; `clock?` for a value from the future. */
export function ageText(ageMs: number): string {
  if (!Number.isFinite(ageMs)) return 'unknown';
  if (isAhead(ageMs)) return 'clock?';
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')}`;
  return `${Math.floor(hours / 24)} d`;
}

/** How old a value is now, and how old it was at the last instant up to which this screen knows the ward. */
export type Age = { readonly ms: number; readonly knownMs: number };

/** Returns the age of a value born at `bornMs`; `knownUntilMs` is now if the screen keeps up. */
export function ageOf(bornMs: number, nowMs: number, knownUntilMs: number): Age {
  return { ms: nowMs - bornMs, knownMs: Math.min(nowMs, knownUntilMs) - bornMs };
}

/**
 * Returns the class of an age. A slow screen does not know yet what came last: newer values may wait in it. So it does
 * not replace a value by a dash if the value is too old only because of that time; the value is grey and says its age.
 */
export function shownClass(age: Age, intervalMs: number): AgeClass {
  const byAge = ageClass(age.ms, intervalMs);
  return byAge === 'expired' && ageClass(age.knownMs, intervalMs) !== 'expired' ? 'old' : byAge;
}

/**
 * A text that changes whenever an age is shown differently: its class, or its words. Below the tolerance of the way
 * every age is `current`, and its words may stand still.
 */
export function ageMark(age: Age, intervalMs: number): string {
  if (age.ms >= 0 && age.ms <= transportToleranceMs) return '';
  return `${shownClass(age, intervalMs)} ${ageText(age.ms)}`;
}
