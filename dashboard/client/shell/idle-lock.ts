/** Locks the page when nobody has touched it, nor another tab of this browser, for the time that the server sets. */
import { idleMs, type Touched } from '../core/idle.ts';

const touchedKey = 'vigil.touched';
/** Without this, every movement of the hand would write. */
const writeEveryMs = 5_000;
/** While the server does not accept the lock, the page stays locked and asks again this often. */
const againMs = 5_000;

export type IdleLock = {
  /**
   * Call it at each tick.
   * @param lockAfterMs undefined if there is nothing to lock
   */
  tick(lockAfterMs: number | undefined): void;
  /** Notes that somebody is there: at a login and when the password was entered. */
  touch(): void;
  close(): void;
};

/**
 * @param lock locks the page at once and asks the server to; called again until the server has locked it
 * @param onTouchedElsewhere another tab of this browser was touched
 */
export function openIdleLock(steady: () => number, lock: () => void, onTouchedElsewhere: () => void): IdleLock {
  const now = (): Touched => ({ wallMs: Date.now(), steadyMs: steady() });
  let touched = now();
  let writtenMs = 0;
  let askedMs = Number.NEGATIVE_INFINITY;

  function touch(): void {
    touched = now();
    if (Math.abs(touched.wallMs - writtenMs) < writeEveryMs) return;
    writtenMs = touched.wallMs;
    localStorage.setItem(touchedKey, String(writtenMs));
  }

  const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
  for (const sign of signs) addEventListener(sign, touch, { passive: true });
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
      for (const sign of signs) removeEventListener(sign, touch);
      removeEventListener('storage', onStorage);
    },
  };
}
