/**
 * The age of a shown value (CLINICAL, "Silence is an alarm"). A value that is older than its interval is grey. A dash
 * replaces a value that is older than three intervals. So nobody mistakes an old number for the patient's present
 * state.
 */

import { isAboutSilentDevice } from '../../../contracts/device-silence.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Device, Numeric } from '../../protocol/rest.ts';
import { t } from './texts.ts';

export type AgeClass = 'current' | 'old' | 'expired';

/**
 * How long a value may travel from device to screen before the value counts as old. Without this tolerance, a value
 * that comes every second and travels for 200 ms would be grey for 200 ms of each second.
 */
export const transportToleranceMs = 1500;

/** After this many intervals a dash replaces the value. */
const expiredIntervals = 3;

/**
 * Returns a value's class by its age. A value from the future has an unknown age (a clock was set), so it is never
 * `current`.
 * @param intervalMs time until the next value is due; 1 s is used if this time is not finite or not above 0
 */
export function ageClass(ageMs: number, intervalMs: number): AgeClass {
  const interval = Number.isFinite(intervalMs) && intervalMs > 0 ? intervalMs : 1000;
  if (!Number.isFinite(ageMs) || ageMs > expiredIntervals * interval + transportToleranceMs) return 'expired';
  return isFutureAge(ageMs) || ageMs > interval + transportToleranceMs ? 'old' : 'current';
}

/**
 * Returns the class of a value whose device may be gone. A value of a gone device is never `current`, even if the
 * interval of the value is long. When the device comes back, its old values stay `old`. Only a new value is `current`.
 */
export function valueClass(
  numeric: Pick<Numeric, 'intervalMs' | 'receivedAt'>,
  age: Age,
  connection: { readonly isGone: boolean; readonly lostAtMs: number | undefined },
): AgeClass {
  const classByAge = shownClass(age, numeric.intervalMs);
  const { isGone, lostAtMs } = connection;
  const isFromLostDevice = isGone || (lostAtMs !== undefined && Date.parse(numeric.receivedAt) <= lostAtMs);
  return isFromLostDevice && classByAge === 'current' ? 'old' : classByAge;
}

/**
 * Returns whether a bed's device is gone, and when its connection was last lost. A device is gone if it is not
 * connected, or if an alarm of the engine says that the device sends nothing.
 */
export function connectionOf(
  device: Pick<Device, 'deviceId' | 'online' | 'lostAt'>,
  alarms: readonly Alarm[],
): { isGone: boolean; lostAtMs: number | undefined } {
  const isSilent = alarms.some((alarm) => alarm.deviceId === device.deviceId && isAboutSilentDevice(alarm));
  const lostAtMs = device.lostAt === undefined ? undefined : Date.parse(device.lostAt);
  return { isGone: device.online !== true || isSilent, lostAtMs };
}

/**
 * Returns whether the time of a value is more than `transportToleranceMs` in the future. A smaller difference between
 * the clocks of two machines is normal.
 */
export function isFutureAge(ageMs: number): boolean {
  return ageMs < -transportToleranceMs;
}

/** Returns an age as text: `3 s`, `4 min`, `2 h 05`, `3 d`; `clock?` for a value from the future. */
export function ageText(ageMs: number): string {
  if (!Number.isFinite(ageMs)) return t('unknown');
  if (isFutureAge(ageMs)) return t('clock?');
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return t('{minutes} min', { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')}`;
  return `${Math.floor(hours / 24)} d`;
}

/**
 * The age of a value. `ms`: the age now. `knownMs`: the age at the time of the last message that the screen has
 * processed.
 */
export type Age = { readonly ms: number; readonly knownMs: number };

/**
 * Returns the age of a value.
 * @param ageStartMs time from which the age counts
 * @param knownUntilMs time of the last message that the screen has processed; now if no message waits
 */
export function ageOf(ageStartMs: number, nowMs: number, knownUntilMs: number): Age {
  return { ms: nowMs - ageStartMs, knownMs: Math.min(nowMs, knownUntilMs) - ageStartMs };
}

/**
 * Returns the class of an age. On a slow screen newer values may wait to be processed. If a value is `expired` only
 * because newer values wait, its class is `old`: the screen shows the value in grey with its age, not as a dash.
 */
export function shownClass(age: Age, intervalMs: number): AgeClass {
  const classByAge = ageClass(age.ms, intervalMs);
  return classByAge === 'expired' && ageClass(age.knownMs, intervalMs) !== 'expired' ? 'old' : classByAge;
}

/**
 * Returns a text that changes when the class or the shown text of an age changes. The screen redraws the age only after
 * such a change. Up to `transportToleranceMs` every age is `current`, and the screen need not redraw its text.
 */
export function ageRedrawKey(age: Age, intervalMs: number): string {
  if (age.ms >= 0 && age.ms <= transportToleranceMs) return '';
  return `${shownClass(age, intervalMs)} ${ageText(age.ms)}`;
}
