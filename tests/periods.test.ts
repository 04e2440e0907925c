/**
 * Asks the gateway, the dashboard and the alarm processor which patient is on a device. All three must give the same
 * answer, even if patients were admitted or discharged while the clock of the server was ahead. The times of these
 * patients lie in the future. Times in this file are minutes after noon of the right time.
 */
import { describe, expect, it } from 'vitest';
import { periodAt } from '../contracts/association-at.ts';
import type { AssociationPeriod } from '../contracts/messages/records.ts';
import { lastWard } from '../contracts/periods.ts';
import { foldAssociations, tick } from '../dashboard/server/core/beds.ts';
import { emptyState } from '../dashboard/server/core/state.ts';
import { attribute, readPeriods } from '../gateway/core/associations.ts';
import { inboxAt } from '../gateway/core/inbox.ts';
import { createAssociations } from '../processors/alarms/associations.ts';

const noonMs = Date.UTC(2026, 2, 1, 12);
const ms = (minute: number) => noonMs + minute * 60_000;
const key = Buffer.alloc(32, 7).toString('base64url');
const patient = (id: string) => ({ patientId: id, familyName: id, givenName: '', category: 'adult' }) as const;

type Row = readonly [id: string, from: number, to: number | null, ward?: string];
const table = (rows: readonly Row[]) => ({
  deviceId: 'bed-01',
  version: 1,
  periods: rows.map(
    ([id, from, to, ward = 'icu']): AssociationPeriod => ({
      associationId: id,
      patient: patient(id),
      ward,
      bed: '1',
      from: new Date(ms(from)).toISOString(),
      to: to === null ? null : new Date(ms(to)).toISOString(),
    }),
  ),
});

/**
 * Starts gateway, dashboard and alarm engine at `startMs`, and returns for each which patient is on the device at
 * `nowMs`.
 */
function askAll(rows: readonly Row[], startMs: number, nowMs: number) {
  const body = table(rows);
  const periods = readPeriods(body, startMs)!;
  const attribution = attribute(periods, { fromMs: nowMs, toMs: nowMs });
  const screens = emptyState();
  foldAssociations(screens, body);
  tick(screens, nowMs);
  const associations = createAssociations(key);
  associations.fold(body, startMs);
  return {
    reading: attribution.kind === 'unclear' ? 'unclear' : attribution.associationId,
    inbox: inboxAt(periods, [], nowMs).association?.associationId,
    screen: [...screens.beds.keys()],
    engine: [...associations.currentIds()],
    withoutEnd: rows.map(([id]) => id).filter((id) => associations.find(id)?.endedAt === null),
  };
}

/**
 * Each case: a description, the periods, the minute in which the processes start, and the patient from that minute on.
 */
const cases: readonly (readonly [string, readonly Row[], number, string | undefined])[] = [
  ['no patient at any time', [], 7, undefined],
  ['a patient admitted while the clock was right', [['a', -60, null]], 7, 'a'],
  ['a patient admitted while the clock was 1 ms ahead', [['a', 7 + 1 / 60_000, null]], 7, 'a'],
  ['a patient admitted while the clock was 10 min ahead', [['a', 10, null]], 7, 'a'],
  ['a patient admitted while the clock was 10 days ahead', [['a', 14_400, null]], 7, 'a'],
  ['a patient discharged while the clock was right', [['a', -60, 5]], 7, undefined],
  ['a patient discharged while the clock was 8 min ahead', [['a', -60, 15]], 7, undefined],
  ['a patient discharged while the clock was 1 s ahead', [['a', -60, 7 + 1 / 60]], 7, undefined],
  ['a patient admitted and discharged while the clock was ahead', [['a', 10, 15]], 7, undefined],
  [
    'a change of patients while the clock was right',
    [
      ['a', -60, 5],
      ['b', 5, null],
    ],
    7,
    'b',
  ],
  [
    'a change of patients while the clock was ahead',
    [
      ['a', -60, 15],
      ['b', 15, null],
    ],
    7,
    'b',
  ],
  [
    'two patients admitted one after the other while the clock was ahead',
    [
      ['a', 10, 15],
      ['b', 16, null],
    ],
    7,
    'b',
  ],
  [
    'two changes of patients while the clock was ahead',
    [
      ['z', -60, 10],
      ['a', 10, 15],
      ['b', 16, null],
    ],
    7,
    'b',
  ],
  [
    'a patient admitted while the clock was ahead and discharged while the clock was right',
    [['a', 10, 8]],
    9,
    undefined,
  ],
  [
    'a patient admitted while the clock was ahead, and the next patient admitted while the clock was right',
    [
      ['z', -60, 10],
      ['a', 10, 8],
      ['b', 8, null],
    ],
    9,
    'b',
  ],
  [
    'a patient admitted while the clock was right, and a second patient admitted and discharged while the clock was ahead',
    [
      ['a', -9, 13],
      ['b', 14, 16],
    ],
    7,
    undefined,
  ],
];

describe('the patient on a device', () => {
  it.each(cases)(
    'gateway, dashboard and engine name the same patient after %s',
    (_what, rows, startMinute, expected) => {
      const expectedIds = expected === undefined ? [] : [expected];
      // The last of these times are later than every time in the periods.
      for (const minutesLater of [0, 1, 3, 5, 6, 8, 10, 15, 60, 20_000]) {
        const nowMs = ms(startMinute + minutesLater);
        expect(askAll(rows, ms(startMinute), nowMs), `${minutesLater} min after the start`).toEqual({
          reading: expected,
          inbox: expected,
          screen: expectedIds,
          engine: expectedIds,
          withoutEnd: expectedIds,
        });
      }
    },
  );
});

