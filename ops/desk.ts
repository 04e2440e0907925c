/** The common part of an operator's commands: the log, opened as the operator, the person who asks, and the audit trail. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { readSigner } from '../log/audit/keys.ts';
import { auditKeySettings } from '../log/audit/settings.ts';
import { createTrail, type Trail } from '../log/audit/trail.ts';
import { kafkaSettings } from '../log/kafka/settings.ts';
import { openSealedLog, type SealedLog } from '../log/sealed-log.ts';
import { readSettings } from '../process/settings.ts';
import { serviceEnv, type Whereabouts } from './platform/service-env.ts';
import { askPassword, knownPerson, type Person } from './rejected/person.ts';
import type { VigilSettings } from './rejected/settings.ts';

/** The command stops waiting for Kafka after this time. */
const answerMs = 30_000;
const hintMs = 3_000;

export type Desk = {
  readonly log: SealedLog;
  readonly logger: Logger;
  readonly trail: Trail;
  readonly say: (line: string) => void;
};

export type Claimed = { readonly userId: string; readonly person: Person | undefined };

/** Reads who asks, with the password. @throws VigilError `settings-invalid` */
export async function claim(settings: VigilSettings, userId: string, fromStdin: boolean): Promise<Claimed> {
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(userId)) throw wrong('--as takes the id of an account');
  const password = await askPassword(fromStdin, userId);
  const accountsFile = settings.accountsFile || join(settings.stateDir, 'secrets', 'accounts.json');
  return { userId, person: await knownPerson(accountsFile, userId, password) };
}

/**
 * Returns the person if the account may do this. A refusal is recorded.
 * @param ward undefined: the act concerns all wards, so the account needs all of them
 * @param about the question, for the record
 * @throws VigilError `not-logged-in`, `not-allowed`
 */
export async function admitted(
  { trail }: Desk,
  { userId, person }: Claimed,
  permission: string,
  ward: string | undefined,
  about: string,
): Promise<Person> {
  const record = { detail: about.slice(0, 200), ...(ward !== undefined && { ward }) };
  if (!person) {
    await trail.record({ actor: { userId }, action: 'login-failed', ...record });
    throw new VigilError('not-logged-in', 'User or password is wrong.');
  }
  const hasWard = person.wards.includes('*') || (ward !== undefined && person.wards.includes(ward));
  if (person.may.includes(permission) && hasWard) return person;
  await trail.record({ actor: person.actor, action: 'access-denied', ...record });
  const why = !hasWard
    ? ward === undefined
      ? 'it does not have all wards (*), and this is of no one ward'
      : 'it does not have this ward'
    : `its role, ${person.actor.role}, may not`;
  throw new VigilError('not-allowed', `${userId} may not do this: ${why}.`);
}

export function whereabouts(settings: VigilSettings, stateDir: string): Whereabouts {
  // Reading and writing the log does not need the servers' addresses.
  return { stateDir, kafkaBrokers: settings.kafkaBrokers, influxUrl: '', mqttPort: 0, httpPort: 0 };
}

/** Opens the log as the operator for a piece of work. @param name of the work: the audit trail's chain begins with it */
export async function atDesk(
  settings: VigilSettings,
  name: string,
  work: (desk: Desk) => Promise<number>,
): Promise<number> {
  const logger = pino({ level: 'silent' });
  const env = serviceEnv(whereabouts(settings, settings.stateDir), 'operator');
  const operator = readSettings({ ...kafkaSettings, ...auditKeySettings }, env);
  const signer = readSigner(operator.auditKey, 'operator');
  const boot = `${name}-${randomUUID()}`;
  const log = await within(
    answerMs,
    settings,
    openSealedLog({ settings: operator, service: 'operator', boot, log: logger }),
  );
  const whole = createTrail(log, { pseudonymKey: operator.pseudonymKey, signer, now: Date.now, logger });
  const trail = trailOfRun(whole, { session: boot, station: hostname().slice(0, 64) });
  try {
    return await work({ log, logger, trail, say: (line) => process.stdout.write(`${line}\n`) });
  } finally {
    await trail.close();
    await log.close();
  }
}

/** Each run of a command is a session. Its login is recorded before the person's first act, and each act names the session. */
export function trailOfRun(trail: Trail, run: { readonly session: string; readonly station: string }): Trail {
  const { session, station } = run;
  let isBegun = false;
  return {
    ...trail,
    async record(event) {
      if (!('role' in event.actor)) return trail.record({ ...event, station });
      const { actor } = event;
      if (!isBegun) await trail.record({ actor, session, station, action: 'login', detail: 'command line' });
      isBegun = true;
      return trail.record({ ...event, session, station });
    },
  };
}

/**
 * Waits for Kafka's answer. A person at a terminal reads after 3 s which address it is.
 * @throws VigilError `log-unavailable` after `ms`
 */
export async function within<T>(
  ms: number,
  { kafkaBrokers, kafkaFrom }: Pick<VigilSettings, 'kafkaBrokers' | 'kafkaFrom'>,
  work: Promise<T>,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const where = `Kafka at ${kafkaBrokers} (${kafkaFrom})`;
  const message = `${where} does not answer for ${ms / 1000} s: does Vigil run, and is this its Kafka? Set VIGIL_KAFKA_BROKERS to the address of Vigil's Kafka.`;
  const timer = setTimeout(() => reject(new VigilError('log-unavailable', message)), ms);
  const hint = setTimeout(() => {
    if (process.stderr.isTTY) process.stderr.write(`… waiting for ${where}\n`);
  }, hintMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    clearTimeout(hint);
  }
}

export function wrong(message: string): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- --help.`);
}
