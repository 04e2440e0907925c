/**
 * What a screen says at a bed besides alarms and values: that its data cannot be trusted as they stand. The gateway writes its
 * notices into `observations` (`NoticeRecord`), where the alarm engine and the dashboard meet them in order with the readings.
 */

export const gatewayNotices = {
  /** Readings came that may be of this patient or of the one before. They are kept in `rejected` and shown under no name. */
  unattributed: { text: 'Some readings are not shown: not clear whose they are', priority: 'medium' },
  /** Two devices connect with one certificate and take turns: each sends as the device at this bed. */
  'shared-identity': { text: 'Two devices use one certificate: values may be of two patients', priority: 'medium' },
} as const satisfies Record<string, { readonly text: string; readonly priority: 'high' | 'medium' | 'low' }>;

export type GatewayNotice = keyof typeof gatewayNotices;

export const gatewayNoticeCodes = Object.keys(gatewayNotices) as GatewayNotice[];
