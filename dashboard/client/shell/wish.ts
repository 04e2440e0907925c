/** What to ask the server for at each place: the alarms of the whole ward always, waves only of the shown beds. */
import type { Screen } from '../core/fold.ts';
import type { Route } from '../core/routes.ts';
import { tileWaves } from '../core/wave-choice.ts';
import type { WatchWish } from './live.ts';

/** As many as the server takes. */
const codesMax = 16;

export function wishFor(route: Route, ward: string, codes: string[], clinical: boolean): WatchWish {
  const scope = { ward };
  if (!clinical) return { scope, waves: null };
  switch (route.page) {
    case 'ward':
      return { scope, waves: { associations: 'all', codes } };
    case 'patient':
      return { scope, waves: { associations: [route.associationId] } };
    case 'devices':
    case 'audit':
      return { scope, waves: null };
  }
}

/**
 * The codes that some tile has shown, sorted so that the same wish is the same text. They only grow: otherwise a lead
 * that comes and goes would make the server send the whole screen again each time.
 */
export function createSeenCodes(): (screen: Screen | undefined) => string[] {
  // The codes of most beds, so that most screens need no second wish.
  const codes = new Set(['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH', 'MDC_IMPED_TTHOR']);
  return (screen) => {
    for (const bed of screen?.beds.values() ?? [])
      for (const code of tileWaves(bed.waves)) if (codes.size < codesMax) codes.add(code);
    return [...codes].sort();
  };
}
