/**
 * The strip of the notices. Its height never changes, so that no alarm and no tile moves when a notice appears or
 * disappears. A button shows the number of notices that do not fit, and opens all notices as a layer over the page.
 */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../core/texts.ts';

/** A notice counts as visible if at least this part of the notice is visible. */
const visiblePxMin = 18;

/**
 * Facts about the notices that are not visible in the closed strip: their number, whether any of these notices is high,
 * and whether any text is cut.
 */
type Unseen = { readonly count: number; readonly isHigh: boolean; readonly isCut: boolean };

const nothingUnseen: Unseen = { count: 0, isHigh: false, isCut: false };

export function NoticeStrip({ act, children }: { act: ComponentChildren; children: ComponentChildren }) {
  const list = useRef<HTMLDivElement>(null);
  const unseen = useSignal(nothingUnseen);
  const isOpen = useSignal(false);
  useLayoutEffect(() => {
    const element = list.current!;
    const look = () => {
      if (element.childElementCount === 0) isOpen.value = false;
      if (!isOpen.peek()) unseen.value = unseenIn(element, unseen.peek());
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    const changes = new MutationObserver(look);
    changes.observe(element, { childList: true, subtree: true, characterData: true });
    look();
    return () => {
      sizes.disconnect();
      changes.disconnect();
    };
  }, [isOpen.value]);
  const { count, isHigh, isCut } = unseen.value;
  return (
    <div class={`notices${isOpen.value ? ' is-open' : ''}`}>
      <div class="notices__box">
        <div class="notices__list" ref={list}>
          {children}
        </div>
        {act && <div class="notices__act">{act}</div>}
        <button
          class={`button notices__more${isHigh ? ' notices__more--high' : ''}${isCut || isOpen.value ? ' is-cut' : ''}`}
          type="button"
          aria-expanded={isOpen.value}
          data-testid="notices-more"
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          {isOpen.value ? t('Close') : count === 0 ? t('More') : `+${count} ${isHigh ? '***' : '**'}`}
        </button>
      </div>
    </div>
  );
}

/**
 * Returns the notices that are not visible. If nothing has changed, returns the object `before`, so that nothing is
 * drawn again.
 */
function unseenIn(list: HTMLElement, before: Unseen): Unseen {
  const bottomPx = list.getBoundingClientRect().top + list.clientHeight;
  const below = [...list.children].filter((notice) => notice.getBoundingClientRect().top + visiblePxMin > bottomPx);
  const isShort = [...list.querySelectorAll('.notice__short--less')].some((text) => text.checkVisibility());
  const isCut = isShort || list.scrollHeight > list.clientHeight + 1;
  const isHigh = below.some((notice) => notice.classList.contains('notice--high'));
  const isSame = before.count === below.length && before.isHigh === isHigh && before.isCut === isCut;
  return isSame ? before : { count: below.length, isHigh, isCut };
}
