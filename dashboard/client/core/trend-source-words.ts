/**
 * The texts about a trend whose values do not all come from the trend database: the source of the values, and the
 * missing times.
 */

import { clockErrorText } from '../../../contracts/device-clock.ts';
import type { TrendSource } from '../../protocol/trends.ts';
import { serverText } from './server-texts.ts';
import { t } from './texts.ts';
import { dayMinuteText } from './times.ts';

/**
 * Returns a sentence about the times of a trend whose device has a wrong clock; undefined if the clock is right.
 * @param clockErrorMs how far the clock is ahead; negative if the clock is behind
 */
export function clockText(clockErrorMs: number): string | undefined {
  if (clockErrorMs === 0) return undefined;
  return t('The clock of the device is {clockError}. All times of the trends are the times of the device.', {
    clockError: serverText(clockErrorText(-clockErrorMs)),
  });
}

/** Returns a sentence about the source of the values; undefined if all values come from the trend database. */
export function sourceText(source: TrendSource): string | undefined {
  const { missingFromMs } = source;
  if (missingFromMs === undefined) return undefined;
  if (source.from === 'store')
    return t(
      'Values since {time} are missing: the trend database does not have them yet, and the log cannot be read now.',
      { time: dayMinuteText(missingFromMs) },
    );
  const { logFromMs, isWhole } = source;
  const doubt = isWhole ? '' : t(' Some values of the log cannot be read.');
  const isComplete = logFromMs <= missingFromMs;
  if (source.from === 'log')
    return t('The trend database does not answer. These values come from the log{part}.{doubt}', {
      part: isComplete ? '' : t('; values before {time} are missing', { time: dayMinuteText(logFromMs) }),
      doubt,
    });
  if (isComplete)
    return t('Values since {time} come from the log, because the trend database does not have them yet.{doubt}', {
      time: dayMinuteText(logFromMs),
      doubt,
    });
  return t(
    'Values from {time} to {time2} are missing: the trend database does not have them yet. Later values come from the log.{doubt}',
    { time: dayMinuteText(missingFromMs), time2: dayMinuteText(logFromMs), doubt },
  );
}
