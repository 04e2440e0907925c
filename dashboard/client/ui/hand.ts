/**
 * Detects whether somebody points at a list or moves through the list with keys. During this time the rows must not
 * move.
 */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

/**
 * After this time without movement, a person does not count as pointing any more. Without this rule, a resting mouse
 * pointer would keep a serious alarm at the end of the list. When the rows move, the guard blocks their buttons for a
 * moment (shell/guard.ts).
 */
const awayAfterMs = 10_000;

export type Hand = {
  readonly isPointing: Signal<boolean>;
  /** Event handlers for the element that contains the rows. */
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
  const isPointing = useSignal(false);
  const hand = useMemo(() => watchHand(isPointing), []);
  useEffect(() => hand.close, []);
  return hand;
}

function watchHand(isPointing: Signal<boolean>): Hand & { close(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let usesKeys = false;
  const release = () => {
    clearTimeout(timer);
    usesKeys = false;
    isPointing.value = false;
  };
  const hold = () => {
    clearTimeout(timer);
    timer = setTimeout(release, awayAfterMs);
    isPointing.value = true;
  };
  return {
    isPointing,
    close: () => clearTimeout(timer),
    on: {
      onPointerEnter: hold,
      onPointerMove: hold,
      onPointerDown: hold,
      onWheel: hold,
      onPointerLeave(event) {
        // A finger leaves the screen after each tap, but the person may tap again. So only a mouse that leaves the list
        // ends the pointing.
        if (event.pointerType === 'mouse' && !usesKeys) release();
      },
      onKeyDown() {
        usesKeys = true;
        hold();
      },
      onFocusIn(event) {
        if ((event.target as Element).matches(':focus-visible')) usesKeys = true;
        hold();
      },
      onFocusOut(event) {
        const { currentTarget, relatedTarget } = event;
        if (usesKeys && relatedTarget && !(currentTarget as Element).contains(relatedTarget as Node)) release();
      },
    },
  };
}
