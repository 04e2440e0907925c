/** Everything that flashes, flashes together: two alarms out of step would make more than three flashes a second. */
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

/** Puts the running CSS animations of an element on the page's own beat; again whenever `key` changes. */
export function useCommonBeat(ref: RefObject<HTMLElement | null>, key: unknown): void {
  useLayoutEffect(() => {
    if (key === undefined) return;
    for (const animation of ref.current?.getAnimations({ subtree: true }) ?? []) animation.startTime = 0;
  }, [key]);
}
