/**
 * The interface between the listener and the pipeline. The listener knows MQTT but not Kafka. The pipeline knows Kafka
 * but not MQTT.
 */
import type { ConnectionRecord, StatusRecord } from '../../contracts/messages/records.ts';
import type { ReasonCode } from '../core/reasons.ts';
import type { Will } from '../core/session.ts';
import type { Source } from '../source.ts';

export type Incoming = {
  readonly source: Source;
  readonly topic: string;
  /** Valid only until `publish` returns, because the payload is a view of a buffer that is used again. */
  readonly payload: Buffer;
  /** Time of receipt on the gateway's clock. */
  readonly receivedAtMs: number;
  /** Present if the message is a will: the connection of the will, and how the connection ended. */
  readonly will?: NonNullable<StatusRecord['will']>;
};

/**
 * The result of a message, which the pipeline reports once. The listener acknowledges the message only after this
 * report.
 */
export type Outcome =
  /**
   * The message is in Kafka, or is a retained message of the upstream broker, which is left out. `reasonString` says
   * which part of the message is not used, or that it is kept apart; absent if the whole message is used.
   */
  | { readonly kind: 'appended'; readonly reasonString?: string }
  /** The message is refused. A refused message is in the topic `rejected`, or only counted. */
  | { readonly kind: 'refused'; readonly code: ReasonCode; readonly reasonString: string }
  /**
   * It is not certain that the message is in Kafka, or the device is not served. The message is not acknowledged, and
   * the connection is closed. So the device sends the message again, except at QoS 0.
   */
  | { readonly kind: 'failed' };

export type Sink = {
  /** Returns whether readings can be handled. False while the associations are being read at start. */
  ready(): boolean;
  sourceOf(deviceId: string): Source;
  publish(message: Incoming, settle: (outcome: Outcome) => void): void;
  /**
   * Claims a client id for a connection, so that other gateways end their connections with this client id. Calls
   * `settle` once, after this function has returned: with true when the log has the claim, or with false if Kafka does
   * not answer in time. In that case the claim is written later.
   * @returns a function that gives up the claim; after that, `settle` is not called any more
   */
  claim(source: Source, clientId: string, settle: (claimed: boolean) => void): () => void;
  /**
   * Reports that a connection was accepted. `replaced`: the connection replaces another connection with the same client
   * id.
   */
  connected(source: Source, replaced: boolean): void;
  /**
   * Reports that a live connection lost its client id to a newer connection. Live means: the client still answered when
   * the gateway ended the connection.
   * @param address network address of the client
   * @param newerAddress network address of the newer connection; undefined if it is at another gateway
   */
  lostIdWhileAlive(source: Source, address: string | undefined, newerAddress: string | undefined): void;
  /** Reports that a device is held back, because for a while it has sent more than it may. Called at each pause. */
  heldBack(source: Source): void;
  /** Reports that a connection ended. */
  ended(source: Source, reason: NonNullable<ConnectionRecord['reason']>): void;
  /** Publishes the will of a connection that ended. */
  will(source: Source, will: Will, reason: NonNullable<ConnectionRecord['reason']>): void;
  /** Returns the payload of the device's inbox at this moment. */
  inbox(source: Source): Buffer;
};
