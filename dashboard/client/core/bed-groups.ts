/** Groups devices by bed, because one bed is one tile, and finds the devices without a bed. */
import type { Bed } from '../../protocol/rest.ts';

/** A bed of a ward, for which a tile is drawn. */
export type PlacedBed = Bed & { readonly ward: string; readonly bed: string };

export type BedGroup = {
  /** The device whose waves and numbers are large: the patient's device, or the first that came if there are several. */
  readonly bed: PlacedBed;
  /** The other devices at the bed, also devices without a patient. */
  readonly companions: readonly PlacedBed[];
};

export type Grouped = {
  readonly groups: readonly BedGroup[];
  /** Devices without a bed, the device with the longest time in the tray first. */
  readonly tray: readonly Bed[];
  /**
   * Beds in which several patients are recorded. Each patient has a tile: no patient's number stands under another's
   * name.
   */
  readonly doubled: readonly { readonly ward: string; readonly bed: string }[];
};

const noCompanions: readonly PlacedBed[] = [];

const isPlaced = (bed: Bed): bed is PlacedBed => bed.ward !== null && bed.bed !== null;

export function groupBeds(beds: Iterable<Bed>): Grouped {
  const tray: Bed[] = [];
  const places = new Map<string, PlacedBed[]>();
  for (const bed of beds) {
    if (!isPlaced(bed)) tray.push(bed);
    else {
      const key = JSON.stringify([bed.ward, bed.bed]);
      const bedsAtPlace = places.get(key);
      if (bedsAtPlace) bedsAtPlace.push(bed);
      else places.set(key, [bed]);
    }
  }
  const groups: BedGroup[] = [];
  const doubled: { ward: string; bed: string }[] = [];
  for (const bedsAtPlace of places.values()) {
    if (bedsAtPlace.length === 1) {
      groups.push({ bed: bedsAtPlace[0]!, companions: noCompanions });
      continue;
    }
    const byPatient = Map.groupBy(bedsAtPlace.toSorted(compareArrival), (bed) => bed.patient?.patientId);
    // The server sends no patients to a technician. For a technician all devices at one bed are one tile.
    const unnamed = byPatient.get(undefined) ?? [];
    byPatient.delete(undefined);
    const named = [...byPatient.values()];
    if (named.length > 1) doubled.push({ ward: bedsAtPlace[0]!.ward, bed: bedsAtPlace[0]!.bed });
    const [first = [], ...others] = named;
    const [bed, ...companions] = [...first, ...unnamed];
    if (bed) groups.push({ bed, companions });
    for (const [own, ...more] of others) if (own) groups.push({ bed: own, companions: more });
  }
  return { groups, tray: tray.sort(compareArrival), doubled };
}

function compareArrival(a: Bed, b: Bed): number {
  return (
    Number(b.occupied) - Number(a.occupied) ||
    (a.since ?? '').localeCompare(b.since ?? '') ||
    a.device.deviceId.localeCompare(b.device.deviceId, 'en', { numeric: true })
  );
}
