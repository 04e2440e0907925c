/**
 * Locks the page if nobody has touched this browser for a time. The touches in all tabs count. The server sets the
 * time.
 */
import { idleMs, type TouchTime } from '../core/idle.ts';

const touchedKey = 'vigil.touched';
/**
 * Minimum time between two writes to the local storage. Without this limit, the page would write at every movement of
 * the pointer.
 */
const writeEveryMs = 5_000;
/** If the server does not confirm the lock, the page stays locked and asks again after this time. */
const lockRetryMs = 5_000;

export type IdleLock = {
  /**
   * Locks the page if nobody has touched it for `lockAfterMs`. Must be called regularly.
   * @param lockAfterMs undefined if the page must not lock
   */
  tick(lockAfterMs: number | undefined): void;
  /** Notes that somebody is here. Must be called at a login and after an unlock. */
  touch(): void;
  close(): void;
};

/**
 * @param lock locks the page and requests the lock from the server. Called again and again until the server has
 * confirmed
 * @param onOtherTabTouched called when somebody has touched another tab of this browser
 */
export function openIdleLock(steady: () => number, lock: () => void, onOtherTabTouched: () => void): IdleLock {
  const now = (): TouchTime => ({ wallMs: Date.now(), steadyMs: steady() });
  let lastTouch = now();
  let writtenMs = 0;
  let lockRequestedMs = Number.NEGATIVE_INFINITY;

  function touch(): void {
    lastTouch = now();
    if (Math.abs(lastTouch.wallMs - writtenMs) < writeEveryMs) return;
    writtenMs = lastTouch.wallMs;
    localStorage.setItem(touchedKey, String(writtenMs));
  }

  const touchEvents = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
  for (const name of touchEvents) addEventListener(name, touch, { passive: true });
  const onStorage = ({ key }: StorageEvent) => {
    if (key === touchedKey) onOtherTabTouched();
  };
  addEventListener('storage', onStorage);

  return {
    touch() {
      writtenMs = 0;
      touch();
    },
    tick(lockAfterMs) {
      if (lockAfterMs === undefined) return;
      const otherTabTouchMs = Number(localStorage.getItem(touchedKey) ?? Number.NaN);
      if (idleMs(lastTouch, now(), Number.isNaN(otherTabTouchMs) ? undefined : otherTabTouchMs) < lockAfterMs) return;
      if (steady() - lockRequestedMs < lockRetryMs) return;
      lockRequestedMs = steady();
      lock();
    },
    close() {
      for (const name of touchEvents) removeEventListener(name, touch);
      removeEventListener('storage', onStorage);
    },
  };
}
