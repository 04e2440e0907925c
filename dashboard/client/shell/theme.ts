/**
 * The theme of the page. The page has the theme of the watched ward until the person chooses a theme. A ward without a
 * theme is dark. The browser stores the choice. By default the page does not have the theme of the computer, because
 * many computers have a light theme, and a light page dazzles at night.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { shownTheme, type Theme, type ThemeChoice, themeChoices } from '../core/theme.ts';
import { openKeptChoice } from './kept-choice.ts';

export type ThemeState = {
  readonly choice: ReadonlySignal<ThemeChoice>;
  readonly theme: ReadonlySignal<Theme>;
  /** Stores a theme for this browser. Persons who have chosen no theme get this theme. */
  choose(next: ThemeChoice): void;
  /** Sets the choice of the person who is logged in; undefined if the choice of the browser applies. */
  setOwn(next: ThemeChoice | undefined): void;
  close(): void;
};

const ThemeContext = createContext<ThemeState | undefined>(undefined);
export const ThemeProvider = ThemeContext.Provider;

export function useTheme(): ThemeState {
  const state = useContext(ThemeContext);
  if (!state) throw new Error('useTheme was called outside of a ThemeProvider.');
  return state;
}

/**
 * Opens the theme. Writes the theme to show into `data-theme` of `root`, for the style sheets.
 * @param ofWard the theme of the watched ward at this time; undefined if the ward has no theme
 * @param isNight whether night mode is on. If true, the theme is dark
 */
export function openTheme(
  root: HTMLElement,
  ofWard: ReadonlySignal<Theme | undefined>,
  isNight: ReadonlySignal<boolean>,
): ThemeState {
  const kept = openKeptChoice(() => localStorage, 'vigil.theme', themeChoices, 'ward');
  const query = matchMedia('(prefers-color-scheme: light)');
  const systemIsLight = signal(query.matches);
  const onChange = () => {
    systemIsLight.value = query.matches;
  };
  query.addEventListener('change', onChange);
  const own = signal<ThemeChoice | undefined>(undefined);
  const choice = computed(() => own.value ?? kept.value.value);
  const theme = computed(() => (isNight.value ? 'dark' : shownTheme(choice.value, systemIsLight.value, ofWard.value)));
  const stop = effect(() => {
    root.dataset.theme = theme.value;
  });
  return {
    choice,
    theme,
    choose: kept.choose,
    setOwn(next) {
      own.value = next;
    },
    close() {
      stop();
      query.removeEventListener('change', onChange);
    },
  };
}
