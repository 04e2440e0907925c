import { expect, it } from 'vitest';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { t0 } from './fold.testing.ts';
import { createSoundTestRecords, soundTestDetails } from './sound-test-records.ts';

const record = (detail: keyof typeof soundTestDetails, atMs: number, ward = 'icu') =>
  ({
    ...{ action: 'sound-tested', ward, at: formatInstant(atMs), detail: soundTestDetails[detail] },
    actor: { userId: 'nora', name: 'Nora', role: 'nurse' },
  }) as unknown as AnyAuditRecord;

it('the last answer about the sound of a ward is known, in any order of the records', () => {
  const records = createSoundTestRecords();
  records.note(record('heard', t0 + 2_000));
  records.note(record('not-heard', t0 + 1_000));
  records.note(record('not-heard', t0, 'step'));
  expect(records.answered('icu')).toEqual({ atMs: t0 + 2_000, heard: true });
  expect(records.answered('step')).toEqual({ atMs: t0, heard: false });
  expect(records.answered('hdu')).toBeUndefined();
});

it('a test that nobody answered, and a test that an alarm ended, do not count as tests', () => {
  const records = createSoundTestRecords();
  records.note(record('here', t0));
  records.note(record('cut', t0 + 5_000));
  records.note({ ...record('heard', t0), action: 'sound-taken' } as AnyAuditRecord);
  expect(records.answered('icu')).toBeUndefined();
  expect([...records.begun()]).toEqual([{ ward: 'icu', person: 'Nora', beganMs: t0 }]);
});
