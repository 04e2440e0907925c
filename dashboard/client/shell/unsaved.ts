/**
 * Text that was typed into a form and not saved: nothing drops it before the person has agreed. The question stands in
 * the form itself: a dialog of the browser would stop the page, and alarms with it.
 */
import { computed, signal } from '@preact/signals';

export function createUnsaved() {
  const isDirty = signal(false);
  const waiting = signal<(() => void) | undefined>(undefined);

  function mark(dirty: boolean): void {
    isDirty.value = dirty;
    if (!dirty) waiting.value = undefined;
  }

  return {
    /** Whether to ask the person now. */
    asks: computed(() => waiting.value !== undefined),
    /** The open form reports here whether it holds text that was typed and not saved. */
    mark,
    /** Calls `next` at once if nothing would be lost; otherwise after the person has dropped the typed text. */
    leave(next: () => void): void {
      if (isDirty.peek()) waiting.value = next;
      else next();
    },
    drop(): void {
      const next = waiting.peek();
      mark(false);
      next?.();
    },
    keep(): void {
      waiting.value = undefined;
    },
  };
}
