/**
 * Protects text that was typed into a form and not saved. The text is dropped only after the person has agreed. The form
 * itself asks the person. A dialog of the browser would stop the page, and with it the alarms.
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
    /** Sets whether the open form has text that was typed and not saved. The form must call this. */
    mark,
    /** Calls `next` immediately if no text would be lost; otherwise after the person has agreed to drop the text. */
    leave(next: () => void): void {
      if (isDirty.peek()) waiting.value = next;
      else next();
    },
    drop(): void {
      const leave = waiting.peek();
      mark(false);
      leave?.();
    },
    keep(): void {
      waiting.value = undefined;
    },
  };
}
