/** The notices about readings that are not judged, and about canaries (Vigil's test readings) that do not arrive. */
import type { CanaryFault, Health } from '../../protocol/live.ts';
import { t } from './texts.ts';
import { whenText } from './times.ts';

const someNotJudged = () => t('Watch the bedside monitors: some are not judged.');
const noneJudged = () => t('Watch the bedside monitors: values are not judged.');

/** Returns whether new values or alarms may be missing on this screen. If so, the screen plays the sound `lost`. */
export function isFailing({ kafka, alarms, canary }: Health): boolean {
  return kafka !== 'ok' || alarms !== 'ok' || canary?.grave === true;
}

/** Returns the notice that the screen shows while `alarms` is `stale`. */
export function silentProcessorText({ alarmsAt, notJudged }: Health, nowMs: number): string {
  const sinceText = alarmsAt === null ? '' : t(' since {when}', { when: whenText(Date.parse(alarmsAt), nowMs) });
  return notJudged && notJudged.partitions < notJudged.of
    ? t('Values of some patients are not judged{since}: an alarm processor is silent. Watch the bedside monitors.', {
        since: sinceText,
      })
    : t('The alarm processor is silent{since}: values are shown, but not judged. Watch the bedside monitors.', {
        since: sinceText,
      });
}

/** Returns a shorter notice for a narrow window. */
export function shortSilentProcessorText({ notJudged }: Health): string {
  return notJudged && notJudged.partitions < notJudged.of ? someNotJudged() : noneJudged();
}

/** Returns the notice of a failing canary for a narrow window. */
export function shortCanaryText({ step, grave, partitions, of }: CanaryFault): string {
  switch (step) {
    case 'gateway':
      return grave
        ? t('Watch the bedside monitors: readings may not arrive.')
        : t('Vigil’s test reading is missing. Tell the operator.');
    case 'log':
      return partitions === of
        ? t('Watch the bedside monitors: readings do not arrive.')
        : t('Watch the bedside monitors: some values are missing.');
    case 'engine':
      return partitions === of ? noneJudged() : someNotJudged();
  }
}

/**
 * Returns the notice about missing canaries; undefined if canaries arrive, or if a more serious notice says what is
 * wrong.
 */
export function canaryText({ kafka, alarms, canary }: Health, nowMs: number): string | undefined {
  if (canary === undefined || kafka !== 'ok' || (canary.step === 'engine' && alarms !== 'ok')) return undefined;
  const sinceText = canary.at === null ? '' : t(' since {when}', { when: whenText(Date.parse(canary.at), nowMs) });
  const { partitions, of } = canary;
  const partsText = t('{partitions} of {of} parts of the message log', { partitions, of });
  const watchText = t('Watch the bedside monitors.');
  switch (canary.step) {
    case 'gateway':
      return canary.grave
        ? t('Readings may not arrive: the gateway confirms no test reading{since}. {watch}', {
            since: sinceText,
            watch: watchText,
          })
        : t(
            'Vigil’s own test reading has not arrived{since}. Readings of devices still arrive, but Vigil may not notice when they stop. Tell the operator.',
            { since: sinceText },
          );
    case 'log':
      return partitions === of
        ? t('Readings do not arrive{since}: they reach the gateway, but not the message log. {watch}', {
            since: sinceText,
            watch: watchText,
          })
        : t('Readings of some patients do not arrive{since}: {parts} get none. {watch}', {
            since: sinceText,
            parts: partsText,
            watch: watchText,
          });
    case 'engine':
      return partitions === of
        ? t('New readings are not judged{since}: they reach the message log, but not the alarm processor. {watch}', {
            since: sinceText,
            watch: watchText,
          })
        : t(
            'New readings of some patients are not judged{since}: the alarm processor gets none from {parts}. {watch}',
            { since: sinceText, parts: partsText, watch: watchText },
          );
  }
}
