/**
 * The port that devices connect to. After a power cut they all come at once, and each TLS handshake costs the process more than a
 * hundred readings: so connections are let in at a steady rate, addresses in turn and each in its order, before their handshake
 * begins, and those that are in keep flowing. Who waits here is judged by no time-out; who gives up costs no handshake.
 */
import { constants } from 'node:crypto';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { createDoor, type DoorOptions } from '../../contracts/door.ts';
import { VigilError } from '../../contracts/errors.ts';
import { createFairQueue } from '../../contracts/fair-queue.ts';
import { observe } from '../../contracts/histogram.ts';
import { serverCiphers } from '../../contracts/tls.ts';
import { newBucket, takeTokens } from '../core/admission.ts';
import { leftOutBefore, type Quiet } from '../core/quiet.ts';
import type { Counters } from '../counters.ts';
import type { Measures } from '../measures.ts';
import type { Limits } from './limits.ts';

export type PortOptions = {
  readonly host: string;
  /** 0: any free one. */
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
  /** New connections meet this certificate; those that are open go on. */
  renew(pair: { readonly cert: string; readonly key: string }): void;
  /** Lets nobody in any more; who waits is closed. */
  close(): void;
};

/** While somebody waits, the door is opened so often. */
const tickMs = 25;
/** What a client says before its handshake is answered, kept for it; past it nothing more is read. A ClientHello has 0.3 to 2 kB. */
const helloBytesMax = 16_384;
/** A peer that vanished without a word is noticed by TCP after this and ten seconds. */
const tcpKeepAliveMs = 30_000;

type Waiting = { readonly socket: Socket; readonly sinceMs: number; readonly said: Buffer[]; leave(): void };

/** @throws VigilError `port-taken`, `certificate-invalid`, `start-failed` */
export async function openPort(
  options: PortOptions,
  quiet: Quiet,
  onSocket: (socket: TLSSocket) => void,
): Promise<Port> {
  const { limits, counters, measures, log, now, monotonicMs } = options;
  const door = createDoor({
    ...doorBounds(limits),
    onClosed() {
      counters.handshakesClosed += 1;
    },
  });
  const tls = createTlsServer(options, quiet, (socket) => {
    door.passed(socket);
    onSocket(socket);
  });
  const waiting = createFairQueue<Waiting>(limits.connectsWaitingMax);
  const bucket = newBucket(limits.connectsPerS, monotonicMs());
  let timer: NodeJS.Timeout | undefined;

  function arrive(socket: Socket): void {
    if (waiting.size() === 0 && takeTokens(bucket, limits.connectsPerS, monotonicMs(), 1) === 1) {
      measures.admissionMs.counts[0]! += 1;
      begin(socket);
    } else {
      wait(socket);
    }
  }

  function turnAway({ socket, leave }: Waiting): void {
    leave();
    counters.connectionsTurnedAway += 1;
    socket.on('error', () => {}).destroy();
    const leftOut = leftOutBefore(quiet, now());
    if (leftOut !== undefined)
      log.warn({ waiting: waiting.size(), leftOut }, 'a connection was turned away: too many wait');
  }

  function wait(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const said: Buffer[] = [];
    let bytes = 0;
    // It is read, so that one that gives up is noticed.
    const hear = (chunk: Buffer) => {
      said.push(chunk);
      bytes += chunk.length;
      if (bytes > helloBytesMax) socket.pause();
    };
    const giveUp = () => {
      if (!waiting.remove(address, one)) return;
      counters.connectionsGaveUp += 1;
      socket.destroy();
    };
    const leave = () => {
      // One by one: `removeAllListeners` leaves the socket believing that its data is listened to.
      socket.off('data', hear).off('error', giveUp).off('end', giveUp).off('close', giveUp);
    };
    const one: Waiting = { socket, sinceMs: monotonicMs(), said, leave };
    socket.on('data', hear).on('error', giveUp).on('end', giveUp).on('close', giveUp);
    const tooMany = waiting.add(address, one);
    if (tooMany) turnAway(tooMany);
    timer ??= setInterval(open, tickMs);
  }

  function open(): void {
    const nowMs = monotonicMs();
    for (let left = takeTokens(bucket, limits.connectsPerS, nowMs, waiting.size()); left > 0; left -= 1) {
      const one = waiting.take();
      if (!one) break;
      observe(measures.admissionMs, nowMs - one.sinceMs);
      admit(one);
    }
    if (waiting.size() > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function admit({ socket, said, leave }: Waiting): void {
    leave();
    socket.pause();
    if (said.length > 0) socket.unshift(Buffer.concat(said));
    begin(socket);
  }

  function begin(socket: Socket): void {
    door.enter(socket);
    tls.emit('connection', socket);
  }

  const server = createTcpServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs }, arrive);
  server.maxConnections = limits.connectionsMax;
  server.on('drop', () => {
    counters.connectionsDropped += 1;
  });
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    waiting: waiting.size,
    renew: (pair) => tls.setSecureContext(contextOf({ ...options, ...pair })),
    close() {
      server.close();
      clearInterval(timer);
      door.close();
      for (const { socket } of waiting.clear()) socket.destroy();
    },
  };
}

/**
 * Handshakes under way: as many as can begin in the time that one may take. Of one address half of it, since a hospital's devices may
 * come through one.
 */
function doorBounds({ connectsPerS, connectMs }: Limits): DoorOptions {
  const max = Math.max(64, Math.ceil((connectsPerS * connectMs) / 1000));
  return { max, perAddressMax: Math.ceil(max / 2), withinMs: connectMs };
}

function contextOf({ cert, key, clientCa }: Pick<PortOptions, 'cert' | 'key' | 'clientCa'>): SecureContextOptions {
  // Without tickets every connection shows its certificate anew: an expired one does not live on in a resumed session.
  const secureOptions = constants.SSL_OP_NO_TICKET;
  return { cert, key, ca: clientCa, minVersion: 'TLSv1.2', ciphers: serverCiphers, secureOptions };
}

function createTlsServer(options: PortOptions, quiet: Quiet, onSocket: (socket: TLSSocket) => void) {
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
    const leftOut = leftOutBefore(quiet, now());
    if (leftOut === undefined) return;
    // What was wrong with the certificate; the error itself only says that the socket was then closed.
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
