/** Decodes SUBSCRIBE (MQTT 5 section 3.8). */
import { reason } from '../../core/reasons.ts';
import { type Cursor, fail, isAtEnd, readByte, readPacketId, readString, requireFlags } from './fields.ts';
import { property, readProperties } from './properties.ts';

export type Subscribe = {
  readonly type: 'subscribe';
  readonly packetId: number;
  readonly subscriptionIdentifier: number | undefined;
  readonly subscriptions: readonly Subscription[];
};

/**
 * One topic filter with its options. The decoder checks QoS, Retain As Published and Retain Handling and drops them,
 * because the inbox is sent at QoS 0 and is never retained. The handler checks whether the filter is valid.
 */
export type Subscription = { readonly filter: string; readonly noLocal: boolean };

export function decodeSubscribe(cursor: Cursor): Subscribe {
  requireFlags(cursor, 2); // [MQTT-3.8.1-1]
  const packetId = readPacketId(cursor);
  const properties = readProperties(cursor, 'subscribe');
  requireFilter(cursor);
  const subscriptions: Subscription[] = [];
  while (!isAtEnd(cursor)) {
    const filter = readString(cursor); // [MQTT-3.8.3-1]
    subscriptions.push({ filter, noLocal: readNoLocal(cursor) });
  }
  const subscriptionIdentifier = properties.get(property.subscriptionIdentifier);
  return { type: 'subscribe', packetId, subscriptionIdentifier, subscriptions };
}

/**
 * Checks that there is at least one topic filter [MQTT-3.8.3-2] [MQTT-3.10.3-2]; in 3.1.1 [MQTT-3.8.3-3]
 * [MQTT-3.10.3-2].
 */
export function requireFilter(cursor: Cursor): void {
  if (isAtEnd(cursor)) fail(cursor, 'The list of topic filters is empty.', reason.protocolError);
}

/** Reads and checks the options of a subscription, and returns the option No Local (section 3.8.3.1). */
function readNoLocal(cursor: Cursor): boolean {
  const options = readByte(cursor, 'A topic filter has no subscription options.');
  const reserved = cursor.version === 5 ? 0xc0 : 0xfc;
  if ((options & reserved) !== 0) fail(cursor, 'A reserved bit of the subscription options is set.'); // [MQTT-3.8.3-5]
  if ((options & 3) === 3) {
    // In MQTT 3.1.1 QoS 3 is malformed [MQTT-3.8.3-4].
    const code = cursor.version === 5 ? reason.protocolError : reason.malformedPacket;
    fail(cursor, 'A subscription asks for QoS 3, which does not exist.', code);
  }
  if ((options & 0x30) === 0x30) fail(cursor, 'Retain Handling 3 does not exist.', reason.protocolError);
  return (options & 0x04) !== 0;
}
