/** The texts about a patient in standby, who is away from the monitor. */
import type { Standby } from '../../../contracts/messages/alarms.ts';
import { keys, t } from './texts.ts';
import { shortTime } from './times.ts';

/** Returns the text about a standby, for example `Standby: Imaging until 14:30 (N. Urse)`. */
export const standbyText = (standby: Standby, nowMs: number): string =>
  t('Standby: {reason} until {standbyUntil} ({name})', {
    reason: standby.reason,
    standbyUntil: shortTime(standby.until, nowMs),
    name: standby.by.name,
  });

export const standbyReasons = keys('Imaging', 'Theatre', 'Dialysis', 'Walking');

/** The choices for the length of a standby; `value` is in minutes. The server accepts at most 4 h. */
export const standbyTimes = [
  { value: '30', text: '30 min' },
  { value: '60', text: '1 h' },
  { value: '120', text: '2 h' },
  { value: '240', text: '4 h' },
] as const;
