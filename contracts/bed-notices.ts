/**
 * Notices at a bed whose data are doubtful. The gateway writes `gatewayNotices` into `observations` (`NoticeRecord`),
 * so that the alarm engine and the dashboard read them in order with the readings.
 */

export const gatewayNotices = {
  /**
   * The device sent readings that may belong to this patient or to the previous patient. The gateway put these readings
   * into `rejected`.
   */
  unattributed: { text: 'Some readings are not shown: not clear whose they are', priority: 'medium' },
  /** Two devices use the certificate of this bed's device. Perhaps only one of them sends readings. */
  'shared-identity': { text: 'Two devices use one certificate: values may be of two patients', priority: 'medium' },
  /**
   * The gateway put readings into `rejected`, because the time of these readings is too far ahead of the gateway's
   * clock.
   */
  'refused-ahead': { text: 'Readings are refused: the device clock is too far ahead', priority: 'medium' },
  /**
   * The gateway put readings into `rejected`, because these readings are older than the gateway accepts. For example,
   * the device's clock starts at 1970, or its backlog is very old.
   */
  'refused-old': { text: 'Readings are refused: their time is too long ago', priority: 'medium' },
  /**
   * For longer than 10 s the device has sent more than Vigil accepts from one device. Its newest readings wait behind
   * older readings.
   */
  'held-back': { text: 'Readings come late: the device sends too much at once', priority: 'medium' },
} as const satisfies Record<string, { readonly text: string; readonly priority: 'high' | 'medium' | 'low' }>;

/** Notices of the alarm processor itself. They are alarms like the alarms of `gatewayNotices`. */
export const engineNotices = {
  /**
   * For 5 min, Vigil has not been able to save the patient's alarms and limits. The values are judged, so a clinician
   * has nothing to do at the bed. By the built-in delivery policy, the alarm calls nobody. The operator has an alert.
   */
  'not-saved': { text: 'Fault in Vigil: alarms and limits are not saved', priority: 'low' },
} as const satisfies Record<string, { readonly text: string; readonly priority: 'low' }>;

/** All notices that are alarms. */
export const alarmNotices = { ...gatewayNotices, ...engineNotices };

/** The notice of the dashboard at a bed that it cannot show, because its code throws an error. */
export const vigilFailsText = 'Fault in Vigil: values not shown, watch the monitor';

export type GatewayNotice = keyof typeof gatewayNotices;

/**
 * Maximum time from the last accepted reading of a device to a reading that is refused because of its time, ms. If this
 * time is longer, the measured error of the device's clock is outdated.
 */
const clockStaleMs = 10_000;

/**
 * Returns whether screens must stop showing the measured error of the device's clock ("is 30 s behind"). The measured
 * error is outdated if Vigil refuses readings because of their time and accepts no other readings of the device.
 * @param acceptedAtMs receive time of the last accepted reading
 */
export function voidsClockError(
  notice: keyof typeof alarmNotices,
  receivedAtMs: number,
  acceptedAtMs: number,
): boolean {
  const isAboutTime = notice === 'refused-ahead' || notice === 'refused-old';
  return isAboutTime && receivedAtMs - acceptedAtMs > clockStaleMs;
}

export const gatewayNoticeCodes = Object.keys(gatewayNotices) as GatewayNotice[];

/** How long each notice stays after the last event that caused it, ms. */
export const gatewayNoticeForMs: Readonly<Record<GatewayNotice, number>> = {
  unattributed: 120_000,
  'shared-identity': 300_000,
  'refused-ahead': 120_000,
  'refused-old': 120_000,
  'held-back': 60_000,
};
