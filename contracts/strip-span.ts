/** The time that decides the ward and the bed of a strip. The patient may have moved. */
import type { AlarmSpan } from './alarm-places.ts';
import type { Strip } from './messages/strips.ts';
import { parseInstant } from './time.ts';

/**
 * Returns the time of the onset. The span of a late alarm begins at the device's time of the onset: the patient may
 * have been in another ward then.
 */
export function stripSpan({
  alarm,
  onsetAt,
  onsetWallAt,
}: Pick<Strip, 'alarm' | 'onsetAt' | 'onsetWallAt'>): AlarmSpan {
  const wallMs = parseInstant(onsetWallAt) ?? 0;
  const deviceMs = parseInstant(onsetAt) ?? wallMs;
  return { fromMs: alarm.late ? Math.min(wallMs, deviceMs) : wallMs, toMs: wallMs };
}
