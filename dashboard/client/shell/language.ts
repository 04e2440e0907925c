/**
 * The language of the page: the language that the person has chosen. Without a choice the page is German in a German
 * browser, and English in all other browsers. The German texts are a separate file, which only a German page loads.
 * Until these texts have arrived, the page is English, so that no alarm waits for a text. If they cannot be loaded, the
 * page stays English.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Language, languages } from '../../../contracts/languages.ts';
import { type Dictionary, setTexts } from '../core/texts.ts';
import { type ChoiceStore, openKeptChoice } from './kept-choice.ts';

export type LanguageState = {
  readonly language: ReadonlySignal<Language>;
  /** Stores a language for this browser. Persons who have chosen no language get this language. */
  choose(next: Language): void;
  /** Sets the choice of the person who is logged in; undefined if the choice of the browser applies. */
  setOwn(next: Language | undefined): void;
  close(): void;
};

const LanguageContext = createContext<LanguageState | undefined>(undefined);
export const LanguageProvider = LanguageContext.Provider;

export function useLanguage(): LanguageState {
  const state = useContext(LanguageContext);
  if (!state) throw new Error('useLanguage was called outside of a LanguageProvider.');
  return state;
}

/** How long the page waits before it tries again to load the German texts. */
const retryMs = 5_000;

/** The parts of the browser that the language needs. */
export type LanguageShell = {
  /** The languages of the browser, the preferred language first. */
  readonly preferred: readonly string[];
  readonly root: { lang: string };
  readonly store: () => ChoiceStore;
  readonly load: () => Promise<Dictionary>;
};

/** Opens the language. Writes the shown language into `lang` of the root element, for screen readers. */
export function openLanguage({ preferred, root, store, load }: LanguageShell): LanguageState {
  const fallback = preferred[0]?.toLowerCase().startsWith('de') ? 'de' : 'en';
  const kept = openKeptChoice<Language>(store, 'vigil.language', languages, fallback);
  const own = signal<Language | undefined>(undefined);
  const language = computed(() => own.value ?? kept.value.value);
  const german = signal<Dictionary | undefined>(undefined);
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isLoading = false;

  async function loadGerman() {
    clearTimeout(retry);
    if (isLoading || german.peek()) return;
    isLoading = true;
    try {
      german.value = await load();
    } catch {
      retry = setTimeout(() => void loadGerman(), retryMs);
    }
    isLoading = false;
  }

  const dictionary = computed(() => (language.value === 'de' ? german.value : undefined));
  const resetTexts = setTexts(
    () => language.value,
    () => dictionary.value,
  );
  const stop = effect(() => {
    root.lang = dictionary.value ? 'de' : 'en';
    if (language.value === 'de') void loadGerman();
    else clearTimeout(retry);
  });
  return {
    language,
    choose: kept.choose,
    setOwn(next) {
      own.value = next;
    },
    close() {
      stop();
      clearTimeout(retry);
      resetTexts();
    },
  };
}
