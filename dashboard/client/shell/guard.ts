/**
 * Prevents a person from pressing a button or link that has just moved under the pointer, finger or focus. The guard
 * watches all buttons and links of the page, so pages need no code for it. If a button has no `href`, the attribute
 * `data-acts-on` names the object of its act. The attribute `data-acts-area` marks an area that is larger than its
 * button or link, and that acts as a whole.
 */

import { blockedKeys, emptyStillness, isStill, stillnessAfterLook } from '../core/stillness.ts';
import { t } from '../core/texts.ts';

const controlSelector = 'button, a[href], summary, [role="button"]';
/**
 * The guard measures the places of all buttons at least this often, because a button can move although no element of
 * the page changes.
 */
const lookMs = 250;
const hintMs = 2000;

/**
 * Starts to watch the page.
 * @param now a steady clock, ms
 */
export function openGuard(page: Document, now: () => number): { close(): void } {
  let stillness = emptyStillness<Element>();
  let marked = new Set<Element>();
  let frame: number | undefined;
  let afterFrame: ReturnType<typeof setTimeout> | undefined;
  /** The element on which the pointer went down, and whether a press was allowed at that moment. */
  let pressed: { element: Element; mayAct: boolean } | undefined;
  const hint = createHint(page);

  function look(): number {
    const nowMs = now();
    stillness = stillnessAfterLook(stillness, [...page.querySelectorAll(controlSelector)].flatMap(controlAt), nowMs);
    const blocked = blockedKeys(stillness, nowMs);
    for (const element of marked) if (!blocked.has(element)) unmark(element);
    for (const element of blocked) if (!marked.has(element)) mark(element);
    marked = blocked;
    return nowMs;
  }

  /**
   * Measures the buttons once after the next frame, even if called many times. The browser has then computed the
   * layout, so measuring does not force an additional layout.
   */
  function lookSoon(): void {
    frame ??= requestAnimationFrame(() => {
      afterFrame = setTimeout(() => {
        frame = undefined;
        look();
      });
    });
  }

  function onPointerDown(event: PointerEvent): void {
    const element = controlElementOf(event);
    const nowMs = look();
    pressed = element && { element, mayAct: isStill(stillness, element, nowMs) };
  }

  function onClick(event: MouseEvent): void {
    const element = controlElementOf(event);
    // Clicks of scripts, and Enter in a field of a form, are allowed, because they do not aim at a place on the page.
    if (!element || !event.isTrusted) return;
    const byKey = event.detail === 0;
    if (byKey && page.activeElement !== element && page.activeElement?.closest('form')) return;
    const nowMs = look();
    const aimed = byKey || pressed === undefined || (pressed.element === element && pressed.mayAct);
    pressed = undefined;
    if (aimed && isStill(stillness, element, nowMs)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    hint.show(element.getBoundingClientRect());
  }

  const observer = new MutationObserver(lookSoon);
  observer.observe(page.body, { childList: true, subtree: true });
  const timer = setInterval(lookSoon, lookMs);
  page.addEventListener('pointerdown', onPointerDown, { capture: true, passive: true });
  page.addEventListener('click', onClick, { capture: true });
  page.addEventListener('scroll', lookSoon, { capture: true, passive: true });
  look();

  return {
    close() {
      observer.disconnect();
      clearInterval(timer);
      if (frame !== undefined) cancelAnimationFrame(frame);
      clearTimeout(afterFrame);
      page.removeEventListener('pointerdown', onPointerDown, { capture: true });
      page.removeEventListener('click', onClick, { capture: true });
      page.removeEventListener('scroll', lookSoon, { capture: true });
      for (const element of marked) unmark(element);
      hint.close();
    },
  };
}

/**
 * Returns a list with one entry for a button or link: its area, and the object of its act. The list is empty if the
 * element is not visible.
 */
function controlAt(element: Element) {
  const { left, top, right, bottom } = (element.closest('[data-acts-area]') ?? element).getBoundingClientRect();
  if (right === left || bottom === top) return [];
  const actsOn = (element as HTMLElement).dataset.actsOn ?? element.getAttribute('href') ?? '';
  return [{ key: element, place: { left, top, right, bottom }, actsOn }];
}

function controlElementOf(event: Event): Element | undefined {
  return (event.target instanceof Element && event.target.closest(controlSelector)) || undefined;
}

/** Marks an element as not pressable. Does not use `disabled`, because a disabled button loses the focus. */
function mark(element: Element): void {
  const isDisabled = element.hasAttribute('aria-disabled');
  element.setAttribute('data-unsettled', isDisabled ? '' : 'disabled');
  if (!isDisabled) element.setAttribute('aria-disabled', 'true');
}

function unmark(element: Element): void {
  if (element.getAttribute('data-unsettled') === 'disabled') element.removeAttribute('aria-disabled');
  element.removeAttribute('data-unsettled');
}

/** Returns a hint that can be shown below the element that was pressed. */
function createHint(page: Document) {
  const element = page.createElement('div');
  element.className = 'moved-hint';
  element.dataset.testid = 'moved-hint';
  element.textContent = t('This has just moved or changed. Look again.');
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    show({ left, bottom }: { left: number; bottom: number }) {
      element.style.setProperty('--hint-left', `${left}px`);
      element.style.setProperty('--hint-top', `${bottom + 4}px`);
      page.body.append(element);
      clearTimeout(timer);
      timer = setTimeout(() => element.remove(), hintMs);
    },
    close() {
      clearTimeout(timer);
      element.remove();
    },
  };
}
