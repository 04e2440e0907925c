/** Acts as a clinician's browser: logs in, opens the live connection and counts values and alarms. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { VigilError } from '../contracts/errors.ts';
import { livePath, requestHeader } from '../dashboard/protocol/pace.ts';
import type { Login } from './demo.ts';
import type { SystemAddresses } from './platform/service-env.ts';

/** How many values and alarms came. */
export type ScreenCounts = { readonly values: number; readonly alarms: number };

type Message = {
  readonly type?: string;
  readonly beds?: readonly { readonly values?: readonly unknown[] }[];
  readonly alarms?: readonly { readonly kind?: string; readonly alarmId?: string }[];
};

const requestTimeoutMs = 30_000;

/**
 * Watches all wards of the clinician until the first physiological alarm comes, or until `withinMs` have passed.
 * @throws VigilError `start-failed` if the server refuses a request or closes the connection
 */
export async function watchForAlarm(options: {
  readonly addresses: SystemAddresses;
  readonly login: Login;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}): Promise<ScreenCounts> {
  const { addresses, login } = options;
  const origin = `https://localhost:${addresses.httpPort}`;
  const ca = readFileSync(join(addresses.stateDir, 'certs', 'ca.pem'), 'utf8');
  const session = await post(origin, ca, '/api/login', { userId: login.userId, password: login.password });
  const cookie = session.cookies.map((header) => header.split(';')[0]).join('; ');
  const { ticket } = (await post(origin, ca, '/api/ticket', undefined, cookie)).body as { ticket: string };
  const address = `wss://localhost:${addresses.httpPort}${livePath}?ticket=${encodeURIComponent(ticket)}`;
  const socket = new WebSocket(address, { ca, headers: { origin, cookie } });
  const alarmArrived = Promise.withResolvers<void>();
  let values = 0;
  const alarms = new Set<string>();
  socket.on('open', () => socket.send(JSON.stringify({ type: 'watch', scope: { ward: '*' }, waves: null })));
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    for (const bed of message.beds ?? []) values += bed.values?.length ?? 0;
    for (const { kind, alarmId } of message.alarms ?? []) {
      if (kind === 'physiological' && alarmId !== undefined) alarms.add(alarmId);
    }
    if (alarms.size > 0) alarmArrived.resolve();
  });
  socket.on('error', (error) => alarmArrived.reject(failed(`The live connection failed: ${error.message}`)));
  socket.on('close', (code, reason) =>
    alarmArrived.reject(failed(`The server closed the live connection (${code} ${reason}).`)),
  );
  const timer = setTimeout(() => alarmArrived.resolve(), options.withinMs);
  options.signal.addEventListener(
    'abort',
    () => alarmArrived.reject(failed('The check was stopped before an alarm came.')),
    {
      once: true,
    },
  );
  try {
    await alarmArrived.promise;
    return { values, alarms: alarms.size };
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

type Answer = { readonly body: unknown; readonly cookies: readonly string[] };

function post(origin: string, ca: string, path: string, body: unknown, cookie = ''): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    origin,
    cookie,
    [requestHeader.name]: requestHeader.value,
    ...(text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  const options = { method: 'POST', ca, headers, agent: false, timeout: requestTimeoutMs } as const;
  const call = request(new URL(path, origin), options, (response) => {
    let answer = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      answer += chunk;
    });
    response.on('end', () => {
      if (response.statusCode !== 200)
        return reject(failed(`The dashboard answered POST ${path} with status ${response.statusCode}: ${answer}`));
      resolve({ body: JSON.parse(answer), cookies: response.headers['set-cookie'] ?? [] });
    });
  });
  call.on('timeout', () => call.destroy(new Error('no answer in time')));
  call.on('error', (error) => reject(failed(`POST ${path} to the dashboard failed: ${error.message}`)));
  call.end(text);
  return promise;
}

function failed(message: string): VigilError {
  return new VigilError('start-failed', message);
}
