/** Decodes PINGREQ (MQTT 5 section 3.12), which has only a fixed header. */
import { type Cursor, requireFlags } from './fields.ts';

export type PingRequest = { readonly type: 'pingreq' };

const pingRequest: PingRequest = { type: 'pingreq' };

export function decodePingRequest(cursor: Cursor): PingRequest {
  requireFlags(cursor, 0);
  return pingRequest;
}
