/** A client for tests that behaves as a screen: it sends HTTPS requests with cookies, and opens live connections. */
import { request } from 'node:https';
import { WebSocket } from 'ws';
import type { ServerMessage, Watch } from '../protocol/live.ts';
import { requestHeader } from '../protocol/pace.ts';

export type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test asserts what the body is
  readonly body: any;
  readonly headers: Record<string, string | string[] | undefined>;
};
export type Target = {
  readonly port: number;
  readonly ca: string;
  readonly origin: string;
  /** The address of this machine from which the client connects; 127.0.0.1 if absent. */
  readonly localAddress?: string;
};

export type Browser = ReturnType<typeof newBrowser>;

export function newBrowser(target: Target) {
  const cookies = new Map<string, string>();
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  function keep(pair: string): void {
    const [name = '', value = ''] = pair.trim().split('=');
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }

  function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { origin: target.origin, [requestHeader.name]: requestHeader.value },
  ): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: target.port,
          ca: target.ca,
          servername: 'localhost',
          ...(target.localAddress !== undefined && { localAddress: target.localAddress }),
          method,
          path,
          headers: {
            ...headers,
            ...(cookies.size > 0 ? { cookie: cookie() } : {}),
            ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part) => parts.push(part));
          response.on('end', () => {
            for (const set of response.headers['set-cookie'] ?? []) keep(set.split(';')[0] ?? '');
            const raw = Buffer.concat(parts).toString();
            const isJson = response.headers['content-type']?.includes('/json');
            resolve({
              status: response.statusCode ?? 0,
              body: isJson && raw !== '' ? JSON.parse(raw) : raw,
              headers: response.headers,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  return {
    call,
    get: (path: string) => call('GET', path),
    post: (path: string, body?: unknown) => call('POST', path, body),
    login: (userId: string, password: string) => call('POST', '/api/login', { userId, password }),
    cookie,
    setCookie(value: string) {
      for (const pair of value.split(';')) keep(pair);
    },
    /** Opens a live connection. `closed` resolves with the close code, or with the HTTP status of a refusal. */
    async live(watch?: Watch, overrides: { ticket?: string; origin?: string | null; cookie?: string } = {}) {
      const ticket = overrides.ticket ?? (await call('POST', '/api/ticket')).body.ticket;
      const origin = overrides.origin === undefined ? target.origin : overrides.origin;
      const socket = new WebSocket(`wss://localhost:${target.port}/api/live?ticket=${ticket}`, {
        ca: target.ca,
        ...(target.localAddress !== undefined && { localAddress: target.localAddress, family: 4 }),
        headers: { cookie: overrides.cookie ?? cookie(), ...(origin === null ? {} : { origin }) },
      });
      return connection(socket, ticket, watch);
    },
  };
}

export type Live = ReturnType<typeof connection>;

function connection(socket: WebSocket, ticket: string, watch: Watch | undefined) {
  const messages: ServerMessage[] = [];
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('error', () => {});
  });
  socket.on('open', () => watch && socket.send(JSON.stringify(watch)));
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())));
  return {
    socket,
    ticket,
    messages,
    closed,
    send: (message: unknown) => socket.send(JSON.stringify(message)),
    of: <T extends ServerMessage['type']>(type: T) =>
      messages.filter((message): message is Extract<ServerMessage, { type: T }> => message.type === type),
    close: () => socket.close(),
  };
}
