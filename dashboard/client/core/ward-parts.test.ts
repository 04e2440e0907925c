import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { bedsOfPart, hiddenAlarms, isPartChoice, isTileInView, partOfSector, sectorOfPart } from './ward-parts.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('bedsOfPart', () => {
  it.each([
    [64, 'first', 1, 32],
    [64, 'second', 33, 64],
    [5, 'first', 1, 3],
    [5, 'second', 4, 5],
    [4, 'all', 1, 4],
    [3, 'second', 1, 3],
  ] as const)('of %d beds the part %s has the beds %d to %d', (count, part, from, to) => {
    const beds = bedsOfPart(numbered(count), part);
    expect([beds[0], beds.at(-1)]).toEqual([from, to]);
  });

  it('each bed is in exactly one of the two halves of a divided ward', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 200 }), (count) => {
        const beds = numbered(count);
        expect([...bedsOfPart(beds, 'first'), ...bedsOfPart(beds, 'second')]).toEqual(beds);
      }),
    );
  });
});

describe('bedsOfPart of a sector', () => {
  const sectorsOfBed = (bed: number) => (bed === 5 ? [] : bed < 3 ? ['North'] : ['South']);
  const bedsIn = (name: string) => bedsOfPart(numbered(6), partOfSector(name), sectorsOfBed);

  it('a sector has its beds, and each bed that is in no sector', () => {
    expect(bedsIn('North')).toEqual([1, 2, 5]);
    expect(bedsIn('South')).toEqual([3, 4, 5, 6]);
  });

  it('a sector that does not exist any more shows all beds', () => {
    expect(bedsIn('East')).toEqual(numbered(6));
  });

  it.each([
    ['all', true],
    ['first', true],
    ['sector:A: B', true],
    ['third', false],
  ])('the answer of isPartChoice for "%s" is %s', (text, expected) => {
    expect(isPartChoice(text)).toBe(expected);
  });

  it('sectorOfPart returns the name that partOfSector got', () => {
    expect(sectorOfPart(partOfSector('sector: A'))).toBe('sector: A');
    expect(sectorOfPart('first')).toBeUndefined();
  });
});

describe('hiddenAlarms', () => {
  const alarm = (fields: Partial<Alarm>) =>
    newAlarm('2026-01-31T12:00:00.000Z', { alarmId: 'x', associationId: 'bed', deviceId: 'device', ...fields });
  const alarms: Record<string, Alarm[]> = {
    calm: [],
    low: [alarm({ alarmId: 'a', priority: 'low' })],
    both: [alarm({ alarmId: 'b', priority: 'medium' }), alarm({ alarmId: 'c', priority: 'high' })],
    acknowledged: [alarm({ alarmId: 'd', signal: 'acknowledged' })],
    latched: [alarm({ alarmId: 'e', priority: 'medium', signal: 'latched', present: false })],
    off: [alarm({ alarmId: 'f', signal: 'off' })],
  };
  const hiddenWith = (inView: readonly string[]) =>
    hiddenAlarms(
      Object.keys(alarms),
      (bed) => inView.includes(bed),
      (bed) => alarms[bed]!,
    ).map(({ bed, alarm: { alarmId } }) => `${bed} ${alarmId}`);

  it('hiddenAlarms returns the most serious unanswered alarm of each bed out of view, the most serious first', () => {
    expect(hiddenWith([])).toEqual(['both c', 'latched e', 'low a']);
  });

  it('hiddenAlarms leaves out the beds in view', () => {
    expect(hiddenWith(['both', 'latched'])).toEqual(['low a']);
    expect(hiddenWith(Object.keys(alarms))).toEqual([]);
  });
});

describe('isTileInView', () => {
  it.each([
    ['whole', 1, 0, 0, 30, true],
    ['the upper half', 0.5, 0, 100, 30, true],
    ['less than the upper half', 0.49, 0, 102, 30, false],
    ['a rounded edge', 0.98, 2, 2, 30, true],
    ['the lower part, without the alarm', 0.9, 3, 0, 30, false],
    ['a head of many lines, and nothing of the alarm below it', 0.7, 0, 60, 120, false],
    ['a head of many lines, and all of the rest', 1, 0, 0, 180, true],
    ['not at all', 0, 0, 200, 30, false],
  ])(
    'isTileInView is right for a tile of which a person sees this: %s',
    (_name, visibleShare, cutAbovePx, cutBelowPx, headPx, expected) => {
      expect(isTileInView({ heightPx: 200, visibleShare, cutAbovePx, cutBelowPx, headPx })).toBe(expected);
    },
  );
});
