/** Reads and writes the local accounts, which are one JSON file. The file is read again when it changes. */
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { VigilError } from '../../../contracts/errors.ts';
import { roles } from '../../../contracts/messages/records.ts';
import { textFaultIn } from '../../../contracts/text.ts';
import { followFile } from '../../../process/follow-file.ts';
import { parseHash } from './password.ts';

export const userIdPattern = /^[A-Za-z0-9._@-]{1,64}$/;
/** Maximum number of accounts in the file. */
const accountsMax = 10_000;
/** A change of the file waits this long for the change of another command. A change takes some milliseconds. */
const lockWaitMs = 10_000;
const lockRetryMs = 20;

export const Account = Type.Object(
  {
    userId: Type.String({ pattern: userIdPattern.source }),
    name: Type.String({ minLength: 1, maxLength: 80 }),
    role: Type.Enum(roles),
    /** Names of wards, or a single `*` for all wards. */
    wards: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 200 }),
    /** An argon2id hash in the PHC string format. */
    password: Type.String(),
    disabled: Type.Boolean(),
    /** A random text. A new epoch ends all sessions of the account. The command line sets a new epoch with each change. */
    epoch: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })),
  },
  { additionalProperties: false },
);
export type Account = Static<typeof Account>;

const AccountsFile = Type.Object(
  { accounts: Type.Array(Account, { maxItems: accountsMax }) },
  { additionalProperties: false },
);
const validator = Compile(AccountsFile);

/**
 * Reads the accounts file.
 * @throws VigilError `settings-invalid` with a sentence that names the file, the number of the account, and the fault
 */
export function readAccounts(path: string): Map<string, Account> {
  const fileError = (faultText: string, cause?: unknown) =>
    new VigilError('settings-invalid', `The accounts file ${path} ${faultText}.`, { cause });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw fileError(cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read', cause);
  }
  if (!validator.Check(content)) {
    const [firstError] = validator.Errors(content);
    throw fileError(
      `is wrong at ${firstError?.instancePath || 'its root'}: ${firstError?.message ?? 'not an accounts file'}`,
    );
  }
  const accounts = new Map<string, Account>();
  for (const [index, account] of content.accounts.entries()) {
    const textFault = textFaultIn({ name: account.name, wards: account.wards });
    if (textFault)
      throw fileError(`has a text in account ${index + 1} that cannot be shown: ${textFault.path} ${textFault.fault}`);
    if (!parseHash(account.password)) throw fileError(`has no argon2id hash in account ${index + 1}`);
    if (accounts.has(account.userId)) throw fileError(`has the user ${account.userId} twice`);
    accounts.set(account.userId, account);
  }
  return accounts;
}

/** Writes the file in one step, so that a crash leaves no half file. Only the file's owner can read it. */
export function writeAccounts(path: string, accounts: ReadonlyMap<string, Account>): void {
  const text = `${JSON.stringify({ accounts: [...accounts.values()] }, null, 2)}\n`;
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}

/**
 * Reads the file, changes the accounts and writes the file, while no other command does the same. Without this, two commands at the same moment
 * would both read the former file, and the second would write it back without the change of the first.
 * @param change changes the accounts and returns what the caller needs to know; if it throws, nothing is written
 * @throws VigilError `settings-invalid` if the file is not valid, or if another command does not end
 */
export async function changeAccounts<Result>(
  path: string,
  change: (accounts: Map<string, Account>, isNew: boolean) => Result,
  waitMs = lockWaitMs,
): Promise<Result> {
  const lock = `${path}.lock`;
  await takeLock(lock, path, waitMs);
  try {
    const isNew = !existsSync(path);
    const accounts = isNew ? new Map<string, Account>() : readAccounts(path);
    const result = change(accounts, isNew);
    writeAccounts(path, accounts);
    return result;
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Creates the lock file. Only one command can create it. It is never taken from another command, because that command could still write. */
async function takeLock(lock: string, path: string, waitMs: number): Promise<void> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (performance.now() >= endMs)
      throw new VigilError(
        'settings-invalid',
        `Nothing was changed: another command is changing ${path}. Try again. If no other command runs, one was killed: delete ${lock} first.`,
      );
    await sleep(lockRetryMs);
  }
}

export type Accounts = {
  get(userId: string): Account | undefined;
  all(): Iterable<Account>;
  size(): number;
  close(): void;
};

/**
 * Reads the accounts file, and reads it again when it changes. So a disabled account is refused within seconds. A file with
 * a fault is logged, and the former accounts stay in force.
 */
export function followAccounts(path: string, log: Logger, onChange: () => void = () => {}): Accounts {
  const file = followFile({
    path,
    read: readAccounts,
    onRead(accounts) {
      log.info({ accounts: accounts.size }, 'accounts read again');
      onChange();
    },
    onFault: (error) =>
      log.error({ error }, 'the changed accounts file is not valid; the former accounts stay in force'),
  });
  return {
    get: (userId) => file.current().get(userId),
    all: () => file.current().values(),
    size: () => file.current().size,
    close: file.close,
  };
}
