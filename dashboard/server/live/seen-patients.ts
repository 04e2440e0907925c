/**
 * Which patients a screen has shown. Each goes on record: those that were there when the screen opened, and those that
 * came into view later, by an admission, a move or a correction.
 */
import type { Logger } from 'pino';
import { auditPatientsMax } from '../../../contracts/messages/records.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { Who } from '../core/who.ts';

/**
 * A message that shows a new patient waits until that patient is on record, but no longer than this, since alarms are
 * in it (ours). The record is still written as soon as Kafka takes it: an open screen is not closed for it.
 */
export const seenWaitMs = 500;

export type Look = Pick<AuditEvent, 'action' | 'ward' | 'associationId'>;

export type SeenPatients = {
  /** Puts a new look on record, with all patients that it shows. Rejects if it cannot: then nothing is shown. */
  begin(look: Look, patients: readonly string[]): Promise<void>;
  /** Puts further patients of the look on record. Rejects as `begin` does. */
  more(patients: readonly string[]): Promise<void>;
  /** Returns those of these patients that are not on record yet. */
  fresh(patients: readonly string[]): string[];
  /** Whether a message waits now. */
  isHolding(): boolean;
  /** Puts patients on record that came into view, and calls back when the messages that show them may be sent. */
  hold(patients: readonly string[], goOn: () => void): void;
};

export function createSeenPatients(trail: Pick<Trail, 'record'>, who: Who, logger: Logger): SeenPatients {
  const seen = new Set<string>();
  let look: Look = { action: 'ward-viewed' };
  /** The number of the last hold; a hold that is over does nothing when its record comes. */
  let holdN = 0;
  let holding = 0;

  async function record(patients: readonly string[]): Promise<void> {
    for (const id of patients) seen.add(id);
    for (let at = 0; at === 0 || at < patients.length; at += auditPatientsMax) {
      const some = patients.slice(at, at + auditPatientsMax);
      await trail.record({ ...who, ...look, ...whom(look, some) });
    }
  }

  return {
    async begin(next, patients) {
      look = next;
      seen.clear();
      holding = 0;
      await record(patients);
    },
    more: record,
    fresh: (patients) => [...new Set(patients)].filter((id) => !seen.has(id)),
    isHolding: () => holding !== 0,
    hold(patients, goOn) {
      holdN += 1;
      const mine = holdN;
      holding = mine;
      const release = () => {
        if (holding !== mine) return;
        holding = 0;
        goOn();
      };
      const timer = setTimeout(release, seenWaitMs);
      record(patients)
        .catch((error) => logger.warn({ code: error.code }, 'patients came into view, and the record of it waits'))
        .finally(() => {
          clearTimeout(timer);
          release();
        });
    },
  };
}

function whom({ action }: Look, patients: readonly string[]): Pick<AuditEvent, 'patientId' | 'patients'> {
  const [patientId] = patients;
  if (patientId === undefined) return {};
  return action === 'patient-viewed' && patients.length === 1 ? { patientId } : { patients: [...patients] };
}
