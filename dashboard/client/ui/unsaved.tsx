/** The question before typed text of a form is dropped. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useApp } from '../shell/app.ts';

/** Reports whether the form that calls this holds text that was typed and not saved. */
export function useUnsaved(isDirty: boolean): void {
  const { unsaved } = useApp();
  useLayoutEffect(() => unsaved.mark(isDirty), [isDirty]);
  useLayoutEffect(() => () => unsaved.mark(false), []);
}

/** Stands in each form that calls `useUnsaved`. */
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
      <p id="unsaved-title">What you entered is not saved. Drop it?</p>
      <div class="form__buttons">
        <button class="button" type="button" ref={keep} data-testid="unsaved-keep" onClick={unsaved.keep}>
          No, back to the form
        </button>
        <button class="button" type="button" data-testid="unsaved-drop" onClick={unsaved.drop}>
          Yes, drop it
        </button>
      </div>
    </div>
  );
}
