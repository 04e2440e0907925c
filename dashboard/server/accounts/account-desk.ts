/**
 * Carries out the acts of administrators on accounts. For each change, the server first announces the new state of the
 * account, then writes the audit record, and then writes the file. If the process is killed before it writes the file,
 * the next start records that the file does not have the announced state (account-records.ts). While the file is locked
 * for the write, the act is decided again with the present content of the file. So two acts at the same time, even at
 * two dashboards, never overwrite each other.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import { VigilError } from '../../../contracts/errors.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { AccountAct } from '../../protocol/accounts.ts';
import {
  type ActContext,
  type ActDecision,
  decideAct,
  decideNewAccount,
  type ManagedAccount,
  managesAccount,
} from '../core/account-acts.ts';
import {
  type AccountChange,
  type AccountFacts,
  accountChanges,
  endsSessions,
  sessionsEndedText,
} from '../core/account-changes.ts';
import { type IdGuesses, mayTryId, noteHiddenId } from '../core/id-guesses.ts';
import type { Who } from '../core/who.ts';
import type { AccountRecords } from './account-records.ts';
import { factsOf } from './account-records.ts';
import type { Account, Accounts } from './accounts.ts';
import { hashPassword } from './password.ts';

/** Letters and digits that nobody confuses on paper: without i, l, o, 0 and 1. */
const oneTimeAlphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const oneTimeGroups = 4;
const oneTimeGroupChars = 4;

export type AccountDesk = {
  /**
   * Carries out an act.
   * @param check called before anything is written, with the present account and with the account as the act would make
   * it; throws to refuse the act
   * @throws VigilError with the reason if the act is refused, or nothing could be written
   */
  act(request: ActRequest, check: (before: Account, after: Account) => void): Promise<Done>;
  add(request: AddRequest): Promise<Done>;
  /**
   * Writes the password that a person has chosen, and ends the sessions of the account.
   * @param seen the account for which the server checked the person's present password; if the account has changed
   * since then, the new password is refused
   */
  setOwnPassword(seen: Account, newHash: string, who: Who): Promise<void>;
};

/** @property oneTimePassword the new one-time password, if the act made one */
export type Done = { readonly oneTimePassword?: string };
type ActRequest = {
  readonly who: Who;
  readonly userId: string;
  readonly revision: string;
  readonly act: AccountAct;
};
type AddRequest = {
  readonly who: Who;
  readonly wanted: Pick<ManagedAccount, 'userId' | 'name' | 'role' | 'wards' | 'ownsSound'>;
};
type Decide = (latest: ReadonlyMap<string, Account>) => ActDecision;

/**
 * Returns a text that changes with each change of the account. Nobody can compute the password or its hash from this
 * text.
 */
