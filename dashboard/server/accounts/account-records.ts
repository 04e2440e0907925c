/**
 * Writes every change of the accounts file to the audit trail, and ends sessions if the change requires that. The topic
 * `accounts` has the last recorded state of each account. So a change that was made while no dashboard ran is noticed
 * at the next start.
 *
 * If two dashboards see a change, both may record the change. Each record says when its dashboard began to apply the
 * change.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../../contracts/errors.ts';
import { type AccountRecord, contentTypes } from '../../../contracts/messages/records.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import { pseudonym } from '../../../log/envelope/pseudonym.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { noteTaskFailure, runAfter } from '../../../process/timer-tasks.ts';
import { type AccountChange, type AccountFacts, accountChanges, endsSessions } from '../core/account-changes.ts';
import { fingerprintOf } from '../sessions/token.ts';
import type { Account } from './accounts.ts';

/** The actor of these audit records, because the file does not show who changed it. */
const accountsFile = 'accounts-file';
const retryMs = 5_000;
/** First words of the audit detail for an account that was announced but never written into the file. */
const neverAddedText = 'the account was announced, but it is not in the accounts file';
/**
 * A dashboard announces the state of an account before it writes the file. If the file still has the former state after
 * this time, the dashboard was stopped before it wrote the file. Then the audit trail gets a record of the state that
 * the file has. This time is longer than a dashboard waits for the lock of the file.
 */
const announcedMs = 15_000;

