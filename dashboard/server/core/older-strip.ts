/**
 * Finds the patient and the bed of a strip, and what a viewer may see of the strip. Used if the alarm history no longer
 * has the alarm of the strip. Pure.
 */
import { type AlarmPlaces, createPlacesOf } from '../../../contracts/alarm-places.ts';
import { alarmText } from '../../../contracts/alarm-text.ts';
import type { Strip } from '../../../contracts/messages/strips.ts';
import { stripSpan } from '../../../contracts/strip-span.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import { seesWard, type Viewer } from './rights.ts';
import type { LiveState } from './state.ts';

/** The calls of the alarm are not known. */
const noCalls: ReviewedAlarmRow['calls'] = { list: [], onlyCounted: 0, dutiesLeftOut: [], notSent: null, notice: null };

/** The patient and the bed of a strip, for the audit trail. A place that is not known is absent. */
export type StripOwner = {
  readonly associationId: string;
  readonly ward?: string;
  readonly bed?: string;
  readonly patientId?: string;
};

export type OlderStrip = {
  /** The alarm as the alarm history would show it. A field that the strip does not have is null, false or empty. */
  readonly row: ReviewedAlarmRow;
  readonly isHidden: boolean;
  readonly owner: StripOwner;
};

/**
 * Returns the alarm of a strip, with the place of the bed at the onset. If no place is known, only an account that may
 * see every ward sees the alarm.
 */
export function olderStrip(strip: Strip, associations: LiveState['associations'], viewer: Viewer): OlderStrip {
  const { alarm, onset } = strip;
  const { places, patient } = createPlacesOf(associations)(alarm.deviceId, alarm.associationId, stripSpan(strip));
  const seenPlaces = places.filter(({ ward }) => seesWard(viewer, ward));
  const profile = strip.limits?.profile;
  return {
    isHidden: seenPlaces.length === 0 && !(places.length === 0 && seesWard(viewer, null)),
    owner: ownerOf(alarm.associationId, { places, patient }),
    row: {
      ...{ alarmId: alarm.alarmId, associationId: alarm.associationId, deviceId: visibleText(alarm.deviceId) },
      ...{ condition: alarm.condition, kind: alarm.kind, priority: alarm.priority },
      text: visibleText(alarmText(alarm)),
      ...{ value: alarm.value ?? null, limit: alarm.limit ?? null, unit: alarm.unit ?? null },
      atOnset: alarm.atOnset ?? null,
      ...{ onsetMs: parseInstant(alarm.onsetAt) ?? null, raisedMs: parseInstant(alarm.raisedAt) ?? 0 },
      ...{ calledAtMs: null, late: alarm.late, onsets: onset, escalation: alarm.escalation, present: false },
      ...{
        resolvedMs: null,
        clearedMs: null,
        called: [],
        calls: noCalls,
        accepted: [],
        acknowledged: [],
        answerMs: null,
      },
      ...{ answered: false, places: [...seenPlaces], profile: profile ?? null, whole: alarm.rev === 1 },
      patient: patient && {
        patientId: visibleText(patient.patientId),
        familyName: visibleText(patient.familyName),
        givenName: visibleText(patient.givenName),
      },
    },
  };
}

/**
 * Returns the patient of a strip, with the ward and bed at the onset of the strip. At an earlier onset of the alarm,
 * the patient may have been in another bed.
 */
export function ownerOfStrip(strip: Strip, associations: LiveState['associations']): StripOwner {
  const { deviceId, associationId } = strip.alarm;
  return ownerOf(associationId, createPlacesOf(associations)(deviceId, associationId, stripSpan(strip)));
}

/**
 * Returns the patient of an alarm, with the ward and bed at the first onset. The viewer may not be allowed to see this
 * ward.
 */
export function ownerAtFirstOnset(
  { deviceId, associationId, late, onsetMs, raisedMs }: ReviewedAlarmRow,
  associations: LiveState['associations'],
): StripOwner {
  const span = { fromMs: late ? Math.min(raisedMs, onsetMs ?? raisedMs) : raisedMs, toMs: raisedMs };
  return ownerOf(associationId, createPlacesOf(associations)(deviceId, associationId, span));
}

function ownerOf(associationId: string, { places: [place], patient }: AlarmPlaces): StripOwner {
  return {
    associationId,
    ...(place && { ward: place.ward }),
    ...(place?.bed != null && { bed: place.bed }),
    ...(patient && { patientId: patient.patientId }),
  };
}
