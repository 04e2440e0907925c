/** What to ask the server for at each place: the whole ward's alarms always, waves only of what is shown. */
import type { Bed } from '../../protocol.ts';
import type { Screen } from '../core/fold.ts';
import type { Route } from '../core/routes.ts';
import { tileWaves } from '../core/wave-choice.ts';
import type { WatchWish } from './live.ts';

export function wishFor(route: Route, ward: string, screen: Screen | undefined, clinical: boolean): WatchWish {
  const scope = { ward };
  if (!clinical) return { scope, waves: null };
  switch (route.page) {
    case 'ward':
      return { scope, waves: { associations: 'all', codes: codesOf(screen?.beds.values() ?? []) } };
    case 'patient':
      return { scope, waves: { associations: [route.associationId] } };
    case 'devices':
    case 'audit':
      return { scope, waves: null };
  }
}

/** The codes that some tile shows, sorted so that the same wish is the same text. */
function codesOf(beds: Iterable<Bed>): string[] {
  // Before the first snapshot: what most beds have, so that most screens need no second wish.
  const codes = new Set(['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH', 'MDC_IMPED_TTHOR']);
  for (const bed of beds) for (const code of tileWaves(bed.waves)) codes.add(code);
  return [...codes].sort().slice(0, 16);
}
