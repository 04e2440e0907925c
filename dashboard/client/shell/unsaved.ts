/**
 * What was typed into a form and not saved: nothing drops it before the person has said so. The question stands in the form itself:
 * a dialog of the browser would stop the page, and alarms with it.
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
    /** Whether the person is to be asked now. */
    asks: computed(() => waiting.value !== undefined),
    /** Called by the open form: whether it has something that was typed and not saved. */
    mark,
    /** Calls `next` at once where nothing would be lost; otherwise after the person has dropped what was typed. */
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
