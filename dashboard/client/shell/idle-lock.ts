/** Locks the page if nobody has touched it or another tab of this browser for the time that the server sets. */
import { idleMs, type TouchTime } from '../core/idle.ts';

const touchedKey = 'vigil.touched';
/** Minimum time between two writes to the local storage. Without it every movement of the pointer would write. */
const writeEveryMs = 5_000;
/** If the server does not confirm the lock, the page stays locked and asks again after this time. */
const againMs = 5_000;

export type IdleLock = {
  /**
   * Locks the page if nobody has touched it for `lockAfterMs`. Must be called regularly.
   * @param lockAfterMs undefined if there is nothing to lock
   */
  tick(lockAfterMs: number | undefined): void;
  /** Notes that somebody is here. Must be called at a login and after an unlock. */
  touch(): void;
  close(): void;
};

/**
 * @param lock locks the page and requests the lock from the server; called again until the server has confirmed
 * @param onTouchedElsewhere called when somebody has touched another tab of this browser
 */
export function openIdleLock(steady: () => number, lock: () => void, onTouchedElsewhere: () => void): IdleLock {
  const now = (): TouchTime => ({ wallMs: Date.now(), steadyMs: steady() });
  let touched = now();
  let writtenMs = 0;
  let askedMs = Number.NEGATIVE_INFINITY;

  function touch(): void {
    touched = now();
    if (Math.abs(touched.wallMs - writtenMs) < writeEveryMs) return;
    writtenMs = touched.wallMs;
    localStorage.setItem(touchedKey, String(writtenMs));
  }

  const touchEvents = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
  for (const name of touchEvents) addEventListener(name, touch, { passive: true });
  const onStorage = ({ key }: StorageEvent) => {
    if (key === touchedKey) onTouchedElsewhere();
  };
  addEventListener('storage', onStorage);

  return {
    touch() {
      writtenMs = 0;
      touch();
    },
    tick(lockAfterMs) {
      if (lockAfterMs === undefined) return;
      const elsewhere = Number(localStorage.getItem(touchedKey) ?? Number.NaN);
      if (idleMs(touched, now(), Number.isNaN(elsewhere) ? undefined : elsewhere) < lockAfterMs) return;
      if (steady() - askedMs < againMs) return;
      askedMs = steady();
      lock();
    },
    close() {
      for (const name of touchEvents) removeEventListener(name, touch);
      removeEventListener('storage', onStorage);
    },
  };
}
