import { describe, expect, it } from 'vitest';
import type { AuditAction } from '../../../contracts/audit-names.ts';
import type { AuditRecord, OlderAuditRecord } from '../../../contracts/messages/records.ts';
import type { AuditFilter } from '../../protocol/audit.ts';
import { type AuditedRecord, filterText, isLeftOutWardLook, matchesFilter, recordFilter } from './audit-filter.ts';
import { newSummary, noteRecord, summaryOf } from './audit-summary.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 6, 22, minute)).toISOString();
const nora = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
const piet = { userId: 'piet', name: 'Piet Physician', role: 'physician' } as const;

function newRecord(
  minute: number,
  action: AuditAction,
  more: Partial<AuditRecord> = {},
  verified = true,
): AuditedRecord {
  const proof = {
    boot: 'boot-1',
    n: minute + 1,
    prev: '',
    hash: 'h',
    writer: 'dashboard',
    key: 'k',
    sig: 's',
  } as const;
  const record = { actor: nora, at: at(minute), action, ...proof, ...more };
  return { record, atMs: Date.parse(record.at), verified };
}

const patientView = newRecord(0, 'patient-viewed', { ward: 'icu', bed: 'ICU-1', patientId: 'p-1' });
const wardView = newRecord(1, 'ward-viewed', { ward: 'icu', patients: ['p-1', 'p-2'], actor: piet });
const limits = newRecord(2, 'limits-changed', { ward: 'icu', bed: 'ICU-2', patientId: 'p-2' });
const closed = newRecord(3, 'patient-view-closed', { ward: 'icu', bed: 'ICU-1', patientId: 'p-1' });
const refused = newRecord(4, 'access-denied', { ward: 'step', actor: piet });
const disabled = newRecord(5, 'account-disabled', { account: 'nora', actor: { userId: 'accounts-file' } });
const all = [patientView, wardView, limits, closed, refused, disabled];
const matching = (filter: AuditFilter) => all.filter((record) => matchesFilter(record, recordFilter(filter)));

describe('matchesFilter', () => {
  it.each([
    ['nothing', {}, all],
    [
      'the person who acted, and the account that was changed',
      { userId: 'nora' },
      [patientView, limits, closed, disabled],
    ],
    ['a patient, also on the screen of a ward', { patientId: 'p-1' }, [patientView, wardView, closed]],
    ['a part of a patient id', { patientId: 'p' }, []],
    ['a ward', { ward: 'step' }, [refused]],
    ['a bed', { bed: 'ICU-1' }, [patientView, closed]],
    ['an action', { action: 'ward-viewed' }, [wardView]],
    ['a group of actions', { group: 'looks' }, [patientView, wardView, closed]],
    ['a time, with its first instant and without its end', { from: at(1), to: at(3) }, [wardView, limits]],
    ['an empty time', { from: at(3), to: at(3) }, []],
    ['two fields', { patientId: 'p-1', userId: 'piet' }, [wardView]],
  ] as const)('a search for %s finds exactly the records of the table', (_, filter, found) =>
    expect(matching(filter)).toEqual(found),
  );

  it('an older record without a signature has no bed, and is found by its patient', () => {
    const { actor, action, boot, n, prev, hash } = patientView.record;
    const record: OlderAuditRecord = { at: at(0), actor, action, boot, n, prev, hash, patientId: 'p-1' };
    const entry = { record, atMs: Date.parse(at(0)), verified: true };
    expect(matchesFilter(entry, recordFilter({ patientId: 'p-1' }))).toBe(true);
    expect(matchesFilter(entry, recordFilter({ bed: 'ICU-1' }))).toBe(false);
  });

  it.each([
    ['in the ward of the bed', { bed: 'ICU-1', ward: 'icu' }, [wardView]],
    ['in every ward, if the search names no ward', { bed: 'ICU-1' }, [wardView]],
    ['of the patient of the search', { bed: 'ICU-1', patientId: 'p-2' }, [wardView]],
    ['not in another ward', { bed: 'ICU-1', ward: 'step' }, []],
    ['not outside the time', { bed: 'ICU-1', from: at(2) }, []],
    ['not if the search is for acts', { bed: 'ICU-1', group: 'limits' }, []],
    ['not without a bed', { ward: 'icu' }, []],
  ] as const)('a search for a bed counts the looks at whole wards that it leaves out: %s', (_, filter, found) =>
    expect(all.filter((entry) => isLeftOutWardLook(entry, recordFilter(filter)))).toEqual(found),
  );

  it('a time that does not exist is refused', () => {
    expect(() => recordFilter({ from: '2026-02-30T00:00:00.000Z' })).toThrow('does not exist');
  });
});

it('filterText names each field of a search', () => {
  expect(filterText({})).toBe('all records');
  expect(filterText({ patientId: 'p-1', from: at(0) })).toBe(`patientId p-1, from ${at(0)}`);
});

function summarize(records: readonly AuditedRecord[]) {
  const summary = newSummary();
  for (const record of records.toReversed()) noteRecord(summary, record, true);
  return summaryOf(summary);
}

describe('the summary of a search', () => {
  it('the summary counts looks, acts and refusals of each person, and has the times of the first and the last record', () => {
    const { people } = summarize(all);
    expect(people.map(({ userId }) => userId)).toEqual(['accounts-file', 'piet', 'nora']);
    expect(people[2]).toEqual({ ...nora, looks: 1, acts: 1, refused: 0, unverified: 0, first: at(0), last: at(3) });
    expect(people[1]).toEqual({ ...piet, looks: 1, acts: 0, refused: 1, unverified: 0, first: at(1), last: at(4) });
  });

  it('a failed login with a person’s account does not remove the name and the role from the person’s line', () => {
    const failed = newRecord(6, 'login-failed', { actor: { userId: 'nora' } });
    const older = newRecord(0, 'login', { actor: { ...nora, name: 'Nora Before' } });
    expect(summarize([older, limits, failed]).people).toMatchObject([{ ...nora, acts: 2, refused: 1 }]);
  });

  it('the summary counts the records of a person that do not verify, because another person may have written them', () => {
    expect(summarize([newRecord(0, 'patient-viewed', {}, false), wardView]).people).toMatchObject([
      { userId: 'piet', unverified: 0 },
      { userId: 'nora', unverified: 1 },
    ]);
  });

  it('the summary names at most 200 persons, and counts the others', () => {
    const many = Array.from({ length: 203 }, (_, index) =>
      newRecord(index, 'login', { actor: { userId: `user-${index}` } }),
    );
    const { people, peopleLeftOut } = summarize(many);
    expect([people.length, peopleLeftOut, people[0]?.userId]).toEqual([200, 3, 'user-202']);
  });
});

it('the summary offers each person, patient, ward and bed of the records once', () => {
  expect(summarize(all).choices).toEqual({
    userIds: ['accounts-file', 'nora', 'piet'],
    patientIds: ['p-1', 'p-2'],
    wards: ['icu', 'step'],
    beds: ['ICU-1', 'ICU-2'],
  });
});
