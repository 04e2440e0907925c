/** What the audit trail says about tests of the sound. So the tests are known at every dashboard, and after a restart. */
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';

/** The detail of the audit record of each step of a test. */
export const soundTestDetails = {
  here: 'begun at the own screen',
  wall: 'begun at the wall displays and at the screen that sounds alone',
  heard: 'heard all signals',
  'not-heard': 'did not hear all signals',
  cut: 'an alarm ended the test',
} as const;

export type BegunTest = { readonly ward: string; readonly person: string; readonly beganMs: number };
/** The last test of a ward that a person answered. */
export type AnsweredTest = { readonly atMs: number; readonly heard: boolean };

export type SoundTestRecords = {
  /** Must be called for each record of the audit trail that is not forged. */
  note(record: AnyAuditRecord): void;
  /** Returns the newest test of each ward. */
  begun(): Iterable<BegunTest>;
  answered(ward: string): AnsweredTest | undefined;
};

/** Maximum number of wards whose tests are known. The number of registered wards has the same maximum. */
const wardsMax = 200;

export function createSoundTestRecords(): SoundTestRecords {
  const begun = new Map<string, BegunTest>();
  const answered = new Map<string, AnsweredTest>();
  return {
    note(record) {
      const { action, ward, detail, actor } = record;
      const atMs = parseInstant(record.at);
      if (action !== 'sound-tested' || ward === undefined || atMs === undefined) return;
      if (detail === soundTestDetails.here || detail === soundTestDetails.wall) {
        const person = 'name' in actor ? actor.name : actor.userId;
        if (atMs > (begun.get(ward)?.beganMs ?? 0)) put(begun, ward, { ward, person, beganMs: atMs });
      } else if (detail === soundTestDetails.heard || detail === soundTestDetails['not-heard']) {
        const heard = detail === soundTestDetails.heard;
        if (atMs > (answered.get(ward)?.atMs ?? 0)) put(answered, ward, { atMs, heard });
      }
    },
    begun: () => begun.values(),
    answered: (ward) => answered.get(ward),
  };
}

function put<Value>(map: Map<string, Value>, ward: string, value: Value): void {
  if (map.has(ward) || map.size < wardsMax) map.set(ward, value);
}
