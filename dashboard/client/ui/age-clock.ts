/** The time for a component that shows ages, so that it is drawn again only when some age on it reads differently. */
import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Numeric } from '../../protocol.ts';
import { ageMark } from '../core/ages.ts';
import { bornAtMs } from '../core/numerics.ts';
import { useApp } from '../shell/app.ts';

/** Returns the server's time at the last change of an age of `numerics`, ms: as good as now for what is shown of them. */
export function useAgeClock(numerics: readonly Numeric[]): number {
  const app = useApp();
  const identity = numerics.map((one) => `${one.code} ${one.time} ${one.receivedAt} ${one.intervalMs}`).join();
  const clock = useMemo(() => {
    const born = numerics.map((one) => ({ atMs: bornAtMs(one), intervalMs: one.intervalMs }));
    let marks = '';
    let changedAtMs = Number.NaN;
    return computed(() => {
      const nowMs = app.now.value;
      const next = born.map(({ atMs, intervalMs }) => ageMark(nowMs - atMs, intervalMs)).join();
      if (next !== marks || Number.isNaN(changedAtMs)) changedAtMs = nowMs;
      marks = next;
      return changedAtMs;
    });
  }, [identity]);
  return clock.value;
}
