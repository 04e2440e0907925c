/** Which part of the newest state this screen shows. A slow screen shows new numbers less often (`core/load.ts`). */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Screen } from '../core/fold.ts';
import { type LoadLevel, numbersEveryMs, withNumbersHeld } from '../core/load.ts';

/** @param now the server's time, ms since 1970 */
export function createShownScreen(
  monitor: { readonly level: Signal<LoadLevel>; readonly isBehind: Signal<boolean> },
  now: ReadonlySignal<number>,
) {
  const screen = signal<Screen | undefined>(undefined);
  /** The server's time in the newest message whose numbers stand on this screen. */
  const shownUntilMs = signal(Number.NEGATIVE_INFINITY);
  /** The newest state and its server's time; a slow screen does not show all of it. */
  let newest: Screen | undefined;
  let newestAtMs = Number.NEGATIVE_INFINITY;

  /**
   * Shows the newest state. While the screen cannot keep up, it shows its numbers only if they are a second newer than
   * the shown ones.
   */
  function show(atMs = newestAtMs): void {
    const shown = screen.peek();
    const newerMs = atMs - shownUntilMs.peek();
    const isHeld = monitor.level.peek() === 'numbers-slower' && newerMs >= 0 && newerMs < numbersEveryMs;
    const next = newest && shown && isHeld ? withNumbersHeld(shown, newest) : newest;
    batch(() => {
      screen.value = next;
      if (next?.beds === newest?.beds) shownUntilMs.value = newestAtMs;
    });
  }

  return {
    screen,
    /** Until when this screen knows the ward: now, or less while newer messages wait for a slow screen. */
    knownUntilMs: computed(() => (monitor.isBehind.value ? Math.min(now.value, shownUntilMs.value) : now.value)),
    /** Notes the server's time in a message, before its state is taken. */
    heard(atMs: number): void {
      newestAtMs = atMs;
    },
    take(next: Screen): void {
      newest = next;
      show();
    },
    /** Shows what waited, if it is time. Call it at each tick. */
    catchUp(): void {
      if (newest?.beds !== screen.peek()?.beds) show(now.peek());
    },
    clear(): void {
      newest = screen.value = undefined;
    },
  };
}
