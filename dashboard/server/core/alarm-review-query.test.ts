import { describe, expect, it } from 'vitest';
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import type { DeviceAssociations } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { checkedReview } from './alarm-review.testing.ts';
import { foldReviewedAlarm, newReviewBook, type ReviewBook } from './alarm-review.ts';
import { alarmsOfQuery, beginReview, patientsOfReview } from './alarm-review-query.ts';
import type { Viewer } from './rights.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const at = (s: number) => formatInstant(t0 + s * 1_000);
const viewerOf = (...wards: string[]): Viewer => ({ userId: 'nora', name: 'Nora', role: 'nurse', wards });
const nora = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;

/**
 * Three devices: `one` in icu 1, `two` in sd 2, and `moved` that came from icu 3 to sd 3 after 100 s. Each device has a
 * patient.
 */
function tableOf(deviceId: string, ward: string, bed: string, patientId: string): DeviceAssociations {
  const patient = { patientId, familyName: `F-${patientId}`, givenName: '', category: 'adult' } as const;
  const period = { associationId: `assoc-${deviceId}`, patient, ward, bed, from: at(0), to: null };
  return { deviceId, version: 1, periods: [period] };
}
const moved: DeviceAssociations = {
  ...tableOf('moved', 'sd', '3', 'P-3'),
  version: 2,
  changes: [
    {
      version: 2,
      associationId: 'assoc-moved',
      act: 'moved',
      at: at(100),
      by: nora,
      fields: [{ field: 'ward', from: 'icu', to: 'sd' }],
    },
  ],
};
const tables = [tableOf('one', 'icu', '1', 'P-1'), tableOf('two', 'sd', '2', 'P-2'), moved];
const associations = new Map(tables.map((table) => [table.deviceId, table]));

function raise(book: ReviewBook, deviceId: string, s: number, fields: Partial<Alarm> = {}): Alarm {
  const alarm = newAlarm(at(s), {
    alarmId: `alarm-${deviceId}-${String(s).padStart(6, '0')}`,
    associationId: `assoc-${deviceId}`,
    deviceId,
    ...fields,
  });
  foldReviewedAlarm(book, { type: 'raised', at: at(s), alarm });
  return alarm;
}

function acknowledge(book: ReviewBook, alarm: Alarm, s: number): void {
  const after: Alarm = {
    ...alarm,
    rev: alarm.rev + 1,
    signal: 'acknowledged',
    acknowledgedBy: nora,
    acknowledgedAt: at(s),
  };
  foldReviewedAlarm(book, { type: 'acknowledged', at: at(s), alarm: after });
}

function clear(book: ReviewBook, alarm: Alarm, s: number): void {
  const after: Alarm = { ...alarm, rev: alarm.rev + 5, signal: 'off', present: false };
  foldReviewedAlarm(book, { type: 'cleared', at: at(s), alarm: after });
}

function newBook(): ReviewBook {
  const book = newReviewBook(t0);
  book.isRead = true;
  return book;
}

type Query = Parameters<typeof beginReview>[2];
const ask = (book: ReviewBook, viewer: Viewer, query: Query = {}, limit = 100) => {
  const state = { associations, limits: new Map() };
  const source = { book, state, nameOf: () => undefined, nowMs: t0 + 1_000_000 };
  const review = beginReview(source, viewer, query, limit);
  for (const alarm of alarmsOfQuery(source, query)) review.add([alarm]);
  return checkedReview(review.result());
};
const ids = (review: ReturnType<typeof ask>) => review.rows.map(({ alarmId }) => alarmId);

describe('who sees which alarms', () => {
  it('an account sees only alarms of beds that were in its wards at the time of the alarm', () => {
    const book = newBook();
    const own = raise(book, 'one', 10);
    const other = raise(book, 'two', 10);
    const before = raise(book, 'moved', 50);
    clear(book, before, 99);
    const after = raise(book, 'moved', 150);
    expect(ids(ask(book, viewerOf('icu')))).toEqual([before.alarmId, own.alarmId]);
    expect(ids(ask(book, viewerOf('sd')))).toEqual([after.alarmId, other.alarmId]);
    expect(ids(ask(book, viewerOf('hdu')))).toEqual([]);
    expect(ids(ask(book, viewerOf('*')))).toHaveLength(4);
    // The patient of `two` was never in icu.
    expect(ask(book, viewerOf('icu')).busiest.map(({ patientId }) => patientId)).toEqual(['P-1', 'P-3']);
  });

  it('both wards see an alarm that lasted over a move of the patient, and each ward sees only its own bed', () => {
    const book = newBook();
    raise(book, 'moved', 50);
    expect(ask(book, viewerOf('icu')).rows.map(({ places }) => places)).toEqual([[{ ward: 'icu', bed: '3' }]]);
    expect(ask(book, viewerOf('sd')).rows.map(({ places }) => places)).toEqual([[{ ward: 'sd', bed: '3' }]]);
    expect(ask(book, viewerOf('icu', 'sd')).rows[0]?.places).toHaveLength(2);
  });

  it('only an account that may see every ward sees an alarm whose ward is not known', () => {
    const book = newBook();
    raise(book, 'unknown-device', 10);
    expect(ids(ask(book, viewerOf('icu', 'sd')))).toEqual([]);
    expect(ask(book, viewerOf('*')).rows[0]).toMatchObject({ places: [], patient: null });
  });

  it('the filter by an association of another ward finds nothing, also if the patient was in the viewer’s ward before', () => {
    const book = newBook();
    raise(book, 'one', 10);
    const elsewhere = { ...tableOf('three', 'hdu', '9', 'P-1') };
    associations.set('three', elsewhere);
    expect(ids(ask(book, viewerOf('icu'), { associationId: 'assoc-three' }))).toEqual([]);
    expect(ids(ask(book, viewerOf('*'), { associationId: 'assoc-three' }))).toHaveLength(1);
    associations.delete('three');
  });
});

