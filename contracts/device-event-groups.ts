/** The kinds of events of a device, and how many the server keeps and sends. */
import { dayMs } from './durations.ts';

/**
 * How long the server keeps events of devices, ms: at least the 72 h that the page offers. Kafka keeps them for the
 * same time.
 */
export const deviceLogKeptMs = 4 * dayMs;
/** Maximum number of events in one answer. */
export const deviceEventsAnswerMax = 5_000;

/** The kinds of events, by the group that a person chooses on the page. */
export const deviceEventGroups = {
  connection: ['connected', 'disconnected'],
  clock: ['clock-set-back', 'clock-wrong', 'clock-right', 'refused-ahead', 'refused-old'],
  certificate: ['certificate-renewed', 'certificate-ends-soon'],
  firmware: ['firmware-declared', 'firmware-changed'],
  refused: ['messages-refused', 'readings-apart'],
  doubt: ['unattributed', 'shared-identity', 'held-back'],
  place: ['assigned', 'moved', 'corrected', 'ended'],
} as const;
export type DeviceEventGroup = keyof typeof deviceEventGroups;
export type LoggedEventKind = (typeof deviceEventGroups)[DeviceEventGroup][number];
export const deviceEventGroupNames = Object.keys(deviceEventGroups) as DeviceEventGroup[];

/** Returns the group of a kind; undefined for a kind that this version does not know. */
export function groupOfEvent(kind: string): DeviceEventGroup | undefined {
  return deviceEventGroupNames.find((group) => (deviceEventGroups[group] as readonly string[]).includes(kind));
}
