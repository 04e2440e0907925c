/**
 * The common part of an operator's commands: opens the log with the operator's identity, checks the person's account,
 * writes the audit trail.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { readSigner } from '../log/audit/keys.ts';
import type { operatorMaySign } from '../log/audit/rules.ts';
import { auditKeySettings } from '../log/audit/settings.ts';
import { createTrail, type Trail } from '../log/audit/trail.ts';
import { kafkaSettings } from '../log/kafka/settings.ts';
import { openSealedLog, type SealedLog } from '../log/sealed-log.ts';
import { readSettings } from '../process/settings.ts';
import type { Terminal } from '../process/terminal.ts';
import { type SystemAddresses, serviceEnv } from './platform/service-env.ts';
import { askPassword, type Person, personOfAccount } from './rejected/person.ts';
import type { VigilSettings } from './rejected/settings.ts';

/** Longest wait for Kafka. */
const answerMsMax = 30_000;
/** A person at a terminal sees Kafka's address after this wait. */
const hintAfterMs = 3_000;

/** The audit trail for an operator's command. Takes only the actions that the operator's key may sign. */
export type OperatorTrail = Omit<Trail, 'record'> & {
  /** As `Trail.record`. */
  record(event: Parameters<Trail['record']>[0] & { readonly action: (typeof operatorMaySign)[number] }): Promise<void>;
};

/** What an operator's command uses while it runs. */
export type OperatorContext = {
  readonly log: SealedLog;
  readonly logger: Logger;
  readonly trail: OperatorTrail;
  /** Prints a line of the result. */
  readonly say: (line: string) => void;
  /** Prints a line about the progress to standard error. */
  readonly sayProgress: (line: string) => void;
};

/** The account that a person named, and the person; undefined if the password is wrong. */
export type ClaimedAccount = { readonly userId: string; readonly person: Person | undefined };

/**
 * Reads the password of an account and checks it.
 * @throws VigilError `settings-invalid`; `not-logged-in` if the person stops the question with Ctrl-C
 */
export async function readAccount(
  settings: VigilSettings,
  userId: string,
  fromStdin: boolean,
  terminal: Terminal,
): Promise<ClaimedAccount> {
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(userId)) throw usageError('--as takes the id of an account');
  const password = await askPassword(fromStdin, userId, terminal);
  return { userId, person: await personOfAccount(accountsFileOf(settings), userId, password) };
}

/** Returns the path of the dashboard's accounts. */
export function accountsFileOf({ accountsFile, stateDir }: Pick<VigilSettings, 'accountsFile' | 'stateDir'>): string {
  return accountsFile || join(stateDir, 'secrets', 'accounts.json');
}

/**
 * Returns the person if the account has the permission. Writes a refusal to the audit trail.
 * @param ward the ward that the account must have; undefined if the account must have all wards
 * @param about the command, for the audit trail
 * @throws VigilError `not-logged-in`, `not-allowed`
 */
export function requirePermission(
  context: OperatorContext,
  account: ClaimedAccount,
  permission: string,
  ward: string | undefined,
  about: string,
): Promise<Person> {
  const wardFault = (person: Person) =>
    hasWard(person, ward)
      ? undefined
      : ward === undefined
        ? 'this command needs an account with all wards (*)'
        : 'the account does not have this ward';
  const record = { detail: about.slice(0, 200), ...(ward !== undefined && { ward }) };
  return requirePerson(context, account, record, (person) => wardFault(person) ?? roleFault(person, permission));
}

/** Like `requirePermission`, but does not check the ward. The caller checks the ward as soon as the ward is known. */
export function requireRole(
  context: OperatorContext,
  account: ClaimedAccount,
  permission: string,
  about: string,
): Promise<Person> {
  return requirePerson(context, account, { detail: about.slice(0, 200) }, (person) => roleFault(person, permission));
}

/** Returns whether the account has a ward. @param ward undefined if only an account of all wards may see the data */
export function hasWard({ wards }: Pick<Person, 'wards'>, ward: string | undefined): boolean {
  return wards.includes('*') || (ward !== undefined && wards.includes(ward));
}

function roleFault({ may, actor }: Person, permission: string): string | undefined {
  return may.includes(permission) ? undefined : `the role ${actor.role} may not use this command`;
}

