/** The MQTT listener: TLS with client certificates, MQTT 3.1.1 and 5 above it. It receives publishes and sends each device its inbox. */
import type { TLSSocket } from 'node:tls';
import type { PresentedCertificate } from '../core/ending.ts';
import { newLogLimiter } from '../core/log-limiter.ts';
import { certificateRefusals } from '../core/revocation.ts';
import { keepAliveFactor } from '../core/session.ts';
import { createBudget } from './budget.ts';
import { dropWaitingPublish, endConnection, mustWait, type Wait } from './connection.ts';
import { endTakenElsewhere } from './handlers/accept.ts';
import { sendInbox } from './inbox.ts';
import { watchPaused } from './memory.ts';
import { emptyFrames, feedFrames } from './packet/framing.ts';
import type { Client, Connection, Context } from './parts.ts';
import { openPort, type Port, type PortOptions } from './port.ts';
import { pump } from './pump.ts';
import type { Revocation } from './revocation.ts';
import { createSessions } from './sessions.ts';
import { createShares } from './shares.ts';
import type { Sink } from './sink.ts';

export type ListenerOptions = PortOptions & {
  readonly revocation: Pick<Revocation, 'factsOf' | 'faultOf'>;
  readonly sink: Sink;
};

export type Listener = {
  readonly port: number;
  /** See the port. */
  readonly renew: Port['renew'];
  /** The certificates of connected devices: when each ends. */
  presented(): PresentedCertificate[];
  /** Sends a device its inbox now, not only every 10 s. */
  inboxChanged(deviceId: string): void;
  /** Another gateway has claimed a client id: its connection and session here end. */
  endClaimedElsewhere(clientId: string): void;
  connections(): number;
  unackedBytes(): number;
  /** Bytes of incomplete packets. */
  partialBytes(): number;
  /** Bytes that count for QoS 0 publishes on their way; part of `unackedBytes`. */
  qos0Bytes(): number;
  sessions(): number;
  /** Connections that wait to be let in: more came at once than the process accepts. */
  waiting(): number;
  /** Connections that are paused now, by what they wait for. */
  paused(): Readonly<Record<Wait, number>>;
  /**
   * Takes no more connections and reads no more packets, waits until everything in flight is acknowledged (at most `withinMs`), sends
   * the clients DISCONNECT (MQTT 5: 0x8B) and closes.
   */
  close(withinMs: number): Promise<void>;
};

/** How often time-outs are checked: an end by keep-alive is noticed within this. */
export const sweepMs = 500;

/**
 * Opens the listener.
 * @param open where connections come from: the port, or a test that makes them in memory (tests/fuzz)
 * @throws VigilError `port-taken`, `certificate-invalid`
 */
