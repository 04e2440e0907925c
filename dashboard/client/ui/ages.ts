/** Computes the ages of a component's numbers. The component is drawn again only when a shown age changes. */
import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Numeric } from '../../protocol/rest.ts';
import { type Age, ageOf, ageRedrawKey } from '../core/ages.ts';
import { ageStartMs } from '../core/numerics.ts';
import { useApp } from '../shell/app.ts';

/** Returns the age of each numeric. Updates the ages only when the class or the text of any age changes. */
export function useAges(numerics: readonly Numeric[]): readonly Age[] {
  const app = useApp();
  const starts = numerics.map((numeric) => ({ ms: ageStartMs(numeric), intervalMs: numeric.intervalMs }));
  const ages = useMemo(() => {
    let shownAges: readonly Age[] = [];
    let redrawKey: string | undefined;
    return computed(() => {
      const newAges = starts.map(({ ms }) => ageOf(ms, app.now.value, app.knownUntilMs.value));
      const nextRedrawKey = newAges.map((age, i) => ageRedrawKey(age, starts[i]!.intervalMs)).join();
      if (nextRedrawKey !== redrawKey) shownAges = newAges;
      redrawKey = nextRedrawKey;
      return shownAges;
    });
  }, [JSON.stringify(starts)]);
  return ages.value;
}
