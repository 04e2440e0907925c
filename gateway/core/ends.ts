/** How a connection ends: what the client hears, whether its will is published, and what the log says. */
import type { ConnectionRecord } from '../../contracts/messages/records.ts';
import { type ReasonCode, reason } from './reasons.ts';

export type EndCause =
  /** DISCONNECT with reason code 0, or of MQTT 3.1.1. */
  | { readonly kind: 'disconnected' }
  /** DISCONNECT with 0x04 or any other code but 0. */
  | { readonly kind: 'disconnected-with-will' }
  /** The network connection ended without DISCONNECT. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'keep-alive' }
  | { readonly kind: 'taken-over' }
  /** The client broke the protocol or a limit. The reasonString repeat nothing that it sent. */
  | { readonly kind: 'violation'; readonly code: ReasonCode; readonly reasonString: string }
  /** Kafka did not take a reading; the device sends it again. This is never an error code, which would end the delivery. */
  /** Its certificate has expired or was revoked while it was connected. */
  | { readonly kind: 'certificate'; readonly reasonString: string }
  | { readonly kind: 'append-failed' }
  | { readonly kind: 'drained' };

export type End = {
  /** MQTT 5: DISCONNECT before closing. Undefined: closes without a packet. */
  readonly code: ReasonCode | undefined;
  /** The reason string. Present with every code: Paho for Python cannot read a DISCONNECT without it. */
  readonly reasonString: string | undefined;
  /** Whether the will, if there is one, is published [MQTT-3.1.2-8] [MQTT-3.1.2-10]. */
  readonly willDue: boolean;
  readonly notice: NonNullable<ConnectionRecord['reason']>;
};

const silence = 'Nothing came for one and a half times Keep Alive.';
const takenOver = 'A newer connection has the client id.';
const drained = 'The gateway shuts down: connect again.';

export function endOf(cause: EndCause, hasWill: boolean): End {
  const abrupt = hasWill ? 'will' : 'closed';
  switch (cause.kind) {
    case 'disconnected':
      return { code: undefined, reasonString: undefined, willDue: false, notice: 'closed' };
    case 'disconnected-with-will':
    case 'lost':
      return { code: undefined, reasonString: undefined, willDue: true, notice: abrupt };
    case 'keep-alive':
      return { code: reason.keepAliveTimeout, reasonString: silence, willDue: true, notice: 'keep-alive' };
    case 'taken-over':
      return { code: reason.sessionTakenOver, reasonString: takenOver, willDue: true, notice: 'taken-over' };
    case 'violation':
      return { code: cause.code, reasonString: cause.reasonString, willDue: true, notice: 'refused' };
    case 'certificate':
      // Watchers must see the device as gone. Its will says so, and was given while the device was trusted.
      return { code: reason.notAuthorized, reasonString: cause.reasonString, willDue: true, notice: 'refused' };
    case 'append-failed':
      return { code: undefined, reasonString: undefined, willDue: true, notice: abrupt };
    case 'drained':
      // A server that shuts down may defer wills (MQTT 5 section 3.1.2.5): the device is alive and comes back at once.
      return { code: reason.serverShuttingDown, reasonString: drained, willDue: false, notice: 'drained' };
  }
}
