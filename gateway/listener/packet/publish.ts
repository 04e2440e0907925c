/** Decodes PUBLISH (MQTT 5 section 3.3). */
import { type Cursor, fail, readPacketId, readString } from './fields.ts';
import { property, readProperties } from './properties.ts';

export type Publish = {
  readonly type: 'publish';
  readonly qos: 0 | 1 | 2;
  readonly isDuplicate: boolean;
  readonly isRetained: boolean;
  /** Empty if the packet has an alias instead. The handler checks whether this is a valid topic name. */
  readonly topic: string;
  /** 0 at QoS 0, which has no packet id [MQTT-2.2.1-2]. */
  readonly packetId: number;
  readonly topicAlias: number | undefined;
  /** A view of the packet's bytes, not a copy. */
  readonly payload: Buffer;
};

export function decodePublish(cursor: Cursor): Publish {
  const flags = cursor.bytes[0]!;
  const qos = ((flags >> 1) & 3) as 0 | 1 | 2 | 3;
  const isDuplicate = (flags & 0x08) !== 0;
  if (qos === 3) fail(cursor, 'QoS 3 does not exist.'); // [MQTT-3.3.1-4]
  if (qos === 0 && isDuplicate) fail(cursor, 'DUP must not be set at QoS 0.'); // [MQTT-3.3.1-2]
  const topic = readString(cursor); // [MQTT-3.3.2-1]
  const packetId = qos > 0 ? readPacketId(cursor) : 0;
  const properties = readProperties(cursor, 'publish');
  const payload = cursor.bytes.subarray(cursor.index);
  cursor.index = cursor.bytes.length;
  return {
    type: 'publish',
    qos: qos as 0 | 1 | 2,
    isDuplicate,
    isRetained: (flags & 0x01) !== 0,
    topic,
    packetId,
    topicAlias: properties.get(property.topicAlias),
    payload,
  };
}
