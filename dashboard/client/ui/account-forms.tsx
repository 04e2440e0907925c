/** The forms of the accounts page: a new account, and the change of one account. */
import { type Signal, useSignal } from '@preact/signals';
import type { Role } from '../../../contracts/messages/records.ts';
import type { AccountAct, AccountList, ListedAccount } from '../../protocol/accounts.ts';
import { darkensDisplay, roleTexts } from '../core/account-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import type { AccountActs } from './account-acts.ts';
import { ChoiceField, TextField } from './fields.tsx';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

type Choices = Pick<AccountList, 'wards' | 'allWards'>;
const rolesOfAllWards: readonly Role[] = ['auditor', 'administrator'];

function RightsFields(props: {
  choices: Choices;
  role: Role;
  wards: readonly string[];
  ownsSound: Signal<boolean>;
  onRole: (role: Role) => void;
  onWards: (wards: readonly string[]) => void;
}) {
  const { choices, role, wards, ownsSound, onRole, onWards } = props;
  const roles = (Object.keys(roleTexts) as Role[]).filter(
    (name) => choices.allWards || !rolesOfAllWards.includes(name) || name === role,
  );
  // An account may have a ward that is no longer registered.
  const listedWards = [...new Set([...choices.wards, ...wards.filter((ward) => ward !== '*')])];
  const isAll = wards.includes('*');
  const isDisplay = role === 'display';
  return (
    <>
      <div class="form__row">
        <ChoiceField
          label={t('Role')}
          name="account-role"
          value={role}
          options={roles.map((name) => ({ value: name, text: roleTexts[name] }))}
          onValue={(value) => onRole(value as Role)}
        />
      </div>
      <fieldset class="form__group account-wards">
        <legend>{t('Wards')}</legend>
        {choices.allWards && !isDisplay && (
          <WardBox text={t('All wards')} isChecked={isAll} onChecked={(checked) => onWards(checked ? ['*'] : [])} />
        )}
        {listedWards.map((ward) => (
          <WardBox
            key={ward}
            text={ward}
            isChecked={wards.includes(ward)}
            onChecked={(checked) =>
              onWards([
                // A wall display shows one ward.
                ...(isDisplay ? [] : wards.filter((other) => other !== ward && other !== '*')),
                ...(checked ? [ward] : []),
              ])
            }
          />
        ))}
      </fieldset>
      {isDisplay && (
        <label class="field field--inline">
          <input
            type="checkbox"
            checked={ownsSound.value}
            data-testid="account-owns-sound"
            onChange={(event) => {
              ownsSound.value = event.currentTarget.checked;
            }}
          />
          <span>
            {t(
              'Takes the sound of its ward by itself. The other screens are silent only while the display proves that it sounds.',
            )}
          </span>
        </label>
      )}
    </>
  );
}

/** Only a wall display can take the sound of its ward without a person. */
const soundPart = (role: Role, ownsSound: boolean) =>
  role === 'display' && ownsSound ? ({ ownsSound: true } as const) : {};

function WardBox(props: { text: string; isChecked: boolean; onChecked: (checked: boolean) => void }) {
  return (
    <label class="field field--inline">
      <input
        type="checkbox"
        checked={props.isChecked}
        data-testid={`account-ward-${props.text}`}
        onChange={(event) => props.onChecked(event.currentTarget.checked)}
      />
      <span>{props.text}</span>
    </label>
  );
}

