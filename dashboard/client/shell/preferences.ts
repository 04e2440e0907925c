/**
 * The preferences of the person who is logged in: language, colours, and the ward that a login opens. The server stores
 * the preferences, so each screen of the person has them. As long as the server has not answered, the choices of this
 * browser apply. No preference changes alarms or sounds.
 */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from '../../../contracts/languages.ts';
import type { Preferences, PreferencesBody } from '../../protocol/preferences.ts';
import type { Session } from '../../protocol/rest.ts';
import type { ThemeChoice } from '../core/theme.ts';
import type { Answer } from './answer.ts';
import type { LanguageState } from './language.ts';
import type { ThemeState } from './theme.ts';

export type PreferenceState = {
  readonly own: ReadonlySignal<Preferences>;
  /**
   * Why the last choice was not saved; undefined if it was saved. A choice that was not saved lasts until the page
   * closes.
   */
  readonly problem: ReadonlySignal<string | undefined>;
  chooseLanguage(next: Language): void;
  chooseTheme(next: ThemeChoice): void;
  /** Chooses the ward that a login opens. Null means the ward that this browser showed last. */
  chooseWard(next: string | null): void;
  close(): void;
};

const PreferenceContext = createContext<PreferenceState | undefined>(undefined);
export const PreferenceProvider = PreferenceContext.Provider;

export function usePreferences(): PreferenceState {
  const state = useContext(PreferenceContext);
  if (!state) throw new Error('usePreferences was called outside of a PreferenceProvider.');
  return state;
}

/** How long the page waits before it requests the preferences again, if the server did not give them. */
const retryMs = 10_000;

export type PreferenceShell = {
  readonly session: ReadonlySignal<Session | null | undefined>;
  readonly language: Pick<LanguageState, 'choose' | 'setOwn'>;
  readonly theme: Pick<ThemeState, 'choose' | 'setOwn'>;
  /** Opens a ward. Does nothing if the address of the page names a different page. */
  readonly openWard: (ward: string) => void;
  readonly load: () => Promise<Answer<Preferences>>;
  readonly save: (body: PreferencesBody) => Promise<Answer<Preferences>>;
};

export function openPreferences({ session, language, theme, openWard, load, save }: PreferenceShell): PreferenceState {
  const own = signal<Preferences>({});
  const problem = signal<string | undefined>(undefined);
  let userId: string | undefined;
  let former: Session | null | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  /** Number of choices on this page. If the number rises while a request waits, the answer must not undo the choice. */
  let choices = 0;

  function apply(next: Preferences) {
    own.value = next;
    language.setOwn(next.language);
    theme.setOwn(next.theme);
  }

  async function loadFor(person: string, isLogin: boolean) {
    const choicesBefore = choices;
    const answer = await load();
    if (userId !== person) return;
    if (answer.ok) {
      if (choices === choicesBefore) apply(answer.data);
      if (isLogin && answer.data.ward !== undefined) openWard(answer.data.ward);
    } else if (answer.status !== 401) retry = setTimeout(() => void loadFor(person, false), retryMs);
  }

  /** Shows a choice at once, and saves it if somebody is logged in. */
  async function choose(body: PreferencesBody) {
    choices += 1;
    const person = userId;
    if (person === undefined) return;
    const chosen = choices;
    const answer = await save(body);
    if (userId !== person) return;
    problem.value = answer.ok ? undefined : answer.message;
    if (answer.ok && choices === chosen) apply(answer.data);
  }

  const stop = effect(() => {
    const person = session.value?.actor.userId;
    // After a load, a page shows the ward that it showed before. Only a login on this page opens the ward that the
    // person has chosen.
    const isLogin = former === null;
    former = session.value;
    if (person === userId) return;
    userId = person;
    clearTimeout(retry);
    problem.value = undefined;
    apply({});
    if (person !== undefined) void loadFor(person, isLogin);
  });

  return {
    own,
    problem,
    chooseLanguage(next) {
      language.choose(next);
      if (userId !== undefined) language.setOwn(next);
      void choose({ language: next });
    },
    chooseTheme(next) {
      theme.choose(next);
      if (userId !== undefined) theme.setOwn(next);
      void choose({ theme: next });
    },
    chooseWard(next) {
      const { ward: _former, ...rest } = own.peek();
      own.value = next === null ? rest : { ...rest, ward: next };
      void choose({ ward: next });
    },
    close() {
      stop();
      clearTimeout(retry);
    },
  };
}
