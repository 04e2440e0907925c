/** Reads and writes the local accounts, which are one JSON file. The file is read again when it changes. */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { VigilError } from '../../../contracts/errors.ts';
import { Instant } from '../../../contracts/messages/device.ts';
import { roles } from '../../../contracts/messages/records.ts';
import { textFaultIn } from '../../../contracts/text.ts';
import { followFile } from '../../../process/follow-file.ts';
import { newDraftPath, removeOldDrafts, replaceFile } from '../../../process/replace-file.ts';
import { takeFileLock } from './file-lock.ts';
import { parseHash } from './password.ts';

export const userIdPattern = /^[A-Za-z0-9._@-]{1,64}$/;
const accountsMax = 10_000;
/** A command waits at most this long until another command has changed the file. A change takes some milliseconds. */
const lockWaitMs = 10_000;

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
    /** A random text. A new epoch ends all sessions of the account. Each change by command line sets a new epoch. */
    epoch: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })),
    /** Until when the one-time password is valid. Absent for a password that the person has chosen. */
    oneTimePasswordUntil: Type.Optional(Instant),
    /** Only for a wall display: it takes the sound of its ward by itself (live/display-sound.ts). */
    ownsSound: Type.Optional(Type.Literal(true)),
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
 * @throws VigilError `settings-invalid` with a sentence that names the file and the fault
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

const fileText = (accounts: ReadonlyMap<string, Account>) =>
  `${JSON.stringify({ accounts: [...accounts.values()] }, null, 2)}\n`;

/** Writes the file in one step, so that a crash leaves no half file. Only the file's owner can read it. */
export function writeAccounts(path: string, accounts: ReadonlyMap<string, Account>): void {
  replaceFile(path, fileText(accounts), 0o600);
}

/**
 * Writes the file in one step, and waits until the disk has the file and its new name. So a power failure does not undo
 * the change.
 * @param mayReplace asked directly before the file is replaced
 * @throws VigilError `conflict` if `mayReplace` returns false; then nothing is written
 */
async function storeAccounts(
  path: string,
  accounts: ReadonlyMap<string, Account>,
  mayReplace: () => boolean,
): Promise<void> {
  const draft = newDraftPath(path);
  try {
    await withFile(draft, 'wx', async (file) => {
      await file.writeFile(fileText(accounts));
      await file.sync();
    });
    if (!mayReplace())
      throw new VigilError('conflict', 'Nothing was changed: another command changes the accounts now. Try again.');
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  await withFile(dirname(path), 'r', (folder) => folder.sync());
}

type OpenFile = Awaited<ReturnType<typeof open>>;

async function withFile(path: string, flags: string, use: (file: OpenFile) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

/**
 * Reads the file, changes the accounts and writes the file. Locks the file meanwhile, so that no command overwrites the
 * change of another command.
 * @param change changes the accounts and returns what the caller needs to know; if `change` throws, nothing is written
 * @throws VigilError `settings-invalid` if the file is not valid, or if another command has the lock for too long;
 * `conflict` if another command has taken the lock over
 */
export async function changeAccounts<Result>(
  path: string,
  change: (accounts: Map<string, Account>, isNew: boolean) => Result,
  waitMs = lockWaitMs,
): Promise<Result> {
  const lock = await takeFileLock(`${path}.lock`, waitMs);
  if (!lock)
    throw new VigilError(
      'settings-invalid',
      `Nothing was changed: another command is changing ${path}. Try again when it has ended.`,
    );
  try {
    const isNew = !existsSync(path);
    const accounts = isNew ? new Map<string, Account>() : readAccounts(path);
    const result = change(accounts, isNew);
    await storeAccounts(path, accounts, lock.isHeld);
    return result;
  } finally {
    lock.release();
  }
}

export type Accounts = {
  get(userId: string): Account | undefined;
  all(): Iterable<Account>;
  size(): number;
  /**
   * Changes the accounts file as `changeAccounts` does, and reads the file again at once.
   * @param change gets the accounts as the file has them now, not as this process last read them
   */
  change<Result>(change: (accounts: Map<string, Account>) => Result): Promise<Result>;
  /** Reads the file again now if it has changed. */
  readAgain(): void;
  close(): void;
};

/**
 * Reads the accounts file, and reads it again when it changes. So a disabled account is refused within seconds. A file
 * with a fault is logged, and the former accounts stay in force.
 */
export function followAccounts(path: string, log: Logger, onChange: () => void = () => {}): Accounts {
  removeOldDrafts(path);
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
    async change(change) {
      try {
        return await changeAccounts(path, change);
      } finally {
        file.check();
      }
    },
    readAgain: file.check,
    close: file.close,
  };
}
