/** What the accounts page says about accounts. */
import type { Role } from '../../../contracts/messages/records.ts';
import type { AccountAct, AccountRefused, LeftDuty, ListedAccount } from '../../protocol/accounts.ts';
import { dutyNames } from './duty-words.ts';
import { t, texts } from './texts.ts';
import { whenText } from './times.ts';

/** The roles in the order in which an administrator chooses them. */
export const roleTexts: Readonly<Record<Role, string>> = texts({
  nurse: 'Nurse',
  physician: 'Physician',
  technician: 'Technician',
  auditor: 'Auditor',
  administrator: 'Administrator',
  display: 'Wall display',
});

export function wardsText(wards: readonly string[]): string {
  if (wards.includes('*')) return t('all wards');
  return wards.length === 0 ? t('no ward') : wards.join(', ');
}

/** Returns the state of an account in one to three words; undefined for an account in normal use. */
export function accountStateText({ disabled, oneTimePasswordUntil }: ListedAccount, nowMs: number): string | undefined {
  if (disabled) return t('Disabled');
  if (oneTimePasswordUntil === undefined) return undefined;
  return Date.parse(oneTimePasswordUntil) > nowMs ? t('One-time password') : t('One-time password expired');
}

/**
 * Returns when the person last logged in.
 * @param knownFrom the server has no logins from before this time
 */
export function loginText({ lastLogin, openSessions }: ListedAccount, knownFrom: string, nowMs: number): string {
  if (lastLogin === undefined) return t('no login since {when}', { when: whenText(Date.parse(knownFrom), nowMs) });
  const sessions = openSessions === 0 ? '' : t(', {n} open session|, {n} open sessions', { n: openSessions });
  return t('last login {when}{sessions}', { when: whenText(Date.parse(lastLogin), nowMs), sessions });
}

/**
 * Returns whether an account matches a search. Each typed word must be in the name, user name, role, wards or state of
 * the account.
 */
export function matchesSearch(account: ListedAccount, typed: string, nowMs: number): boolean {
  const text = [
    ...[account.name, account.userId, roleTexts[account.role], wardsText(account.wards)],
    accountStateText(account, nowMs) ?? '',
  ]
    .join(' ')
    .toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Returns the text about a duty that a person would lose, with the next responsible person. */
export function leftDutyText({ ward, duty, bed, next, from }: LeftDuty, nowMs: number): string {
  const place = bed === undefined ? ward : t('{ward}, bed {bed}', { ward, bed });
  const start = from === undefined ? '' : t(', from {when}', { when: whenText(Date.parse(from), nowMs) });
  const after = next === undefined ? t('then nobody is responsible') : t('then {next} is responsible', { next });
  return t('{duty} of {place}{start}: {after}', { duty: dutyNames[duty], place, start, after });
}

/** Returns the sentence about the alarms to which a person is called or goes; undefined without such alarms. */
export function openCallsText({ openCalls = 0 }: Pick<AccountRefused, 'openCalls'>, name: string): string | undefined {
  if (openCalls === 0) return undefined;
  return t('{name} is called to an alarm now, or goes there.|{name} is called to {n} alarms now, or goes there.', {
    n: openCalls,
    name,
  });
}

/**
 * Returns the warning `darkens` if an open wall display would no longer show the alarms of its ward after the act. In
 * all other cases returns an empty object. An act that changes the role or the ward of the display also logs the
 * display out.
 */
export function darkensDisplay(account: ListedAccount, act: AccountAct): { readonly darkens?: string } {
  if (account.role !== 'display' || account.disabled || account.openSessions === 0) return {};
  if (act.type === 'enable') return {};
  if (act.type === 'change-rights' && act.role === 'display')
    return act.wards.join() === account.wards.join()
      ? {}
      : {
          darkens: t(
            'The wall display of {wards} then shows {wards2}. The alarms of {wards} are not shown there any more.',
            { wards: wardsText(account.wards), wards2: wardsText(act.wards) },
          ),
        };
  const until =
    act.type === 'disable'
      ? t('until the account is enabled and somebody logs in there')
      : t('until somebody logs in there');
  return {
    darkens: t(
      'The wall display of {wards} then shows and sounds no alarms, {until}. Make sure that another screen of the ward is watched.',
      { wards: wardsText(account.wards), until },
    ),
  };
}
