/**
 * The strip on a locked screen. It says what the screen still does, and has the field for the password. The strip
 * covers no alarm.
 */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';

export function LockStrip() {
  const app = useApp();
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const password = useRef<HTMLInputElement>(null);
  const session = app.session.value;
  if (!session?.locked) return null;

  async function submit(event: Event) {
    event.preventDefault();
    if (busy.peek()) return;
    const text = password.current?.value ?? '';
    if (text === '') {
      problem.value = t('Enter the password.');
      password.current?.focus();
      return;
    }
    busy.value = true;
    problem.value = await app.unlock(text);
    busy.value = false;
    if (password.current) password.current.value = '';
    password.current?.focus();
  }

  return (
    <section class="lock" aria-label={t('This screen is locked')} data-testid="lock">
      <p class="lock__text" role="status">
        <strong>{t('Locked.')}</strong> {t('Names are hidden. Alarms go on.')}
      </p>
      <form class="lock__form" onSubmit={submit} noValidate>
        <label class="field field--inline">
          <span>{t('Password of {name}', { name: session.actor.name })}</span>
          <input
            ref={password}
            type="password"
            autocomplete="current-password"
            maxLength={256}
            data-testid="unlock-password"
            aria-invalid={problem.value !== undefined}
            aria-describedby="unlock-problem"
          />
        </label>
        <button class="button button--primary" type="submit" data-testid="unlock" disabled={busy.value}>
          {busy.value ? t('Unlocking …') : t('Unlock')}
        </button>
      </form>
      <p class="form__problem" id="unlock-problem" role="alert" data-testid="unlock-error">
        {problem.value}
      </p>
    </section>
  );
}
