/**
 * What a screen says at a bed besides alarms and values: that its data cannot be trusted as they stand. The gateway writes its
 * notices into `observations` (`NoticeRecord`), where the alarm engine and the dashboard meet them in order with the readings.
 */

export const gatewayNotices = {
  /** Readings came that may be of this patient or of the one before. They are kept in `rejected` and shown under no name. */
  unattributed: { text: 'Some readings are not shown: not clear whose they are', priority: 'medium' },
  /** Two devices connect with one certificate and take turns: each sends as the device at this bed. */
  'shared-identity': { text: 'Two devices use one certificate: values may be of two patients', priority: 'medium' },
  /** Every such reading goes to `rejected`: its time is further ahead of the gateway's clock than is allowed. */
  'refused-ahead': { text: 'Readings are refused: the device clock is too far ahead', priority: 'medium' },
  /** The same, where its time is longer ago than the log keeps: a clock that starts at 1970, or a very old backlog. */
  'refused-old': { text: 'Readings are refused: their time is too long ago', priority: 'medium' },
  /** The device sends more than is taken from one device, for longer than 10 s: what it measures now waits behind that. */
  'held-back': { text: 'Readings come late: the device sends too much at once', priority: 'medium' },
} as const satisfies Record<string, { readonly text: string; readonly priority: 'high' | 'medium' | 'low' }>;

export type GatewayNotice = keyof typeof gatewayNotices;

/** Past this long without a reading that was taken, a refusal ends what was said of the device's clock before. */
const clockStaleMs = 10_000;

/**
 * Whether a notice ends what is said of the device's clock ("is 30 s behind"): its readings are refused because of their time, so the
 * measure is of before. While other readings of the device are taken, the measure goes on and stays.
 * @param takenAtMs receive time of the last reading that was taken
 */
export function endsClockMeasure(notice: GatewayNotice, receivedAtMs: number, takenAtMs: number): boolean {
  const refused = notice === 'refused-ahead' || notice === 'refused-old';
  return refused && receivedAtMs - takenAtMs > clockStaleMs;
}

export const gatewayNoticeCodes = Object.keys(gatewayNotices) as GatewayNotice[];

/** How long a notice holds after its last cause. */
export const gatewayNoticeForMs: Readonly<Record<GatewayNotice, number>> = {
  unattributed: 120_000,
  'shared-identity': 300_000,
  'refused-ahead': 120_000,
  'refused-old': 120_000,
  'held-back': 60_000,
};
