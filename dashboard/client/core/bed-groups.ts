/** One bed is one tile: which devices stand at one bed, and which have no bed. */
import type { Bed } from '../../protocol/rest.ts';

/** A bed of a ward, for which a tile is drawn. */
export type PlacedBed = Bed & { readonly ward: string; readonly bed: string };

export type BedGroup = {
  /** The device whose waves and numbers are large: the patient's, and of several the one that came first. */
  readonly bed: PlacedBed;
  /** The other devices at the bed. A device without a patient is among them, and is not taken for the patient's. */
  readonly companions: readonly PlacedBed[];
};

export type Grouped = {
  readonly groups: readonly BedGroup[];
  /** Devices without a bed; the one that has been there longest is first. */
  readonly tray: readonly Bed[];
  /**
   * Beds in which several patients are recorded. Each patient has a tile: no patient's number stands under another's
   * name.
   */
  readonly doubled: readonly { readonly ward: string; readonly bed: string }[];
};

const none: readonly PlacedBed[] = [];

const isPlaced = (bed: Bed): bed is PlacedBed => bed.ward !== null && bed.bed !== null;

export function groupBeds(beds: Iterable<Bed>): Grouped {
  const tray: Bed[] = [];
  const places = new Map<string, PlacedBed[]>();
  for (const bed of beds) {
    if (!isPlaced(bed)) tray.push(bed);
    else {
      const key = JSON.stringify([bed.ward, bed.bed]);
      const there = places.get(key);
      if (there) there.push(bed);
      else places.set(key, [bed]);
    }
  }
  const groups: BedGroup[] = [];
  const doubled: { ward: string; bed: string }[] = [];
  for (const there of places.values()) {
    if (there.length === 1) {
      groups.push({ bed: there[0]!, companions: none });
      continue;
    }
    const byPatient = Map.groupBy(there.toSorted(compareArrival), (bed) => bed.patient?.patientId);
    // A technician sees no patient: everything at one bed is one tile.
    const unnamed = byPatient.get(undefined) ?? [];
    byPatient.delete(undefined);
    const named = [...byPatient.values()];
    if (named.length > 1) doubled.push({ ward: there[0]!.ward, bed: there[0]!.bed });
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
