/** A choice of the person that the browser keeps for the next visit. */
import { type ReadonlySignal, signal } from '@preact/signals';

export type KeptChoice<Choice extends string> = {
  readonly value: ReadonlySignal<Choice>;
  choose(next: Choice): void;
};

/** The part of `localStorage` that this module needs. */
export type ChoiceStore = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Returns the kept choice. Returns `fallback` if no choice is kept, or if the kept text is not a choice any more. If
 * the browser refuses its storage, returns `fallback`, and a new choice lasts until the page closes.
 */
export function openKeptChoice<Choice extends string>(
  store: () => ChoiceStore,
  key: string,
  choices: readonly Choice[] | ((text: string) => text is Choice),
  fallback: Choice,
): KeptChoice<Choice> {
  const isChoice = (text: string): text is Choice =>
    typeof choices === 'function' ? choices(text) : choices.some((choice) => choice === text);
  const kept = read();
  const value = signal(kept !== null && isChoice(kept) ? kept : fallback);
  function read(): string | null {
    try {
      return store().getItem(key);
    } catch {
      return null;
    }
  }
  return {
    value,
    choose(next) {
      value.value = next;
      try {
        store().setItem(key, next);
      } catch {
        // The choice lasts until the page closes.
      }
    },
  };
}
