/** The notices on a screen if readings are not judged, or if Vigil's test reading (the canary) does not get from the gateway to the alarm processor. */
import type { CanaryFault, Health } from '../../protocol/live.ts';
import { whenText } from './times.ts';

const someNotJudged = 'Watch the bedside monitors: some are not judged.';
const noneJudged = 'Watch the bedside monitors: values are not judged.';

/** Returns whether new values or alarms may be missing on this screen. If so, the screen sounds Vigil's own failure. */
export function isFailing({ kafka, alarms, canary }: Health): boolean {
  return kafka !== 'ok' || alarms !== 'ok' || canary?.grave === true;
}

/** Returns the notice for the time in which `alarms` is `stale`. */
export function silentProcessorText({ alarmsAt, notJudged }: Health, nowMs: number): string {
  const sinceText = alarmsAt === null ? '' : ` since ${whenText(Date.parse(alarmsAt), nowMs)}`;
  return notJudged && notJudged.partitions < notJudged.of
    ? `Values of some patients are not judged${sinceText}: an alarm processor is silent. Watch the bedside monitors.`
    : `The alarm processor is silent${sinceText}: values are shown, but not judged. Watch the bedside monitors.`;
}

/** Returns the same for a narrow window. */
export function shortSilentProcessorText({ notJudged }: Health): string {
  return notJudged && notJudged.partitions < notJudged.of ? someNotJudged : noneJudged;
}

/** Returns the notice of a failing canary for a narrow window. */
export function shortCanaryText({ step, grave, partitions, of }: CanaryFault): string {
  switch (step) {
    case 'gateway':
      return grave
        ? 'Watch the bedside monitors: readings may not arrive.'
        : 'Vigil’s test reading is missing. Tell the operator.';
    case 'log':
      return partitions === of
        ? 'Watch the bedside monitors: readings do not arrive.'
        : 'Watch the bedside monitors: some values are missing.';
    case 'engine':
      return partitions === of ? noneJudged : someNotJudged;
  }
}

/** Returns the notice; undefined if the test reading arrives, or if a more serious notice says what is wrong. */
export function canaryText({ kafka, alarms, canary }: Health, nowMs: number): string | undefined {
  if (canary === undefined || kafka !== 'ok' || (canary.step === 'engine' && alarms !== 'ok')) return undefined;
  const sinceText = canary.at === null ? '' : ` since ${whenText(Date.parse(canary.at), nowMs)}`;
  const { partitions, of } = canary;
  const partsText = `${partitions} of ${of} parts of the message log`;
  const watchText = 'Watch the bedside monitors.';
  switch (canary.step) {
    case 'gateway':
      return canary.grave
        ? `Readings may not arrive: the gateway confirms no test reading${sinceText}. ${watchText}`
        : `Vigil’s own test reading has not arrived${sinceText}. Readings of devices still arrive, but Vigil may not notice when they stop. Tell the operator.`;
    case 'log':
      return partitions === of
        ? `Readings do not arrive${sinceText}: they reach the gateway, but not the message log. ${watchText}`
        : `Readings of some patients do not arrive${sinceText}: ${partsText} get none. ${watchText}`;
    case 'engine':
      return partitions === of
        ? `New readings are not judged${sinceText}: they reach the message log, but not the alarm processor. ${watchText}`
        : `New readings of some patients are not judged${sinceText}: the alarm processor gets none from ${partsText}. ${watchText}`;
  }
}
