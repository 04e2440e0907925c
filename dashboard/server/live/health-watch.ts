/**
 * Notices between two heartbeats that a process behind the server fell silent, so that the screens show the silence
 * within 5 s.
 */

import { runEvery } from '../../../process/timer-tasks.ts';
import type { Health } from '../../protocol/live.ts';

const checkEveryMs = 250;

/**
 * Judges the health again and again.
 * @param onChange called when Kafka or the alarm processor fell silent, or works again
 * @returns the timer
 */
export function watchHealth(judge: () => Pick<Health, 'kafka' | 'alarms'>, onChange: () => void): NodeJS.Timeout {
  let before: Pick<Health, 'kafka' | 'alarms'> = { kafka: 'ok', alarms: 'ok' };
  return runEvery('health', checkEveryMs, () => {
    const health = judge();
    const isChanged = health.kafka !== before.kafka || health.alarms !== before.alarms;
    before = health;
    if (isChanged) onChange();
  });
}
