/**
 * Writes to the audit trail which patients a screen has shown: the patients at the opening of a view, and patients who
 * come later through an admission, a move or a correction. When the view of one patient ends, also writes how long the
 * view was open.
 */
import type { Logger } from 'pino';
import { auditPatientsMax } from '../../../contracts/messages/records.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { Who } from '../core/who.ts';

/**
 * A message that shows a new patient waits at most this long until the patient is recorded (ours). The message must not
 * wait longer, because it may have alarms. After this time the message is sent, and the trail writes the record as soon
 * as it can. If the trail drops the record because too many records wait, the record is missing.
 */
export const seenWaitMs = 500;

export type ViewRecord = Pick<AuditEvent, 'action' | 'ward' | 'bed' | 'associationId'>;

export type SeenPatients = {
  /** Records a new view with the patients that it shows. If the promise rejects, the view must not be shown. */
  begin(viewRecord: ViewRecord, patients: readonly string[], nowMs: number): Promise<void>;
  /** Records that the view of a patient has ended, because the connection has ended. Never throws. */
  end(nowMs: number): void;
  /** Records further patients of the view. Rejects if this fails. */
  recordMore(patients: readonly string[]): Promise<void>;
  /** Returns the patients of the list that are not recorded yet. */
  unrecorded(patients: readonly string[]): string[];
  /** Returns whether a message waits for its record now. */
  isWaiting(): boolean;
  /** Records new patients of an open view. Calls `onRecorded` when the message that shows them may be sent. */
  recordThen(patients: readonly string[], onRecorded: () => void): void;
};

/** @param firstRecord the audit record about patients that are shown before `begin` */
export function createSeenPatients(
  trail: Pick<Trail, 'record'>,
  who: Who,
  logger: Logger,
  firstRecord: ViewRecord = { action: 'ward-viewed' },
): SeenPatients {
  const recordedIds = new Set<string>();
  let viewRecord = firstRecord;
  /** The view of one patient that the screen shows now. */
  let openView: { readonly record: ViewRecord & Pick<AuditEvent, 'patientId'>; readonly sinceMs: number } | undefined;
  let hasEnded = false;
  let lastWaitNo = 0;
  /**
   * The number of the present wait; 0 if no message waits. A wait that a newer wait replaced does not call
   * `onRecorded`.
   */
  let waitNo = 0;

  async function record(patients: readonly string[]): Promise<void> {
    for (const id of patients) recordedIds.add(id);
    for (let index = 0; index === 0 || index < patients.length; index += auditPatientsMax) {
      const recordPatients = patients.slice(index, index + auditPatientsMax);
      await trail.record({ ...who, ...viewRecord, ...patientFields(viewRecord, recordPatients) });
    }
  }

  function closeView(nowMs: number): void {
    if (openView === undefined) return;
    const { record: view, sinceMs } = openView;
    openView = undefined;
    const detail = `open for ${Math.round(Math.max(0, nowMs - sinceMs) / 1_000)} s`;
    trail
      .record({ ...who, ...view, action: 'patient-view-closed', detail })
      .catch((error) => logger.warn({ code: error.code }, 'the audit trail could not record the end of a view'));
  }

  return {
    async begin(next, patients, nowMs) {
      closeView(nowMs);
      viewRecord = next;
      recordedIds.clear();
      waitNo = 0;
      await record(patients);
      if (next.action !== 'patient-viewed' || hasEnded) return;
      openView = { record: { ...next, ...(patients.length === 1 && { patientId: patients[0] }) }, sinceMs: nowMs };
    },
    end(nowMs) {
      hasEnded = true;
      closeView(nowMs);
    },
    recordMore: record,
    unrecorded: (patients) => [...new Set(patients)].filter((id) => !recordedIds.has(id)),
    isWaiting: () => waitNo !== 0,
    recordThen(patients, onRecorded) {
      lastWaitNo += 1;
      const ownWaitNo = lastWaitNo;
      waitNo = ownWaitNo;
      const release = () => {
        if (waitNo !== ownWaitNo) return;
        waitNo = 0;
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
