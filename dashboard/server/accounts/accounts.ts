/** The local accounts: one JSON file, checked whole when it is read, and read again when it changes. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { VigilError } from '../../../contracts/errors.ts';
import { roles } from '../../../contracts/messages/records.ts';
import { textFaultIn } from '../../../contracts/text.ts';
import { followFile } from '../../../process/follow-file.ts';
import { parseHash } from './password.ts';

export const userIdPattern = /^[A-Za-z0-9._@-]{1,64}$/;
/** Accounts in one file. */
const accountsMax = 10_000;

export const Account = Type.Object(
  {
    userId: Type.String({ pattern: userIdPattern.source }),
    name: Type.String({ minLength: 1, maxLength: 80 }),
    role: Type.Enum(roles),
    /** Names, or one `*` for all. */
    wards: Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 200 }),
    /** argon2id, PHC string format. */
    password: Type.String(),
    disabled: Type.Boolean(),
    /**
     * Random; a new epoch ends all sessions of the account. The command line gives a new one whenever it changes an
     * account.
     */
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

/** @throws VigilError `settings-invalid`: one sentence that names the file, the account by its number, and the fault */
export function readAccounts(path: string): Map<string, Account> {
  const bad = (what: string, cause?: unknown) =>
    new VigilError('settings-invalid', `The accounts file ${path} ${what}.`, { cause });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw bad(cause instanceof SyntaxError ? 'does not hold JSON' : 'cannot be read', cause);
  }
  if (!validator.Check(content)) {
    const [first] = validator.Errors(content);
    throw bad(`is wrong at ${first?.instancePath || 'its root'}: ${first?.message ?? 'not an accounts file'}`);
  }
  const accounts = new Map<string, Account>();
  for (const [index, account] of content.accounts.entries()) {
    const unfit = textFaultIn({ name: account.name, wards: account.wards });
    if (unfit) throw bad(`has a text in account ${index + 1} that cannot be shown: ${unfit.at} ${unfit.fault}`);
    if (!parseHash(account.password)) throw bad(`has no argon2id hash in account ${index + 1}`);
    if (accounts.has(account.userId)) throw bad(`has the user ${account.userId} twice`);
    accounts.set(account.userId, account);
  }
  return accounts;
}

/** Writes the file whole or not at all, readable by its owner alone. */
export function writeAccounts(path: string, accounts: ReadonlyMap<string, Account>): void {
  const text = `${JSON.stringify({ accounts: [...accounts.values()] }, null, 2)}\n`;
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}

export type Accounts = {
  get(userId: string): Account | undefined;
  all(): Iterable<Account>;
  size(): number;
  close(): void;
};

/**
 * Reads the accounts and follows their file: a disabled account is locked out within seconds. A faulty change is logged
 * and ignored.
 */
export function followAccounts(path: string, log: Logger, onChange: () => void = () => {}): Accounts {
  const file = followFile({
    path,
    read: readAccounts,
    onRead(accounts) {
      log.info({ accounts: accounts.size }, 'accounts read again');
      onChange();
    },
    onFault: (error) => log.error({ error }, 'the accounts changed and are no good: the former ones stay'),
  });
  return {
    get: (userId) => file.current().get(userId),
    all: () => file.current().values(),
    size: () => file.current().size,
    close: file.close,
  };
}
