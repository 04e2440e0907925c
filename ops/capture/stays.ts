/** Which patient was at which device of a ward in a time, and the capture's lines about it. Pure. */
import { decidesUntilMs } from '../../contracts/association-at.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import { timePeriods } from '../../contracts/periods.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Disguise } from './disguise.ts';
import { instantOf, type Line } from './lines.ts';

/** The ward, bed and time of the captures. */
export type Wanted = {
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
  /** When the period ended, if it ended within the requested time. */
  readonly endedMs: number | undefined;
  /** Oldest first; the first at `fromMs`. */
  readonly places: readonly [Place, ...Place[]];
};

/**
 * Returns the stays of a device. A patient belongs to the ward that the period has in the table now, as everywhere in Vigil.
 * @returns undefined if the row cannot be used
 */
export function staysOf(row: DeviceAssociations, wanted: Wanted, nowMs: number): Stay[] | undefined {
  const timed = timePeriods(row.periods, nowMs);
  if (!timed) return undefined;
  return timed.flatMap((each): Stay[] => {
    const { period, fromMs } = each;
    const toMs = decidesUntilMs(timed, each);
    const isAsked = period.ward === wanted.ward && (wanted.bed === undefined || period.bed === wanted.bed);
    if (!isAsked || fromMs > wanted.untilMs || toMs <= wanted.sinceMs) return [];
    const { associationId, bed, patient } = period;
    const begunMs = Math.max(fromMs, wanted.sinceMs);
    const endedMs = toMs <= wanted.untilMs ? toMs : undefined;
    const now = { ward: period.ward, category: patient?.category ?? 'unassigned' };
    const places = placesOf(row, associationId, begunMs, now).filter(({ atMs }) => atMs <= wanted.untilMs);
    const [first = { atMs: begunMs, ...now }, ...later] = places;
    return [{ associationId, patientId: patient?.patientId, bed, fromMs: begunMs, endedMs, places: [first, ...later] }];
  });
}

/** Returns the places of a stay, from its present place and its changes since it began. */
function placesOf(row: DeviceAssociations, associationId: string, begunMs: number, now: Omit<Place, 'atMs'>): Place[] {
  const places: Place[] = [];
  let place = now;
  const changes = (row.changes ?? []).filter((change) => change.associationId === associationId);
  for (const { act, at, fields } of changes.toReversed()) {
    const atMs = parseInstant(at) ?? 0;
    if (atMs <= begunMs || (act !== 'moved' && act !== 'corrected')) continue;
    const ward = fields.find(({ field }) => field === 'ward');
    const category = fields.find(({ field }) => field === 'category');
    if (!ward && !category) continue;
    places.unshift({ atMs, ...place });
    place = {
      ward: ward?.from ?? place.ward,
      category: category ? (category.from ?? 'unassigned') : place.category,
    };
  }
  return [{ atMs: begunMs, ...place }, ...places];
}

export type Due = { readonly atMs: number; readonly line: Line };

/** Returns the lines about the patients at the device, with their times. The last line moves the clock to the end of the requested time. */
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
