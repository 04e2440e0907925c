/** The login page, with the notice that Vigil is only a secondary alarm system. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { forgetPartChoices } from '../shell/ward-view.ts';
import { LanguageChoice } from './language-choice.tsx';
import { usePageTitle } from './page-title.ts';

export function LoginPage() {
  const app = useApp();
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    user.current?.focus();
    forgetPartChoices();
  }, []);
  usePageTitle(t('Log in · Vigil'));

  async function submit(event: Event) {
    event.preventDefault();
    if (busy.peek()) return;
    const body = { userId: user.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    if (body.userId === '' || body.password === '') {
      problem.value = body.userId === '' ? t('Enter your user name.') : t('Enter your password.');
      (body.userId === '' ? user : password).current?.focus();
      return;
    }
    busy.value = true;
    problem.value = undefined;
    const answer = await app.api.logIn(body);
    busy.value = false;
    if (answer.ok) return app.enter(answer.data);
    problem.value = answer.message;
    if (password.current) password.current.value = '';
    password.current?.focus();
  }

  return (
    <main class="login" id="main">
      <form class="login__box" onSubmit={submit} noValidate aria-labelledby="login-title">
        <div class="brand brand--large">
          <img src="/vigil.svg" alt="" width="40" height="40" />
          <h1 id="login-title">Vigil</h1>
        </div>
        {app.sessionEnded.value && (
          <p class="login__ended" role="alert" data-testid="session-ended">
            <strong>{t('*** This screen shows no alarms.')}</strong> {t('The session has ended. Log in again.')}
          </p>
        )}
        <label class="field">
          <span>{t('User name')}</span>
          <input
            ref={user}
            data-testid="login-user"
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            maxLength={64}
            aria-invalid={problem.value !== undefined}
            aria-describedby="login-problem"
          />
        </label>
        <label class="field">
          <span>{t('Password')}</span>
          <input
            ref={password}
            data-testid="login-password"
            name="password"
            type="password"
            autocomplete="current-password"
            maxLength={256}
            aria-invalid={problem.value !== undefined}
            aria-describedby="login-problem"
          />
        </label>
        <p class="login__problem" id="login-problem" role="alert" data-testid="login-error">
          {problem.value}
        </p>
        <button class="button button--primary" type="submit" data-testid="login-submit" disabled={busy.value}>
          {busy.value ? t('Logging in …') : t('Log in')}
        </button>
        <LanguageChoice />
        <p class="login__note" data-testid="secondary-notice">
          <strong>{t('Vigil is a secondary alarm system.')}</strong>{' '}
          {t('It never silences or replaces the bedside monitor. Every view and every act is recorded.')}
        </p>
      </form>
    </main>
  );
}
