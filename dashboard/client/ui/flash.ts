/** Makes all alarms flash in step. Alarms that flash out of step could make more than three flashes a second. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/**
 * Starts the CSS animations of an element at time 0 of the page, so that all animations are in step. Starts them anew
 * when `key` changes. Does nothing while `key` is undefined.
 */
export function useCommonBeat(ref: RefObject<HTMLElement | null>, key: unknown): void {
  useLayoutEffect(() => {
    if (key === undefined) return;
    for (const animation of ref.current?.getAnimations({ subtree: true }) ?? []) animation.startTime = 0;
  }, [key]);
}