export function AddAccountForm({
  choices,
  acts,
  onClose,
}: {
  choices: Choices;
  acts: AccountActs;
  onClose: () => void;
}) {
  const app = useApp();
  const userId = useSignal('');
  const name = useSignal('');
  const role = useSignal<Role>('nurse');
  const wards = useSignal<readonly string[]>(choices.wards.length === 1 ? choices.wards : []);
  const ownsSound = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  useUnsaved(userId.value !== '' || name.value !== '');
  function save() {
    const body = {
      ...{ userId: userId.value.trim(), name: name.value.trim(), role: role.value, wards: [...wards.value] },
      ...soundPart(role.value, ownsSound.value),
    };
    if (body.userId === '' || body.name === '') problem.value = t('Enter a user name and the name of the person.');
    else if (body.wards.length === 0 && body.role !== 'auditor') problem.value = t('Choose at least one ward.');
    else {
      problem.value = undefined;
      void acts.run({
        ...{ userId: body.userId, name: body.name },
        doneText: t('{name} can log in as {userId}, with the one-time password.', {
          name: body.name,
          userId: body.userId,
        }),
        send: async (proof) => {
          const answer = await app.api.addAccount({ ...body, proof });
          if (answer.ok) onClose();
          else problem.value = answer.code === 'password-needed' ? undefined : answer.message;
          return answer;
        },
      });
    }
  }
  return (
    <form
      class="form form__group"
      noValidate
      aria-label={t('Add an account')}
      data-testid="account-add-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h2>{t('Add an account')}</h2>
      <div class="form__row">
        <TextField
          label={t('User name (letters, digits, . - _ @)')}
          name="account-user"
          maxLength={64}
          value={userId.value}
          onValue={(value) => {
            userId.value = value;
          }}
        />
        <TextField
          label={t('Name of the person')}
          name="account-name"
          maxLength={80}
          value={name.value}
          onValue={(value) => {
            name.value = value;
          }}
        />
      </div>
      <RightsFields
        choices={choices}
        role={role.value}
        wards={wards.value}
        ownsSound={ownsSound}
        onRole={(value) => {
          role.value = value;
        }}
        onWards={(value) => {
          wards.value = value;
        }}
      />
      <UnsavedQuestion />
      <FormProblem text={problem.value} testId="account-add-problem" />
      <div class="form__buttons">
        <button class="button button--primary" type="submit" disabled={acts.busy.value} data-testid="account-add-save">
          {acts.busy.value ? t('Saving …') : t('Add, with a one-time password')}
        </button>
        <button class="button" type="button" onClick={onClose}>
          {t('Cancel')}
        </button>
      </div>
    </form>
  );
}

/**
 * The form that changes one account. When the account has changed, the parent gives a new key to the form, so that the
 * form shows the new state.
 */
export function ChangeAccountForm(props: { account: ListedAccount; choices: Choices; acts: AccountActs }) {
  const { account, choices, acts } = props;
  const app = useApp();
  const { userId, name, disabled, revision } = account;
  const role = useSignal<Role>(account.role);
  const wards = useSignal<readonly string[]>(account.wards);
  const ownsSound = useSignal(account.ownsSound === true);
  const isDirty =
    role.value !== account.role ||
    wards.value.join() !== account.wards.join() ||
    (role.value === 'display' && ownsSound.value !== (account.ownsSound === true));
  useUnsaved(isDirty);
  const run = (act: AccountAct, doneText: string) =>
    acts.begin({
      ...{ userId, name, doneText, isUntilLogin: act.type === 'reset-password' },
      ...darkensDisplay(account, act),
      send: (proof, leaves) => app.api.changeAccount(userId, { proof, revision, act, leaves: [...leaves] }),
    });
  const button = (label: string, act: AccountAct, doneText: string) => (
    <button
      class="button"
      type="button"
      disabled={acts.busy.value}
      data-acts-on={`${act.type} ${userId}`}
      data-testid={`account-${act.type}`}
      onClick={() => run(act, doneText)}
    >
      {label}
    </button>
  );
  return (
    <form
      class="form form__group"
      noValidate
      aria-label={t('Change the account of {name}', { name })}
      data-testid="account-change-form"
      onSubmit={(event) => {
        event.preventDefault();
        run(
          {
            ...{ type: 'change-rights', role: role.value, wards: [...wards.value] },
            ...soundPart(role.value, ownsSound.value),
          },
          t('The role and the wards of {name} are changed.', { name }),
        );
      }}
    >
      <RightsFields
        choices={choices}
        role={role.value}
        wards={wards.value}
        ownsSound={ownsSound}
        onRole={(value) => {
          role.value = value;
        }}
        onWards={(value) => {
          wards.value = value;
        }}
      />
      <UnsavedQuestion />
      <div class="form__buttons">
        <button
          class="button button--primary"
          type="submit"
          disabled={acts.busy.value || !isDirty}
          data-acts-on={`change-rights ${userId}`}
          data-testid="account-change-rights"
        >
          {t('Save role and wards')}
        </button>
      </div>
      <div class="form__buttons">
        {disabled
          ? button(t('Enable'), { type: 'enable' }, t('{name} can log in again.', { name }))
          : button(
              t('Disable'),
              { type: 'disable' },
              t('{name} cannot log in any more. All sessions have ended.', { name }),
            )}
        {button(t('End all sessions'), { type: 'end-sessions' }, t('All sessions of {name} have ended.', { name }))}
        {button(
          t('New one-time password'),
          { type: 'reset-password' },
          t('{name} has a one-time password. The former password and all sessions have ended.', { name }),
        )}
      </div>
    </form>
  );
}
