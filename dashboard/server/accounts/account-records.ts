/**
 * Writes every change of the accounts file to the audit trail, and ends sessions if the change requires that. The topic
 * `accounts` has the last recorded state of each account. So a change that was made while no dashboard ran is noticed at
 * the next start.
 *
 * If two dashboards see the same change, both may record it. Each record says when its dashboard began to apply the change.
 */
import type { Logger } from 'pino';
import { type AccountRecord, contentTypes } from '../../../contracts/messages/records.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import { pseudonym } from '../../../log/envelope/pseudonym.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { type AccountChange, type AccountFacts, accountChanges, endsSessions } from '../core/account-changes.ts';
import { fingerprintOf } from '../sessions/token.ts';
import type { Account } from './accounts.ts';

/** The actor of these audit records, because the file does not show who changed it. */
const accountsFile = 'accounts-file';
const retryMs = 5_000;

export type AccountRecords = {
  /** Must be called when the accounts file was read again. */
  changed(): void;
  /** Resolves when all changes until now have been recorded, or when the attempt has failed. */
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
  /** Ends the sessions of the account that began at `atMs` or before. */
  readonly endSessions: (userId: string, atMs: number) => void;
}): Promise<AccountRecords> {
  const { log, trail, accounts, pseudonymKey, now, logger, endSessions } = options;
  /** The last recorded state of each account. */
  const recorded = new Map<string, AccountFacts>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const table = await log.followTable(['accounts'], (read) => {
    if (read?.record.contentType !== contentTypes.account) return;
    const { removed, ...facts } = read.record.body;
    if (removed) recorded.delete(facts.userId);
    else recorded.set(facts.userId, facts);
  });

  async function recordChange({ action, account, detail }: AccountChange): Promise<void> {
    const { userId } = account;
    await trail.record({ actor: { userId: accountsFile }, action, account: userId, detail });
    const body: AccountRecord = action === 'account-removed' ? { ...account, removed: true } : account;
    await log.append('accounts', pseudonym(pseudonymKey, 'actor', userId), contentTypes.account, body);
    if (action === 'account-removed') recorded.delete(userId);
    else recorded.set(userId, account);
  }

  /** Records the changes one after the other. If Kafka is away, the remaining changes are tried again later. */
  async function recordChanges(): Promise<void> {
    clearTimeout(timer);
    const changes = accountChanges(
      recorded,
      new Map([...accounts()].map((account) => [account.userId, factsOf(account)])),
    );
    for (const change of changes) if (endsSessions(change)) endSessions(change.account.userId, now());
    try {
      for (const change of changes) if (!closed) await recordChange(change);
    } catch (error) {
      logger.warn(
        { code: (error as { code?: string }).code },
        'changes of accounts could not be written to the audit trail; the dashboard tries again',
      );
      if (!closed) timer = setTimeout(changed, retryMs);
    }
  }

  let recording: Promise<void> = table.ready.then(recordChanges);
  function changed(): void {
    recording = recording.then(recordChanges);
  }

  return {
    changed,
    settled: () => recording,
    async close() {
      closed = true;
      clearTimeout(timer);
      await Promise.race([recording, new Promise((done) => setTimeout(done, 2_000))]);
      await table.close();
    },
  };
}

export function factsOf({ userId, name, role, wards, disabled, password, epoch }: Account): AccountFacts {
  return { userId, name, role, wards, disabled, secret: fingerprintOf({ password, epoch }) };
}
