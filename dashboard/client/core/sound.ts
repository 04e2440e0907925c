/** Decides which sound a page plays. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { soundLevel } from '../../../contracts/sound-level.ts';
import type { SoundLevel } from './sound-table.ts';

/**
 * Returns the sound of the page. If the server is lost, the sound is `lost`, because no value on the page is current.
 * If a process behind the server fails (`healthy` is false), the sound is `lost` too, except while a high alarm sounds.
 * @param page `pausedUntilMs`: a person has paused the sound `lost` until this time
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
