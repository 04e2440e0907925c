/**
 * Writes to the audit trail which patients a screen has shown: the patients at the opening of a view, and patients who are
 * added later by an admission, a move or a correction.
 */
import type { Logger } from 'pino';
import { auditPatientsMax } from '../../../contracts/messages/records.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { Who } from '../core/who.ts';

/**
 * A message that shows a new patient waits until the patient is on record, but not longer than this (ours), because the
 * message may have alarms. If the time is over, the screen stays open, and the record is written as soon as possible.
 */
export const seenWaitMs = 500;

export type ViewRecord = Pick<AuditEvent, 'action' | 'ward' | 'associationId'>;

export type SeenPatients = {
  /** Records a new view with the patients that it shows. Rejects if that fails; the view must then not be shown. */
  begin(viewRecord: ViewRecord, patients: readonly string[]): Promise<void>;
  /** Records further patients of the view. Rejects if that fails. */
  recordMore(patients: readonly string[]): Promise<void>;
  /** Returns the patients of the list that are not recorded yet. */
  unrecorded(patients: readonly string[]): string[];
  /** Returns whether a message waits for its record now. */
  isWaiting(): boolean;
  /** Records new patients of an open view. Calls `onRecorded` when the message that shows these patients may be sent. */
  recordThen(patients: readonly string[], onRecorded: () => void): void;
};

export function createSeenPatients(trail: Pick<Trail, 'record'>, who: Who, logger: Logger): SeenPatients {
  const recordedIds = new Set<string>();
  let viewRecord: ViewRecord = { action: 'ward-viewed' };
  /** The number of the last wait. */
  let lastWaitN = 0;
  /** The number of the present wait; 0 if no message waits. A wait that was replaced does not call back. */
  let waitN = 0;

  async function record(patients: readonly string[]): Promise<void> {
    for (const id of patients) recordedIds.add(id);
    for (let at = 0; at === 0 || at < patients.length; at += auditPatientsMax) {
      const part = patients.slice(at, at + auditPatientsMax);
      await trail.record({ ...who, ...viewRecord, ...patientFields(viewRecord, part) });
    }
  }

  return {
    async begin(next, patients) {
      viewRecord = next;
      recordedIds.clear();
      waitN = 0;
      await record(patients);
    },
    recordMore: record,
    unrecorded: (patients) => [...new Set(patients)].filter((id) => !recordedIds.has(id)),
    isWaiting: () => waitN !== 0,
    recordThen(patients, onRecorded) {
      lastWaitN += 1;
      const ownN = lastWaitN;
      waitN = ownN;
      const release = () => {
        if (waitN !== ownN) return;
        waitN = 0;
        onRecorded();
      };
      const timer = setTimeout(release, seenWaitMs);
      record(patients)
        .catch((error) =>
          logger.warn({ code: error.code }, 'a screen shows new patients, but the audit trail could not record that'),
        )
        .finally(() => {
          clearTimeout(timer);
          release();
        });
    },
  };
}

function patientFields(
  { action }: ViewRecord,
  patients: readonly string[],
): Pick<AuditEvent, 'patientId' | 'patients'> {
  const [patientId] = patients;
  if (patientId === undefined) return {};
  return action === 'patient-viewed' && patients.length === 1 ? { patientId } : { patients: [...patients] };
}