export function revisionOf(account: Account): string {
  const { userId, name, role, wards, disabled, password, epoch, oneTimePasswordUntil, ownsSound } = account;
  const text = JSON.stringify([userId, name, role, wards, disabled, password, epoch, oneTimePasswordUntil, ownsSound]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** Returns a password of 16 random characters (79 bits) in groups of four. */
function newOneTimePassword(): string {
  const group = () =>
    Array.from({ length: oneTimeGroupChars }, () => oneTimeAlphabet[randomInt(oneTimeAlphabet.length)]).join('');
  return Array.from({ length: oneTimeGroups }, group).join('-');
}

/**
 * Returns the context of an act, with a new one-time password. Hashes the password only if the act needs it, because a
 * hash needs 64 MiB. If the act does not need it, `newHash` is empty.
 */
async function newContext(registered: readonly string[], nowMs: number, needsPassword: boolean) {
  const oneTimePassword = newOneTimePassword();
  const newHash = needsPassword ? await hashPassword(oneTimePassword) : '';
  const newEpoch = randomBytes(9).toString('base64url');
  const context = (actor: Account | undefined): ActContext => ({ actor, registered, newEpoch, newHash, nowMs });
  return { oneTimePassword, context };
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createAccountDesk(options: {
  readonly accounts: Pick<Accounts, 'get' | 'all' | 'change' | 'readAgain'>;
  readonly records: Pick<AccountRecords, 'expect' | 'announce' | 'withdraw'>;
  readonly trail: Pick<Trail, 'record'>;
  /** Ends the account's sessions that began at `atMs` or before. */
  readonly endSessions: (userId: string, atMs: number) => void;
  readonly registered: () => readonly string[];
  readonly now: () => number;
  readonly logger: Logger;
}): AccountDesk {
  const { accounts, records, trail, endSessions, registered, now, logger } = options;
  /** For each administrator: the tried user names that belong to accounts of other wards. */
  const hiddenNames: IdGuesses = new Map();
  const read = (): ReadonlyMap<string, Account> => {
    accounts.readAgain();
    return new Map([...accounts.all()].map((account) => [account.userId, account]));
  };

  /** Decides, records and writes one change. */
  async function change(
    who: Who,
    userId: string,
    decide: Decide,
    check: (before: Account | undefined, after: Account) => void = () => {},
  ): Promise<void> {
    const before = read();
    const decision = decide(before);
    if (!decision.ok) {
      const detail = `account ${userId}: ${decision.message}`;
      if (decision.isDenied) await trail.record({ ...who, action: 'access-denied', detail });
      throw new VigilError(decision.code, decision.message);
    }
    check(before.get(userId), decision.account);
    const changes = changesBetween(before.get(userId), decision.account);
    const former = before.get(userId);
    const announced = factsOf(decision.account);
    await records.announce(announced);
    try {
      for (const { action, detail } of changes) await trail.record({ ...who, action, account: userId, detail });
    } catch (error) {
      await takeBack(announced);
      throw error;
    }
    let isExpected = false;
    try {
      await accounts.change((latest) => {
        const second = decide(latest);
        if (!second.ok) throw new VigilError(second.code, second.message);
        if (revisionOrNone(latest.get(userId)) !== revisionOrNone(before.get(userId)))
          throw new VigilError('conflict', 'Nothing was changed: somebody changes this account now. Look at it again.');
        isExpected = true;
        records.expect(userId, factsOf(second.account));
        latest.set(userId, second.account);
      });
    } catch (error) {
      if (isExpected) records.expect(userId, former && factsOf(former));
      const reason = errorOf(error);
      const detail = `the change of the account was recorded but not made: ${reason.message}`;
      await takeBack(announced);
      await trail.record({ ...who, action: 'access-denied', account: userId, detail });
      throw reason;
    }
    if (changes.some(endsSessions)) endSessions(userId, now());
  }

  /**
   * Announces the state that the file has, because the announced change was not made. Reads the file again, because
   * another dashboard may have changed the account meanwhile.
   */
  async function takeBack(announced: AccountFacts): Promise<void> {
    const present = read().get(announced.userId);
    await records.withdraw(announced, present && factsOf(present)).catch((error) => {
      // The announcement stays. The dashboards will record the difference between the file and the announcement.
      logger.warn({ code: (error as { code?: string }).code }, 'the change of an account could not be taken back');
    });
  }

  return {
    async act({ who, userId, revision, act }, check) {
      const { context, oneTimePassword } = await newContext(registered(), now(), act.type === 'reset-password');
      const decide: Decide = (latest) => {
        const account = latest.get(userId);
        const isSeen = account !== undefined && revisionOf(account) === revision;
        return decideAct(act, account, isSeen, context(latest.get(who.actor.userId)));
      };
      await change(who, userId, decide, (before, after) => before && check(before, after));
      return act.type === 'reset-password' ? { oneTimePassword } : {};
    },
    async add({ who, wanted }) {
      const { context, oneTimePassword } = await newContext(registered(), now(), true);
      const { userId } = wanted;
      const mayTry = mayTryId(hiddenNames, who.actor.userId, userId, now());
      await change(who, userId, (latest) => {
        const actor = latest.get(who.actor.userId);
        const taken = latest.get(userId);
        if (mayTry && actor && taken && !managesAccount(actor, taken))
          noteHiddenId(hiddenNames, actor.userId, userId, now());
        return decideNewAccount(wanted, taken, context(actor), mayTry);
      });
      return { oneTimePassword };
    },
    async setOwnPassword(seen, newHash, who) {
      const newEpoch = randomBytes(9).toString('base64url');
      await change(who, seen.userId, (latest) => {
        const account = latest.get(seen.userId);
        if (!account || revisionOf(account) !== revisionOf(seen))
          return { ok: false, code: 'conflict', message: 'Your account was changed meanwhile. Log in again.' };
        const { oneTimePasswordUntil: _former, ...rest } = account;
        return { ok: true, account: { ...rest, password: newHash, epoch: newEpoch } };
      });
    },
  };
}

const revisionOrNone = (account: Account | undefined) => (account === undefined ? undefined : revisionOf(account));

/** Returns the changes for the audit trail. A new epoch alone means that only the sessions end. */
function changesBetween(before: Account | undefined, after: Account): AccountChange[] {
  const mapOf = (account: Account | undefined) =>
    new Map(account === undefined ? [] : [[account.userId, factsOf(account)]]);
  const changes = accountChanges(mapOf(before), mapOf(after));
  if (before === undefined || before.password !== after.password) return changes;
  return changes.map((change) => (change.detail === 'password' ? { ...change, detail: sessionsEndedText } : change));
}

/** Returns the error for the administrator. The text never contains the path of the file. */
function errorOf(error: unknown): VigilError {
  if (error instanceof VigilError && error.code !== 'settings-invalid') return error;
  return new VigilError(
    'log-unavailable',
    'Nothing was changed: the server cannot write the accounts file now. Tell the operator.',
    { cause: error },
  );
}
