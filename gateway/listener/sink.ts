/** What the listener needs from the pipeline behind it. The listener knows MQTT and not Kafka; the pipeline knows Kafka and not MQTT. */
import type { ConnectionRecord, StatusRecord } from '../../contracts/messages/records.ts';
import type { ReasonCode } from '../core/reasons.ts';
import type { Will } from '../core/session.ts';
import type { Source } from '../source.ts';

export type Incoming = {
  readonly source: Source;
  readonly topic: string;
  /** Valid only until `publish` returns: it may be part of a larger buffer. */
  readonly payload: Buffer;
  /** The gateway's clock when the packet came. */
  readonly receivedAtMs: number;
  /** Present if it is a will: of which connection, and how that ended. */
  readonly will?: NonNullable<StatusRecord['will']>;
};

/** What happened to a message; reported once. Only then is the message acknowledged. */
export type Outcome =
  /** In Kafka. `reasonString` says what is wrong with a part of it. */
  | { readonly kind: 'appended'; readonly reasonString?: string }
  /** Bad input, in Kafka's `rejected`. */
  | { readonly kind: 'refused'; readonly code: ReasonCode; readonly reasonString: string }
  /** Perhaps not in Kafka: no acknowledgement; the connection is closed and the device sends again. */
  | { readonly kind: 'failed' };

export type Sink = {
  /** False until everything that a reading needs is there (the associations are being read). */
  ready(): boolean;
  sourceOf(deviceId: string): Source;
  publish(message: Incoming, settle: (outcome: Outcome) => void): void;
  /**
   * Claims a client id for a connection, from whichever gateway has it. `settle` is called once, never before this returns: with true
   * when the log has the claim, with false if the log is away; the claim then comes later.
   * @returns gives up the claim: `settle` is not called any more
   */
  claim(source: Source, clientId: string, settle: (claimed: boolean) => void): () => void;
  /** A connection was accepted. `replaced`: it replaces one with the same client id. */
  connected(source: Source, replaced: boolean): void;
  /**
   * A connection lost its client id to a newer one, and answered its end: it was alive, not one that the network had dropped.
   * @param address of the other side of the connection
   */
  lostIdWhileAlive(source: Source, address: string | undefined): void;
  /** A device has sent more than it may for more than a moment: its readings wait. May be called for each pause. */
  heldBack(source: Source): void;
  ended(source: Source, reason: NonNullable<ConnectionRecord['reason']>): void;
  will(source: Source, will: Will, reason: NonNullable<ConnectionRecord['reason']>): void;
  /** The payload of the device's inbox now. */
  inbox(source: Source): Buffer;
};
