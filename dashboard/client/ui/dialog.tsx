/**
 * A dialog over the page. The focus goes into it, Tab stays in it, and Escape closes it; the focus then returns to where
 * it was. The page behind it is not inert, so that screen readers still announce alarms and a pointer reaches them.
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
      // A dialog that opens another page leaves the focus to that page.
      const isFocusHere = element.contains(document.activeElement) || document.activeElement === document.body;
      if (isFocusHere && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      // Otherwise the page of a patient would close, too.
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
