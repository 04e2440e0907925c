/** Finds in which ward and bed an alarm was. A patient can move while the alarm lasts, and keeps the association. */
import type { DeviceAssociations, Patient } from './messages/records.ts';
import { hasEnded } from './periods.ts';
import { visibleText } from './text.ts';
import { parseInstant } from './time.ts';

/** The association id of a device without a bed begins with this text (log/envelope/pseudonym.ts). */
export const unassignedPrefix = 'u-';

export type AlarmPlace = { readonly ward: string; readonly bed: string | null };
export type AlarmPlaces = {
  /** In the order of time; empty if the place is not known. */
  readonly places: readonly AlarmPlace[];
  readonly patient: Patient | null;
};

/** The time in which an alarm lasted, ms since 1970. */
export type AlarmSpan = { readonly fromMs: number; readonly toMs: number };

/** A place, and the time from which the association was there. */
type Stage = { readonly place: AlarmPlace; readonly sinceMs: number };
type Stay = { readonly stages: readonly Stage[]; readonly patient: Patient | null };

const unknownPlaces: AlarmPlaces = { places: [], patient: null };

/** Returns where an association was in a span of time, and the patient of the association. */
export type PlacesOf = (deviceId: string, associationId: string, span: AlarmSpan) => AlarmPlaces;

/**
 * Returns a function that finds places. The function computes the places of each association only once, because a list
 * has many alarms of the same association.
 *
 * The association of a device without a bed is in no table. The place of the device is the ward in which the device was
 * last before the span. A ward that gets the device later must not learn what the device measured before.
 */
export function createPlacesOf(tables: ReadonlyMap<string, DeviceAssociations>): PlacesOf {
  const stays = new Map<string, Stay | undefined>();

  return (deviceId, associationId, span) => {
    const table = tables.get(deviceId);
    if (table === undefined) return unknownPlaces;
    if (associationId.startsWith(unassignedPrefix)) return { places: trayPlaces(table, span.fromMs), patient: null };
    if (!stays.has(associationId)) stays.set(associationId, stayOf(table, associationId));
    const stay = stays.get(associationId);
    if (stay === undefined) return unknownPlaces;
    const { stages, patient } = stay;
    const places = stages.flatMap(({ place, sinceMs }, index) => {
      const untilMs = stages[index + 1]?.sinceMs ?? Number.POSITIVE_INFINITY;
      return sinceMs <= span.toMs && untilMs > span.fromMs ? [place] : [];
    });
    return { places, patient };
  };
}

/**
 * Returns the places of an association with their times, in the order of time. The first place, if known, begins at
 * minus infinity.
 */
export function placesInTime(
  table: DeviceAssociations,
  associationId: string,
): readonly (AlarmSpan & { readonly place: AlarmPlace })[] {
  const stages = stayOf(table, associationId)?.stages ?? [];
  return stages.map(({ place, sinceMs }, index) => ({
    place,
    fromMs: sinceMs,
    toMs: stages[index + 1]?.sinceMs ?? Number.POSITIVE_INFINITY,
  }));
}

/**
 * Returns the places of an association from the first to the last, by undoing its recorded moves. A table keeps only
 * its newest changes, and an older release of Vigil or an operator's tool recorded no moves. Before a missing change,
 * the place is not known. This function does not guess it: with a wrong place, one ward could see the alarms of another
 * ward.
 */
function stayOf(table: DeviceAssociations, associationId: string): Stay | undefined {
  const period = table.periods.find((candidate) => candidate.associationId === associationId);
  if (period === undefined) return undefined;
  let place = visiblePlace(period);
  let laterMs = Number.POSITIVE_INFINITY;
  /** If the next change of the table does not have this version, a change is missing. */
  let nextVersion = table.version;
  let isFromBeginning = false;
  const stages: Stage[] = [];
  for (const change of (table.changes ?? []).toReversed()) {
    const stampMs = parseInstant(change.at);
    if (stampMs === undefined || change.version !== nextVersion) break;
    nextVersion -= 1;
    // The changes are in the order of the acts. If a stamp is later than the stamp of a later act, the clock was set
    // back.
    laterMs = Math.min(stampMs, laterMs);
    if (change.associationId !== associationId) continue;
    // The association began with this change.
    isFromBeginning = change.act === 'assigned';
    if (isFromBeginning) break;
    const before = (field: string) => change.fields.find((entry) => entry.field === field)?.from ?? undefined;
    const [ward, bed] = [before('ward'), before('bed')];
    if (ward === undefined && bed === undefined) continue;
    stages.unshift({ place, sinceMs: laterMs });
    place = visiblePlace({ ward: ward ?? place.ward, bed: bed ?? place.bed });
  }
  // The first table of a device has version 1. So if all changes back to version 2 were found, no change is missing.
  const isKnown = isFromBeginning || nextVersion <= 1;
  const first = { place, sinceMs: isKnown ? Number.NEGATIVE_INFINITY : laterMs };
  return { stages: [first, ...stages], patient: period.patient };
}

/** Returns the last ward of a device before an instant; empty if the ward is not known. */
function trayPlaces({ periods }: DeviceAssociations, atMs: number): AlarmPlace[] {
  const before = periods.findLast((period) => hasEnded(period) && (parseInstant(period.to ?? '') ?? 0) <= atMs);
  return before === undefined ? [] : [visiblePlace({ ward: before.ward, bed: null })];
}

function visiblePlace({ ward, bed }: AlarmPlace): AlarmPlace {
  return { ward: visibleText(ward), bed: bed === null ? null : visibleText(bed) };
}
