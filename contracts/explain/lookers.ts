/**
 * Finds out from the audit trail who looked at the patient or the ward while the alarm was active. This file uses the
 * records of opened views and of logouts, but not the record of the end of a patient's view (`patient-view-closed`). So
 * a view that was opened before the alarm may still have shown the alarm.
 */
import type { AlertKind } from '../messages/alarms.ts';
import type { AnyAuditRecord } from '../messages/records.ts';
import { sessionMsMax } from '../session-limits.ts';
import { parseInstant } from '../time.ts';
import { deliveryEventsOf } from './calls.ts';
import type { History } from './history.ts';
import type { AlarmRecords } from './records.ts';

/**
 * How a person could see the alarm. `ward`, `patient`: the person opened this view. `act`: the person acted at the bed.
 * `screen`: a screen of the person painted the alarm. `call`: the person's page or phone painted the call.
 */
export type LookKind = 'ward' | 'patient' | 'act' | 'screen' | 'call';

export type Looker = {
  readonly userId: string;
  readonly name: string;
  /** Time of the person's first look of this kind, ms since 1970. */
  readonly atMs: number;
  readonly kind: LookKind;
};

export type Lookers = {
  /** Who looked or acted while the alarm was active, once for each person and kind. */
  readonly during: readonly Looker[];
  /**
   * Who opened the ward or the patient before the alarm, and did not log out before the alarm. A person opened the view
   * at most `sessionMsMax` before the alarm. A wall display may have opened the view at any time, because the session
   * of a display has no maximum age. The records that were read begin `auditLeadMs` before the alarm.
   */
  readonly openedBefore: readonly Looker[];
  /**
   * `no-person` only if the audit trail proves this: no record is missing, and no person can have had an earlier view
   * open. But a wall display may still have shown the alarm: the display may have opened the ward weeks before, and the
   * reading of the audit trail begins only `auditLeadMs` before the alarm.
   */
  readonly answer: 'somebody' | 'no-person' | 'not-known';
};

/** How long before the alarm the reading of the audit trail begins, ms. */
export const auditLeadMs = sessionMsMax;

const patientLooks: readonly AnyAuditRecord['action'][] = ['patient-viewed', 'trend-viewed', 'waves-viewed'];
const acts: readonly AnyAuditRecord['action'][] = [
  'alarm-acknowledged',
  'audio-paused',
  'limits-changed',
  'assessment-entered',
  'standby-begun',
  'standby-ended',
  'note-written',
  'note-cleared',
  'task-changed',
];

export type LookPlace = Pick<AlarmRecords, 'ward' | 'patientId'> & { readonly associationId: string };

export function lookersOf(records: AlarmRecords, history: History): Lookers {
  const { first, raisedMs, untilMs } = history;
  const place = { ...records, associationId: first.associationId };
  const during = new Map<string, Looker>();
  const openedBefore = new Map<string, { readonly looker: Looker; readonly session: string | undefined }>();
  for (const record of records.audit.items) {
    const atMs = parseInstant(record.at) ?? 0;
    if (record.action === 'logout' && atMs < raisedMs) endSession(openedBefore, sessionOf(record));
    const looker = lookerOf(record, atMs, place, first.kind);
    if (looker === undefined || atMs > untilMs) continue;
    const key = `${looker.userId} ${looker.kind} ${sessionOf(record) ?? ''}`;
    if (atMs < raisedMs) {
      if (isDisplay(record) || atMs >= raisedMs - sessionMsMax)
        openedBefore.set(key, { looker, session: sessionOf(record) });
    } else {
      const personKey = `${looker.userId} ${looker.kind}`;
      if (!during.has(personKey)) during.set(personKey, looker);
    }
  }
  for (const looker of [...acknowledgersOf(history), ...paintersOf(records)]) {
    const key = `${looker.userId} ${looker.kind}`;
    if (!during.has(key)) during.set(key, looker);
  }
  const before = [...openedBefore.values()].map(({ looker }) => looker).filter(({ kind }) => kind !== 'act');
  const hasProofOfAbsence =
    records.audit.isWhole && history.isComplete && records.ward !== undefined && before.length === 0;
  return {
    during: [...during.values()],
    openedBefore: before,
    answer: during.size > 0 ? 'somebody' : hasProofOfAbsence ? 'no-person' : 'not-known',
  };
}

