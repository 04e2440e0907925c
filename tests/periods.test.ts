/**
 * Whose a device is, asked of the gateway, the dashboard and the alarm processor: after a start by an earlier clock they must say
 * the same. Times are minutes after noon by the right clock; what was done while the clock was ahead is stamped later.
 */
import { describe, expect, it } from 'vitest';
import { periodAt } from '../contracts/association-at.ts';
import type { AssociationPeriod } from '../contracts/messages/records.ts';
import { lastPlace } from '../contracts/periods.ts';
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

/** The three houses start at `startMs` and are asked at `nowMs` whose the device is. */
function askAll(rows: readonly Row[], startMs: number, nowMs: number) {
  const body = table(rows);
  const periods = readPeriods(body, startMs)!;
  const whose = attribute(periods, { fromMs: nowMs, toMs: nowMs });
  const screens = emptyState();
  foldAssociations(screens, body);
  tick(screens, nowMs);
  const engines = createAssociations(key);
  engines.fold(body, startMs);
  return {
    reading: whose.kind === 'unclear' ? 'unclear' : whose.associationId,
    inbox: inboxAt(periods, [], nowMs).association?.associationId,
    screen: [...screens.beds.keys()],
    engine: [...engines.open()],
    lasting: rows.map(([id]) => id).filter((id) => engines.at(id)?.endedAt === null),
  };
}

/** What was done, the start by the right clock, and who is there since. */
const cases: readonly (readonly [string, readonly Row[], number, string | undefined])[] = [
  ['nobody, ever', [], 7, undefined],
  ['a patient admitted in time', [['a', -60, null]], 7, 'a'],
  ['a patient admitted 1 ms ahead', [['a', 7 + 1 / 60_000, null]], 7, 'a'],
  ['a patient admitted while the clock was 10 min ahead', [['a', 10, null]], 7, 'a'],
  ['a patient admitted while the clock was 10 days ahead', [['a', 14_400, null]], 7, 'a'],
  ['a patient discharged in time', [['a', -60, 5]], 7, undefined],
  ['a patient discharged while the clock was ahead', [['a', -60, 15]], 7, undefined],
  ['a patient discharged 1 s ahead', [['a', -60, 7 + 1 / 60]], 7, undefined],
  ['admitted and discharged while it was ahead', [['a', 10, 15]], 7, undefined],
  [
    'a hand-over in time',
    [
      ['a', -60, 5],
      ['b', 5, null],
    ],
    7,
    'b',
  ],
  [
    'a hand-over while it was ahead',
    [
      ['a', -60, 15],
      ['b', 15, null],
    ],
    7,
    'b',
  ],
  [
    'two patients while it was ahead',
    [
      ['a', 10, 15],
      ['b', 16, null],
    ],
    7,
    'b',
  ],
  [
    'three patients while it was ahead',
    [
      ['z', -60, 10],
      ['a', 10, 15],
      ['b', 16, null],
    ],
    7,
    'b',
  ],
  ['admitted while it was ahead, discharged by the right clock', [['a', 10, 8]], 9, undefined],
  [
    'admitted while it was ahead, next one by the right clock',
    [
      ['z', -60, 10],
      ['a', 10, 8],
      ['b', 8, null],
    ],
    9,
    'b',
  ],
  [
    'admitted in time, the clock was ahead for two more, discharged',
    [
      ['a', -9, 13],
      ['b', 14, 16],
    ],
    7,
    undefined,
  ],
];

describe('the gateway, the screens and the engine name the same patient', () => {
  it.each(cases)('the three name the same patient after %s', (_what, rows, startedAt, expected) => {
    const same = expected === undefined ? [] : [expected];
    // Until the clock has caught up with every stamp, and after.
    for (const later of [0, 1, 3, 5, 6, 8, 10, 15, 60, 20_000]) {
      const nowMs = ms(startedAt + later);
      expect(askAll(rows, ms(startedAt), nowMs), `${later} min after the start`).toEqual({
        reading: expected,
        inbox: expected,
        screen: same,
        engine: same,
        lasting: same,
      });
    }
  });
});

