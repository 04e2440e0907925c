/**
 * A dialog over the page. The focus goes into the dialog, Tab stays in the dialog, and Escape closes the dialog. Then
 * the focus returns to its former place. The page behind the dialog is not inert, so that screen readers still announce
 * alarms, and a person can press alarms with a pointer.
 */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../core/texts.ts';

const focusable = 'button, a[href], input, select, textarea, [tabindex="0"]';

type DialogProps = { title: string; testId: string; onClose: () => void; children: ComponentChildren };

export function Dialog({ title, testId, onClose, children }: DialogProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const element = box.current!;
    (element.querySelector<HTMLElement>('[data-first-focus]') ?? element).focus();
    return () => {
      // A dialog may open a page. Then the page sets the focus.
      const isFocusHere = element.contains(document.activeElement) || document.activeElement === document.body;
      if (isFocusHere && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      // Stops the event, so that Escape does not also close the page of a patient.
      event.stopPropagation();
      onClose();
    }
    if (event.key !== 'Tab') return;
    const inside = [...box.current!.querySelectorAll<HTMLElement>(focusable)].filter(
      (element) => element.checkVisibility() && !element.matches(':disabled'),
    );
    const [from, to] = event.shiftKey ? [inside[0], inside.at(-1)] : [inside.at(-1), inside[0]];
    const { activeElement } = document;
    if (to && (activeElement === from || (event.shiftKey && activeElement === box.current))) {
      event.preventDefault();
      to.focus();
    }
  }

  return (
    <div
      class="dialog"
      role="dialog"
      aria-labelledby={`${testId}-title`}
      data-testid={testId}
      ref={box}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <div class="dialog__head">
        <h2 id={`${testId}-title`}>{title}</h2>
        <button class="button" type="button" data-testid={`${testId}-close`} onClick={onClose}>
          {t('Close')}
        </button>
      </div>
      {children}
    </div>
  );
}
