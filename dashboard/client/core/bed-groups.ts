/** Groups devices by bed, because each bed has one tile, and finds the devices without a bed. */
import type { Bed } from '../../protocol/rest.ts';

/** A bed of a ward, for which a tile is drawn. */
export type PlacedBed = Bed & { readonly ward: string; readonly bed: string };

export type BedGroup = {
  /**
   * The device with large waves and numbers: the patient's device. If the patient has several devices, the first
   * device.
   */
  readonly bed: PlacedBed;
  /** The other devices at the bed, also devices without a patient. */
  readonly companions: readonly PlacedBed[];
};

export type Grouped = {
  readonly groups: readonly BedGroup[];
  /** Devices without a bed, the device with the longest time in the tray first. */
  readonly tray: readonly Bed[];
  /**
   * Beds in which several patients are recorded. Each of these patients has a separate tile, so a number never stands
   * under the name of a wrong patient.
   */
  readonly crowdedBeds: readonly { readonly ward: string; readonly bed: string }[];
};

const noCompanions: readonly PlacedBed[] = [];

const hasBed = (bed: Bed): bed is PlacedBed => bed.ward !== null && bed.bed !== null;

export function groupBeds(beds: Iterable<Bed>): Grouped {
  const tray: Bed[] = [];
  const bedsByPlace = new Map<string, PlacedBed[]>();
  for (const bed of beds) {
    if (!hasBed(bed)) tray.push(bed);
    else {
      const key = JSON.stringify([bed.ward, bed.bed]);
      const bedsAtPlace = bedsByPlace.get(key);
      if (bedsAtPlace) bedsAtPlace.push(bed);
      else bedsByPlace.set(key, [bed]);
    }
  }
  const groups: BedGroup[] = [];
  const crowdedBeds: { ward: string; bed: string }[] = [];
  for (const bedsAtPlace of bedsByPlace.values()) {
    if (bedsAtPlace.length === 1) {
      groups.push({ bed: bedsAtPlace[0]!, companions: noCompanions });
      continue;
    }
    const byPatient = Map.groupBy(bedsAtPlace.toSorted(compareArrival), (bed) => bed.patient?.patientId);
    // The server sends no patients to a technician. For a technician all devices at a bed are one tile.
    const withoutPatient = byPatient.get(undefined) ?? [];
    byPatient.delete(undefined);
    const patientGroups = [...byPatient.values()];
    if (patientGroups.length > 1) crowdedBeds.push({ ward: bedsAtPlace[0]!.ward, bed: bedsAtPlace[0]!.bed });
    const [firstGroup = [], ...otherGroups] = patientGroups;
    const [bed, ...companions] = [...firstGroup, ...withoutPatient];
    if (bed) groups.push({ bed, companions });
    for (const [groupBed, ...groupCompanions] of otherGroups)
      if (groupBed) groups.push({ bed: groupBed, companions: groupCompanions });
  }
  return { groups, tray: tray.sort(compareArrival), crowdedBeds };
}

function compareArrival(a: Bed, b: Bed): number {
  return (
    Number(b.occupied) - Number(a.occupied) ||
    (a.since ?? '').localeCompare(b.since ?? '') ||
    a.device.deviceId.localeCompare(b.device.deviceId, 'en', { numeric: true })
  );
}
