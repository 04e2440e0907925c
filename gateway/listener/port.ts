/**
 * The TCP port for devices, with TLS. After a power cut all devices connect at the same time. So the port begins TLS
 * handshakes at a steady rate (process/connection-queue.ts), which leaves time to handle the messages of connected
 * devices.
 */
import { constants } from 'node:crypto';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { createConnectionQueue } from '../../process/connection-queue.ts';
import { createDoor, type DoorOptions } from '../../process/door.ts';
import { observe } from '../../process/histogram.ts';
import { serverCiphers } from '../../process/tls.ts';
import { type LogLimiter, linesLeftOut } from '../core/log-limiter.ts';
import type { Counters } from '../counters.ts';
import type { Measures } from '../measures.ts';
import type { Limits } from './limits.ts';

export type PortOptions = {
  readonly host: string;
  /** Port number; 0 for any free port. */
  readonly port: number;
  /**
   * Whether other processes may listen on the same port. The kernel then spreads the connections (SO_REUSEPORT; not on
   * all systems).
   */
  readonly sharePort: boolean;
  /** Server certificate, PEM. */
  readonly cert: string;
  /** Private key of the server certificate, PEM. */
  readonly key: string;
  /** Authorities that issue device certificates, PEM. */
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
  /** Returns the number of connections whose TLS handshake has not begun. */
  waiting(): number;
  /** Uses this server certificate for new connections. Open connections keep their server certificate. */
  renew(pair: { readonly cert: string; readonly key: string }): void;
  /** Accepts no more connections, and closes the connections that have not completed their handshake. */
  close(): void;
};

/**
 * Time without packets after which TCP checks whether the peer is still there. TCP needs ten more seconds to notice
 * that the peer is gone.
 */
const tcpKeepAliveMs = 30_000;

/**
 * Opens the port.
 * @param onSocket called with each connection after its TLS handshake
 * @throws VigilError `port-taken`, `certificate-invalid`, `start-failed`
 */
export async function openPort(
  options: PortOptions,
  logLimiter: LogLimiter,
  onSocket: (socket: TLSSocket) => void,
): Promise<Port> {
  const { limits, counters, measures, log, now, monotonicMs } = options;
  const door = createDoor({
    ...handshakeLimits(limits),
    onClosed() {
      counters.handshakesClosed += 1;
    },
  });
  const tls = createTlsServer(options, logLimiter, (socket) => {
    door.stopCounting(socket);
    onSocket(socket);
  });
  const line = createConnectionQueue({
    handshakesPerS: limits.connectsPerS,
    waitingMax: limits.connectsWaitingMax,
    monotonicMs,
    begin(socket, waitedMs) {
      observe(measures.admissionMs, waitedMs);
      door.startCounting(socket);
      tls.emit('connection', socket);
    },
    onTurnedAway() {
      counters.connectionsTurnedAway += 1;
      const leftOut = linesLeftOut(logLimiter, now());
      if (leftOut !== undefined)
        log.warn({ waiting: line.waiting(), leftOut }, 'a connection was closed: too many connections wait');
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
    renew: (pair) => tls.setSecureContext(tlsContextOf({ ...options, ...pair })),
    close() {
      server.close();
      door.close();
      line.close();
    },
  };
}

/**
 * Returns the limits for concurrent handshakes: as many as can begin in the longest time of one handshake. One address
 * can have at most half of these handshakes. This share is large, because all devices of a hospital may come through
 * one address.
 */
function handshakeLimits({ connectsPerS, connectMs }: Limits): DoorOptions {
  const connectionsMax = Math.max(64, Math.ceil((connectsPerS * connectMs) / 1000));
  return { connectionsMax, perAddressMax: Math.ceil(connectionsMax / 2), identifyMsMax: connectMs };
}

function tlsContextOf({ cert, key, clientCa }: Pick<PortOptions, 'cert' | 'key' | 'clientCa'>): SecureContextOptions {
  // Without tickets no TLS session is resumed, so every connection must present its certificate, and an expired
  // certificate is noticed.
  const secureOptions = constants.SSL_OP_NO_TICKET;
  return { cert, key, ca: clientCa, minVersion: 'TLSv1.2', ciphers: serverCiphers, secureOptions };
}

function createTlsServer(options: PortOptions, logLimiter: LogLimiter, onSocket: (socket: TLSSocket) => void) {
  const { limits, counters, log, now } = options;
  let server: ReturnType<typeof createServer>;
  try {
    server = createServer(
      {
        ...tlsContextOf(options),
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: limits.connectMs,
      },
      onSocket,
    );
  } catch (cause) {
    throw new VigilError(
      'certificate-invalid',
      'The certificate, key or client CA of the MQTT listener cannot be used. Check VIGIL_MQTT_CERT_FILE, VIGIL_MQTT_KEY_FILE and VIGIL_MQTT_CLIENT_CA_FILE.',
      {
        cause,
      },
    );
  }
  server.on('tlsClientError', (error, { authorizationError }) => {
    counters.connectionsRefused += 1;
    const leftOut = linesLeftOut(logLimiter, now());
    if (leftOut === undefined) return;
    // If the certificate was wrong, `authorizationError` says why, and `error` only says that the socket was closed.
    const why = authorizationError ?? (error as NodeJS.ErrnoException).code ?? error.message;
    log.warn({ error: why, leftOut }, 'TLS handshake refused');
  });
  return server;
}

function listen(server: Server, { host, port, sharePort, log }: PortOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === 'EADDRINUSE';
      const why = isTaken
        ? 'is in use by another process: set VIGIL_MQTT_PORT to a free port'
        : openFailureText(cause, sharePort);
      reject(
        new VigilError(isTaken ? 'port-taken' : 'start-failed', `MQTT port ${port} on ${host} ${why}.`, { cause }),
      );
    });
    server.listen({ port, host, backlog: 4096, reusePort: sharePort }, () => {
      server.removeAllListeners('error');
      server.on('error', (error) => log.error({ err: error }, 'the MQTT listener had an error'));
      resolve();
    });
  });
}

/** Returns why the port cannot be opened, as the end of a sentence. */
function openFailureText({ code }: NodeJS.ErrnoException, sharePort: boolean): string {
  return sharePort && (code === 'ENOTSUP' || code === 'EINVAL' || code === 'ENOPROTOOPT')
    ? `cannot be shared: ${process.platform} does not spread connections over processes. Set VIGIL_MQTT_SHARE_PORT=off`
    : `cannot be opened (${code})`;
}
