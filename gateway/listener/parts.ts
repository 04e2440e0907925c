/**
 * The types of the data of a listener, its connections and its sessions. These types refer to each other, so one file
 * has them all.
 */
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { ConnectionRecord } from '../../contracts/messages/records.ts';
import type { AckQueue } from '../core/acks.ts';
import type { Exchanges } from '../core/exchanges.ts';
import type { LogLimiter } from '../core/log-limiter.ts';
import type { CertificateFacts } from '../core/revocation.ts';
import type { SessionState, Will } from '../core/session.ts';
import type { Counters } from '../counters.ts';
import type { Measures } from '../measures.ts';
import type { Source } from '../source.ts';
import type { Budget } from './budget.ts';
import type { Limits } from './limits.ts';
import type { Frames } from './packet/framing.ts';
import type { Publish } from './packet/publish.ts';
import type { Revocation } from './revocation.ts';
import type { Share, Shares } from './shares.ts';
import type { Outcome, Sink } from './sink.ts';

/** The data that all connections of a listener share. */
export type Context = {
  readonly limits: Limits;
  readonly sessions: Sessions;
  readonly sink: Sink;
  readonly budget: Budget;
  readonly partials: Partials;
  readonly qos0InFlight: Qos0InFlight;
  readonly revocation: Pick<Revocation, 'factsOf' | 'faultOf'>;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
  /** Limits log lines about refused clients. */
  readonly logLimiter: LogLimiter;
  /** Returns the time of the gateway's clock, ms since 1970. Used for times of receipt and for logs. */
  readonly now: () => number;
  /** Returns the time of the monotonic clock, ms. Used for time-outs. */
  readonly monotonicMs: () => number;
  readonly connections: Set<Connection>;
  /** The rate and the memory of each device, over all its connections. */
  readonly shares: Shares;
  /** Connections that wait for the claim of their client id, by client id. */
  readonly claiming: Map<string, Connection>;
  /** Handles the received packets of a connection until the connection must wait. */
  readonly pump: (connection: Connection) => void;
  /** Whether the listener is shutting down and accepts no connections. */
  draining: boolean;
};

/** The data of a client after its CONNECT was accepted. */
export type Client = {
  readonly version: 4 | 5;
  readonly clientId: string;
  readonly session: Session;
  readonly source: Source;
  /** The share of the client's device. */
  readonly share: Share;
  will: Will | undefined;
  readonly keepAliveMs: number;
  /** Largest packet that the client accepts, bytes [MQTT-3.1.2-24]. */
  readonly packetBytesMax: number;
  /** Whether the client wants reason strings in acknowledgements [MQTT-3.1.2-29]. */
  readonly problemInformation: boolean;
  /** Session Expiry Interval of the CONNECT, s. */
  readonly expiryAskedS: number;
  /** Topics by topic alias. */
  readonly aliases: Map<number, string>;
  readonly acks: AckQueue;
  /** Number of QoS 1 and QoS 2 publishes that count against Receive Maximum. */
  quotaUsed: number;
  /**
   * Number of publishes of MQTT 3.1.1 and of QoS 0 on their way to Kafka. Receive Maximum does not apply to such
   * publishes.
   */
  unmeteredInFlight: number;
  /** Time of the monotonic clock at which the inbox is sent next. */
  inboxDueMs: number;
};

export type Connection = {
  readonly socket: TLSSocket;
  /** The CN of the certificate's subject, as TLS reports it. */
  readonly commonName: unknown;
  readonly certificate: CertificateFacts;
  readonly frames: Frames;
  readonly acceptedMs: number;
  /** The share of the connection's device; undefined before CONNECT. */
  share: Share | undefined;
  client: Client | undefined;
  /** `waiting`: before CONNACK. `open`: after CONNACK. `ending`: nothing more is read or acknowledged. */
  phase: 'waiting' | 'open' | 'ending';
  /** Time at which the last bytes came or the last pause ended. */
  lastReceivedMs: number;
  /** Time at which the incomplete packet began; undefined between packets. */
  packetStartMs: number | undefined;
  /** Bytes of the incomplete packet as they are counted in `Partials`. */
  partialBytes: number;
  /** Whether the connection waits: no packet is handled, and the socket is read only to notice its end. */
  isPaused: boolean;
  /** Time at which the pause began. */
  pauseStartMs: number;
  /** Earliest time at which a paused connection is read again to notice its end. */
  probeDueMs: number;
  /** A PUBLISH above Receive Maximum, which is handled after acknowledgements were sent. */
  waitingPublish: { readonly packet: Publish; readonly bytes: number } | undefined;
  /** Whether the loop that handles packets is running, so that a handler does not start a second loop. */
  isPumping: boolean;
  /** Whether a callback that resumes the connection is registered. */
  hasResumeCallback: boolean;
  /** Whether acknowledgements will be sent on the next tick. */
  isFlushScheduled: boolean;
  /** Ends the wait for the claim of the client id; undefined if the connection does not wait for a claim. */
  abandonClaim: (() => void) | undefined;
  /**
   * Whether the client closed the connection while the connection waited for its claim. The received packets are still
   * handled.
   */
  isClientGone: boolean;
};

export type EndReason = NonNullable<ConnectionRecord['reason']>;

type DelayedWill = {
  readonly will: Will;
  readonly source: Source;
  /** How the connection of the will ended. */
  readonly endReason: EndReason;
  readonly dueMs: number;
};

export type Session = SessionState & {
  /** The QoS 2 messages that the client has not released. */
  readonly exchanges: Exchanges<Outcome>;
  connection: Connection | undefined;
  /** The certificate of the session's last connection. */
  certificate: CertificateFacts;
  /** Time of the monotonic clock at which a session without connection ends. */
  endsAtMs: number;
  /** The will that is published after its delay. */
  delayedWill: DelayedWill | undefined;
};

export type Sessions = {
  /**
   * Returns the session of a CONNECT, and whether the session existed before. A clean start ends an existing session
   * [MQTT-3.1.2-4].
   */
  open(
    clientId: string,
    deviceId: string,
    clean: boolean,
    certificate: CertificateFacts,
  ): { readonly session: Session; readonly existed: boolean };
  get(clientId: string): Session | undefined;
  /**
   * Handles the end of a connection: publishes its will, or keeps the will for its delay, and keeps or ends the
   * session.
   */
  handleConnectionEnd(session: Session, connection: Connection, will: Will | undefined, endReason: EndReason): void;
  /**
   * Ends a session whose client continues at another gateway, or may have been there. Does not publish a delayed will
   * [MQTT-3.1.3-9].
   */
  endWithoutWill(session: Session): void;
  /**
   * Ends sessions that have expired or for which `mustEnd` returns true, and publishes the delayed wills that are due.
   */
  sweep(nowMs: number, mustEnd: (session: Session) => boolean): void;
  count(): number;
};

/** The bytes of the incomplete packets of all connections, and the connections that have such packets. */
export type Partials = { usedBytes: number; readonly connections: Set<Connection> };

/** The memory of the QoS 0 publishes on their way to Kafka, for all connections (`publishMemoryBytes`). */
export type Qos0InFlight = { usedBytes: number };
