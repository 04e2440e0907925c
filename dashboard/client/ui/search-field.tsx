/**
 * A field of a search. A typed letter appears before the list is drawn again. If a person types faster than the list is
 * drawn, the list searches for all new letters together. Without these rules, letters would appear late on a slow
 * machine with 1,000 devices.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

type SearchFieldProps = {
  label: string;
  text: string;
  lengthMax: number;
  testId: string;
  onText: (text: string) => void;
};

export function SearchField({ label, text, lengthMax, testId, onText }: SearchFieldProps) {
  const typed = useSignal(text);
  const frame = useRef(0);
  const newestOnText = useRef(onText);
  newestOnText.current = onText;
  /** The text that the page searches for. If the page itself changes this text, the field shows the new text. */
  const searched = useRef(text);
  if (searched.current !== text) {
    searched.current = text;
    typed.value = text;
  }
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  function search() {
    searched.current = typed.peek();
    newestOnText.current(searched.current);
  }
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="search"
        value={typed.value}
        maxLength={lengthMax}
        data-testid={testId}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          cancelAnimationFrame(frame.current);
          // The second frame begins after the letter was painted.
          frame.current = requestAnimationFrame(() => {
            frame.current = requestAnimationFrame(search);
          });
        }}
      />
    </label>
  );
}
