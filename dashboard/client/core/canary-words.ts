/** The notice on a screen if Vigil's test reading (the canary) does not get from the gateway to the alarm processor. */
import type { Health } from '../../protocol/live.ts';
import { whenText } from './times.ts';

/** Returns whether new values or alarms may be missing on this screen. If so, the screen sounds Vigil's own failure. */
export function isFailing({ kafka, alarms, canary }: Health): boolean {
  return kafka !== 'ok' || alarms !== 'ok' || canary?.grave === true;
}

/** Returns the notice; undefined if the test reading arrives, or if a more serious notice already says what is wrong. */
export function canaryText({ kafka, alarms, canary }: Health, nowMs: number): string | undefined {
  if (canary === undefined || kafka !== 'ok' || (canary.step === 'engine' && alarms !== 'ok')) return undefined;
  const since = canary.at === null ? '' : ` since ${whenText(Date.parse(canary.at), nowMs)}`;
  const { partitions, of } = canary;
  const part = `${partitions} of ${of} parts of the message log`;
  const watch = 'Watch the bedside monitors.';
  switch (canary.step) {
    case 'gateway':
      return canary.grave
        ? `Readings may not arrive: the gateway confirms no test reading${since}. ${watch}`
        : `Vigil’s own test reading has not arrived${since}. Readings of devices still arrive, but Vigil may not notice when they stop. Tell the operator.`;
    case 'log':
      return partitions === of
        ? `Readings do not arrive${since}: they reach the gateway, but not the message log. ${watch}`
        : `Readings of some patients do not arrive${since}: ${part} get none. ${watch}`;
    case 'engine':
      return partitions === of
        ? `New readings are not judged${since}: they reach the message log, but not the alarm processor. ${watch}`
        : `New readings of some patients are not judged${since}: the alarm processor gets none from ${part}. ${watch}`;
  }
}