/** Periods that overlap. Vigil's screens do not write such periods. */
const overlapping: readonly (readonly [string, readonly Row[], string])[] = [
  [
    'of two open periods, the period that begins later is used',
    [
      ['a', -60, null],
      ['b', -30, null],
    ],
    'b',
  ],
  [
    'of two open periods, the period that begins later is used even if it is first in the table',
    [
      ['b', -30, null],
      ['a', -60, null],
    ],
    'b',
  ],
  [
    'of two open periods with the same start, the last in the table is used',
    [
      ['a', -60, null],
      ['b', -60, null],
    ],
    'b',
  ],
  [
    'an open period is used, although a later period inside it has ended',
    [
      ['a', -60, null],
      ['b', -30, -20],
    ],
    'a',
  ],
  [
    'of two open periods, the period that begins later is used even if its start is in the future',
    [
      ['a', 600, null],
      ['b', -30, null],
    ],
    'a',
  ],
];

describe('overlapping periods', () => {
  it.each(overlapping)('gateway, dashboard and engine name the same patient: %s', (_what, rows, expected) => {
    for (const minutesLater of [0, 1, 10, 600, 20_000])
      expect(askAll(rows, ms(7), ms(7 + minutesLater)), `${minutesLater} min after the start`).toEqual({
        reading: expected,
        inbox: expected,
        screen: [expected],
        engine: [expected],
        withoutEnd: [expected],
      });
  });

  it('gateway, dashboard and engine refuse a table with a day that is not in the calendar', () => {
    const body = table([['a', -60, null]]);
    const invalidBody = {
      ...body,
      version: 2,
      periods: [{ ...body.periods[0]!, from: '2026-02-30T00:00:00.000Z', ward: 'b' }],
    };
    expect(readPeriods(invalidBody, ms(0))).toBeUndefined();
    const associations = createAssociations(key);
    const screens = emptyState();
    for (const periodsBody of [body, invalidBody]) {
      associations.fold(periodsBody, ms(0));
      foldAssociations(screens, periodsBody);
    }
    expect(associations.find('a')?.ward).toBe('icu');
    expect(screens.beds.get('a')?.period?.ward).toBe('icu');
  });
});

describe('attribute', () => {
  const yesterday = -1440;
  const handOver: readonly Row[] = [
    ['y', yesterday, yesterday + 300],
    ['a', -300, 15],
    ['b', 16, null],
  ];
  it.each([
    ['taken yesterday goes to yesterday’s patient', handOver, yesterday + 60, 'y'],
    ['taken between two patients goes to no patient', handOver, -400, 'none'],
    ['taken this morning goes to the patient of this morning', handOver, -120, 'a'],
    ['taken shortly before a change of patients while the clock was wrong is unclear', handOver, -20, 'unclear'],
    ['taken a few minutes before the start of the gateway is unclear', handOver, 5, 'unclear'],
    ['taken in the last minute goes to the current patient', handOver, 6.5, 'b'],
    ['taken shortly before a discharge while the clock was wrong is unclear', [['a', -300, 15]], 5, 'unclear'],
    [
      'taken before a change of patients while the clock was right goes to the previous patient',
      [
        ['a', -300, -5],
        ['b', -5, 15],
        ['c', 15, null],
      ],
      -6,
      'a',
    ],
    [
      'is unclear if the period of a patient ends before it begins',
      [
        ['z', -300, 10],
        ['a', 10, 6],
        ['b', 6, null],
      ],
      4,
      'unclear',
    ],
  ] satisfies [string, readonly Row[], number, string][])('a late reading %s', (_what, rows, minute, expected) => {
    const attribution = attribute(readPeriods(table(rows), ms(7))!, { fromMs: ms(minute), toMs: ms(minute) });
    expect(attribution.kind === 'unclear' ? 'unclear' : (attribution.associationId ?? 'none')).toBe(expected);
  });
});

describe('periodAt', () => {
  it('periodAt returns the former patient for a time before the change, even if the gateway starts 1 ms before the change', () => {
    const periods = readPeriods(
      table([
        ['a', -60, 0],
        ['b', 0, null],
      ]),
      ms(0) - 1,
    )!;
    expect(periodAt(periods, ms(-0.5))?.associationId).toBe('a');
  });
});

describe('the ward of a device without a patient', () => {
  it.each([
    [
      'the ward of the patient who was admitted last',
      [
        ['a', -60, 5, 'icu'],
        ['b', 5, 6, 'ward-b'],
      ],
      'ward-b',
    ],
    [
      'the ward of the patient who was admitted last, even if the discharge of an earlier patient has a later time',
      [
        ['a', -60, 15, 'icu'],
        ['b', 5, 6, 'ward-b'],
      ],
      'ward-b',
    ],
  ] satisfies [string, readonly Row[], string][])(
    'for a device without a patient, the dashboard and the gateway’s inbox use %s',
    (_what, rows, ward) => {
      const body = table(rows);
      const watching = { atMs: ms(7), readAtMs: ms(7), wards: new Set([ward]), hasEngineering: false };
      expect(inboxAt(readPeriods(body, ms(7))!, [watching], ms(7)).watched).toBe(true);
      const screens = emptyState();
      foldAssociations(screens, body);
      expect(lastWard(body.periods)?.ward).toBe(ward);
    },
  );
});
