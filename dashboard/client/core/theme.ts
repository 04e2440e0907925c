/** The theme of the page: dark for the night, light for the day. */
import type { WardTheme } from '../../../contracts/ward-plan.ts';
import { markText } from './times.ts';

export const themes = ['dark', 'light'] as const;
export type Theme = (typeof themes)[number];

/**
 * What a person can choose. `ward`: the theme of the watched ward. `system`: the theme of the browser or the computer.
 */
export const themeChoices = ['ward', 'system', ...themes] as const;
export type ThemeChoice = (typeof themeChoices)[number];

/**
 * Returns the theme to show.
 * @param ofWard the theme of the watched ward at this time; undefined if the ward has no theme
 */
export function shownTheme(choice: ThemeChoice, systemIsLight: boolean, ofWard: Theme | undefined): Theme {
  if (choice === 'ward') return ofWard ?? 'dark';
  if (choice !== 'system') return choice;
  return systemIsLight ? 'light' : 'dark';
}

/**
 * Returns the theme of a ward at an instant, ms since 1970; undefined if the ward has no theme. The times of day are in
 * the zone of the page.
 */
export function themeOfWard(theme: WardTheme | undefined, nowMs: number): Theme | undefined {
  if (typeof theme !== 'object') return theme;
  const timeOfDay = markText(nowMs);
  const { lightFrom, lightUntil } = theme;
  const isLight =
    lightFrom < lightUntil
      ? timeOfDay >= lightFrom && timeOfDay < lightUntil
      : timeOfDay >= lightFrom || timeOfDay < lightUntil;
  return isLight ? 'light' : 'dark';
}
