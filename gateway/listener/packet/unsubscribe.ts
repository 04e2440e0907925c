/** Decodes UNSUBSCRIBE (MQTT 5 section 3.10). */
import { type Cursor, isAtEnd, readPacketId, readString, requireFlags } from './fields.ts';
import { readProperties } from './properties.ts';
import { requireFilter } from './subscribe.ts';

export type Unsubscribe = {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  /** The handler checks whether these are valid topic filters. */
  readonly filters: readonly string[];
};

export function decodeUnsubscribe(cursor: Cursor): Unsubscribe {
  requireFlags(cursor, 2); // [MQTT-3.10.1-1]
  const packetId = readPacketId(cursor);
  readProperties(cursor, 'unsubscribe');
  requireFilter(cursor);
  const filters: string[] = [];
  while (!isAtEnd(cursor)) filters.push(readString(cursor)); // [MQTT-3.10.3-1]
  return { type: 'unsubscribe', packetId, filters };
}
