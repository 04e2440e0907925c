/**
 * Decides how a connection ends: what the gateway sends to the client, whether the will is published, and which end the
 * log records.
 */
import type { ConnectionRecord } from '../../contracts/messages/records.ts';
import { type ReasonCode, reason } from './reasons.ts';

export type EndCause =
  /** The client sent DISCONNECT with reason code 0, or DISCONNECT of MQTT 3.1.1. */
  | { readonly kind: 'disconnected' }
  /** The client sent DISCONNECT with a reason code other than 0. */
  | { readonly kind: 'disconnected-with-will' }
  /**
   * The network connection ended without DISCONNECT, or the gateway closed it without a packet: because of a time-out
   * or an error of its own.
   */
  | { readonly kind: 'lost' }
  /** No packet came for one and a half times the Keep Alive. */
  | { readonly kind: 'keep-alive' }
  /** A newer connection has the client id. `newerAddress`: its network address, if it is at this gateway. */
  | { readonly kind: 'taken-over'; readonly newerAddress?: string | undefined }
  /** The client broke the protocol or a limit. The reason string contains nothing that the client sent. */
  | { readonly kind: 'violation'; readonly code: ReasonCode; readonly reasonString: string }
  /** The client's certificate expired or was revoked, or its authority has no CRL. */
  | { readonly kind: 'certificate'; readonly reasonString: string }
  /**
   * It is not certain that Kafka has a reading. The device must send the reading again. So the gateway sends no error
   * code, because an error code would end the delivery.
   */
  | { readonly kind: 'append-failed' }
  /** The gateway shuts down. */
  | { readonly kind: 'drained' };

export type End = {
  /**
   * Reason code of the DISCONNECT that the gateway sends in MQTT 5. If undefined, the gateway closes without a packet.
   */
  readonly code: ReasonCode | undefined;
  /** Present with every code, because Paho for Python cannot read a DISCONNECT without a reason string. */
  readonly reasonString: string | undefined;
  /** Whether the will is published, if the client has a will [MQTT-3.1.2-8] [MQTT-3.1.2-10]. */
  readonly isWillDue: boolean;
  /** The end as the log records it. */
  readonly endReason: NonNullable<ConnectionRecord['reason']>;
};

const keepAliveText = 'The gateway received nothing for one and a half times Keep Alive.';
const takenOverText = 'Another connection with the same client id has replaced this one.';
const drainedText = 'The gateway is shutting down. Connect again.';

export function endOf(cause: EndCause, hasWill: boolean): End {
  const endWithoutGoodbye = hasWill ? 'will' : 'closed';
  switch (cause.kind) {
    case 'disconnected':
      return { code: undefined, reasonString: undefined, isWillDue: false, endReason: 'closed' };
    case 'disconnected-with-will':
    case 'lost':
      return { code: undefined, reasonString: undefined, isWillDue: true, endReason: endWithoutGoodbye };
    case 'keep-alive':
      return { code: reason.keepAliveTimeout, reasonString: keepAliveText, isWillDue: true, endReason: 'keep-alive' };
    case 'taken-over':
      return { code: reason.sessionTakenOver, reasonString: takenOverText, isWillDue: true, endReason: 'taken-over' };
    case 'violation':
      return { code: cause.code, reasonString: cause.reasonString, isWillDue: true, endReason: 'refused' };
    case 'certificate':
      // The will is published, because it tells the readers of the log that the device is gone. The device sent the
      // will while its certificate was still valid.
      return { code: reason.notAuthorized, reasonString: cause.reasonString, isWillDue: true, endReason: 'refused' };
    case 'append-failed':
      return { code: undefined, reasonString: undefined, isWillDue: true, endReason: endWithoutGoodbye };
    case 'drained':
      // The gateway leaves out the will: the device is alive and connects again immediately. MQTT 5 section 3.1.2.5
      // lets a server that shuts down only defer wills.
      return { code: reason.serverShuttingDown, reasonString: drainedText, isWillDue: false, endReason: 'drained' };
  }
}
