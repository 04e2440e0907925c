/** Reads the records about the sound of wards from the audit trail. */
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { createDisplayRecords, type DisplayRecords } from './display-settings.ts';
import { createSoundEverywhere, type SoundEverywhere } from './sound-everywhere.ts';
import { createSoundTestRecords, type SoundTestRecords } from './sound-test-records.ts';

export type SoundRecords = {
  readonly tests: SoundTestRecords;
  readonly everywhere: SoundEverywhere;
  readonly displays: DisplayRecords;
  /** Must be called for each record of the audit trail that is not forged. */
  note(record: AnyAuditRecord): void;
};

export function createSoundRecords(): SoundRecords {
  const [tests, everywhere, displays] = [createSoundTestRecords(), createSoundEverywhere(), createDisplayRecords()];
  return {
    ...{ tests, everywhere, displays },
    note(record) {
      for (const records of [tests, everywhere, displays]) records.note(record);
    },
  };
}
