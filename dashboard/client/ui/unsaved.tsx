/** The question that a form asks before it drops typed text. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useApp } from '../shell/app.ts';

/** Tells the page whether the calling form has text that was typed and not saved. */
export function useUnsaved(isDirty: boolean): void {
  const { unsaved } = useApp();
  useLayoutEffect(() => unsaved.mark(isDirty), [isDirty]);
  useLayoutEffect(() => () => unsaved.mark(false), []);
}

/** Shows the question. Each form that calls `useUnsaved` must contain it. */
export function UnsavedQuestion() {
  const { unsaved } = useApp();
  const keep = useRef<HTMLButtonElement>(null);
  const asks = unsaved.asks.value;
  useEffect(() => {
    if (asks) keep.current?.focus();
  }, [asks]);
  if (!asks) return null;
  return (
    <div class="form__group" role="alertdialog" aria-labelledby="unsaved-title" data-testid="unsaved">
      <p id="unsaved-title">Your entries are not saved. Drop them?</p>
      <div class="form__buttons">
        <button class="button" type="button" ref={keep} data-testid="unsaved-keep" onClick={unsaved.keep}>
          No, back to the form
        </button>
        <button class="button" type="button" data-testid="unsaved-drop" onClick={unsaved.drop}>
          Yes, drop them
        </button>
      </div>
    </div>
  );
}
