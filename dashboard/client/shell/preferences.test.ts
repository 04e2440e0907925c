import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Preferences, PreferencesBody } from '../../protocol/preferences.ts';
import type { Session } from '../../protocol/rest.ts';
import type { Answer } from './answer.ts';
import { openPreferences, type PreferenceState } from './preferences.ts';

const sessionOf = (userId: string) => ({ actor: { userId } }) as Session;
const ok = (data: Preferences): Answer<Preferences> => ({ ok: true, data });
const refused: Answer<Preferences> = { ok: false, status: 503, code: 'log-unavailable', message: 'Try again.' };

let state: PreferenceState | undefined;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  state?.close();
  vi.useRealTimers();
});
const settle = () => vi.advanceTimersByTimeAsync(0);

/** Opens the preferences of a page. `answers` are the answers of the server. The server repeats the last answer. */
function open(first: Session | null | undefined, answers: Answer<Preferences>[]) {
  const session = signal<Session | null | undefined>(first);
  const log: string[] = [];
  const next = async () => (answers.length > 1 ? answers.shift()! : answers[0]!);
  const part = (name: string) => ({
    choose: (value: string) => void log.push(`${name} of the browser: ${value}`),
    setOwn: (value: string | undefined) => void log.push(`${name}: ${value}`),
  });
  state = openPreferences({
    session,
    language: part('language'),
    theme: part('theme'),
    openWard: (ward) => void log.push(`ward: ${ward}`),
    load: next,
    save: async (body: PreferencesBody) => {
      log.push(`saved ${JSON.stringify(body)}`);
      return next();
    },
  });
  return { state, session, log };
}

it('a login applies the preferences of the person and opens the chosen ward; a logout forgets them', async () => {
  const { session, log } = open(null, [ok({ language: 'de', theme: 'light', ward: 'ICU' })]);
  session.value = sessionOf('nora');
  await settle();
  expect(log.slice(-3)).toEqual(['language: de', 'theme: light', 'ward: ICU']);
  session.value = null;
  expect(log.slice(-2)).toEqual(['language: undefined', 'theme: undefined']);
});

it('a page that is loaded again applies the preferences, and keeps the ward that it shows', async () => {
  const { session, log } = open(undefined, [ok({ language: 'de', ward: 'ICU' })]);
  session.value = sessionOf('nora');
  await settle();
  expect(log).toContain('language: de');
  expect(log).not.toContain('ward: ICU');
});

it('the preferences of the former person do not come back after another person has logged in', async () => {
  let answerFirst: (answer: Answer<Preferences>) => void = () => {};
  const first = new Promise<Answer<Preferences>>((resolve) => {
    answerFirst = resolve;
  });
  const { session, log } = open(sessionOf('nora'), [first as never, ok({ language: 'en' })]);
  session.value = null;
  session.value = sessionOf('ben');
  await settle();
  answerFirst(ok({ language: 'de' }));
  await settle();
  expect(log.at(-2)).toBe('language: en');
  expect(log).not.toContain('language: de');
});

it('a choice is shown at once; if the server does not save the choice, this page keeps it and says why', async () => {
  const { state, log } = open(sessionOf('nora'), [ok({}), refused]);
  await settle();
  state.chooseLanguage('de');
  expect(log.slice(-3)).toEqual(['language of the browser: de', 'language: de', 'saved {"language":"de"}']);
  await settle();
  expect(state.problem.value).toBe('Try again.');
  expect(log.at(-1)).toBe('saved {"language":"de"}');
});

it('the answer to an older question does not undo a newer choice', async () => {
  const { state, log } = open(sessionOf('nora'), [ok({ language: 'en' })]);
  state.chooseTheme('light');
  const before = log.length;
  await settle();
  expect(log.slice(before).filter((line) => line === 'language: en')).toHaveLength(1);
  state.chooseWard(null);
  await settle();
  expect(log).toContain('saved {"ward":null}');
});

it('without a login, a choice stays in the browser and nothing is sent', async () => {
  const { state, log } = open(null, [ok({})]);
  state.chooseLanguage('de');
  await settle();
  expect(log).toEqual(['language of the browser: de']);
});

it('if the server does not give the preferences, the page asks again later, and then opens no ward', async () => {
  const { session, log } = open(null, [refused, ok({ language: 'de', ward: 'ICU' })]);
  session.value = sessionOf('nora');
  await settle();
  expect(log).not.toContain('language: de');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(log).toContain('language: de');
  expect(log).not.toContain('ward: ICU');
});
