import { expect, it } from 'vitest';
import { periodAt } from '../../contracts/association-at.ts';
import { readPeriods } from './associations.ts';

const timeAt = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const period = (associationId: string, from: string, to: string | null) => ({
  associationId,
  patient: null,
  ward: 'ICU',
  bed: '7',
  from,
  to,
});
const periods = readPeriods(
  {
    deviceId: 'bed-07',
    version: 1,
    periods: [
      period('first', timeAt(10), timeAt(20)),
      period('second', timeAt(20), timeAt(30)),
      period('third', timeAt(40), null),
    ],
  },
  Date.parse(timeAt(50)),
)!;

it.each([
  ['a minute before all periods', timeAt(9), undefined],
  ['one ms before the first period', new Date(Date.parse(timeAt(10)) - 1).toISOString(), undefined],
  ['at the first instant of a period', timeAt(10), 'first'],
  ['one ms before the end of a period', new Date(Date.parse(timeAt(20)) - 1).toISOString(), 'first'],
  ['at the instant at which one period ends and the next begins', timeAt(20), 'second'],
  ['at the end of a period before a gap', timeAt(30), undefined],
  ['in a gap between two periods', timeAt(35), undefined],
  ['at the first instant of a period without an end', timeAt(40), 'third'],
  ['long after the start of a period without an end', '2030-01-01T00:00:00.000Z', 'third'],
  ['in 1970', '1970-01-01T00:00:00.000Z', undefined],
])('periodAt finds the association %s', (_name, time, expected) => {
  expect(periodAt(periods, Date.parse(time))?.associationId).toBe(expected);
});

it('periodAt returns undefined for a device without periods', () => {
  expect(periodAt([], Date.parse(timeAt(0)))).toBeUndefined();
});

it('periodAt returns the period that began later if two periods overlap', () => {
  const overlapping = readPeriods(
    {
      deviceId: 'bed-07',
      version: 1,
      periods: [period('late', timeAt(15), null), period('early', timeAt(10), null)],
    },
    Date.parse(timeAt(50)),
  )!;
  expect(periodAt(overlapping, Date.parse(timeAt(16)))?.associationId).toBe('late');
  expect(periodAt(overlapping, Date.parse(timeAt(14)))?.associationId).toBe('early');
});

it('readPeriods returns undefined for a list with an instant that does not exist', () => {
  const body = { deviceId: 'bed-07', version: 1, periods: [period('x', '2026-02-30T00:00:00.000Z', null)] };
  expect(readPeriods(body, Date.parse(timeAt(50)))).toBeUndefined();
});

it('present readings belong to the patient who was admitted before the clock was set back', () => {
  const admitted = {
    deviceId: 'bed-07',
    version: 2,
    periods: [period('before', timeAt(0), timeAt(40)), period('after', timeAt(40), null)],
  };
  const nowMs = Date.parse(timeAt(30));
  const readTable = readPeriods(admitted, nowMs)!;
  expect(periodAt(readTable, nowMs)?.associationId).toBe('after');
  expect(periodAt(readTable, nowMs - 60_000)?.associationId).toBe('after');
  expect(periodAt(readTable, nowMs - 60_001)?.associationId).toBe('before');
});