export type AccountRecords = {
  /** Must be called when the accounts file was read again. */
  changed(): void;
  /**
   * Must be called after a change of an account is in the audit trail, and before the change is written to the file. So
   * the change of the file is not recorded a second time.
   * @param account the account after the change; undefined if no account has this user id after the change
   */
  expect(userId: string, account: AccountFacts | undefined): void;
  /**
   * Writes the new state of an account to the topic `accounts`. Must be called before the file is written. So the other
   * dashboards do not record the change, either. If this dashboard is killed before it writes the file, another
   * dashboard or the next start records that the file does not have the change.
   */
  announce(account: AccountFacts): Promise<void>;
  /**
   * Takes an announcement back, because the change was not made. If Kafka is away, this dashboard tries again later.
   * @param present the account as the file has it; undefined if the file has no account with this user id
   */
  withdraw(announced: AccountFacts, present: AccountFacts | undefined): Promise<void>;
  /** Resolves when all changes until now have been recorded, or when recording them has failed. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function recordAccounts(options: {
  readonly log: Pick<SealedLog, 'append' | 'followTable'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly accounts: () => Iterable<Account>;
  readonly pseudonymKey: string;
  readonly now: () => number;
  readonly logger: Logger;
  /** Must end the account's sessions that began at `atMs` or before. */
  readonly endSessions: (userId: string, atMs: number) => void;
}): Promise<AccountRecords> {
  const { log, trail, accounts, pseudonymKey, now, logger, endSessions } = options;
  /** The last recorded state of each account. */
  const recorded = new Map<string, AccountFacts>();
  /**
   * By user id: the state that the file had before an announced state, and when this dashboard read the announcement.
   */
  const announced = new Map<string, { readonly former: AccountFacts | undefined; readonly atMs: number }>();
  /** The announced new accounts that this dashboard has not seen in the file. */
  const neverSeen = new Set<string>();
  let isFollowing = false;
  let timer: NodeJS.Timeout | undefined;
  let checkTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const table = await log.followTable(['accounts'], (read) => {
    if (read?.record.contentType !== contentTypes.account) return;
    const { removed, ...facts } = read.record.body;
    const former = recorded.get(facts.userId);
    note(facts.userId, removed ? undefined : facts);
    // Records that this dashboard wrote are no news.
    const isNews = accountChanges(mapOf(former), mapOf(recorded.get(facts.userId))).length > 0;
    if (isFollowing && isNews) noteAnnounced(facts.userId, former);
  });

  function noteAnnounced(userId: string, former: AccountFacts | undefined): void {
    announced.set(userId, { former, atMs: now() });
    if (former === undefined) neverSeen.add(userId);
    checkTimer ??= runAfter('accounts', announcedMs, checkAnnounced).unref();
  }

  /** Records that an announced state did not come into the file in time. */
  function checkAnnounced(): void {
    for (const [userId, { atMs }] of announced) if (now() - atMs >= announcedMs) announced.delete(userId);
    checkTimer = announced.size === 0 ? undefined : runAfter('accounts', announcedMs, checkAnnounced).unref();
    changed();
  }

  /** Returns true while the file has the former state of an account and may still get the announced state. */
  function isAwaited(userId: string, current: AccountFacts | undefined): boolean {
    const announcement = announced.get(userId);
    return announcement !== undefined && accountChanges(mapOf(announcement.former), mapOf(current)).length === 0;
  }

  async function append(body: AccountRecord): Promise<void> {
    await log.append('accounts', pseudonym(pseudonymKey, 'actor', body.userId), contentTypes.account, body);
  }

  async function recordChange({ action, account, detail }: AccountChange): Promise<void> {
    const { userId } = account;
    const former = recorded.get(userId);
    const actor = { userId: accountsFile };
    // The account was announced, but never came into the file. So nobody removed the account.
    if (action === 'account-removed' && neverSeen.has(userId))
      await trail.record({ actor, action: 'access-denied', account: userId, detail: `${neverAddedText}: ${detail}` });
    else await trail.record({ actor, action, account: userId, detail });
    note(userId, action === 'account-removed' ? undefined : account);
    try {
      await append(action === 'account-removed' ? { ...account, removed: true } : account);
    } catch (error) {
      note(userId, former);
      throw error;
    }
  }

  function note(userId: string, account: AccountFacts | undefined): void {
    if (account) recorded.set(userId, account);
    else {
      recorded.delete(userId);
      neverSeen.delete(userId);
    }
  }

  /** Records the changes one after the other. If Kafka is away, the remaining changes are tried again later. */
  async function recordChanges(): Promise<void> {
    clearTimeout(timer);
    const current = new Map([...accounts()].map((account) => [account.userId, factsOf(account)]));
    for (const userId of current.keys()) neverSeen.delete(userId);
    const changes = accountChanges(recorded, current).filter(
      ({ account: { userId } }) => !isAwaited(userId, current.get(userId)),
    );
    for (const change of changes) if (endsSessions(change)) endSessions(change.account.userId, now());
    try {
      for (const change of changes) if (!closed) await tryRecordChange(change);
    } catch (error) {
      logger.warn(
        { code: (error as { code?: string }).code },
        'changes of accounts could not be written to the audit trail; the dashboard tries again',
      );
      tryLater();
    }
  }

  /**
   * Records a change. If the code fails about this account, the changes of the other accounts are still recorded.
   * @throws VigilError if Kafka does not take the change
   */
  async function tryRecordChange(change: AccountChange): Promise<void> {
    try {
      await recordChange(change);
    } catch (error) {
      if (error instanceof VigilError) throw error;
      noteTaskFailure('accounts', error, retryMs);
      tryLater();
    }
  }

  function tryLater(): void {
    clearTimeout(timer);
    if (!closed) timer = runAfter('accounts', retryMs, changed);
  }

  async function recordChangesSafely(): Promise<void> {
    try {
      await recordChanges();
    } catch (error) {
      noteTaskFailure('accounts', error, retryMs);
      tryLater();
    }
  }

  let recording: Promise<void> = table.ready.then(() => {
    isFollowing = true;
    return recordChangesSafely();
  });
  function changed(): void {
    recording = recording.then(recordChangesSafely);
  }

  return {
    changed,
    expect: note,
    announce: append,
    async withdraw(announced, present) {
      try {
        await append(present ?? { ...announced, removed: true });
      } catch (error) {
        const { userId } = announced;
        note(userId, announced);
        if (present === undefined) neverSeen.add(userId);
        tryLater();
        throw error;
      }
    },
    settled: () => recording,
    async close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(checkTimer);
      await Promise.race([recording, new Promise((done) => setTimeout(done, 2_000))]);
      await table.close();
    },
  };
}

export function factsOf({ userId, name, role, wards, disabled, password, epoch, ownsSound }: Account): AccountFacts {
  const secret = fingerprintOf({ password, epoch });
  return { userId, name, role, wards, disabled, secret, ...(ownsSound && { ownsSound }) };
}

const mapOf = (account: AccountFacts | undefined) => new Map(account && [[account.userId, account]]);
