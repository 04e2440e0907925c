/** Finds the present value for an alarm if the value has come back inside the limit. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { numberText } from '../../../contracts/number-text.ts';
import { parameters } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { ageClass } from './ages.ts';
import { ageStartMs } from './numerics.ts';

/**
 * Returns the present value, for example `88` for the alarm `HR 188 > 160`. Undefined if the value is still beyond the
 * limit, is not current, or is not known.
 */
export function valueNow(alarm: Alarm, bed: Bed | undefined, nowMs: number): string | undefined {
  const { value, limit, text, code = '' } = alarm;
  const parameter = parameters.get(code);
  // Only an alarm about a limit has `<` or `>` in its text. An apnoea has a limit too, but in seconds.
  if (value === undefined || limit === undefined || !/[<>]/.test(text)) return undefined;
  if (!parameter || bed?.device.deviceId !== alarm.deviceId) return undefined;
  const numeric = bed.values.find((each) => each.code === code);
  if (numeric?.value === undefined || numeric.validity !== undefined) return undefined;
  const isBeyond = value > limit ? numeric.value > limit : numeric.value < limit;
  if (isBeyond || ageClass(nowMs - ageStartMs(numeric), numeric.intervalMs) !== 'current') return undefined;
  return numberText(numeric.value, parameter.digits);
}
