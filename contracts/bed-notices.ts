/**
 * What a screen says at a bed besides alarms and values: that its data are doubtful. The gateway writes these notices into
 * `observations` (`NoticeRecord`). So the alarm engine and the dashboard read them in order with the readings.
 */

export const gatewayNotices = {
  /** Readings came that may belong to this patient or to the one before. They go to `rejected` and no screen shows them. */
  unattributed: { text: 'Some readings are not shown: not clear whose they are', priority: 'medium' },
  /** Two devices connect with one certificate and send by turns. Both send as the device at this bed. */
  'shared-identity': { text: 'Two devices use one certificate: values may be of two patients', priority: 'medium' },
  /** All these readings go to `rejected`: their time is further ahead of the gateway's clock than is allowed. */
  'refused-ahead': { text: 'Readings are refused: the device clock is too far ahead', priority: 'medium' },
  /** All these readings go to `rejected`: their time is longer ago than the log keeps. The clock starts at 1970, or the backlog is very old. */
  'refused-old': { text: 'Readings are refused: their time is too long ago', priority: 'medium' },
  /** For longer than 10 s the device has sent more than Vigil accepts from one device. Its present readings wait behind older ones. */
  'held-back': { text: 'Readings come late: the device sends too much at once', priority: 'medium' },
} as const satisfies Record<string, { readonly text: string; readonly priority: 'high' | 'medium' | 'low' }>;

export type GatewayNotice = keyof typeof gatewayNotices;

/** If no reading was accepted for this long, a refusal ends what was said about the device's clock before. */
const clockStaleMs = 10_000;

/**
 * Whether a notice ends what a screen says about the device's clock ("is 30 s behind"). The notice says that readings are refused because
 * of their time, so the measured error is out of date. While Vigil accepts other readings of the device, the measured error stays.
 * @param takenAtMs receive time of the last reading that was accepted
 */
export function endsClockMeasure(notice: GatewayNotice, receivedAtMs: number, takenAtMs: number): boolean {
  const refused = notice === 'refused-ahead' || notice === 'refused-old';
  return refused && receivedAtMs - takenAtMs > clockStaleMs;
}

export const gatewayNoticeCodes = Object.keys(gatewayNotices) as GatewayNotice[];

/** How long a notice lasts after its last cause. */
export const gatewayNoticeForMs: Readonly<Record<GatewayNotice, number>> = {
  unattributed: 120_000,
  'shared-identity': 300_000,
  'refused-ahead': 120_000,
  'refused-old': 120_000,
  'held-back': 60_000,
};
