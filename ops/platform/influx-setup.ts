import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { dayMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import { minutesKeptMs, rawKeptMs } from '../../contracts/trend-retention.ts';
import { rollupStatements } from './influx-rollup.ts';

export const influxDatabase = 'vigil';

export type InfluxUser = { readonly name: string; readonly password: string; readonly privilege: 'READ' | 'WRITE' };

export type InfluxSetup = {
  /** `https://` and the address of InfluxDB. If `socketPath` is set: `http://` and any name. */
  readonly url: string;
  /** CA of InfluxDB's certificate, PEM. */
  readonly ca?: string;
  /** Path of InfluxDB's socket, if InfluxDB listens on a socket of the file system. */
  readonly socketPath?: string;
  readonly adminPassword: string;
  readonly users: readonly InfluxUser[];
  /** Aborts the set-up. */
  readonly signal?: AbortSignal | undefined;
};

type Answer = { readonly status: number; readonly body: string };

const readyTimeoutMs = 60_000;
const retryMs = 100;
const requestTimeoutMs = 10_000;

/**
 * Creates the database, its retention policies and its logins if they are missing, and sets the passwords of the
 * logins. Safe to repeat.
 * @throws VigilError `start-failed` if InfluxDB does not answer or refuses the administrator's password
 */
export async function ensureDatabase(setup: InfluxSetup): Promise<void> {
  await waitForAnswer(setup);
  // InfluxDB accepts the first administrator without a login. If an administrator exists, InfluxDB refuses this
  // statement. This refusal is no fault.
  await query(setup, `CREATE USER admin WITH PASSWORD ${quoted(setup.adminPassword)} WITH ALL PRIVILEGES`, false);
  const login = await query(setup, 'SHOW DATABASES');
  if (login.status === 401) {
    throw new VigilError(
      'start-failed',
      'InfluxDB refuses the password in secrets/influx-admin.password: restore that file, or delete the folder influxdb in the state folder (this deletes all trends).',
    );
  }
  await runStatement(
    setup,
    `CREATE DATABASE ${influxDatabase} WITH DURATION ${daysText(rawKeptMs)} REPLICATION 1 SHARD DURATION 1d NAME raw`,
  );
  await ensurePolicy(setup, 'raw', daysText(rawKeptMs), '1d', true);
  await ensurePolicy(setup, 'minutes', daysText(minutesKeptMs), '7d', false);
  for (const statement of rollupStatements(influxDatabase)) await runStatement(setup, statement);
  for (const user of setup.users) {
    await query(setup, `CREATE USER ${user.name} WITH PASSWORD ${quoted(user.password)}`);
    await runStatement(setup, `SET PASSWORD FOR ${user.name} = ${quoted(user.password)}`);
    await runStatement(setup, `GRANT ${user.privilege} ON ${influxDatabase} TO ${user.name}`);
  }
}

async function ensurePolicy(
  setup: InfluxSetup,
  name: string,
  duration: string,
  shard: string,
  isDefault: boolean,
): Promise<void> {
  const definition = `${name} ON ${influxDatabase} DURATION ${duration} REPLICATION 1 SHARD DURATION ${shard}${isDefault ? ' DEFAULT' : ''}`;
  await query(setup, `CREATE RETENTION POLICY ${definition}`);
  await runStatement(setup, `ALTER RETENTION POLICY ${definition}`);
}

async function waitForAnswer(setup: InfluxSetup): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    try {
      await send(setup, 'GET', '/ping');
      return;
    } catch (cause) {
      setup.signal?.throwIfAborted();
      if (Date.now() > deadline) {
        throw new VigilError('start-failed', `InfluxDB at ${setup.url} does not answer: ${(cause as Error).message}`, {
          cause,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

function query(setup: InfluxSetup, statement: string, asAdmin = true, timeoutMs = requestTimeoutMs): Promise<Answer> {
  return send(setup, 'POST', '/query', new URLSearchParams({ q: statement }).toString(), asAdmin, timeoutMs);
}

/**
 * Runs a statement as the administrator.
 * @throws VigilError `start-failed` if InfluxDB refuses the statement or does not answer
 */
export async function runStatement(setup: InfluxSetup, statement: string, timeoutMs = requestTimeoutMs): Promise<void> {
  const { status, body } = await query(setup, statement, true, timeoutMs).catch((cause: Error) => {
    setup.signal?.throwIfAborted();
    throw new VigilError('start-failed', `InfluxDB at ${setup.url} does not answer: ${cause.message}`, { cause });
  });
  if (status === 200 && !body.includes('"error"')) return;
  // The statement may contain a password, so the error contains only the first three words.
  const firstWords = statement.split(' ').slice(0, 3).join(' ');
  throw new VigilError('start-failed', `InfluxDB refused "${firstWords}" (${status}): ${body.slice(0, 200).trim()}`);
}

async function send(
  setup: InfluxSetup,
  method: string,
  path: string,
  body = '',
  asAdmin = false,
  timeoutMs = requestTimeoutMs,
): Promise<Answer> {
  setup.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (asAdmin) headers.authorization = `Basic ${Buffer.from(`admin:${setup.adminPassword}`).toString('base64')}`;
  const { ca, socketPath } = setup;
  const startRequest = socketPath === undefined ? request : plainRequest;
  const call = startRequest(
    new URL(path, setup.url),
    {
      method,
      headers,
      ...(socketPath === undefined ? { ca, servername: 'influxdb' } : { socketPath }),
      agent: false,
      timeout: timeoutMs,
      ...(setup.signal && { signal: setup.signal }),
    },
    (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: answer }));
      response.on('error', reject);
    },
  );
  call.on('timeout', () => call.destroy(new Error('no answer in time')));
  call.on('error', reject);
  call.end(body);
  return promise;
}

/** Returns a string literal of InfluxQL. */
function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Returns a duration as InfluxDB reads it, such as `7d`. */
const daysText = (durationMs: number) => `${durationMs / dayMs}d`;
