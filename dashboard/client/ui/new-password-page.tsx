/**
 * The page on which a person with a one-time password chooses a password. Before this choice the account may do
 * nothing.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { usePageTitle } from './page-title.ts';
import { FormProblem } from './still-text.tsx';

export function NewPasswordPage() {
  const app = useApp();
  const present = useRef<HTMLInputElement>(null);
  const chosen = useRef<HTMLInputElement>(null);
  const repeated = useRef<HTMLInputElement>(null);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const isDone = useSignal(false);
  useEffect(() => {
    present.current?.focus();
  }, []);
  usePageTitle(t('Choose a password · Vigil'));

  async function submit(event: Event) {
    event.preventDefault();
    if (busy.peek()) return;
    const [password = '', newPassword = '', again = ''] = [present, chosen, repeated].map((ref) => ref.current?.value);
    if (password === '' || newPassword === '') problem.value = t('Fill in all fields.');
    else if (newPassword !== again) problem.value = t('The two new passwords are different. Type them again.');
    else {
      busy.value = true;
      problem.value = undefined;
      const answer = await app.api.changeOwnPassword({ password, newPassword });
      busy.value = false;
      isDone.value = answer.ok;
      if (!answer.ok) problem.value = answer.message;
    }
  }
  const field = (label: string, ref: typeof present, name: string, autocomplete: string) => (
    <label class="field">
      <span>{label}</span>
      <input
        ref={ref}
        type="password"
        autocomplete={autocomplete as 'new-password'}
        maxLength={256}
        data-testid={name}
        aria-invalid={problem.value !== undefined}
        aria-describedby="new-password-problem"
      />
    </label>
  );
  return (
    <main class="login" id="main">
      <form class="login__box" onSubmit={submit} noValidate aria-labelledby="new-password-title">
        <h1 id="new-password-title">{t('Choose a password')}</h1>
        {isDone.value ? (
          <>
            <p role="status" data-testid="new-password-done">
              {t('Your password is saved. Log in with it.')}
            </p>
            <button
              class="button button--primary"
              type="button"
              data-testid="new-password-log-in"
              onClick={() => void app.logOut()}
            >
              {t('Log in')}
            </button>
          </>
        ) : (
          <>
            <p>
              {t(
                '{name}, an administrator has given you a one-time password. Choose your own password before you go on. It needs at least 12 characters: four words that have nothing to do with each other are good.',
                { name: app.session.value?.actor.name },
              )}
            </p>
            {field(t('One-time password'), present, 'new-password-present', 'current-password')}
            {field(t('New password'), chosen, 'new-password-chosen', 'new-password')}
            {field(t('New password again'), repeated, 'new-password-repeated', 'new-password')}
            <FormProblem text={problem.value} id="new-password-problem" testId="new-password-problem" />
            <button class="button button--primary" type="submit" data-testid="new-password-save" disabled={busy.value}>
              {busy.value ? t('Saving …') : t('Save')}
            </button>
            <button class="button" type="button" data-testid="new-password-log-out" onClick={() => void app.logOut()}>
              {t('Log out')}
            </button>
          </>
        )}
      </form>
    </main>
  );
}
