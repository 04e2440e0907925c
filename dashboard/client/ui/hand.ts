/** Whether somebody points at a list, or goes through it with the keys: then its rows must not move. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

/**
 * A hand that lies still for this long does not point any more: a mouse left over the list must not keep a grave alarm
 * at its end. After the rows have moved the guard keeps their buttons dead (shell/guard.ts).
 */
const restMs = 10_000;

export type Hand = {
  readonly points: Signal<boolean>;
  /** For the element that holds the rows. */
  readonly on: {
    onPointerEnter(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerDown(event: PointerEvent): void;
    onPointerLeave(event: PointerEvent): void;
    onWheel(): void;
    onKeyDown(): void;
    onFocusIn(event: FocusEvent): void;
    onFocusOut(event: FocusEvent): void;
  };
};

export function useHand(): Hand {
  const points = useSignal(false);
  const hand = useMemo(() => watchHand(points), []);
  useEffect(() => hand.close, []);
  return hand;
}

function watchHand(points: Signal<boolean>): Hand & { close(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let byKeys = false;
  const release = () => {
    clearTimeout(timer);
    byKeys = false;
    points.value = false;
  };
  const hold = () => {
    clearTimeout(timer);
    timer = setTimeout(release, restMs);
    points.value = true;
  };
  return {
    points,
    close: () => clearTimeout(timer),
    on: {
      onPointerEnter: hold,
      onPointerMove: hold,
      onPointerDown: hold,
      onWheel: hold,
      onPointerLeave(event) {
        // A finger leaves the glass with each tap; the next tap is meant for what stands there now.
        if (event.pointerType === 'mouse' && !byKeys) release();
      },
      onKeyDown() {
        byKeys = true;
        hold();
      },
      onFocusIn(event) {
        if ((event.target as Element).matches(':focus-visible')) byKeys = true;
        hold();
      },
      onFocusOut(event) {
        const { currentTarget, relatedTarget } = event;
        if (byKeys && relatedTarget && !(currentTarget as Element).contains(relatedTarget as Node)) release();
      },
    },
  };
}
