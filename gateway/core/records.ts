/**
 * Builds the bodies of the gateway's records. A body contains the device's JSON unchanged, unless the JSON was repaired
 * (mend.ts).
 */
import type { ConnectionRecord, ContentType, StatusRecord } from '../../contracts/messages/records.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';

/**
 * The content type and the Kafka topic for each kind of device topic. Statuses and alarm lists are in the topic of the
 * observations, so that readers get all three in the order in which they came.
 */
export const recordKinds = {
  observations: { topic: 'observations', contentType: contentTypes.observation },
  waveforms: { topic: 'waveforms', contentType: contentTypes.waveform },
  status: { topic: 'observations', contentType: contentTypes.status },
  alerts: { topic: 'observations', contentType: contentTypes.alerts },
} as const satisfies Record<DeviceTopicKind, { topic: 'observations' | 'waveforms'; contentType: ContentType }>;

/**
 * Returns the part of a record before the device's JSON, in ASCII. The device id is not escaped, because its pattern
 * allows no character that JSON escapes.
 */
export function recordPrefix(deviceId: string, receivedAtMs: number, will?: StatusRecord['will']): string {
  const willMember = will === undefined ? '' : `,"will":${JSON.stringify(will)}`;
  return `{"deviceId":"${deviceId}","receivedAt":"${formatInstant(receivedAtMs)}"${willMember},"reading":`;
}
/** The part of a record after the device's JSON. */
export const recordSuffix = '}';

/** Returns whether a time can be written as an instant with four digits of the year. */
const isWritable = (ms: number) => ms >= 0 && ms < Date.UTC(10_000, 0);

/**
 * Returns the record about the beginning or the end of a connection.
 * @param reason why the connection ended, or that the connection replaced another connection
 * @param certificateEndMs when the certificate of the device ends, ms since 1970
 */
export function connectionRecord(
  deviceId: string,
  nowMs: number,
  connected: boolean,
  claim: number,
  reason: ConnectionRecord['reason'] | undefined,
  certificateEndMs?: number,
): ConnectionRecord {
  const hasEnd = connected && certificateEndMs !== undefined && isWritable(certificateEndMs);
  return {
    ...{ deviceId, receivedAt: formatInstant(nowMs), connected, claim },
    ...(reason === undefined ? {} : { reason }),
    ...(hasEnd ? { certificateEndsAt: formatInstant(certificateEndMs) } : {}),
  };
}
