/** The page with which an administrator manages accounts. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AccountList, ListedAccount } from '../../protocol/accounts.ts';
import { accountStateText, loginText, matchesSearch, roleTexts, wardsText } from '../core/account-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { type AccountActs, useAccountActs } from './account-acts.ts';
import { AccountDialogs } from './account-dialogs.tsx';
import { AddAccountForm, ChangeAccountForm } from './account-forms.tsx';
import { TextField } from './fields.tsx';
import { ScrollBox } from './scroll-box.tsx';
import { FormProblem } from './still-text.tsx';

export function AccountsPage() {
  const app = useApp();
  const list = useSignal<AccountList | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const typed = useSignal('');
  const isAdding = useSignal(false);
  /** The user name of the account whose form is open. */
  const open = useSignal<string | undefined>(undefined);
  async function load(): Promise<void> {
    const answer = await app.api.accounts();
    problem.value = answer.ok ? undefined : answer.message;
    if (answer.ok) list.value = answer.data;
  }
  const acts = useAccountActs(load);
  useEffect(() => void load(), []);
  const shown = list.value?.accounts.filter((account) => matchesSearch(account, typed.value, app.now.value)) ?? [];
  const added = acts.result.value;
  return (
    <main class="sheet accounts" id="main" tabIndex={-1} data-testid="accounts-page">
      <div class="sheet__head">
        <h1>{t('Accounts')}</h1>
        {list.value && (
          <span class="dim" role="status" data-testid="account-count">
            {t('{n} of {n2}', { n: shown.length, n2: list.value.accounts.length })}
          </span>
        )}
      </div>
      <ScrollBox label={t('Accounts')} class="accounts__scroll">
        {problem.value && <FormProblem text={problem.value} testId="accounts-error" />}
        {problem.value && (
          <button class="button" type="button" data-testid="accounts-again" onClick={() => void load()}>
            {t('Try again')}
          </button>
        )}
        {!list.value && !problem.value && <p class="dim sheet__none">{t('Loading …')}</p>}
        {list.value && (
          <>
            <div class="form form--line">
              <TextField
                label={t('Search by name, role, ward or state')}
                name="account-search"
                maxLength={80}
                value={typed.value}
                onValue={(value) => {
                  typed.value = value;
                }}
              />
              {!isAdding.value && (
                <button
                  class="button"
                  type="button"
                  data-testid="account-add"
                  onClick={() => {
                    isAdding.value = true;
                    open.value = undefined;
                  }}
                >
                  {t('Add an account')}
                </button>
              )}
            </div>
            {isAdding.value && (
              <AddAccountForm
                choices={list.value}
                acts={acts}
                onClose={() => {
                  isAdding.value = false;
                }}
              />
            )}
            {added && open.value !== added.userId && !isAdding.value && (
              <ResultText acts={acts} userId={added.userId} />
            )}
            {shown.length === 0 && (
              <p class="dim sheet__none" data-testid="accounts-empty">
                {list.value.accounts.length === 0
                  ? t('There are no accounts on your wards.')
                  : t('No account matches the search.')}
              </p>
            )}
            <ul class="accounts__list">
              {shown.map((account) => (
                <AccountRow
                  key={account.userId}
                  account={account}
                  list={list.value!}
                  acts={acts}
                  isOpen={open.value === account.userId}
                  isBlocked={isAdding.value}
                  onOpen={(isOpen) => {
                    open.value = isOpen ? account.userId : undefined;
                    acts.result.value = undefined;
                  }}
                />
              ))}
            </ul>
            <p class="dim">
              {t(
                'An open session is a login of the last 12 hours without a logout. A session also ends after 30 minutes without use.',
              )}
            </p>
          </>
        )}
      </ScrollBox>
      <AccountDialogs acts={acts} />
    </main>
  );
}

function AccountRow(props: {
  account: ListedAccount;
  list: AccountList;
  acts: AccountActs;
  isOpen: boolean;
  /** Whether an open form has a text that would be lost. */
  isBlocked: boolean;
  onOpen: (isOpen: boolean) => void;
}) {
  const app = useApp();
  const { account, list, acts, isOpen, isBlocked, onOpen } = props;
  const { userId, name, role, wards, revision } = account;
  const state = accountStateText(account, app.now.value);
  const isOwn = userId === app.session.value?.actor.userId;
  return (
    <li class="accounts__row" data-testid={`account-${userId}`}>
      <div class="accounts__what">
        <strong>{name}</strong> <span class="dim">{userId}</span>
        {state && (
          <span class={`tag accounts__state${account.disabled ? ' tag--bad' : ''}`} data-testid="account-state">
            {state}
          </span>
        )}
        <br />
        {roleTexts[role]}, {wardsText(wards)} · {loginText(account, list.knownFrom, app.now.value)}
      </div>
      {isOwn ? (
        <span class="dim">{t('Your own account: another administrator can change it.')}</span>
      ) : (
        <button
          class="button"
          type="button"
          disabled={isBlocked}
          aria-expanded={isOpen}
          aria-label={isOpen ? t('Close the form of {name}', { name }) : t('Change {name}', { name })}
          data-acts-on={`open ${userId}`}
          data-testid={`account-open-${userId}`}
          onClick={() => onOpen(!isOpen)}
        >
          {isOpen ? t('Close') : t('Change')}
        </button>
      )}
      {isOpen && !isOwn && (
        <div class="accounts__form">
          <ResultText acts={acts} userId={userId} />
          <ChangeAccountForm key={revision} account={account} choices={list} acts={acts} />
        </div>
      )}
    </li>
  );
}

function ResultText({ acts, userId }: { acts: AccountActs; userId: string }) {
  const result = acts.result.value;
  if (result?.userId !== userId) return null;
  return (
    <p
      class={result.isDone ? 'accounts__done' : 'form__problem'}
      role={result.isDone ? 'status' : 'alert'}
      data-testid="account-result"
    >
      {result.text}
    </p>
  );
}
