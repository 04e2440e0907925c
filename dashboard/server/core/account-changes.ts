/** Finds changes of accounts, describes them for the audit trail, and says which changes end sessions. Pure. */

import type { AccountRecord } from '../../../contracts/messages/records.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';

export type AccountFacts = Omit<AccountRecord, 'removed'>;

export type AccountChange = {
  readonly action: Extract<AuditEvent['action'], `account-${string}`>;
  readonly account: AccountFacts;
  readonly detail: string;
};

/** These actions permanently end all earlier sessions of the account. */
const endingActions: readonly string[] = ['account-disabled', 'account-enabled', 'account-removed'];
const newPassword = 'password';
/** Part of the detail of a record if an administrator ended the sessions of the account and changed nothing else. */
export const sessionsEndedText = 'sessions ended';

/** Returns whether a change, or an audit record of a change, permanently ends all earlier sessions of the account. */
export function endsSessions({ action, detail = '' }: Pick<AuditEvent, 'action' | 'detail'>): boolean {
  if (endingActions.includes(action)) return true;
  const parts = detail.split(', ');
  return action === 'account-changed' && (parts.includes(newPassword) || parts.includes(sessionsEndedText));
}

type Accounts = ReadonlyMap<string, AccountFacts>;

/**
 * Returns the changes between two states of the accounts. An account that is both disabled and changed gives two
 * changes.
 */
export function accountChanges(formerAccounts: Accounts, currentAccounts: Accounts): AccountChange[] {
  const changes: AccountChange[] = [];
  for (const account of currentAccounts.values()) {
    const former = formerAccounts.get(account.userId);
    if (!former) {
      changes.push({ action: 'account-created', account, detail: accountText(account) });
      continue;
    }
    // The record that ends sessions is written first. If the process stops between two records, only the record of the
    // other change is lost.
    if (former.disabled !== account.disabled)
      changes.push(
        account.disabled
          ? { action: 'account-disabled', account, detail: accountText(account) }
          : { action: 'account-enabled', account, detail: `${accountText(account)}${secretNote(former, account)}` },
      );
    const detail = changedText(former, account);
    if (detail !== '') changes.push({ action: 'account-changed', account, detail });
  }
  for (const account of formerAccounts.values())
    if (!currentAccounts.has(account.userId))
      changes.push({ action: 'account-removed', account, detail: accountText(account) });
  return changes;
}

const wardsText = (wards: readonly string[]) => {
  const text = wards.length === 0 ? 'no ward' : wards.join(' ');
  return text.length > 300 ? `${text.slice(0, 300)}… (${wards.length} wards)` : text;
};

function accountText({ name, role, wards, disabled, ownsSound }: AccountFacts): string {
  return `${name}, ${role} of ${wardsText(wards)}${ownsSound ? ', takes its sound' : ''}${disabled ? ', disabled' : ''}`;
}

/**
 * The operator's command that enables an account changes the secret, too. So a changed secret does not prove that the
 * password is new.
 */
const secretNote = (former: AccountFacts, current: AccountFacts) =>
  former.secret === current.secret ? '' : ', possibly with another password';

function changedText(former: AccountFacts, current: AccountFacts): string {
  const parts: string[] = [];
  if (former.secret !== current.secret && former.disabled === current.disabled) parts.push(newPassword);
  if (former.name !== current.name) parts.push(`name ${former.name} → ${current.name}`);
  if (former.role !== current.role) parts.push(`role ${former.role} → ${current.role}`);
  if (former.wards.join() !== current.wards.join())
    parts.push(`wards ${wardsText(former.wards)} → ${wardsText(current.wards)}`);
  if (former.ownsSound !== current.ownsSound)
    parts.push(current.ownsSound ? 'takes the sound of its ward' : 'does not take the sound of its ward any more');
  return parts.join(', ');
}
