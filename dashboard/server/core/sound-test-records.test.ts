import { expect, it } from 'vitest';
import { dayMs } from '../../../contracts/durations.ts';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { t0 } from './fold.testing.ts';
import { createSoundTestRecords, olderDetails, soundTestDetail, type TestedScreen } from './sound-test-records.ts';

const wall: TestedScreen = { kind: 'display', name: 'Wall', userId: 'wall' };
const second: TestedScreen = { kind: 'display', name: 'Second', userId: 'second' };
const owner: TestedScreen = { kind: 'owner', name: 'Nora', userId: 'nora' };
const other: TestedScreen = { kind: 'other', name: 'the wall display Wall (wall)', userId: 'otto' };

const now = t0 + 60_000;
const ben: TestedScreen = { kind: 'owner', name: 'Ben', userId: 'ben' };

const record = (detail: string, atMs: number, ward = 'icu') =>
  ({
    ...{ action: 'sound-tested', ward, at: formatInstant(atMs), detail },
    actor: { userId: 'nora', name: 'Nora', role: 'nurse' },
  }) as unknown as AnyAuditRecord;

it('the last answer about the sound of a ward is known, together with its screen, for any order of the records', () => {
  const records = createSoundTestRecords();
  records.note(record(soundTestDetail('heard', wall), t0 + 2_000));
  records.note(record(soundTestDetail('not-heard', wall), t0 + 1_000));
  records.note(record(soundTestDetail('not-heard', owner), t0, 'step'));
  expect(records.answered('icu', now)).toEqual({ atMs: t0 + 2_000, heard: true, screen: 'Wall (wall)' });
  expect(records.answered('step', now)).toEqual({ atMs: t0, heard: false, screen: 'Nora (nora)' });
  expect(records.answered('hdu', now)).toBeUndefined();
});

it('the answer that a display was not heard stays until this display is heard', () => {
  const records = createSoundTestRecords();
  records.note(record(soundTestDetail('not-heard', wall), t0));
  records.note(record(soundTestDetail('heard', second), t0 + 1_000));
  expect(records.answered('icu', now)).toMatchObject({ heard: false, screen: 'Wall (wall)' });
  records.note(record(soundTestDetail('heard', wall), t0 + 2_000));
  expect(records.answered('icu', now)).toMatchObject({ heard: true, screen: 'Wall (wall)' });
});

it('when the sound has gone to another person and is heard there, the sound of the ward counts as heard', () => {
  const records = createSoundTestRecords();
  records.note(record(soundTestDetail('heard', ben), t0 + 1_000));
  records.note(record(soundTestDetail('not-heard', owner), t0));
  expect(records.answered('icu', now)).toEqual({ atMs: t0 + 1_000, heard: true, screen: 'Ben (ben)' });
});

it('an answer no longer counts after 30 days, also at a server that was not restarted', () => {
  const records = createSoundTestRecords();
  records.note(record(soundTestDetail('not-heard', wall), t0));
  records.note(record(soundTestDetail('heard', other), t0));
  const endMs = t0 + 30 * dayMs;
  expect([records.answered('icu', endMs - 1)?.heard, records.uncounted('icu', endMs - 1)?.why]).toEqual([
    false,
    'other-screen',
  ]);
  expect([records.answered('icu', endMs), records.uncounted('icu', endMs)]).toEqual([undefined, undefined]);
});

it.each<[string, string, string]>([
  ['at a screen that does not have the sound', soundTestDetail('heard', other), 'other-screen'],
  ['of an older version, which named no screen', olderDetails.heard, 'no-screen'],
])('a test %s is not a test of the ward', (_, detail, why) => {
  const records = createSoundTestRecords();
  records.note(record(detail, t0));
  expect(records.answered('icu', now)).toBeUndefined();
  expect(records.uncounted('icu', now)).toEqual({ atMs: t0, why });
});

it('a test that nobody answered, and a test that an alarm ended, do not count as tests', () => {
  const records = createSoundTestRecords();
  records.note(record(soundTestDetail('begun', wall), t0));
  records.note(record(soundTestDetail('cut', wall), t0 + 5_000));
  records.note({ ...record(soundTestDetail('heard', wall), t0), action: 'sound-taken' } as AnyAuditRecord);
  expect([records.answered('icu', now), records.uncounted('icu', now)]).toEqual([undefined, undefined]);
  expect([...records.begun()]).toEqual([{ ward: 'icu', person: 'Nora', beganMs: t0 }]);
  records.note(record(olderDetails.wall, t0 + 9_000));
  expect([...records.begun()]).toEqual([{ ward: 'icu', person: 'Nora', beganMs: t0 + 9_000 }]);
});

it('a test that did not begin is no running test, and no answer', () => {
  const records = createSoundTestRecords();
  records.note(record(soundTestDetail('heard', wall), t0));
  records.note(record(soundTestDetail('begun', wall), t0 + 1_000));
  records.note(record(soundTestDetail('not-begun', wall), t0 + 1_100));
  expect([...records.begun()]).toEqual([]);
  expect(records.answered('icu', now)).toEqual({ atMs: t0, heard: true, screen: 'Wall (wall)' });
});

it('if a test does not begin because another test runs, the running test stays known', () => {
  const records = createSoundTestRecords();
  // A person asks twice at the same time: both records are written, and then only one test begins.
  records.note(record(soundTestDetail('begun', wall), t0));
  records.note(record(soundTestDetail('begun', wall), t0 + 5));
  records.note(record(soundTestDetail('not-begun', wall), t0 + 20));
  expect([...records.begun()]).toEqual([{ ward: 'icu', person: 'Nora', beganMs: t0 }]);
  // Two persons ask at the same time: only one test begins, in any order of their records.
  const otto = { userId: 'otto', name: 'Otto', role: 'nurse' };
  records.note({ ...record(soundTestDetail('begun', second), t0 + 70_000), actor: otto } as AnyAuditRecord);
  records.note({ ...record(soundTestDetail('not-begun', second), t0 + 70_020), actor: otto } as AnyAuditRecord);
  records.note(record(soundTestDetail('begun', wall), t0 + 69_990));
  expect([...records.begun()]).toEqual([{ ward: 'icu', person: 'Nora', beganMs: t0 + 69_990 }]);
});
