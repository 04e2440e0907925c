import { describe, expect, it } from 'vitest';
import { formatSearch, parseSearch, presetsAt, wardLooksFilter } from './audit-search.ts';
import { changeText, deedsText, spanText, unverifiedText, wardLooksText } from './audit-words.ts';
import { formatRoute, parseRoute } from './routes.ts';

describe('parseSearch and formatSearch', () => {
  it.each([
    {},
    { patientId: 'p-1' },
    { userId: 'nora & piet', patientId: 'a/b?c#d', ward: 'ICU 1 / Süd', bed: 'ICU-1', group: 'looks' },
    { action: 'limits-changed', from: '2026-01-06T20:00:00.000Z', to: '2026-01-07T06:00:00.000Z' },
  ] as const)('the search %o is read back from the address of its page', (filter) => {
    const search = formatSearch(filter);
    expect(parseSearch(search)).toEqual(filter);
    const route = parseRoute(formatRoute({ page: 'audit', search }));
    expect(route).toEqual(search === '' ? { page: 'audit' } : { page: 'audit', search });
  });

  it('unknown fields, unknown names and invalid times are left out', () => {
    expect(parseSearch('userId=+&action=fly&group=all&from=yesterday&color=red&bed=ICU-1')).toEqual({ bed: 'ICU-1' });
  });
});

describe('presetsAt', () => {
  it.each([
    [new Date(2026, 0, 7, 0, 0)],
    [new Date(2026, 0, 7, 2, 30)],
    [new Date(2026, 0, 7, 12, 0)],
    [new Date(2026, 0, 7, 23, 59)],
  ])('at %s, "Last night" is the time from the evening before to the morning of this day', (now) => {
    const spans = presetsAt(now.getTime()).map(({ name, fromMs, toMs }) => [name, new Date(fromMs), new Date(toMs)]);
    expect(spans).toEqual([
      ['Today', new Date(2026, 0, 7), new Date(2026, 0, 8)],
      ['Last night', new Date(2026, 0, 6, 21), new Date(2026, 0, 7, 7)],
      ['Yesterday', new Date(2026, 0, 6), new Date(2026, 0, 7)],
      ['Last 7 days', new Date(2026, 0, 1), new Date(2026, 0, 8)],
    ]);
  });
});

it.each([
  [{ looks: 1, acts: 0, refused: 0 }, 'looked once'],
  [{ looks: 2, acts: 1, refused: 0 }, 'looked twice and acted once'],
  [{ looks: 3, acts: 4, refused: 5 }, 'looked 3 times, acted 4 times and was refused or failed to log in 5 times'],
  [{ looks: 0, acts: 0, refused: 0 }, 'only closed views'],
])('the numbers of looks, acts and refusals %o are written "%s"', (deeds, text) => expect(deedsText(deeds)).toBe(text));

it('spanText writes one time for one record, and the first and the last time for several records', () => {
  const first = new Date(2026, 0, 6, 21, 5).toISOString();
  const last = new Date(2026, 0, 6, 23, 0).toISOString();
  expect(spanText({ first, last: first })).toBe('at 2026-01-06 21:05:00');
  expect(spanText({ first, last })).toBe('first at 2026-01-06 21:05:00, last at 2026-01-06 23:00:00');
});

it('the search for looks without a bed keeps the other fields of a search for a bed', () => {
  expect(wardLooksFilter({ bed: 'ICU-1', ward: 'ICU', from: 'a' })).toEqual({ ward: 'ICU', from: 'a', group: 'looks' });
  expect(wardLooksFilter({ bed: 'ICU-1', action: 'ward-viewed' })).toEqual({ action: 'ward-viewed' });
  expect(wardLooksText(0)).toBe('');
  expect(wardLooksText(1)).toContain('1 look at a whole ward.');
  expect(wardLooksText(2)).toContain('2 looks at whole wards.');
});

it('unverifiedText says that somebody else may have written the unverified records', () => {
  expect(unverifiedText(0)).toBe('');
  expect(unverifiedText(1)).toContain('somebody else may have written it');
  expect(unverifiedText(2)).toContain('2 records do not verify');
});

it('a change of limits without values says "not recorded", and other acts say nothing', () => {
  const entry = {
    at: '2026-01-06T20:00:00.000Z',
    userId: 'nora',
    boot: 'b',
    n: 1,
    verified: true,
    signed: true,
  } as const;
  expect(changeText({ ...entry, action: 'limits-changed', changedFrom: 'low 50', changedTo: 'low 45' })).toBe(
    'before: low 50; asked for: low 45',
  );
  expect(changeText({ ...entry, action: 'limits-changed' })).toBe('before: not recorded; asked for: not recorded');
  expect(changeText({ ...entry, action: 'login' })).toBeUndefined();
});
