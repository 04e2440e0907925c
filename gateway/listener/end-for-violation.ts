import type { ReasonCode } from '../core/reasons.ts';
import { endConnection } from './connection.ts';
import type { Connection, Context } from './parts.ts';

/** Ends the connection of a client that broke the protocol or a limit [MQTT-4.13.1-1] [MQTT-4.8.0-1 of 3.1.1]. */
export function endForViolation(
  context: Context,
  connection: Connection,
  code: ReasonCode,
  reasonString: string,
): void {
  context.counters.violations += 1;
  endConnection(context, connection, { kind: 'violation', code, reasonString });
}
