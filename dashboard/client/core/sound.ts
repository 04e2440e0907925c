/** Decides which sound a page plays. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { audioPausedUntilMs } from './alarm-order.ts';
import type { SoundLevel } from './sound-table.ts';

/**
 * Returns the highest level of the unanswered alarms whose audio is not paused. A latched alarm still sounds: its
 * condition has ended, but nobody has acknowledged it. A late alarm sounds as `low`, because it is not about now.
 */
export function soundLevel(alarms: Iterable<Alarm>, nowMs: number): Exclude<SoundLevel, 'lost'> | undefined {
  let level: Exclude<SoundLevel, 'lost'> | undefined;
  for (const alarm of alarms) {
    if (!isUnanswered(alarm) || audioPausedUntilMs(alarm, nowMs) !== undefined) continue;
    const priority = alarm.late ? 'low' : alarm.priority;
    if (priority === 'high') return 'high';
    if (priority === 'medium' || level === undefined) level = priority;
  }
  return level;
}

/**
 * Returns the sound of the page. If the server is lost, this is `lost`, because no value on the page is current. If
 * Vigil fails behind the server (`healthy` is false), it is `lost` too, unless a high alarm sounds.
 * @param page `pausedUntilMs` is the end of a pause of the sound `lost` that a person asked for
 */
export function pageSound(
  page: { lost: boolean; healthy: boolean; pausedUntilMs: number },
  alarms: Iterable<Alarm>,
  nowMs: number,
): SoundLevel | undefined {
  const failureSound = nowMs < page.pausedUntilMs ? undefined : 'lost';
  if (page.lost) return failureSound;
  const level = soundLevel(alarms, nowMs);
  return page.healthy || level === 'high' ? level : (failureSound ?? level);
}
