/** The login page, with the notice that Vigil is only a secondary alarm system. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useApp } from '../shell/app.ts';

export function LoginPage() {
  const app = useApp();
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Log in · Vigil';
    user.current?.focus();
  }, []);

  async function submit(event: Event) {
    event.preventDefault();
    if (busy.peek()) return;
    const body = { userId: user.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    if (body.userId === '' || body.password === '') {
      problem.value = body.userId === '' ? 'Enter your user name.' : 'Enter your password.';
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
            <strong>*** This screen shows no alarms.</strong> The session has ended. Log in again.
          </p>
        )}
        <label class="field">
          <span>User name</span>
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
          <span>Password</span>
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
          {busy.value ? 'Logging in …' : 'Log in'}
        </button>
        <p class="login__note" data-testid="secondary-notice">
          <strong>Vigil is a secondary alarm system.</strong> It never silences or replaces the bedside monitor. Every
          view and every act is recorded.
        </p>
      </form>
    </main>
  );
}
