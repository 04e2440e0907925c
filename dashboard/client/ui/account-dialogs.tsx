/**
 * The dialogs of the accounts page: the administrator's password, the duties of a person, and a new one-time password.
 */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { leftDutyKey } from '../../protocol/left-duty-key.ts';
import { leftDutyText, openCallsText } from '../core/account-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import type { AccountActs } from './account-acts.ts';
import { Dialog } from './dialog.tsx';
import { FormProblem } from './still-text.tsx';

export function AccountDialogs({ acts }: { acts: AccountActs }) {
  if (acts.oneTimePassword.value) return <OneTimePasswordDialog acts={acts} />;
  if (acts.waiting.value) return <PasswordDialog acts={acts} />;
  if (acts.darkening.value) return <DisplayDialog acts={acts} />;
  return acts.leaving.value ? <DutiesDialog acts={acts} /> : null;
}

/** The question before an act that makes a wall display show no alarms. */
function DisplayDialog({ acts }: { acts: AccountActs }) {
  const job = acts.darkening.value;
  if (!job) return null;
  return (
    <Dialog title={t('{name} would show no alarms', { name: job.name })} testId="account-display" onClose={acts.cancel}>
      <div class="form">
        <p>{t('Nothing was changed yet. {darkens}', { darkens: job.darkens })}</p>
        <div class="form__buttons">
          <button
            class="button"
            type="button"
            data-first-focus
            data-testid="account-display-cancel"
            onClick={acts.cancel}
          >
            {t('Do not change it')}
          </button>
          <button class="button" type="button" data-testid="account-display-confirm" onClick={acts.confirmDarkening}>
            {t('Turn the wall display dark')}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function PasswordDialog({ acts }: { acts: AccountActs }) {
  const app = useApp();
  const field = useRef<HTMLInputElement>(null);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  async function submit() {
    if (busy.peek()) return;
    const password = field.current?.value ?? '';
    problem.value = password === '' ? t('Enter your password.') : undefined;
    if (problem.value === undefined) {
      busy.value = true;
      problem.value = await acts.enterPassword(password);
      busy.value = false;
    }
    if (field.current) field.current.value = '';
    field.current?.focus();
  }
  return (
    <Dialog title={t('Enter your password')} testId="account-password" onClose={acts.cancel}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>{t('To change accounts, enter your own password. It is then not asked again for 5 minutes.')}</p>
        <label class="field">
          <span>{t('Password of {name}', { name: app.session.value?.actor.name })}</span>
          <input
            ref={field}
            type="password"
            autocomplete="current-password"
            maxLength={256}
            data-first-focus
            data-testid="account-password-text"
            aria-invalid={problem.value !== undefined}
            aria-describedby="account-password-problem"
          />
        </label>
        <FormProblem text={problem.value} id="account-password-problem" testId="account-password-problem" />
        <div class="form__buttons">
          <button
            class="button button--primary"
            type="submit"
            disabled={busy.value}
            data-testid="account-password-submit"
          >
            {busy.value ? t('Checking …') : t('Continue')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function DutiesDialog({ acts }: { acts: AccountActs }) {
  const app = useApp();
  const leaving = acts.leaving.value;
  if (!leaving) return null;
  const { job, refused } = leaving;
  const calls = openCallsText(refused, job.name);
  return (
    <Dialog title={t('{name} has duties', { name: job.name })} testId="account-duties" onClose={acts.cancel}>
      <div class="form">
        <p>
          {t('Nothing was changed yet. {part}', {
            part: job.isUntilLogin
              ? t('After this change, until {name} has logged in with the one-time password:', { name: job.name })
              : t('After this change:'),
          })}
        </p>
        <ul class="account-duties">
          {refused.left?.map((duty) => (
            <li key={leftDutyKey(duty)} class={duty.next === undefined ? 'account-duties__nobody' : undefined}>
              {leftDutyText(duty, app.now.value)}
            </li>
          ))}
          {calls && <li>{calls}</li>}
        </ul>
        <p>{t('Tell the charge nurse of the ward first, so that somebody else takes over.')}</p>
        <div class="form__buttons">
          <button
            class="button"
            type="button"
            data-first-focus
            data-testid="account-duties-cancel"
            onClick={acts.cancel}
          >
            {t('Do not change it')}
          </button>
          <button class="button" type="button" data-testid="account-duties-confirm" onClick={acts.confirmLeaving}>
            {t('I have seen this. Change the account')}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function OneTimePasswordDialog({ acts }: { acts: AccountActs }) {
  const made = acts.oneTimePassword.value;
  if (!made) return null;
  const close = () => {
    acts.oneTimePassword.value = undefined;
  };
  return (
    <Dialog title={t('One-time password of {name}', { name: made.name })} testId="account-one-time" onClose={close}>
      <div class="form">
        <p>
          {t('Write it down now:')} <strong>{t('this page shows it only once.')}</strong>{' '}
          {t('Give it to the person yourself. At the first login, within 24 hours, the person must choose a password.')}
        </p>
        <dl class="account-one-time">
          <dt>{t('User name')}</dt>
          <dd>{made.userId}</dd>
          <dt>{t('One-time password')}</dt>
          <dd data-testid="account-one-time-password">{made.password}</dd>
        </dl>
        <div class="form__buttons">
          <button
            class="button button--primary"
            type="button"
            data-first-focus
            data-testid="account-one-time-done"
            onClick={close}
          >
            {t('I have written it down')}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
