/** The choice of the theme. The browser stores the choice. */

import { t } from '../core/texts.ts';
import type { ThemeChoice as Choice } from '../core/theme.ts';
import { usePreferences } from '../shell/preferences.ts';
import { useTheme } from '../shell/theme.ts';
import { ChoiceGroup } from './choice-group.tsx';

const choices: readonly { key: Choice; text: string }[] = [
  {
    key: 'ward',
    get text() {
      return t('As the ward');
    },
  },
  {
    key: 'system',
    get text() {
      return t('As the system');
    },
  },
  {
    key: 'dark',
    get text() {
      return t('Dark');
    },
  },
  {
    key: 'light',
    get text() {
      return t('Light');
    },
  },
];

export function ThemeChoice() {
  const theme = useTheme();
  return (
    <ChoiceGroup
      legend={t('Colours')}
      showsLegend
      choices={choices}
      chosen={theme.choice.value}
      testId="theme"
      onChoose={usePreferences().chooseTheme}
    />
  );
}
