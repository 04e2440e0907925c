/** A real HTTPS server on loopback that plays a push service or a receiver of webhooks, and makes faults on request. */
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Pair } from '../../certs/issue.ts';
import { peerCertificate } from './authority.ts';

export type PeerRequest = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly atMs: number;
};

/**
 * What the peer does with a request. `drop`: reads the request and breaks the connection. `slow-body`: the body of the
 * answer never ends. `dribble-headers`, `dribble-body`: the headers or the body of the answer come in small pieces and
 * never end.
 */
export type PeerAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'hang'
  | 'drop'
  | 'slow-body'
  | 'dribble-headers'
  | 'dribble-body'
  | 'huge-body';

export type HttpsPeer = {
  /** Host and port, in the form in which the list of allowed hosts has them. */
  readonly host: string;
  readonly url: (path?: string) => string;
  readonly requests: PeerRequest[];
  /** The answers to the next requests, in order; the last answer is used for all later requests. */
  answers: PeerAnswer[];
  /** Decides the answer to each request instead of `answers`. */
  answerOf: ((request: PeerRequest) => PeerAnswer) | undefined;
  /** Largest number of requests that were open at once. */
  openMax(): number;
  /** Number of connections that are open. */
  connectionCount(): number;
  close(): Promise<void>;
};

export async function startHttpsPeer(certificate?: Pair): Promise<HttpsPeer> {
  const { certificate: cert, key } = certificate ?? (await peerCertificate(['localhost', '127.0.0.1']));
  const requests: PeerRequest[] = [];
  const sockets = new Set<Socket>();
  let openCount = 0;
  let openCountMax = 0;
  const server = createServer({ cert, key }, async (request, response) => {
    openCount += 1;
    openCountMax = Math.max(openCountMax, openCount);
    response.on('close', () => {
      openCount -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url: path = '', headers } = request;
    const received = { path, headers, body: Buffer.concat(chunks), atMs: Date.now() };
    requests.push(received);
    const answer = peer.answerOf?.(received) ?? (peer.answers.length > 1 ? peer.answers.shift() : peer.answers[0])!;
    if (answer === 'hang') return;
    if (answer === 'drop') request.socket.destroy();
    else if (answer === 'slow-body') response.writeHead(201).write('a');
    else if (answer === 'dribble-headers')
      repeat(request.socket, () => request.socket.write('HTTP/1.1 102 Processing\r\n\r\n'));
    else if (answer === 'dribble-body') repeat(request.socket, () => response.write('a'));
    else if (answer === 'huge-body') response.writeHead(201).end(Buffer.alloc(1_000_000));
    else response.writeHead(answer.status, answer.headers).end('done');
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  const peer: HttpsPeer = {
    host,
    url: (path = '/send/1') => `https://${host}${path}`,
    requests,
    answers: [{ status: 201 }],
    answerOf: undefined,
    openMax: () => openCountMax,
    connectionCount: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

/** Does the task at once and 20 times a second, until the connection ends. */
function repeat(socket: Socket, task: () => void): void {
  task();
  const timer = setInterval(task, 50);
  socket.on('close', () => clearInterval(timer));
}
