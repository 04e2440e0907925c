/**
 * The gate is a TLS server in front of InfluxDB. It passes on requests to the two paths that our processes use. It
 * refuses all other requests, because InfluxDB 1.6 answers `/debug/vars`, `/debug/requests` and `/metrics` without a
 * login. InfluxDB listens on a socket in a folder that no other user can enter.
 */
import { readFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { VigilError } from '../../contracts/errors.ts';
import { serverCiphers } from '../../process/tls.ts';

export type GateOptions = {
  readonly port: number;
  readonly certFile: string;
  readonly keyFile: string;
  /** Path of InfluxDB's socket. */
  readonly socketPath: string;
};

/** InfluxDB demands a login for these paths. */
const allowedPaths = ['/query', '/write'];

/** Opens the gate on loopback. @throws VigilError `port-taken` */
export async function openInfluxGate(options: GateOptions): Promise<{ close(): void }> {
  const { port, certFile, keyFile, socketPath } = options;
  const tls = {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.2',
    ciphers: serverCiphers,
  } as const;
  // Without keep-alive, InfluxDB closes the connection after its answer, even if InfluxDB has not read the whole
  // request. The rest of the request would then be lost.
  const agent = new Agent({ keepAlive: true });
  const server = createServer(tls, (incoming, outgoing) => {
    const [path = ''] = (incoming.url ?? '').split('?');
    if (allowedPaths.includes(path)) forward(incoming, outgoing, socketPath, agent);
    else refuse(incoming, outgoing);
  });
  await listen(server, port);
  return {
    close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
  incoming.resume();
  outgoing.writeHead(404, { connection: 'close' }).end();
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, socketPath: string, agent: Agent): void {
  const { method, url: path } = incoming;
  const headers = endToEndHeaders(incoming.headers);
  const inner = request({ socketPath, method, path, headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, endToEndHeaders(answer.headers));
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  // If InfluxDB fails before it answers, the client's connection is closed. After the answer has begun, an error of the
  // request does not matter.
  inner.on('error', () => {
    if (!outgoing.headersSent) outgoing.destroy();
  });
  // After a complete answer the connection to InfluxDB stays open, because another request may use it already.
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) inner.destroy();
  });
  incoming.on('error', () => inner.destroy());
  incoming.pipe(inner);
}

/** Removes the headers that concern only a connection, not the message. */
function endToEndHeaders({ connection: _connection, 'keep-alive': _keepAlive, ...rest }: IncomingHttpHeaders) {
  return rest;
}

function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause) =>
    reject(new VigilError('port-taken', `Port ${port} for InfluxDB cannot be opened: ${cause.message}.`, { cause })),
  );
  server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  return promise;
}
