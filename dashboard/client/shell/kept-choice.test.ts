import { describe, expect, it } from 'vitest';
import { type ChoiceStore, openKeptChoice } from './kept-choice.ts';

const choices = ['one', 'two'] as const;

function storeWith(entries: Record<string, string>): ChoiceStore & { readonly entries: Record<string, string> } {
  return {
    entries,
    getItem: (key) => entries[key] ?? null,
    setItem: (key, text) => {
      entries[key] = text;
    },
  };
}

describe('openKeptChoice', () => {
  it.each([
    ['two', 'two'],
    ['three', 'one'],
    ['', 'one'],
  ])('if the browser has stored "%s", openKeptChoice returns the choice "%s"', (kept, expected) => {
    expect(openKeptChoice(() => storeWith({ key: kept }), 'key', choices, 'one').value.value).toBe(expected);
  });

  it('openKeptChoice returns the fallback if nothing is stored, and stores what the person chooses', () => {
    const store = storeWith({});
    const kept = openKeptChoice(() => store, 'key', choices, 'one');
    expect(kept.value.value).toBe('one');
    kept.choose('two');
    expect([kept.value.value, store.entries]).toEqual(['two', { key: 'two' }]);
    expect(openKeptChoice(() => store, 'key', choices, 'one').value.value).toBe('two');
  });

  it('if the browser refuses its storage, the choice lasts until the page closes', () => {
    const refuse = () => {
      throw new Error('The browser refuses its storage.');
    };
    const kept = openKeptChoice(refuse, 'key', choices, 'one');
    kept.choose('two');
    expect(kept.value.value).toBe('two');
  });
});
