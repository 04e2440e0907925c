/** Keeps the focus when a part of a page moves, for example because a tablet is turned. */
import { useLayoutEffect } from 'preact/hooks';

/**
 * The browser takes the focus from an element that moves in the page. This hook gives it back. The part that moves needs a
 * `key`: otherwise it is built anew at its new place, and what a person has typed there is lost.
 */
export function useMovedFocus(): void {
  const focused = document.activeElement;
  useLayoutEffect(() => {
    if (!(focused instanceof HTMLElement) || !focused.isConnected || document.activeElement !== document.body) return;
    focused.focus({ preventScroll: true });
  });
}
