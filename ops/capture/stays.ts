/** Finds the stays of patients at the devices of a ward, and makes the capture's lines about a stay. Pure. */
import { decidesUntilMs } from '../../contracts/association-at.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import { timePeriods } from '../../contracts/periods.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Disguise } from './disguise.ts';
import { instantOf, type Line } from './lines.ts';

/** The ward, bed and time for which captures are requested. */
export type CaptureScope = {
  readonly ward: string;
  readonly bed?: string | undefined;
  readonly sinceMs: number;
  readonly untilMs: number;
};

/** The patient's ward and category from `atMs` on. */
type Place = { readonly atMs: number; readonly ward: string; readonly category: string };

/** One association in the requested time. */
export type Stay = {
  readonly associationId: string;
  readonly patientId: string | undefined;
  readonly bed: string;
  readonly fromMs: number;
  /** The end of the period, ms since 1970; undefined if the period did not end within the requested time. */
  readonly endedMs: number | undefined;
  /** Oldest first. The first place begins at `fromMs`. */
  readonly places: readonly [Place, ...Place[]];
};

/**
 * Returns the stays at a device that overlap the requested time; undefined if the record of the device's periods is invalid. The ward of a
 * stay is the ward that its period has now, as everywhere in Vigil.
 */
export function staysOf(row: DeviceAssociations, scope: CaptureScope, nowMs: number): Stay[] | undefined {
  const timed = timePeriods(row.periods, nowMs);
  if (!timed) return undefined;
  return timed.flatMap((timedPeriod): Stay[] => {
    const { period, fromMs: periodFromMs } = timedPeriod;
    const toMs = decidesUntilMs(timed, timedPeriod);
    const isInPlace = period.ward === scope.ward && (scope.bed === undefined || period.bed === scope.bed);
    if (!isInPlace || periodFromMs > scope.untilMs || toMs <= scope.sinceMs) return [];
    const { associationId, bed, patient } = period;
    const fromMs = Math.max(periodFromMs, scope.sinceMs);
    const endedMs = toMs <= scope.untilMs ? toMs : undefined;
    const present = { ward: period.ward, category: patient?.category ?? 'unassigned' };
    const places = placesOf(row, associationId, fromMs, present).filter(({ atMs }) => atMs <= scope.untilMs);
    const [first = { atMs: fromMs, ...present }, ...later] = places;
    return [{ associationId, patientId: patient?.patientId, bed, fromMs, endedMs, places: [first, ...later] }];
  });
}

/** Returns the places of a stay from `fromMs` on. Starts with the present place and undoes the changes, from the last to the first. */
function placesOf(
  row: DeviceAssociations,
  associationId: string,
  fromMs: number,
  present: Omit<Place, 'atMs'>,
): Place[] {
  const places: Place[] = [];
  let place = present;
  const changes = (row.changes ?? []).filter((change) => change.associationId === associationId);
  for (const { act, at, fields } of changes.toReversed()) {
    const atMs = parseInstant(at) ?? 0;
    if (atMs <= fromMs || (act !== 'moved' && act !== 'corrected')) continue;
    const ward = fields.find(({ field }) => field === 'ward');
    const category = fields.find(({ field }) => field === 'category');
    if (!ward && !category) continue;
    places.unshift({ atMs, ...place });
    place = {
      ward: ward?.from ?? place.ward,
      category: category ? (category.from ?? 'unassigned') : place.category,
    };
  }
  return [{ atMs: fromMs, ...place }, ...places];
}

/** A line and the time at which it is due, ms since 1970. */
export type Due = { readonly atMs: number; readonly line: Line };

/** Returns the lines about the association of a stay. The last line is at the end of the stay or of the requested time. */
export function associationLines({ places, endedMs }: Stay, untilMs: number, disguise: Disguise | undefined): Due[] {
  const line = ({ atMs, ward, category }: Place, endedAt?: string): Due => ({
    atMs,
    line: {
      at: instantOf(atMs, disguise),
      kind: 'association',
      category,
      ward: disguise?.ward(ward) ?? ward,
      ...(endedAt !== undefined && { endedAt }),
    },
  });
  const last = places.at(-1)!;
  const end =
    endedMs === undefined
      ? line({ ...last, atMs: untilMs })
      : line({ ...last, atMs: endedMs }, instantOf(endedMs, disguise));
  return [...places.map((place) => line(place)), end];
}
