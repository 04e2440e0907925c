/**
 * Keeps a person from pressing what has just come under the pointer, finger or focus. It watches everything on the page
 * that acts, so a page needs no code for it. `data-acts-on` says on what a button acts if its address does not say it;
 * `data-acts-area` marks the whole area that acts if it is larger than the link or button in it.
 */
import { emptyStillness, isStill, lookAgain, unsettled } from '../core/stillness.ts';

const acting = 'button, a[href], summary, [role="button"]';
/** Looks at least this often, for things that move without a change of the page's elements. */
const lookMs = 250;
const hintMs = 2000;

/** Starts to watch the page. `now` is a steady clock, ms. */
export function openGuard(page: Document, now: () => number): { close(): void } {
  let stillness = emptyStillness<Element>();
  let marked = new Set<Element>();
  let frame: number | undefined;
  let afterFrame: ReturnType<typeof setTimeout> | undefined;
  /** What the pointer went down on, and whether it could be pressed then. */
  let down: { element: Element; mayAct: boolean } | undefined;
  const hint = createHint(page);

  function look(): number {
    const nowMs = now();
    stillness = lookAgain(stillness, [...page.querySelectorAll(acting)].flatMap(actingAt), nowMs);
    const dead = unsettled(stillness, nowMs);
    for (const element of marked) if (!dead.has(element)) unmark(element);
    for (const element of dead) if (!marked.has(element)) mark(element);
    marked = dead;
    return nowMs;
  }

  /**
   * Looks once after the next frame, however much happens until then: the layout is done by then, so the look causes no
   * other layout.
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
    const element = actingOf(event);
    const nowMs = look();
    down = element && { element, mayAct: isStill(stillness, element, nowMs) };
  }

  function onClick(event: MouseEvent): void {
    const element = actingOf(event);
    // A script's own click, and Enter in a field of a form, aim at no place on the page.
    if (!element || !event.isTrusted) return;
    const byKey = event.detail === 0;
    if (byKey && page.activeElement !== element && page.activeElement?.closest('form')) return;
    const nowMs = look();
    const aimed = byKey || down === undefined || (down.element === element && down.mayAct);
    down = undefined;
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

/** The area of something that acts, and what it acts on; undefined if it is not shown. */
function actingAt(element: Element) {
  const { left, top, right, bottom } = (element.closest('[data-acts-area]') ?? element).getBoundingClientRect();
  if (right === left || bottom === top) return [];
  const about = (element as HTMLElement).dataset.actsOn ?? element.getAttribute('href') ?? '';
  return [{ key: element, place: { left, top, right, bottom }, about }];
}

function actingOf(event: Event): Element | undefined {
  return (event.target instanceof Element && event.target.closest(acting)) || undefined;
}

/** Not `disabled`: a disabled button loses the focus. */
function mark(element: Element): void {
  const isDisabled = element.hasAttribute('aria-disabled');
  element.setAttribute('data-unsettled', isDisabled ? '' : 'disabled');
  if (!isDisabled) element.setAttribute('aria-disabled', 'true');
}

function unmark(element: Element): void {
  if (element.getAttribute('data-unsettled') === 'disabled') element.removeAttribute('aria-disabled');
  element.removeAttribute('data-unsettled');
}

/** Shows a word beside the place that was pressed. */
function createHint(page: Document) {
  const element = page.createElement('div');
  element.className = 'moved-hint';
  element.dataset.testid = 'moved-hint';
  element.textContent = 'This has just moved or changed. Look again.';
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
