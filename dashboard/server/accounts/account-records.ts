/**
 * Puts every change of the accounts on record, by whatever means the file was changed, and ends the sessions that a
 * change ends. A change that was made while no dashboard ran is noticed at the next start: `accounts` in the log says
 * how each account was when it was last on record.
 *
 * Two dashboards that see the same change may both record it: each record says from when on that dashboard applies it.
 */
import type { Logger } from 'pino';
import { type AccountRecord, contentTypes } from '../../../contracts/messages/records.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import { pseudonym } from '../../../log/envelope/pseudonym.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { type AccountChange, type AccountFacts, accountChanges, endsSessions } from '../core/account-changes.ts';
import { fingerprintOf } from '../sessions/token.ts';
import type { Account } from './accounts.ts';

/** The actor in the audit trail: the file does not prove who changed it. */
const accountsFile = 'accounts-file';
const againMs = 5_000;

export type AccountRecords = {
  /** Call it when the file was read again. */
  changed(): void;
  /** Resolves when all changes so far are on record, or cannot be at present. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

export async function recordAccounts(options: {
  readonly log: Pick<SealedLog, 'append' | 'followTable'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly accounts: () => Iterable<Account>;
  readonly pseudonymKey: string;
  readonly now: () => number;
  readonly logger: Logger;
  /** Ends the sessions of an account that had begun by then. */
  readonly endSessions: (userId: string, atMs: number) => void;
}): Promise<AccountRecords> {
  const { log, trail, accounts, pseudonymKey, now, logger, endSessions } = options;
  /** As on record. */
  const recorded = new Map<string, AccountFacts>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const table = await log.followTable(['accounts'], (read) => {
    if (read?.record.contentType !== contentTypes.account) return;
    const { removed, ...facts } = read.record.body;
    if (removed) recorded.delete(facts.userId);
    else recorded.set(facts.userId, facts);
  });

  async function put({ action, account, detail }: AccountChange): Promise<void> {
    const { userId } = account;
    await trail.record({ actor: { userId: accountsFile }, action, account: userId, detail });
    const body: AccountRecord = action === 'account-removed' ? { ...account, removed: true } : account;
    await log.append('accounts', pseudonym(pseudonymKey, 'actor', userId), contentTypes.account, body);
    if (action === 'account-removed') recorded.delete(userId);
    else recorded.set(userId, account);
  }

  /** Handles one account after the other: while Kafka is away, the rest is tried again later. */
  async function putAll(): Promise<void> {
    clearTimeout(timer);
    const changes = accountChanges(
      recorded,
      new Map([...accounts()].map((account) => [account.userId, factsOf(account)])),
    );
    for (const change of changes) if (endsSessions(change)) endSessions(change.account.userId, now());
    try {
      for (const change of changes) if (!closed) await put(change);
    } catch (error) {
      logger.warn({ code: (error as { code?: string }).code }, 'changes of accounts wait to be put on record');
      if (!closed) timer = setTimeout(changed, againMs);
    }
  }

  let atWork: Promise<void> = table.ready.then(putAll);
  function changed(): void {
    atWork = atWork.then(putAll);
  }

  return {
    changed,
    settled: () => atWork,
    async close() {
      closed = true;
      clearTimeout(timer);
      await Promise.race([atWork, new Promise((done) => setTimeout(done, 2_000))]);
      await table.close();
    },
  };
}

export function factsOf({ userId, name, role, wards, disabled, password, epoch }: Account): AccountFacts {
  return { userId, name, role, wards, disabled, secret: fingerprintOf({ password, epoch }) };
}
