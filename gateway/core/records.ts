/** The bodies of the gateway's records. They hold the device's own JSON unchanged, unless it had to be mended (mend.ts). */
import type { ConnectionRecord, ContentType, StatusRecord } from '../../contracts/messages/records.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';

/** The content type and the Kafka topic of each kind of device topic. Statuses and alarm lists are read in order with readings. */
export const recordKinds = {
  observations: { topic: 'observations', contentType: contentTypes.observation },
  waveforms: { topic: 'waveforms', contentType: contentTypes.waveform },
  status: { topic: 'observations', contentType: contentTypes.status },
  alerts: { topic: 'observations', contentType: contentTypes.alerts },
} as const satisfies Record<DeviceTopicKind, { topic: 'observations' | 'waveforms'; contentType: ContentType }>;

/**
 * Returns what comes before the device's JSON in the record of a message. ASCII. The device id needs no escaping: its pattern allows no
 * character that JSON escapes.
 */
export function recordPrefix(deviceId: string, receivedAtMs: number, will?: StatusRecord['will']): string {
  const of = will === undefined ? '' : `,"will":${JSON.stringify(will)}`;
  return `{"deviceId":"${deviceId}","receivedAt":"${formatInstant(receivedAtMs)}"${of},"reading":`;
}
export const recordSuffix = '}';

/** Returns the record of a connection. `reason` is given for an end, and for a connection that replaced another. */
export function connectionRecord(
  deviceId: string,
  nowMs: number,
  connected: boolean,
  claim: number,
  reason: ConnectionRecord['reason'] | undefined,
): ConnectionRecord {
  return { deviceId, receivedAt: formatInstant(nowMs), connected, claim, ...(reason === undefined ? {} : { reason }) };
}
