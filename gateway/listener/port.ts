/**
 * The port that devices connect to. After a power cut all devices come at once. They are let in at a steady rate
 * (process/connection-line.ts), and the connected ones go on.
 */
import { constants } from 'node:crypto';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { createConnectionLine } from '../../process/connection-line.ts';
import { createDoor, type DoorOptions } from '../../process/door.ts';
import { observe } from '../../process/histogram.ts';
import { serverCiphers } from '../../process/tls.ts';
import { type LogLimiter, linesLeftOut } from '../core/log-limiter.ts';
import type { Counters } from '../counters.ts';
import type { Measures } from '../measures.ts';
import type { Limits } from './limits.ts';

export type PortOptions = {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Other processes of the same user may listen on it too: the kernel spreads the connections (SO_REUSEPORT; not everywhere). */
  readonly sharePort: boolean;
  /** PEM: the server's certificate and key, and the authority that device certificates must come from. */
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonicMs: () => number;
};

export type Port = {
  readonly port: number;
  /** Connections that wait for their handshake to begin. */
  waiting(): number;
  /** New connections get this certificate; open ones go on. */
  renew(pair: { readonly cert: string; readonly key: string }): void;
  /** Lets nobody in any more; closes the connections that wait. */
  close(): void;
};

/** TCP notices a peer that vanished silently after this and ten seconds. */
const tcpKeepAliveMs = 30_000;

/** @throws VigilError `port-taken`, `certificate-invalid`, `start-failed` */
export async function openPort(
  options: PortOptions,
  logLimiter: LogLimiter,
  onSocket: (socket: TLSSocket) => void,
): Promise<Port> {
  const { limits, counters, measures, log, now, monotonicMs } = options;
  const door = createDoor({
    ...doorBounds(limits),
    onClosed() {
      counters.handshakesClosed += 1;
    },
  });
  const tls = createTlsServer(options, logLimiter, (socket) => {
    door.passed(socket);
    onSocket(socket);
  });
  const line = createConnectionLine({
    perS: limits.connectsPerS,
    waitingMax: limits.connectsWaitingMax,
    monotonicMs,
    begin(socket, waitedMs) {
      observe(measures.admissionMs, waitedMs);
      door.enter(socket);
      tls.emit('connection', socket);
    },
    onTurnedAway() {
      counters.connectionsTurnedAway += 1;
      const leftOut = linesLeftOut(logLimiter, now());
      if (leftOut !== undefined)
        log.warn({ waiting: line.waiting(), leftOut }, 'a connection was turned away: too many wait');
    },
    onGaveUp() {
      counters.connectionsGaveUp += 1;
    },
  });

  const server = createTcpServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs },
    line.arrive,
  );
  server.maxConnections = limits.connectionsMax;
  server.on('drop', () => {
    counters.connectionsDropped += 1;
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    waiting: line.waiting,
    renew: (pair) => tls.setSecureContext(contextOf({ ...options, ...pair })),
    close() {
      server.close();
      door.close();
      line.close();
    },
  };
}

/**
 * Returns the limits for concurrent handshakes: as many as can begin in the time that one may take. One address may have half of them,
 * since a hospital's devices may all come through one address.
 */
function doorBounds({ connectsPerS, connectMs }: Limits): DoorOptions {
  const max = Math.max(64, Math.ceil((connectsPerS * connectMs) / 1000));
  return { max, perAddressMax: Math.ceil(max / 2), withinMs: connectMs };
}

function contextOf({ cert, key, clientCa }: Pick<PortOptions, 'cert' | 'key' | 'clientCa'>): SecureContextOptions {
  // Without tickets every connection shows its certificate again: an expired one cannot continue in a resumed session.
  const secureOptions = constants.SSL_OP_NO_TICKET;
  return { cert, key, ca: clientCa, minVersion: 'TLSv1.2', ciphers: serverCiphers, secureOptions };
}

function createTlsServer(options: PortOptions, logLimiter: LogLimiter, onSocket: (socket: TLSSocket) => void) {
  const { limits, counters, log, now } = options;
  let server: ReturnType<typeof createServer>;
  try {
    server = createServer(
      {
        ...contextOf(options),
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: limits.connectMs,
      },
      onSocket,
    );
  } catch (cause) {
    throw new VigilError(
      'certificate-invalid',
      'The certificate, key or authority of the MQTT listener is not usable.',
      {
        cause,
      },
    );
  }
  server.on('tlsClientError', (error, { authorizationError }) => {
    counters.connectionsRefused += 1;
    const leftOut = linesLeftOut(logLimiter, now());
    if (leftOut === undefined) return;
    // This says what was wrong with the certificate; the error itself only says that the socket was closed.
    const why = authorizationError ?? (error as NodeJS.ErrnoException).code ?? error.message;
    log.warn({ error: why, leftOut }, 'TLS handshake refused');
  });
  return server;
}

function listen(server: Server, { host, port, sharePort, log }: PortOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      const why = taken ? 'is taken: name a free one in VIGIL_MQTT_PORT' : notOpened(cause, sharePort);
      reject(new VigilError(taken ? 'port-taken' : 'start-failed', `MQTT port ${port} on ${host} ${why}.`, { cause }));
    });
    server.listen({ port, host, backlog: 4096, reusePort: sharePort }, () => {
      server.removeAllListeners('error');
      server.on('error', (error) => log.error({ err: error }, 'the MQTT listener met an error'));
      resolve();
    });
  });
}

function notOpened({ code }: NodeJS.ErrnoException, sharePort: boolean): string {
  return sharePort && (code === 'ENOTSUP' || code === 'EINVAL' || code === 'ENOPROTOOPT')
    ? `cannot be shared: ${process.platform} does not spread connections over processes (VIGIL_MQTT_SHARE_PORT=off)`
    : `cannot be opened (${code})`;
}
