/**
 * The MQTT listener: MQTT 3.1.1 and 5 over TLS with client certificates. It receives publishes and sends each device
 * its inbox.
 */
import type { TLSSocket } from 'node:tls';
import { runEvery } from '../../process/timer-tasks.ts';
import type { PresentedCertificate } from '../core/certificate-ends.ts';
import { newLogLimiter } from '../core/log-limiter.ts';
import { certificateRefusals } from '../core/revocation.ts';
import { keepAliveFactor } from '../core/session.ts';
import { createBudget } from './budget.ts';
import { dropWaitingPublish, endConnection, type WaitCause, waitCauseOf } from './connection.ts';
import { endConnectionClaimedElsewhere } from './handlers/accept.ts';
import { sendInbox } from './inbox.ts';
import { checkPausedConnection } from './memory.ts';
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
  /** Uses another server certificate for new connections (`Port.renew`). */
  readonly renew: Port['renew'];
  /** Returns the devices that are connected and the ends of their certificates. */
  deviceCertificates(): PresentedCertificate[];
  /** Sends a device its inbox immediately, without waiting for the regular inbox of every 3 s. */
  inboxChanged(deviceId: string): void;
  /** Ends the connection and the session of a client id that another gateway has claimed. */
  endClaimedElsewhere(clientId: string): void;
  connections(): number;
  unackedBytes(): number;
  /** Bytes of incomplete packets. */
  partialBytes(): number;
  /** Memory of QoS 0 publishes on their way to Kafka. This memory is a part of `unackedBytes`. */
  qos0Bytes(): number;
  sessions(): number;
  /**
   * Number of connections that wait for their TLS handshake, because more connections came at the same time than the
   * process accepts.
   */
  waiting(): number;
  /** Number of paused connections, by what they wait for. */
  paused(): Readonly<Record<WaitCause, number>>;
  /**
   * Shuts down. First, the listener accepts no more connections and reads no more packets. Then it waits at most
   * `withinMs` until all messages on their way are acknowledged. At the end, it sends DISCONNECT (MQTT 5: 0x8B) to the
   * clients, and closes.
   */
  close(withinMs: number): Promise<void>;
};

/** Time between two checks of all time-outs. */
export const sweepMs = 500;

/**
 * Opens the listener.
 * @param open opens the port; tests/fuzz replace it to make connections in memory
 * @throws VigilError `port-taken`, `certificate-invalid`, `start-failed`
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
    partials: { usedBytes: 0, connections: new Set() },
    qos0InFlight: { usedBytes: 0 },
    revocation: options.revocation,
    pump: (connection) => pump(context, connection),
    draining: false,
  };
  const port = await open(options, logLimiter, (socket) => acceptSocket(context, socket));
  const timer = runEvery('connection-sweep', sweepMs, () => sweep(context));

  return {
    port: port.port,
    renew: port.renew,
    deviceCertificates: () =>
      [...connections].flatMap(({ client, certificate }) =>
        client ? [{ deviceId: client.source.deviceId, endMs: certificate.endMs }] : [],
      ),
    inboxChanged(deviceId) {
      for (const connection of connections) {
        const { client } = connection;
        if (client?.source.deviceId === deviceId)
          attend(context, connection, () => sendInbox(context, connection, client));
      }
    },
    endClaimedElsewhere: (clientId) => endConnectionClaimedElsewhere(context, clientId),
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
      // The acknowledgements of the last appends are sent on the next tick.
      await sleep(0);
      const sockets = [...connections].map(({ socket }) => socket);
      for (const connection of connections) endConnection(context, connection, { kind: 'drained' });
      await Promise.race([Promise.all(sockets.map(waitForClose)), sleep(500)]);
      clearInterval(timer);
      context.shares.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function acceptSocket(context: Context, socket: TLSSocket): Connection {
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
    lastReceivedMs: atMs,
    packetStartMs: undefined,
    partialBytes: 0,
    isPaused: false,
    pauseStartMs: 0,
    probeDueMs: 0,
    waitingPublish: undefined,
    isPumping: false,
    hasResumeCallback: false,
    isFlushScheduled: false,
    abandonClaim: undefined,
    isClientGone: false,
  };
  context.connections.add(connection);
  socket.on('data', (chunk: Buffer) => {
    connection.lastReceivedMs = context.monotonicMs();
    feedFrames(connection.frames, chunk);
    if (connection.isPaused) socket.pause();
    else pump(context, connection);
  });
  // An error is always followed by close.
  socket.on('error', (error) => context.log.debug({ error: error.message }, 'connection lost'));
  const onLost = () => {
    if (connection.abandonClaim) connection.isClientGone = true;
    else endConnection(context, connection, { kind: 'lost' });
  };
  socket.on('end', onLost).on('close', onLost);
  return connection;
}

function countPaused(context: Context): Record<WaitCause, number> {
  const counts: Record<WaitCause, number> = {
    ...{ claim: 0, 'in-flight': 0, 'device-rate': 0, 'device-share': 0 },
    ...{ unacked: 0, outgoing: 0, draining: 0 },
  };
  for (const connection of context.connections) {
    const wait = connection.isPaused ? waitCauseOf(context, connection) : undefined;
    if (wait !== undefined) counts[wait] += 1;
  }
  return counts;
}

/**
 * Ends connections after a time-out and sends inboxes that are due. The Keep Alive of a paused client is not checked.
 */
function sweep(context: Context): void {
  const nowMs = context.monotonicMs();
  for (const connection of context.connections)
    attend(context, connection, () => sweepConnection(context, connection, nowMs));
  context.sessions.sweep(nowMs, ({ certificate }) => context.revocation.faultOf(certificate) === 'revoked');
}

/**
 * Ends a connection whose certificate is no longer valid. If the certificate was revoked, or its authority has no CRL,
 * the session ends too.
 * @returns whether the connection ended
 */
function endIfCertificateInvalid(context: Context, connection: Connection, client: Client): boolean {
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

function waitForClose(socket: TLSSocket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function sweepConnection(context: Context, connection: Connection, nowMs: number): void {
  const { limits, counters } = context;
  const { client } = connection;
  if (client && endIfCertificateInvalid(context, connection, client)) return;
  if (!client) {
    if (connection.abandonClaim || nowMs - connection.acceptedMs <= limits.connectMs) return;
    counters.connectTimeouts += 1;
    endConnection(context, connection, { kind: 'lost' });
  } else if (connection.isPaused) {
    connection.packetStartMs &&= nowMs;
    checkPausedConnection(context, connection, client, nowMs);
  } else if (nowMs - connection.lastReceivedMs > client.keepAliveMs * keepAliveFactor) {
    counters.keepAliveTimeouts += 1;
    endConnection(context, connection, { kind: 'keep-alive' });
  } else if (connection.packetStartMs !== undefined && nowMs - connection.packetStartMs > limits.packetMs) {
    counters.packetTimeouts += 1;
    endConnection(context, connection, { kind: 'lost' });
  } else if (client.session.inboxSubscribed && nowMs >= client.inboxDueMs) {
    sendInbox(context, connection, client);
  }
}

/**
 * Does work for one connection. If the code throws, only this connection is lost. Otherwise the gateway would end, and
 * with it the connections of all devices.
 */
function attend({ log }: Context, connection: Connection, work: () => void): void {
  try {
    work();
  } catch (error) {
    log.error({ err: error }, 'the work for a connection failed: the connection is closed');
    connection.socket.destroy();
  }
}