/**
 * Returns who acknowledged the alarm. The alarm's events prove the acknowledgement, even without a record in the audit
 * trail.
 */
function acknowledgersOf({ events }: History): Looker[] {
  return events.flatMap(({ body: { type, at, alarm } }) => {
    if (type !== 'acknowledged' || alarm.acknowledgedBy === undefined) return [];
    const { userId, name } = alarm.acknowledgedBy;
    return [{ userId, name, atMs: parseInstant(alarm.acknowledgedAt ?? at) ?? 0, kind: 'act' }];
  });
}

/**
 * Returns the persons whose screens painted the alarm, and the persons whose pages painted a call of the alarm. One
 * record is enough as proof.
 */
function paintersOf(records: AlarmRecords): Looker[] {
  const onScreens = records.pages.shown
    .filter(({ alarmId, way }) => alarmId === records.alarmId && way === 'painted')
    .map(({ userId, name, atMs }): Looker => ({ userId, name, atMs, kind: 'screen' }));
  const nameOf = (userId: string) =>
    deliveryEventsOf(records, 'called').find(({ call }) => call.userId === userId)?.call.name ?? userId;
  const ofCalls = deliveryEventsOf(records, 'receipt')
    .filter(({ stage }) => stage === 'painted')
    .map(({ userId, atMs }): Looker => ({ userId, name: nameOf(userId), atMs, kind: 'call' }));
  return [...onScreens, ...ofCalls];
}

/** The session of a wall display has no maximum age. */
const isDisplay = ({ actor }: AnyAuditRecord): boolean => 'role' in actor && actor.role === 'display';

const sessionOf = (record: AnyAuditRecord): string | undefined => ('session' in record ? record.session : undefined);

function endSession(
  openedBefore: Map<string, { readonly session: string | undefined }>,
  endedSession: string | undefined,
): void {
  if (endedSession === undefined) return;
  for (const [key, { session }] of openedBefore) if (session === endedSession) openedBefore.delete(key);
}

/** Returns whether `lookersOf` or the timeline uses an audit record. Looks of technicians are included. */
export function isAboutLooks(record: AnyAuditRecord, place: LookPlace): boolean {
  return record.action === 'logout' || lookerOf(record, 0, place, 'technical') !== undefined;
}

/** Returns the look that an audit record proves; undefined if the record is about something else. */
function lookerOf(
  record: AnyAuditRecord,
  atMs: number,
  { ward, patientId, associationId }: LookPlace,
  alertKind: AlertKind,
): Looker | undefined {
  const { action, actor } = record;
  if (!('role' in actor)) return undefined;
  // Technicians do not see physiological alarms (dashboard/server/core/rights.ts).
  if (actor.role === 'technician' && alertKind === 'physiological') return undefined;
  const shownPatients = 'patients' in record ? (record.patients ?? []) : [];
  const isOfPatient =
    record.associationId === associationId ||
    (patientId !== undefined && (record.patientId === patientId || shownPatients.includes(patientId)));
  const kind = kindOf(action, isOfPatient, isOfPatient || isOfWard(record, ward, patientId));
  return kind && { userId: actor.userId, name: actor.name, atMs, kind };
}

function kindOf(action: AnyAuditRecord['action'], isOfPatient: boolean, isOfWard: boolean): LookKind | undefined {
  if (action === 'ward-viewed') return isOfWard ? 'ward' : undefined;
  if (!isOfPatient) return undefined;
  if (patientLooks.includes(action)) return 'patient';
  return acts.includes(action) ? 'act' : undefined;
}

/**
 * Returns whether a view of all wards may have shown the bed. The record of such a view lists the patients. If the
 * association has no patient, the view may have shown the device.
 */
function isOfWard(record: AnyAuditRecord, ward: string | undefined, patientId: string | undefined): boolean {
  return (ward !== undefined && record.ward === ward) || (record.ward === '*' && patientId === undefined);
}
