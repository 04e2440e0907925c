/** Decides when the screen shows the newest state. A slow screen shows new numbers less often (`core/load.ts`). */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Screen } from '../core/fold.ts';
import { type LoadLevel, numbersEveryMs, withUnchangedNumbers } from '../core/load.ts';

/** @param now the server's time, ms since 1970 */
export function createShownScreen(
  monitor: { readonly level: Signal<LoadLevel>; readonly isBehind: Signal<boolean> },
  now: ReadonlySignal<number>,
) {
  const screen = signal<Screen | undefined>(undefined);
  /** The server's time of the shown numbers. */
  const shownUntilMs = signal(Number.NEGATIVE_INFINITY);
  /** The newest state. Perhaps a slow screen does not show this state yet. */
  let newest: Screen | undefined;
  /** The server's time of `newest`. */
  let newestAtMs = Number.NEGATIVE_INFINITY;

  /**
   * Shows the newest state. At the level `numbers-slower`, shows new numbers only if they are at least a second newer
   * than the shown numbers.
   */
  function show(atMs = newestAtMs): void {
    const shownScreen = screen.peek();
    const newerMs = atMs - shownUntilMs.peek();
    const keepsNumbers = monitor.level.peek() === 'numbers-slower' && newerMs >= 0 && newerMs < numbersEveryMs;
    const nextScreen = newest && shownScreen && keepsNumbers ? withUnchangedNumbers(shownScreen, newest) : newest;
    batch(() => {
      screen.value = nextScreen;
      if (nextScreen?.beds === newest?.beds) shownUntilMs.value = newestAtMs;
    });
  }

  return {
    screen,
    /**
     * The screen shows all messages until this time of the server. While messages wait, this time is in the past. If no
     * message waits, this time is now.
     */
    knownUntilMs: computed(() => (monitor.isBehind.value ? Math.min(now.value, shownUntilMs.value) : now.value)),
    /** Notes the server's time in a message. Must be called before `take`. */
    noteServerTime(atMs: number): void {
      newestAtMs = atMs;
    },
    take(next: Screen): void {
      newest = next;
      show();
    },
    /** Shows new numbers that have waited for a second. Must be called regularly. */
    catchUp(): void {
      if (newest?.beds !== screen.peek()?.beds) show(now.peek());
    },
    clear(): void {
      newest = screen.value = undefined;
    },
  };
}
