/** The preferences of the person who is logged in: language, colours, and the ward that a login opens. */
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { usePreferences } from '../shell/preferences.ts';
import { ChoiceField } from './fields.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { ThemeChoice } from './theme-choice.tsx';

export function OwnSettings() {
  const app = useApp();
  const { own, problem } = usePreferences();
  return (
    <section class="own-settings" aria-label={t('My settings')}>
      <h3>{t('My settings')}</h3>
      <LanguageChoice />
      <ThemeChoice />
      {app.may('view-vitals') && <FirstWard chosen={own.value.ward} />}
      <p class="dim" role="status" data-testid="settings-state">
        {problem.value === undefined
          ? t('Vigil keeps these settings for you, on every screen. They change no alarm and no sound.')
          : t('Not saved: {problem}', { problem: problem.value })}
      </p>
    </section>
  );
}

/**
 * The choice of the ward that a login opens. The ward that the screen shows now and the ward that the person chose
 * before are always among the options.
 */
function FirstWard({ chosen }: { chosen: string | undefined }) {
  const app = useApp();
  const { chooseWard } = usePreferences();
  const wards = [...new Set(['*', ...(app.session.value?.wards ?? []), app.ward.value, ...(chosen ? [chosen] : [])])];
  return (
    <ChoiceField
      name="first-ward"
      label={t('A login opens')}
      value={chosen ?? ''}
      options={[
        { value: '', text: t('the ward shown last') },
        ...wards.map((ward) => ({ value: ward, text: ward === '*' ? t('All my wards') : ward })),
      ]}
      onValue={(ward) => chooseWard(ward === '' ? null : ward)}
    />
  );
}