describe('the filters', () => {
  const book = newBook();
  const high = raise(book, 'one', 10);
  const low = raise(book, 'one', 20, { priority: 'low', condition: 'SpO2.low' });
  const other = raise(book, 'two', 30);
  acknowledge(book, high, 70);
  const carl = { userId: 'carl', name: 'Carl\u202e', duty: 'nurse', atMs: t0 + 21_000 };
  book.deliveries.set(low.alarmId, { called: new Map([['carl', carl]]), accepted: new Map(), names: new Map() });
  const all = viewerOf('icu', 'sd');

  it.each([
    ['no filter', {}, [other, low, high]],
    ['a ward', { ward: 'icu' }, [low, high]],
    ['a bed', { bed: '2' }, [other]],
    ['a person who answered', { userId: 'nora' }, [high]],
    ['a person who was called and did not answer', { userId: 'carl' }, [low]],
    ['a person who was not called', { userId: 'anna' }, []],
    ['a priority', { priority: 'low' }, [low]],
    ['a condition', { condition: 'SpO2.low' }, [low]],
    ['a patient', { associationId: 'assoc-one' }, [low, high]],
    ['answered', { answer: 'answered' }, [high]],
    ['unanswered', { answer: 'unanswered' }, [other, low]],
    ['from a time, which is included', { from: at(20) }, [other, low]],
    ['until a time, which is not included', { to: at(20) }, [high]],
  ] as const)('%s selects the right alarms', (_, query, expected) => {
    expect(ids(ask(book, all, query))).toEqual(expected.map(({ alarmId }) => alarmId));
  });

  it('the filters offer only beds, persons and conditions of alarms that the viewer may see', () => {
    expect(ask(book, all, { bed: '2' }).choices).toEqual({
      beds: ['1', '2'],
      persons: [
        { userId: 'carl', name: 'Carl\\u{202e}' },
        { userId: 'nora', name: 'Nora' },
      ],
      conditions: ['HR.high', 'SpO2.low'],
    });
    expect(ask(book, viewerOf('sd')).choices).toEqual({ beds: ['2'], persons: [], conditions: ['HR.high'] });
  });

  it('the counts have all alarms that match the filters, and the median time to the answer', () => {
    expect(ask(book, all).counts).toMatchObject({
      total: 3,
      high: 2,
      medium: 0,
      low: 1,
      unanswered: 2,
      medianAnswerMs: 60_000,
    });
    expect(ask(book, viewerOf('hdu')).counts).toMatchObject({
      total: 0,
      high: 0,
      medium: 0,
      low: 0,
      unanswered: 0,
      medianAnswerMs: null,
    });
  });

  it('the answer counts the alarms of each condition', () => {
    expect(ask(book, all).byCondition).toEqual([
      { condition: 'HR.high', alarms: 2, unanswered: 1, medianAnswerMs: 60_000 },
      { condition: 'SpO2.low', alarms: 1, unanswered: 1, medianAnswerMs: null },
    ]);
  });

  it('the occupied time is only that of beds that the account may see and that match the filters', () => {
    const daysOf = (viewer: Viewer, query = {}) => ask(book, viewer, query).counts.bedDays * 86_400;
    const s = 1_000;
    expect(daysOf(all)).toBeCloseTo(3 * s, 3);
    expect(daysOf(viewerOf('icu'))).toBeCloseTo(s + 100, 3);
    expect(daysOf(all, { bed: '2' })).toBeCloseTo(s, 3);
    expect(daysOf(all, { ward: 'hdu' })).toBe(0);
    expect(daysOf(all, { from: at(20), to: at(50), ward: 'icu' })).toBeCloseTo(60, 3);
  });

  it('the answer names the patients of the page', () => {
    expect(patientsOfReview(ask(book, all))).toEqual(['P-2', 'P-1']);
  });
});

