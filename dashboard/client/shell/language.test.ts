import { describe, expect, it, vi } from 'vitest';
import { t } from '../core/texts.ts';
import { openLanguage } from './language.ts';

function open({ preferred = ['en-GB'], kept = {} as Record<string, string>, fails = 0 } = {}) {
  const root = { lang: '' };
  let loads = 0;
  const state = openLanguage({
    preferred,
    root,
    store: () => ({
      getItem: (key) => kept[key] ?? null,
      setItem: (key, text) => {
        kept[key] = text;
      },
    }),
    load: () => {
      loads += 1;
      return loads <= fails ? Promise.reject(new Error('no network')) : Promise.resolve({ 'Log in': 'Anmelden' });
    },
  });
  return { state, root, kept, loads: () => loads };
}

describe('the language of the page', () => {
  it.each([
    [['de'], 'de'],
    [['de-AT', 'en'], 'de'],
    [['DE-ch'], 'de'],
    [['en-US', 'de'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('for a browser with %j is %s', async (preferred, language) => {
    const { state, root } = open({ preferred });
    try {
      expect(state.language.value).toBe(language);
      await vi.waitFor(() => expect(root.lang).toBe(language), 30_000);
    } finally {
      state.close();
    }
  });

  it('is the choice of the person, even if the browser prefers another language', () => {
    const { state } = open({ preferred: ['de'], kept: { 'vigil.language': 'en' } });
    expect(state.language.value).toBe('en');
    state.close();
  });

  it('changes without a reload, is kept, and loads the German texts once', async () => {
    const { state, root, kept, loads } = open();
    try {
      expect([t('Log in'), loads()]).toEqual(['Log in', 0]);
      state.choose('de');
      await vi.waitFor(() => expect(t('Log in')).toBe('Anmelden'), 30_000);
      expect(kept['vigil.language']).toBe('de');
      state.choose('en');
      expect([t('Log in'), root.lang]).toEqual(['Log in', 'en']);
      state.choose('de');
      expect([t('Log in'), root.lang, loads()]).toEqual(['Anmelden', 'de', 1]);
    } finally {
      state.close();
    }
  });

  it('stays English while the German texts cannot be loaded, and tries again', async () => {
    vi.useFakeTimers();
    const { state, root, loads } = open({ preferred: ['de'], fails: 2 });
    try {
      await vi.advanceTimersByTimeAsync(0);
      expect([t('Log in'), root.lang, loads()]).toEqual(['Log in', 'en', 1]);
      await vi.advanceTimersByTimeAsync(5_000);
      expect([root.lang, loads()]).toEqual(['en', 2]);
      await vi.advanceTimersByTimeAsync(5_000);
      expect([t('Log in'), root.lang, loads()]).toEqual(['Anmelden', 'de', 3]);
    } finally {
      state.close();
      vi.useRealTimers();
    }
  });
});