export async function openListener(options: ListenerOptions, open: typeof openPort = openPort): Promise<Listener> {
  const { limits, sink, counters, measures, log, now, monotonicMs } = options;
  const connections = new Set<Connection>();
  const logLimiter = newLogLimiter();
  const budget = createBudget(limits.unackedBytesMax);
  const context: Context = {
    limits,
    sink,
    counters,
    measures,
    log,
    logLimiter,
    now,
    monotonicMs,
    connections,
    shares: createShares({ limits, budget, monotonicMs, onHeldBack: sink.heldBack }),
    claiming: new Map(),
    sessions: createSessions({ sessionsMax: limits.sessionsMax, sink, counters, monotonicMs }),
    budget,
    partials: { usedBytes: 0, open: new Set() },
    qos0InFlight: { usedBytes: 0 },
    revocation: options.revocation,
    pump: (connection) => pump(context, connection),
    draining: false,
  };
  const port = await open(options, logLimiter, (socket) => accept(context, socket));
  const timer = setInterval(() => sweep(context), sweepMs);

  return {
    port: port.port,
    renew: port.renew,
    presented: () =>
      [...connections].flatMap(({ client, certificate }) =>
        client ? [{ deviceId: client.source.deviceId, endMs: certificate.endMs }] : [],
      ),
    inboxChanged(deviceId) {
      for (const connection of connections) {
        if (connection.client?.source.deviceId === deviceId) sendInbox(context, connection, connection.client);
      }
    },
    endClaimedElsewhere: (clientId) => endTakenElsewhere(context, clientId),
    connections: () => connections.size,
    unackedBytes: () => context.budget.usedBytes(),
    partialBytes: () => context.partials.usedBytes,
    qos0Bytes: () => context.qos0InFlight.usedBytes,
    sessions: () => context.sessions.count(),
    waiting: port.waiting,
    paused: () => countPaused(context),
    async close(withinMs) {
      context.draining = true;
      port.close();
      for (const connection of connections) {
        connection.socket.pause();
        dropWaitingPublish(context, connection);
      }
      const untilMs = monotonicMs() + withinMs;
      while (context.budget.usedBytes() > 0 && monotonicMs() < untilMs) await sleep(5);
      // Acknowledgements are sent one tick after the appends that settled them.
      await sleep(0);
      const sockets = [...connections].map(({ socket }) => socket);
      for (const connection of connections) endConnection(context, connection, { kind: 'drained' });
      await Promise.race([Promise.all(sockets.map(closed)), sleep(500)]);
      clearInterval(timer);
      context.shares.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function accept(context: Context, socket: TLSSocket): Connection {
  const atMs = context.monotonicMs();
  const connection: Connection = {
    socket,
    commonName: socket.getPeerCertificate().subject?.CN,
    certificate: context.revocation.factsOf(socket),
    frames: emptyFrames(),
    acceptedMs: atMs,
    share: undefined,
    client: undefined,
    phase: 'waiting',
    lastHeardMs: atMs,
    packetSinceMs: undefined,
    partialBytes: 0,
    paused: false,
    pausedMs: 0,
    probeDueMs: 0,
    waitingPublish: undefined,
    isPumping: false,
    hasResumeCallback: false,
    flushing: false,
    abandonClaim: undefined,
    isClientGone: false,
  };
  context.connections.add(connection);
  socket.on('data', (chunk: Buffer) => {
    connection.lastHeardMs = context.monotonicMs();
    feedFrames(connection.frames, chunk);
    if (connection.paused) socket.pause();
    else pump(context, connection);
  });
  // An error is always followed by close.
  socket.on('error', (error) => context.log.debug({ error: error.message }, 'connection lost'));
  const lost = () => {
    if (connection.abandonClaim) connection.isClientGone = true;
    else endConnection(context, connection, { kind: 'lost' });
  };
  socket.on('end', lost).on('close', lost);
  return connection;
}

function countPaused(context: Context): Record<Wait, number> {
  const counts: Record<Wait, number> = {
    ...{ claim: 0, 'in-flight': 0, 'device-rate': 0, 'device-share': 0 },
    ...{ unacked: 0, outgoing: 0, draining: 0 },
  };
  for (const connection of context.connections) {
    const why = connection.paused ? mustWait(context, connection) : undefined;
    if (why !== undefined) counts[why] += 1;
  }
  return counts;
}

/** Handles time-outs and inboxes that are due. A client that we do not read is never judged as silent. */
function sweep(context: Context): void {
  const { limits, counters } = context;
  const nowMs = context.monotonicMs();
  for (const connection of context.connections) {
    const { client } = connection;
    if (client && endIfBarred(context, connection, client)) continue;
    if (!client) {
      if (connection.abandonClaim || nowMs - connection.acceptedMs <= limits.connectMs) continue;
      counters.connectTimeouts += 1;
      endConnection(context, connection, { kind: 'lost' });
    } else if (connection.paused) {
      connection.packetSinceMs &&= nowMs;
      watchPaused(context, connection, client, nowMs);
    } else if (nowMs - connection.lastHeardMs > client.keepAliveMs * keepAliveFactor) {
      counters.keepAliveTimeouts += 1;
      endConnection(context, connection, { kind: 'keep-alive' });
    } else if (connection.packetSinceMs !== undefined && nowMs - connection.packetSinceMs > limits.packetMs) {
      counters.packetTimeouts += 1;
      endConnection(context, connection, { kind: 'lost' });
    } else if (client.session.inboxSubscribed && nowMs >= client.inboxDueMs) {
      sendInbox(context, connection, client);
    }
  }
  context.sessions.sweep(nowMs, ({ certificate }) => context.revocation.faultOf(certificate) === 'revoked');
}

/** Ends a connection whose certificate is no longer valid. A revoked device leaves no session behind. */
function endIfBarred(context: Context, connection: Connection, client: Client): boolean {
  const fault = context.revocation.faultOf(connection.certificate);
  if (fault === undefined) return false;
  if (fault === 'expired') context.counters.certificatesExpired += 1;
  else {
    context.counters.certificatesRevoked += 1;
    client.session.expiryMs = 0;
  }
  endConnection(context, connection, { kind: 'certificate', reasonString: certificateRefusals[fault] });
  return true;
}

function closed(socket: TLSSocket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
