/**
 * The REST calls about accounts: the list and the acts of an administrator, the new password of a person, and the
 * preferences.
 */
import type {
  AccountActBody,
  AccountChanged,
  AccountList,
  AddAccountBody,
  PasswordBody,
  Proof,
} from '../../protocol/accounts.ts';
import type { Preferences, PreferencesBody } from '../../protocol/preferences.ts';
import type { Call } from './answer.ts';

export function accountCalls(call: Call) {
  return {
    accounts: () => call<AccountList>('GET', '/api/accounts'),
    /** Asks for the proof that the administrator has entered the password. */
    proveAccountPassword: (password: string) => call<Proof>('POST', '/api/accounts/proof', { password }),
    addAccount: (body: AddAccountBody) => call<AccountChanged>('POST', '/api/accounts', body),
    changeAccount: (userId: string, body: AccountActBody) =>
      call<AccountChanged>('POST', `/api/accounts/${encodeURIComponent(userId)}`, body),
    preferences: () => call<Preferences>('GET', '/api/preferences'),
    savePreferences: (body: PreferencesBody) => call<Preferences>('POST', '/api/preferences', body),
    changeOwnPassword: (body: PasswordBody) => call<void>('POST', '/api/password', body),
  };
}
