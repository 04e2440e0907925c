/** The data of a listener, its connections and its sessions. They refer to each other, so one file describes them. */
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

/** What all connections of a listener share. */
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
  /** The wall clock, ms since 1970. Used only for times that are written down. */
  readonly now: () => number;
  /** A clock that never jumps, ms. Used for time-outs. */
  readonly monotonicMs: () => number;
  readonly connections: Set<Connection>;
  /** What each device uses, over all its connections. */
  readonly shares: Shares;
  /** Connections whose CONNECT waits for its claim, by client id. */
  readonly claiming: Map<string, Connection>;
  /** Handles what a connection has sent, once it need not wait any more. */
  readonly pump: (connection: Connection) => void;
  /** The listener stops: nobody can connect any more. */
  draining: boolean;
};

/** What CONNECT established. */
export type Client = {
  readonly version: 4 | 5;
  readonly clientId: string;
  readonly session: Session;
  readonly source: Source;
  /** That of its device. */
  readonly share: Share;
  will: Will | undefined;
  readonly keepAliveMs: number;
  /** Largest packet that the client takes [MQTT-3.1.2-24]. */
  readonly packetBytesMax: number;
  /** Whether it wants reason strings on acknowledgements [MQTT-3.1.2-29]. */
  readonly problemInformation: boolean;
  readonly expiryAskedS: number;
  readonly aliases: Map<number, string>;
  readonly acks: AckQueue;
  /** Packet ids of QoS 1 and 2 that count against Receive Maximum. */
  quotaUsed: number;
  /** Publishes that have no Receive Maximum (3.1.1, QoS 0) and are not settled. */
  unmeteredInFlight: number;
  inboxDueMs: number;
};

export type Connection = {
  readonly socket: TLSSocket;
  readonly commonName: unknown;
  readonly certificate: CertificateFacts;
  readonly frames: Frames;
  readonly acceptedMs: number;
  /** The share of its device; undefined before CONNECT. */
  share: Share | undefined;
  client: Client | undefined;
  /** `ending`: nothing more is read or acknowledged. */
  phase: 'waiting' | 'open' | 'ending';
  lastHeardMs: number;
  /** When the incomplete packet began; undefined between packets. */
  packetSinceMs: number | undefined;
  /** Bytes that are counted for the incomplete packet. */
  partialBytes: number;
  paused: boolean;
  pausedMs: number;
  /** When a paused connection may be read next, to notice whether it has ended. */
  probeDueMs: number;
  /** A PUBLISH above Receive Maximum. It waits until acknowledgements were sent. */
  waitingPublish: { readonly packet: Publish; readonly bytes: number } | undefined;
  /** Its packets are being handled, one after the other. A handler that calls for the next packet must not start a second loop. */
  isPumping: boolean;
  /** Whether a callback that resumes it is registered. */
  hasResumeCallback: boolean;
  flushing: boolean;
  /** CONNECT waits for its claim to be in the log; this function gives up the wait. */
  abandonClaim: (() => void) | undefined;
  /** The client went while it waited for that. What it had sent by then is still handled. */
  isClientGone: boolean;
};

export type EndReason = NonNullable<ConnectionRecord['reason']>;

type DelayedWill = {
  readonly will: Will;
  readonly source: Source;
  /** How its connection ended. */
  readonly notice: EndReason;
  readonly dueMs: number;
};

export type Session = SessionState & {
  /** QoS 2 packet ids that the client has not released yet. */
  readonly exchanges: Exchanges<Outcome>;
  connection: Connection | undefined;
  /** The certificate of its last connection. */
  certificate: CertificateFacts;
  /** Without connection: when it ends, by the clock that never jumps. */
  endsAtMs: number;
  /** A will that waits for its delay. */
  delayedWill: DelayedWill | undefined;
};

export type Sessions = {
  /** Returns the session that a CONNECT gets, and whether it existed before. A clean start ends the one before [MQTT-3.1.2-4]. */
  open(
    clientId: string,
    deviceId: string,
    clean: boolean,
    certificate: CertificateFacts,
  ): { readonly session: Session; readonly present: boolean };
  get(clientId: string): Session | undefined;
  /** The connection of a session ended: its will is published or waits for its delay, and the session is kept or ends. */
  leave(session: Session, connection: Connection, will: Will | undefined, notice: EndReason): void;
  /** Ends a session that continues elsewhere, or to which nobody may return. A will that waits is not published [MQTT-3.1.3-9]. */
  drop(session: Session): void;
  /** Ends sessions that have expired or whose certificate is barred, and publishes the wills that are due. */
  sweep(nowMs: number, isBarred: (session: Session) => boolean): void;
  count(): number;
};

/** Incomplete packets of all connections. */
export type Partials = { usedBytes: number; readonly open: Set<Connection> };

/** QoS 0 publishes on their way to Kafka, of all connections, counted by `publishMemoryBytes`. */
export type Qos0InFlight = { usedBytes: number };
