/**
 * The gate in front of InfluxDB: TLS with our certificate, and only the two of InfluxDB's paths that our processes use. InfluxDB itself
 * listens for HTTP on a socket in a folder that no other user can enter. Its version 1.6 answers `/debug/vars`, `/debug/requests` and
 * `/metrics` without a login, and no setting changes that.
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
  /** The socket of InfluxDB. */
  readonly socketPath: string;
};

/** InfluxDB itself demands a login for both. */
const open = ['/query', '/write'];

/** @throws VigilError `port-taken` */
export async function openInfluxGate(options: GateOptions): Promise<{ close(): void }> {
  const { port, certFile, keyFile, socketPath } = options;
  const tls = {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.2',
    ciphers: serverCiphers,
  } as const;
  // InfluxDB closes a connection that is not kept alive as soon as it has answered, even before it has read the whole request. That
  // request is then lost.
  const agent = new Agent({ keepAlive: true });
  const server = createServer(tls, (incoming, outgoing) => {
    const [path = ''] = (incoming.url ?? '').split('?');
    if (open.includes(path)) pass(incoming, outgoing, socketPath, agent);
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

function pass(incoming: IncomingMessage, outgoing: ServerResponse, socketPath: string, agent: Agent): void {
  const { method, url: path } = incoming;
  const headers = ofTheMessage(incoming.headers);
  const inner = request({ socketPath, method, path, headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, ofTheMessage(answer.headers));
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  // The client sees a lost connection, as when InfluxDB is away. An answer may come before the whole request was taken.
  inner.on('error', () => {
    if (!outgoing.headersSent) outgoing.destroy();
  });
  // After the answer, another request may already use this connection.
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) inner.destroy();
  });
  incoming.on('error', () => inner.destroy());
  incoming.pipe(inner);
}

/** Removes the headers that concern only one connection. */
function ofTheMessage({ connection: _connection, 'keep-alive': _keepAlive, ...rest }: IncomingHttpHeaders) {
  return rest;
}

function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause) =>
    reject(new VigilError('port-taken', `InfluxDB's port ${port} cannot be listened on: ${cause.message}.`, { cause })),
  );
  server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  return promise;
}