async function requirePerson(
  { trail }: OperatorContext,
  { userId, person }: ClaimedAccount,
  record: { readonly detail: string; readonly ward?: string },
  faultOf: (person: Person) => string | undefined,
): Promise<Person> {
  if (!person) {
    await trail.record({ actor: { userId }, action: 'login-failed', ...record });
    throw new VigilError('not-logged-in', 'User or password is wrong.');
  }
  const fault = faultOf(person);
  if (fault === undefined) return person;
  await trail.record({ actor: person.actor, action: 'access-denied', ...record });
  throw new VigilError('not-allowed', `${userId} is refused: ${fault}.`);
}

/** Returns Kafka's addresses for a client. The addresses of all other servers are empty. */
export function kafkaClientAddresses(settings: VigilSettings, stateDir: string): SystemAddresses {
  return { stateDir, kafkaBrokers: settings.kafkaBrokers, influxUrl: '', mqttPort: 0, httpPort: 0 };
}

/**
 * Opens the log with the operator's identity, runs the work of a command, and closes the log. Returns the exit code.
 * @param name the name of the command; the id of its chain in the audit trail begins with this name
 */
export async function withOperatorContext(
  settings: VigilSettings,
  name: string,
  terminal: Terminal,
  work: (context: OperatorContext) => Promise<number>,
): Promise<number> {
  const logger = pino({ level: 'silent' });
  const env = serviceEnv(kafkaClientAddresses(settings, settings.stateDir), 'operator');
  const operator = readSettings({ ...kafkaSettings, ...auditKeySettings }, env);
  const signer = readSigner(operator.auditKey, 'operator');
  const boot = `${name}-${randomUUID()}`;
  const log = await awaitKafka(
    answerMsMax,
    settings,
    openSealedLog({ settings: operator, service: 'operator', boot, log: logger }),
    terminal,
  );
  const operatorTrail = createTrail(log, { pseudonymKey: operator.pseudonymKey, signer, now: Date.now, logger });
  const trail = trailOfRun(operatorTrail, { session: boot, station: hostname().slice(0, 64) });
  try {
    return await work({
      ...{ log, logger, trail },
      say: (line) => terminal.writeOut(`${line}\n`),
      sayProgress: (line) => terminal.writeError(`${line}\n`),
    });
  } finally {
    await trail.close();
    await log.close();
  }
}

/**
 * Returns a trail for one run of a command. The run is a session: before the first record of a logged-in person, the
 * trail records the login. Each record of a logged-in person names the session; a failed login names none.
 */
export function trailOfRun(trail: Trail, run: { readonly session: string; readonly station: string }): OperatorTrail {
  const { session, station } = run;
  let hasLogin = false;
  return {
    ...trail,
    async record(event) {
      if (!('role' in event.actor)) return trail.record({ ...event, station });
      const { actor } = event;
      if (!hasLogin) await trail.record({ actor, session, station, action: 'login', detail: 'command line' });
      hasLogin = true;
      return trail.record({ ...event, session, station });
    },
  };
}

/**
 * Waits for work that needs Kafka. After 3 s, prints Kafka's address for a person at a terminal.
 * @throws VigilError `log-unavailable` after `ms`
 */
export async function awaitKafka<T>(
  ms: number,
  { kafkaBrokers, kafkaFrom }: Pick<VigilSettings, 'kafkaBrokers' | 'kafkaFrom'>,
  work: Promise<T>,
  terminal: Pick<Terminal, 'isInteractive' | 'writeError'>,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const kafkaText = `Kafka at ${kafkaBrokers} (${kafkaFrom})`;
  const message = `${kafkaText} has not answered for ${ms / 1000} s. Check that Vigil runs. If its Kafka has another address, set VIGIL_KAFKA_BROKERS to that address.`;
  const timer = setTimeout(() => reject(new VigilError('log-unavailable', message)), ms);
  const hint = setTimeout(() => {
    if (terminal.isInteractive('error')) terminal.writeError(`… waiting for ${kafkaText}\n`);
  }, hintAfterMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    clearTimeout(hint);
  }
}

/** Returns the error for a command line that cannot be used. */
export function usageError(message: string, cause?: Error): VigilError {
  return new VigilError('settings-invalid', `${message}; see npm run vigil -- --help.`, { cause });
}
