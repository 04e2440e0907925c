/**
 * Protects text that was typed into a form and not saved. The page drops the text only after the person has agreed. The
 * form itself asks the person, because a dialog of the browser would stop the page with its alarms.
 */
import { computed, signal } from '@preact/signals';

export function createUnsaved() {
  /** The forms with typed text. A page may have several such forms, and each form counts. */
  const dirtyForms = signal<readonly object[]>([]);
  const waiting = signal<(() => void) | undefined>(undefined);

  function mark(form: object, dirty: boolean): void {
    const others = dirtyForms.peek().filter((other) => other !== form);
    dirtyForms.value = dirty ? [...others, form] : others;
    if (dirtyForms.peek().length === 0) waiting.value = undefined;
  }

  return {
    /** Whether to ask the person now. */
    asks: computed(() => waiting.value !== undefined),
    /** The form that asks the person now. The answer applies to all forms. */
    askingForm: computed(() => (waiting.value === undefined ? undefined : dirtyForms.value[0])),
    /** Sets whether a form has text that was typed and not saved. Each form must call this function. */
    mark,
    /**
     * Calls `next` immediately if no text would be lost. If text would be lost, calls `next` after the person has
     * agreed.
     */
    leave(next: () => void): void {
      if (dirtyForms.peek().length > 0) waiting.value = next;
      else next();
    },
    drop(): void {
      const leave = waiting.peek();
      dirtyForms.value = [];
      waiting.value = undefined;
      leave?.();
    },
    keep(): void {
      waiting.value = undefined;
    },
  };
}
