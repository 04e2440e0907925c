/** The question that a form asks before it drops typed text. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';

/**
 * Notes whether the calling form has text that was typed and not saved. Returns the object that identifies this form.
 */
export function useUnsaved(isDirty: boolean): object {
  const { unsaved } = useApp();
  const form = useRef({}).current;
  useLayoutEffect(() => unsaved.mark(form, isDirty), [isDirty]);
  useLayoutEffect(() => () => unsaved.mark(form, false), []);
  return form;
}

/**
 * Shows the question. Each form that calls `useUnsaved` must contain this component.
 * @param form the result of `useUnsaved`; necessary if the page may have several forms at a time
 */
export function UnsavedQuestion({ form }: { form?: object }) {
  const { unsaved } = useApp();
  const keep = useRef<HTMLButtonElement>(null);
  const asks = form === undefined ? unsaved.asks.value : unsaved.askingForm.value === form;
  useEffect(() => {
    if (asks) keep.current?.focus();
  }, [asks]);
  if (!asks) return null;
  return (
    <div class="form__group" role="alertdialog" aria-labelledby="unsaved-title" data-testid="unsaved">
      <p id="unsaved-title">{t('Your entries are not saved. Drop them?')}</p>
      <div class="form__buttons">
        <button class="button" type="button" ref={keep} data-testid="unsaved-keep" onClick={unsaved.keep}>
          {t('No, back to the form')}
        </button>
        <button class="button" type="button" data-testid="unsaved-drop" onClick={unsaved.drop}>
          {t('Yes, drop them')}
        </button>
      </div>
    </div>
  );
}
