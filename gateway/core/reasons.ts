/** The reason codes of MQTT 5 (section 2.4) that the gateway sends, and the matching return codes of MQTT 3.1.1. */
import type { ErrorCode } from '../../contracts/errors.ts';

export const reason = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noSubscriptionExisted: 0x11,
  unspecifiedError: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecificError: 0x83,
  unsupportedProtocolVersion: 0x84,
  clientIdentifierNotValid: 0x85,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdentifierNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  payloadFormatInvalid: 0x99,
  sharedSubscriptionsNotSupported: 0x9e,
  subscriptionIdentifiersNotSupported: 0xa1,
  wildcardSubscriptionsNotSupported: 0xa2,
} as const;
export type ReasonCode = (typeof reason)[keyof typeof reason];

/**
 * Returns the return code of CONNACK in MQTT 3.1.1 (table 3.1) for a reason code of MQTT 5. Returns undefined if MQTT
 * 3.1.1 has no such return code: then the gateway closes the connection without CONNACK [MQTT-3.2.2-6].
 */
export function connectReturnCode(code: ReasonCode): number | undefined {
  switch (code) {
    case reason.success:
      return 0;
    case reason.unsupportedProtocolVersion:
      return 1;
    case reason.clientIdentifierNotValid:
      return 2;
    case reason.notAuthorized:
    case reason.badAuthenticationMethod:
      return 5;
    case reason.serverUnavailable:
    case reason.serverBusy:
    case reason.serverShuttingDown:
      return 3;
    default:
      return undefined;
  }
}

/** Returns the reason code of PUBACK or PUBREC for a refused message (MQTT 5, tables 3-4 and 3-5). */
export function publishReasonCode(code: ErrorCode): ReasonCode {
  switch (code) {
    case 'topic-not-authorized':
      return reason.notAuthorized;
    case 'topic-unknown':
      return reason.topicNameInvalid;
    case 'apart-budget-spent':
      return reason.quotaExceeded;
    default:
      return reason.payloadFormatInvalid;
  }
}
