/** Keeps the focus when a part of a page moves, for example when a person turns a tablet. */
import { useLayoutEffect } from 'preact/hooks';

/**
 * The browser removes the focus from an element that moves in the page. This hook sets the focus again. The moving part
 * needs a `key`. Without a key, the part is built anew at its new place, and typed text is lost.
 */
export function useMovedFocus(): void {
  const focused = document.activeElement;
  useLayoutEffect(() => {
    if (!(focused instanceof HTMLElement) || !focused.isConnected || document.activeElement !== document.body) return;
    focused.focus({ preventScroll: true });
  });
}
