import { expect, it } from 'vitest';
import { shownTheme, themeOfWard } from './theme.ts';

it.each([
  ['system', false, undefined, 'dark'],
  ['system', true, 'dark', 'light'],
  ['dark', true, 'light', 'dark'],
  ['light', false, 'dark', 'light'],
  ['ward', true, undefined, 'dark'],
  ['ward', false, 'light', 'light'],
] as const)(
  'if the person chose %s, the system is light: %s, and the theme of the ward is %s, then the theme is %s',
  (choice, systemIsLight, ofWard, theme) => {
    expect(shownTheme(choice, systemIsLight, ofWard)).toBe(theme);
  },
);

const day = { lightFrom: '07:00', lightUntil: '19:30' };
const night = { lightFrom: '22:00', lightUntil: '06:00' };
it.each([
  [undefined, '12:00', undefined],
  ['light', '03:00', 'light'],
  ['dark', '12:00', 'dark'],
  [day, '06:59', 'dark'],
  [day, '07:00', 'light'],
  [day, '19:29', 'light'],
  [day, '19:30', 'dark'],
  [night, '21:59', 'dark'],
  [night, '22:00', 'light'],
  [night, '00:00', 'light'],
  [night, '05:59', 'light'],
  [night, '06:00', 'dark'],
] as const)('the theme %o of a ward is at %s: %s', (theme, time, expected) => {
  const [hours, minutes] = time.split(':').map(Number);
  expect(themeOfWard(theme, new Date(2026, 0, 15, hours, minutes, 30).getTime())).toBe(expected);
});
