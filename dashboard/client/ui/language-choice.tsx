/**
 * The choice of the language. Each language stands there by its own name, for example "Deutsch", so that everybody
 * finds it.
 */

import { useLanguage } from '../shell/language.ts';
import { usePreferences } from '../shell/preferences.ts';
import { ChoiceGroup } from './choice-group.tsx';

const choices = [
  { key: 'de', text: 'Deutsch' },
  { key: 'en', text: 'English' },
] as const;

export function LanguageChoice() {
  const language = useLanguage();
  return (
    <ChoiceGroup
      legend="Sprache · Language"
      choices={choices}
      chosen={language.language.value}
      testId="language"
      onChoose={usePreferences().chooseLanguage}
    />
  );
}
