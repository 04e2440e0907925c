/** The bodies of the gateway's records. The device's own JSON goes in verbatim, but where it cannot be read as it is (mend.ts). */
import type { ConnectionRecord, ContentType, StatusRecord } from '../../contracts/messages/records.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';

/** The content type of each kind of device topic, and the Kafka topic it lies in: a status and a list of alarms are met in order with readings. */
export const recordKinds = {
  observations: { topic: 'observations', contentType: contentTypes.observation },
  waveforms: { topic: 'waveforms', contentType: contentTypes.waveform },
  status: { topic: 'observations', contentType: contentTypes.status },
  alerts: { topic: 'observations', contentType: contentTypes.alerts },
} as const satisfies Record<DeviceTopicKind, { topic: 'observations' | 'waveforms'; contentType: ContentType }>;

/**
 * What stands before and after the device's JSON in the record of a message. ASCII. The device id
 * needs no escaping: its pattern has no character that JSON escapes.
 */
export function recordPrefix(deviceId: string, receivedAtMs: number, will?: StatusRecord['will']): string {
  const of = will === undefined ? '' : `,"will":${JSON.stringify(will)}`;
  return `{"deviceId":"${deviceId}","receivedAt":"${formatInstant(receivedAtMs)}"${of},"reading":`;
}
export const recordSuffix = '}';

/** The gateway's own word on a connection. `reason` is given with an end, and with a connection that replaced another. */
export function connectionRecord(
  deviceId: string,
  nowMs: number,
  connected: boolean,
  claim: number,
  reason: ConnectionRecord['reason'] | undefined,
): ConnectionRecord {
  return { deviceId, receivedAt: formatInstant(nowMs), connected, claim, ...(reason === undefined ? {} : { reason }) };
}