/** Nobody writes these with Vigil's screens. */
const overlapping: readonly (readonly [string, readonly Row[], string])[] = [
  [
    'of two that last, the later one',
    [
      ['a', -60, null],
      ['b', -30, null],
    ],
    'b',
  ],
  [
    'of two that last, the later one, which stands first',
    [
      ['b', -30, null],
      ['a', -60, null],
    ],
    'b',
  ],
  [
    'of two that began together, the later in the table',
    [
      ['a', -60, null],
      ['b', -60, null],
    ],
    'b',
  ],
  [
    'the one that lasts, around one that has ended',
    [
      ['a', -60, null],
      ['b', -30, -20],
    ],
    'a',
  ],
  [
    'the one stamped later, although its stamp is ahead of the clock',
    [
      ['a', 600, null],
      ['b', -30, null],
    ],
    'a',
  ],
];

describe('the gateway, the screens and the engine name the same patient where periods overlap', () => {
  it.each(overlapping)('the three name the same patient if periods overlap: %s', (_what, rows, expected) => {
    for (const later of [0, 1, 10, 600, 20_000])
      expect(askAll(rows, ms(7), ms(7 + later)), `${later} min after the start`).toEqual({
        reading: expected,
        inbox: expected,
        screen: [expected],
        engine: [expected],
        lasting: [expected],
      });
  });

  it('none of the three accepts a table with a day that is not in the calendar', () => {
    const body = table([['a', -60, null]]);
    const wrong = {
      ...body,
      version: 2,
      periods: [{ ...body.periods[0]!, from: '2026-02-30T00:00:00.000Z', ward: 'b' }],
    };
    expect(readPeriods(wrong, ms(0))).toBeUndefined();
    const engines = createAssociations(key);
    const screens = emptyState();
    for (const each of [body, wrong]) {
      engines.fold(each, ms(0));
      foldAssociations(screens, each);
    }
    expect(engines.at('a')?.ward).toBe('icu');
    expect(screens.beds.get('a')?.period?.ward).toBe('icu');
  });
});

describe('a reading that a device kept while Vigil was away', () => {
  const yesterday = -1440;
  const handOver: readonly Row[] = [
    ['y', yesterday, yesterday + 300],
    ['a', -300, 15],
    ['b', 16, null],
  ];
  it.each([
    ['of yesterday’s patient goes to them', handOver, yesterday + 60, 'y'],
    ['of the time between two patients goes to nobody', handOver, -400, 'none'],
    ['of this morning goes to the patient of then', handOver, -120, 'a'],
    ['of a while before the hand-over by a wrong clock is unclear', handOver, -20, 'unclear'],
    ['of a few minutes before the start is unclear', handOver, 5, 'unclear'],
    ['of the last minute goes to the patient who is there', handOver, 6.5, 'b'],
    ['of before a discharge by a wrong clock is unclear', [['a', -300, 15]], 5, 'unclear'],
    ['of this morning goes to the patient who was discharged by a wrong clock', [['a', -300, 15]], -120, 'a'],
    [
      'is not in doubt before an act by the right clock',
      [
        ['a', -300, -5],
        ['b', -5, 15],
        ['c', 15, null],
      ],
      -6,
      'a',
    ],
    [
      'is never of the one before a patient whose stamps are in the wrong order',
      [
        ['z', -300, 10],
        ['a', 10, 6],
        ['b', 6, null],
      ],
      4,
      'unclear',
    ],
  ] satisfies [string, readonly Row[], number, string][])('a reading %s', (_what, rows, at, expected) => {
    const whose = attribute(readPeriods(table(rows), ms(7))!, { fromMs: ms(at), toMs: ms(at) });
    expect(whose.kind === 'unclear' ? 'unclear' : (whose.associationId ?? 'none')).toBe(expected);
  });

  it('the readings of a minute do not go to the patient before when two clocks are 1 ms apart', () => {
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
      'the ward that the last act names',
      [
        ['a', -60, 5, 'icu'],
        ['b', 5, 6, 'ward-b'],
      ],
      'ward-b',
    ],
    [
      'the ward of the last act, even if an earlier end has a later stamp',
      [
        ['a', -60, 15, 'icu'],
        ['b', 5, 6, 'ward-b'],
      ],
      'ward-b',
    ],
  ] satisfies [string, readonly Row[], string][])(
    'the screens and the inbox name the same ward: %s',
    (_what, rows, ward) => {
      const body = table(rows);
      const watching = { atMs: ms(7), wards: new Set([ward]), engineering: false };
      expect(inboxAt(readPeriods(body, ms(7))!, [watching], ms(7)).watched).toBe(true);
      const screens = emptyState();
      foldAssociations(screens, body);
      expect(lastPlace(body.periods)?.ward).toBe(ward);
    },
  );
});
