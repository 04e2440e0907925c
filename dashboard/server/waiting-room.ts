/** Answers requests at the dashboard's port until Kafka can be reached: the answers say that the server is starting. */
import { createServer } from 'node:https';
import { VigilError } from '../../contracts/errors.ts';
import { serverCiphers } from '../../process/tls.ts';
import { type GuardOptions, guardConnections, silentConnectionLimits } from './quiet-connections.ts';

const retrySeconds = 2;

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Vigil</title><meta http-equiv="refresh" content="${retrySeconds}"></head>
<body><h1>Vigil is starting</h1>
<p>The server cannot reach Kafka yet, so no bed is shown here. Watch the bedside monitors. This page tries again by itself.</p>
</body></html>`;

export type WaitingRoom = { close(): Promise<void> };

/**
 * Listens at the port.
 * @throws VigilError `port-taken` if another program uses the port
 */
export async function openWaitingRoom(options: {
  readonly tls: { readonly cert: string; readonly key: string };
  readonly host: string;
  readonly port: number;
  readonly guard: GuardOptions;
}): Promise<WaitingRoom> {
  const { tls, host, port } = options;
  const server = createServer(
    { ...tls, minVersion: 'TLSv1.2', ciphers: serverCiphers, ...silentConnectionLimits },
    (request, response) => {
      const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
      response.writeHead(503, {
        'content-type': wantsPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'retry-after': String(retrySeconds),
        connection: 'close',
      });
      const body = {
        code: 'log-unavailable',
        message: 'The server is starting and cannot reach Kafka yet. Try again in a few seconds.',
        status: 'starting',
      };
      response.end(wantsPage ? page : JSON.stringify(body));
    },
  );
  const guard = guardConnections(server, options.guard);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'EADDRINUSE' ? portTaken(port, cause) : cause),
    );
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Ends idle connections, which would delay the start of the real server.
        guard.end();
        server.closeAllConnections();
      }),
  };
}

export function portTaken(port: number, cause: unknown): VigilError {
  return new VigilError('port-taken', `Port ${port} (VIGIL_HTTP_PORT) is in use by another program.`, { cause });
}
