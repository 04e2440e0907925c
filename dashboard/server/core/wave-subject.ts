/**
 * Decides which patients' waves a person may see, and for which times. A person may also look at a stay that has ended,
 * as in the alarm history.
 */

import { createPlacesOf } from '../../../contracts/alarm-places.ts';
import type { Patient } from '../../../contracts/messages/records.ts';
import { timedPeriods } from '../../../contracts/periods.ts';
import { visibleText } from '../../../contracts/text.ts';
import { seesWard, type Viewer } from './rights.ts';
import { visiblePatient } from './screen.ts';
import { audienceOf, type LiveState, wardOf } from './state.ts';

export type WaveSubject = {
  readonly associationId: string;
  readonly deviceId: string;
  /** The ward whose staff may see the stay; null if it belongs to biomedical engineering. */
  readonly ward: string | null;
  readonly bed: string | null;
  readonly patient: Patient | null;
  /** The time of the stay by the server's clock, ms since 1970; `toMs` is null while the stay lasts. */
  readonly fromMs: number;
  readonly toMs: number | null;
  /**
   * The person may not see what was measured or received before this time. This time is set for a device without a bed:
   * such a device keeps its association id when the device comes into the tray of another ward.
   */
  readonly hiddenBeforeMs: number | null;
};

/** `isHidden`: the stay exists, but the person may not see it. */
export type SubjectAnswer = { readonly subject: WaveSubject; readonly isHidden: boolean } | undefined;

/** Returns the device of a stay; undefined if no such stay is known. */
export function deviceOfStay(
  state: Pick<LiveState, 'associations' | 'beds'>,
  associationId: string,
): string | undefined {
  const bed = state.beds.get(associationId);
  if (bed) return bed.deviceId;
  for (const { deviceId, periods } of state.associations.values())
    if (periods.some((period) => period.associationId === associationId)) return deviceId;
  return undefined;
}

/**
 * Returns the stay with an association id, and whether the viewer may see it in a span. Undefined if no such stay is
 * known.
 *
 * The present stay of a device is judged by its present ward, as in all other views. An ended stay is judged by its
 * wards in the span. For a device without a bed, only the time since the device came into its present tray is shown.
 *
 * @param span by the server's clock
 */
export function waveSubject(
  state: Pick<LiveState, 'associations' | 'beds' | 'nowMs'>,
  viewer: Viewer,
  associationId: string,
  span: { readonly fromMs: number; readonly toMs: number },
): SubjectAnswer {
  const bed = state.beds.get(associationId);
  if (bed && bed.period === undefined) {
    const ward = audienceOf(bed);
    const { deviceId } = bed;
    const sinceMs = bed.tray?.sinceMs ?? 0;
    const subject = {
      associationId,
      deviceId,
      ward,
      bed: null,
      patient: null,
      fromMs: sinceMs,
      toMs: null,
      hiddenBeforeMs: sinceMs,
    };
    return { subject, isHidden: !seesWard(viewer, ward) };
  }
  for (const table of state.associations.values()) {
    const period = table.periods.find((candidate) => candidate.associationId === associationId);
    if (period === undefined) continue;
    const timed = timedPeriods(table.periods, state.nowMs)?.find((candidate) => candidate.period === period);
    if (timed === undefined) return undefined;
    const { places, patient } = createPlacesOf(state.associations)(table.deviceId, associationId, span);
    const seenPlaces = places.filter((place) => seesWard(viewer, place.ward));
    const present = bed && { ward: wardOf(bed), bed: visibleText(period.bed) };
    const shown = present ?? seenPlaces.at(-1) ?? { ward: visibleText(period.ward), bed: visibleText(period.bed) };
    // If the ward at that time is not known, only accounts that may see every ward see the stay.
    const seesPast = seenPlaces.length > 0 || (places.length === 0 && seesWard(viewer, null));
    const isHidden = present ? !seesWard(viewer, present.ward) : !seesPast;
    const subject = {
      ...{ associationId, deviceId: table.deviceId, ...shown, patient: patient && visiblePatient(patient) },
      fromMs: timed.fromMs,
      toMs: Number.isFinite(timed.toMs) ? timed.toMs : null,
      hiddenBeforeMs: null,
    };
    return { subject, isHidden };
  }
  return undefined;
}
