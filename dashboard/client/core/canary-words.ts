/** What a screen says if the test reading (the canary) does not come the whole way. */
import type { Health } from '../../protocol/live.ts';
import { whenText } from './times.ts';

/** Whether new values or alarms may be missing on this screen: it then has the sound of Vigil's own failure. */
export function isFailing({ kafka, alarms, canary }: Health): boolean {
  return kafka !== 'ok' || alarms !== 'ok' || canary?.grave === true;
}

/** Undefined if all is well, or if a graver notice says it already. */
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
        ? `Readings do not arrive${since}: the gateway takes them, but the message log does not. ${watch}`
        : `Readings of some patients do not arrive${since}: ${part} take none. ${watch}`;
    case 'engine':
      return partitions === of
        ? `New readings are not judged${since}: the message log has them, but the alarm processor does not. ${watch}`
        : `New readings of some patients are not judged${since}: the alarm processor has none from ${part}. ${watch}`;
  }
}