it('a list without an end has no alarms from a clock that was far ahead', () => {
  const book = newBook();
  // `ask` asks at 1,000 s.
  const recent = raise(book, 'one', 1_059);
  const ahead = raise(book, 'one', 31_536_000);
  const all = viewerOf('icu');
  expect(ids(ask(book, all))).toEqual([recent.alarmId]);
  expect(ids(ask(book, all, { from: at(900) }))).toEqual([recent.alarmId]);
  // A list with a later end has the alarm from the wrong clock.
  expect(ids(ask(book, all, { from: at(900), to: at(40_000_000) }))).toEqual([ahead.alarmId, recent.alarmId]);
});

describe('a row', () => {
  it('a row has the first value of its alarm, but not if the first event of the alarm is missing', () => {
    const book = newBook();
    raise(book, 'one', 10, { value: 151, limit: 120, unit: '/min' });
    raise(book, 'one', 5, { rev: 3, value: 190, limit: 120 });
    expect(ask(book, viewerOf('icu')).rows).toMatchObject([
      { value: 151, limit: 120, unit: '/min', whole: true },
      { value: null, limit: 120, whole: false },
    ]);
  });

  it('a row has the value at the onset, as the newest event states it', () => {
    const book = newBook();
    const atOnset = { code: 'MDC_ECG_HEART_RATE', value: 124, limit: 120, unit: '/min' };
    raise(book, 'one', 5);
    const alarm = raise(book, 'one', 10, { atOnset });
    const corrected = { ...atOnset, value: 122 };
    foldReviewedAlarm(book, { type: 'updated', at: at(20), alarm: { ...alarm, rev: 2, atOnset: corrected } });
    expect(ask(book, viewerOf('icu')).rows).toMatchObject([{ atOnset: corrected }, { atOnset: null }]);
  });

  it('a row has no time to the answer if the clocks say that the answer was before the alarm', () => {
    const book = newBook();
    acknowledge(book, raise(book, 'one', 10), 9);
    expect(ask(book, viewerOf('icu')).rows[0]).toMatchObject({ answered: true, answerMs: null });
  });

  it('a row is not marked as present after its alarm has left the screens, until the alarm is raised again', () => {
    const book = newBook();
    const alarm = raise(book, 'one', 10);
    foldReviewedAlarm(book, { type: 'cleared', at: at(20), alarm: { ...alarm, rev: 2, signal: 'off' } });
    const gone = { present: false, resolvedMs: null, clearedMs: t0 + 20_000 };
    expect(ask(book, viewerOf('icu')).rows).toMatchObject([gone]);
    foldReviewedAlarm(book, { type: 'raised', at: at(30), alarm: { ...alarm, rev: 3, onsets: 2 } });
    expect(ask(book, viewerOf('icu')).rows).toMatchObject([{ present: true, clearedMs: null, onsets: 2 }]);
  });

  it.each([
    ['is unanswered', [2, 3, 4], false],
    ['is unanswered, in any order of the records', [4, 3, 2], false],
    ['is answered if a person acknowledged the second call, too', [2, 3, 4, 5], true],
  ])('an alarm that called again after its acknowledgement %s', (_, order, answered) => {
    const book = newBook();
    const alarm = raise(book, 'one', 10);
    const { acknowledgedBy: _by, ...calling } = alarm;
    const acknowledged = { ...alarm, signal: 'acknowledged', acknowledgedBy: nora } as const;
    const events: Record<number, AlarmEvent> = {
      2: { type: 'acknowledged', at: at(20), alarm: { ...acknowledged, rev: 2, acknowledgedAt: at(20) } },
      3: { type: 'realarmed', at: at(600), alarm: { ...calling, rev: 3, signal: 'on' } },
      4: { type: 'escalated', at: at(660), alarm: { ...calling, rev: 4, signal: 'on', escalation: 1 } },
      5: { type: 'acknowledged', at: at(700), alarm: { ...acknowledged, rev: 5, acknowledgedAt: at(700) } },
    };
    for (const rev of order) foldReviewedAlarm(book, events[rev]!);
    const { rows, counts } = ask(book, viewerOf('icu'));
    expect([rows[0]?.answered, counts.unanswered]).toEqual([answered, answered ? 0 : 1]);
  });

  it('an alarm that did not call by itself is not counted as unanswered', () => {
    const book = newBook();
    raise(book, 'one', 10, { signal: 'off' });
    expect(ask(book, viewerOf('icu')).counts).toMatchObject({ total: 1, unanswered: 0 });
  });
});

it('the pages have each alarm once, newest first, also if new alarms come between the pages', () => {
  const book = newBook();
  for (let s = 0; s < 25; s += 1) raise(book, 'one', s);
  raise(book, 'one', 7, { alarmId: 'alarm-one-of-the-same-time' });
  const seen: string[] = [];
  let before: string | null | undefined;
  for (let page = 0; page < 6 && before !== null; page += 1) {
    const review = ask(book, viewerOf('icu'), before === undefined ? {} : { before }, 10);
    seen.push(...ids(review));
    before = review.next;
    raise(book, 'one', 100 + page);
  }
  expect(new Set(seen).size).toBe(26);
  expect(seen).toHaveLength(26);
  expect(before).toBeNull();
});
