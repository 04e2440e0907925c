/**
 * The time zones of the page. The zones of the person's wards come from the session. The screen also has a zone. The
 * page shows times in the zone of the ward that it shows (times.ts).
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { isTimeZone, machineZone } from '../../../contracts/zones.ts';
import type { Session } from '../../protocol/rest.ts';
import type { Screen } from '../core/fold.ts';
import type { Route } from '../core/routes.ts';
import { setZones, type Zones } from '../core/zones.ts';

export type ZonesShell = {
  readonly session: ReadonlySignal<Session | null | undefined>;
  readonly route: ReadonlySignal<Route>;
  /** The ward that the screen watches; `*` for all wards of the person. */
  readonly ward: ReadonlySignal<string>;
  readonly screen: ReadonlySignal<Pick<Screen, 'beds'> | undefined>;
};

/** The ward of the alarm that the page "Why" or "Strip" shows, as soon as the server has answered. */
export const alarmWard = signal<string | null | undefined>(undefined);

/** Connects the zones with the page. Returns a function that disconnects them. */
export function openZones({ session, route, ward, screen }: ZonesShell): () => void {
  const own = machineZone();
  // The session is renewed every few minutes. If the zones have not changed, the page must not be drawn again.
  const wardsText = computed(() => JSON.stringify(session.value?.zones ?? {}));
  const wards = computed(() => knownZones(JSON.parse(wardsText.value)));
  const shownWard = computed(() => wardOf(route.value, ward.value, screen.value));
  const zones = computed<Zones>(() => ({ screen: own, wards: wards.value, ward: shownWard.value }));
  return setZones(() => zones.value);
}

/**
 * Leaves out zones that this browser does not know. Times of a ward with such a zone are in the zone of the screen,
 * with the label of the screen's zone.
 */
function knownZones(zones: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(zones).filter(([, zone]) => isTimeZone(zone)));
}

/** Returns the ward that a page is about; undefined for several wards. */
function wardOf(route: Route, watched: string, screen: Pick<Screen, 'beds'> | undefined): string | undefined {
  if (route.page === 'patient' || route.page === 'waves') {
    const bed = screen?.beds.get(route.associationId);
    return bed?.ward ?? bed?.tray ?? oneWard(watched);
  }
  if (route.page === 'why' || route.page === 'strip') return alarmWard.value ?? oneWard(watched);
  return oneWard(('ward' in route ? route.ward : undefined) ?? watched);
}

const oneWard = (ward: string) => (ward === '*' ? undefined : ward);
