/**
 * Serves `/metrics` and `/healthz` of a process over plain HTTP without login, so its address must be a loopback
 * address.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { type CertificateEnd, certificatesEndingSoon } from './certificate-files.ts';
import { certificateNotes } from './certificate-notes.ts';
import { createDoor } from './door.ts';
import type { Metrics } from './metrics.ts';
import type { Manifest } from './settings.ts';
import { wallAheadMs } from './system-clock.ts';
import { failingTasks } from './timer-tasks.ts';

/**
 * The state in `/healthz`. `ready` answers 200. Every other state answers 503, so that a load balancer sends no
 * clients. `failing`: the process cannot work.
 */
export type Health = 'starting' | 'ready' | 'failing' | 'draining';

export type MetricsServer = {
  readonly port: number;
  close(): Promise<void>;
};

/** Maximum number of connections at the same time. */
const connectionsMax = 64;
/** Maximum number of connections that have not sent a request yet. */
const silentMax = 32;
const requestMsMax = 5_000;

/**
 * Returns the settings of a metrics server.
 * @param fallback default port of this kind of process; 0 for any free port
 */
export const metricsSettings = (fallback: number) =>
  ({
    metricsHost: {
      kind: 'text',
      env: 'VIGIL_METRICS_HOST',
      help: 'address of /metrics and /healthz, plain HTTP: keep it on the loopback interface',
      fallback: '127.0.0.1',
    },
    metricsPort: {
      kind: 'integer',
      env: 'VIGIL_METRICS_PORT',
      help: 'port of /metrics and /healthz; 0 for any free port, which the log names',
      min: 0,
      max: 65_535,
      fallback,
    },
  }) as const satisfies Manifest;

/** Opens a metrics server. @throws VigilError `port-taken`, `start-failed` */
export async function openMetricsServer(options: {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly health: () => Health;
  /** Returns what does not work now: the lines that `/healthz` answers after the state. */
  readonly reasons?: () => readonly string[];
  /**
   * Returns whether the process is `failing` after this certificate has ended. The default is true for a certificate
   * and false for a CRL.
   */
  readonly failsWithout?: (end: CertificateEnd) => boolean;
  readonly log: Logger;
}): Promise<MetricsServer> {
  const { host, port, metrics, log } = options;
  const reasons = () => [...(options.reasons?.() ?? []), ...failingTaskLines()];
  const currentHealth = () =>
    healthText(options.health(), reasons(), options.failsWithout ?? (({ use }) => use !== 'crl'));
  const door = createDoor({ connectionsMax: silentMax, perAddressMax: silentMax, identifyMsMax: requestMsMax });
  const server = createServer(
    { requestTimeout: requestMsMax, headersTimeout: requestMsMax, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      door.stopCounting(request.socket);
      const path = (request.url ?? '').split('?', 1)[0];
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        respond(response, 405, 'Only GET and HEAD are answered.\n');
      } else if (path === '/healthz') {
        const { health, text } = currentHealth();
        respond(response, health === 'ready' ? 200 : 503, text);
      } else if (path === '/metrics') {
        metrics.text().then(
          (text) => respond(response, 200, text, metrics.contentType),
          (error: unknown) => {
            log.error({ err: error }, 'the metrics could not be read');
            respond(response, 500, 'The metrics could not be read.\n');
          },
        );
      } else {
        respond(response, 404, 'Only /metrics and /healthz exist.\n');
      }
    },
  );
  server.maxConnections = connectionsMax;
  server.on('connection', door.startCounting);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const isPortTaken = cause.code === 'EADDRINUSE';
      const why = isPortTaken
        ? 'is taken: set VIGIL_METRICS_PORT to a free port, or to 0.'
        : `cannot be opened (${cause.code}): check VIGIL_METRICS_HOST and VIGIL_METRICS_PORT.`;
      const text = `Port ${port} on ${host} for /metrics ${why}`;
      reject(new VigilError(isPortTaken ? 'port-taken' : 'start-failed', text, { cause }));
    });
    server.listen({ port, host }, () => {
      server.removeAllListeners('error');
      server.on('error', (error) => log.error({ err: error }, 'the metrics server has an error'));
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        door.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Returns a line for each task of a timer that fails now (timer-tasks.ts). */
const failingTaskLines = () =>
  failingTasks().map((task) => `A fault of Vigil: the task ${task} fails: look at the log.`);

/**
 * Returns the health and the text of the answer: the state, then a line for each reason and for each certificate that
 * ends soon.
 */
function healthText(reported: Health, reasons: readonly string[], isNeeded: (end: CertificateEnd) => boolean) {
  const nowMs = Date.now() + wallAheadMs();
  const { lines, isFailing } = certificateNotes(certificatesEndingSoon(nowMs), nowMs, isNeeded);
  const health: Health = reported === 'ready' && isFailing ? 'failing' : reported;
  return { health, text: `${[health, ...reasons, ...lines].join('\n')}\n` };
}

function respond(response: ServerResponse, status: number, text: string, contentType = 'text/plain; charset=utf-8') {
  const headers = {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  };
  response.writeHead(status, headers).end(text);
}
