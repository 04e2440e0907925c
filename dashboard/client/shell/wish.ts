/**
 * Decides what the screen requests from the server. The screen always requests the alarms of the whole ward, and the
 * waves of the shown beds.
 */
import type { Screen } from '../core/fold.ts';
import type { Route } from '../core/routes.ts';
import { tileWaves } from '../core/wave-choice.ts';
import type { WatchWish } from './live.ts';

/** Maximum number of codes that the server accepts. */
const codesMax = 16;

/** @param called the associations of the calls whose waves the page shows */
export function wishFor(
  route: Route,
  ward: string,
  codes: string[],
  mayViewVitals: boolean,
  called: readonly string[],
): WatchWish {
  const scope = { ward };
  if (!mayViewVitals) return { scope, waves: null };
  switch (route.page) {
    case 'ward':
      return { scope, waves: { associations: 'all', codes } };
    case 'patient':
      return { scope, waves: { associations: [route.associationId] } };
    case 'waves':
    case 'alarms':
    case 'calls':
    case 'reach':
    case 'assignments':
    case 'devices':
    case 'shift':
    case 'wards':
    case 'why':
    case 'strip':
    case 'audit':
    case 'accounts':
      return { scope, waves: called.length === 0 ? null : { associations: [...called] } };
  }
}

/**
 * Returns a function that collects the codes of all waves that a tile has shown, and returns them sorted. The function
 * never removes a code. Without this rule, each lead that disappears would change the wish, and the server would send
 * the whole screen again.
 */
export function createSeenCodes(): (screen: Screen | undefined) => string[] {
  // Most beds have these codes, so most screens need no second wish.
  const codes = new Set(['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH', 'MDC_IMPED_TTHOR']);
  return (screen) => {
    for (const bed of screen?.beds.values() ?? [])
      for (const code of tileWaves(bed.waves)) if (codes.size < codesMax) codes.add(code);
    return [...codes].sort();
  };
}
