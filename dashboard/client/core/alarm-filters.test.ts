import { describe, expect, it } from 'vitest';
import { formatFilters, noFilters, parseFilters, reviewQuery, spanFault, spanOf } from './alarm-filters.ts';

/** An instant of January 2026 in the time zone of the screen. */
const local = (day: number, hour: number, minute = 0) => new Date(2026, 0, day, hour, minute).getTime();

describe('the filters in the address', () => {
  it('an unknown name or value is left out, so that a wrong link still shows alarms', () => {
    expect(parseFilters('period=year&priority=urgent&answer=maybe&colour=red&bed=')).toEqual(noFilters);
  });

  it('formatFilters leaves out the usual period, and each filter without a value', () => {
    expect(formatFilters({ period: '24h' })).toBe('');
    expect(formatFilters({ ...parseFilters('bed=3&period=night'), bed: undefined } as never)).toBe('period=night');
  });
});

const starts = [7 * 60, 19 * 60];

describe('the periods', () => {
  it('this shift lasts until now, and last night has an end', () => {
    expect(spanOf({ period: 'shift' }, starts, local(15, 14))).toEqual({ fromMs: local(15, 7), toMs: undefined });
    expect(spanOf({ period: 'night' }, starts, local(16, 14))).toEqual({ fromMs: local(15, 19), toMs: local(16, 7) });
    expect(spanOf({ period: 'shift' }, [6 * 60], local(15, 14)).fromMs).toBe(local(15, 6));
  });

  it('24 h and 72 h are counted back from now', () => {
    const nowMs = local(16, 12);
    expect(nowMs - spanOf({ period: '24h' }, starts, nowMs).fromMs).toBe(86_400_000);
    expect(nowMs - spanOf({ period: '72h' }, starts, nowMs).fromMs).toBe(259_200_000);
  });
});

describe('a chosen time', () => {
  const from = '2026-01-14T10:00:00.000Z';
  const to = '2026-01-14T12:30:00.000Z';

  it('stays in the address, with or without an end', () => {
    for (const filters of [
      { period: 'chosen', from, to, bed: '3' },
      { period: 'chosen', from },
    ] as const)
      expect(parseFilters(formatFilters(filters))).toEqual(filters);
    expect(spanOf({ period: 'chosen', from, to }, starts, local(16, 12))).toEqual({
      fromMs: Date.parse(from),
      toMs: Date.parse(to),
    });
  });

  it.each([
    'period=chosen',
    'period=chosen&from=yesterday',
    'period=chosen&from=2026-02-30T00:00:00Z',
    `period=chosen&from=${from}&to=x`,
    `from=${from}`,
  ])('that is incomplete or invalid is ignored: %s', (address) => {
    expect(parseFilters(address)).toEqual(noFilters);
  });

  const nowMs = local(16, 12);
  const minute = 60_000;
  it.each([
    ['until now', nowMs - minute, undefined, undefined],
    ['with an end', nowMs - 2 * minute, nowMs - minute, undefined],
    ['whose end is its beginning', nowMs - minute, nowMs - minute, 'The end is not after the beginning.'],
    ['that is reversed', nowMs - minute, nowMs - 2 * minute, 'The end is not after the beginning.'],
    ['that begins in the future', nowMs + minute + 1, undefined, 'The beginning is in the future.'],
    ['that begins now by a clock that is a minute ahead', nowMs + minute, undefined, undefined],
    [
      'that ends in the future',
      nowMs - minute,
      nowMs + minute + 1,
      expect.stringContaining('The end is in the future.'),
    ],
    ['of exactly 4 days', nowMs - 96 * 60 * minute, undefined, undefined],
    ['of more than 4 days', nowMs - (96 * 60 + 2) * minute, undefined, expect.stringContaining('the last 4 days')],
  ])('spanFault has the right answer for a time %s', (_, fromMs, toMs, fault) => {
    expect(spanFault({ fromMs, toMs }, nowMs)).toEqual(fault);
  });
});

it('the query for the server has the ward and the filters that are set', () => {
  const span = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 0, 2) };
  const times = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
  expect(reviewQuery('*', { period: 'night' }, span)).toEqual(times);
  expect(reviewQuery('icu', { period: 'night', person: 'nora', patient: 'assoc-1', bed: '3' }, span)).toEqual({
    ...times,
    ward: 'icu',
    userId: 'nora',
    associationId: 'assoc-1',
    bed: '3',
  });
});
