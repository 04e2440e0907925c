/** Lists the wards that a viewer may see. */
import type { OnBedError } from './failed-beds.ts';
import { seesWard, type Viewer } from './rights.ts';
import { alarmsOfBed } from './screen.ts';
import { audienceOf, type LiveState } from './state.ts';

/**
 * Returns the wards that the viewer may see, sorted by name: the wards of the account, and wards that have beds or
 * devices without a bed. A bed with several devices counts as one bed. If the code throws an error about a bed, its
 * alarms are not counted.
 * @param onError called with each error about a bed
 */
export function wardsFor(
  state: LiveState,
  viewer: Viewer,
  onError: OnBedError = () => {},
): { ward: string; beds: number; alarms: number }[] {
  const counts = new Map<string, { beds: Set<string>; alarms: number }>();
  for (const ward of viewer.wards) if (ward !== '*') counts.set(ward, { beds: new Set(), alarms: 0 });
  for (const bed of state.beds.values()) {
    const ward = audienceOf(bed);
    if (ward === null || !seesWard(viewer, ward)) continue;
    const count = counts.get(ward) ?? { beds: new Set(), alarms: 0 };
    if (bed.period) count.beds.add(bed.period.bed);
    counts.set(ward, count);
    try {
      count.alarms += alarmsOfBed(state, viewer, bed.associationId, -1).length;
    } catch (error) {
      onError(error);
    }
  }
  return [...counts]
    .map(([ward, { beds, alarms }]) => ({ ward, beds: beds.size, alarms }))
    .sort((a, b) => a.ward.localeCompare(b.ward));
}
