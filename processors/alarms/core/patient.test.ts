import { describe, expect, it } from 'vitest';
import { bed, connection, highBed, instant, mediumBed, t0 } from '../../bed.testing.ts';

describe('limits of one patient', () => {
  it('move a limit, and go back to the ward profile', () => {
    const one = bed();
    one.command(0, { type: 'set-limits', group: 'HR', limits: { high: 135 } });
    one.run(0, 10, { HR: 130 });
    expect(one.raised()).toEqual([]);
    one.run(11, 11, { HR: 141 });
    expect(one.raised()).toEqual(['HR.extreme-high']);
    one.command(12, { type: 'set-limits', group: 'HR', limits: null });
    one.run(12, 18, { HR: 130 });
    expect(one.live()['HR.high']?.present).toBe(true);
  });

  it('do not let a plain limit pass the extreme one, unless both are moved', () => {
    const one = bed();
    one.command(0, { type: 'set-limits', group: 'HR', limits: { high: 150 } });
    one.run(0, 0, { HR: 141 });
    expect(one.live()['HR.extreme-high']?.text).toBe('HR 141 > 140');
    const moved = bed();
    moved.command(0, { type: 'set-limits', group: 'HR', limits: { high: 150, extremeHigh: 160 } });
    moved.run(0, 10, { HR: 149 });
    expect(moved.raised()).toEqual([]);
    moved.run(11, 11, { HR: 161 });
    expect(moved.live()['HR.extreme-high']?.text).toBe('HR 161 > 160');
  });

  it('judge a present value at once', () => {
    const one = mediumBed();
    one.command(7, { type: 'set-limits', group: 'HR', limits: { high: 131 } });
    one.run(7, 7, { HR: 130 });
    expect(one.live()).toEqual({});
  });

  it('also judge the values before: a running delay goes on', () => {
    const one = bed();
    one.run(0, 5, { HR: 130 });
    one.command(5, { type: 'set-limits', group: 'HR', limits: { high: 125 } });
    one.run(6, 6, { HR: 130 });
    expect(one.live()['HR.high']).toMatchObject({ onsetAt: instant(0), text: 'HR 130 > 125' });
  });

  it('a delay of one patient', () => {
    const one = bed();
    one.command(0, { type: 'set-limits', group: 'SpO2', limits: { delayMs: 15_000 } });
    one.run(0, 14, { SpO2: 88 });
    expect(one.raised()).toEqual([]);
    one.run(15, 15, { SpO2: 88 });
    expect(one.raised()).toEqual(['SpO2.low']);
  });
});

describe('whose limits', () => {
  for (const [category, text] of [
    ['paediatric', 'No limits for paediatric patients here'],
    ['neonatal', 'No limits for neonatal patients here'],
    [null, 'No limits: patient category not known'],
  ] as const)
    it(`${category}: has an alarm about missing limits, and is never judged as an adult`, () => {
      const one = bed(category);
      one.run(0, 10, { HR: 200, SpO2: 50 });
      expect(one.raised()).toEqual(['no-profile']);
      expect(one.live()['no-profile']).toMatchObject({ text, kind: 'technical', priority: 'medium' });
    });

  it('a device without a patient is judged as an adult', () => {
    const one = bed('unassigned');
    one.run(0, 0, { HR: 200 });
    expect(one.raised()).toEqual(['HR.extreme-high']);
  });
});

describe('the end of a period', () => {
  it('ends every condition and clears every alarm, latched or not', () => {
    const one = highBed();
    one.run(3, 3, { HR: 80, SpO2: 80 });
    one.feed(connection(4, false, 'closed'));
    expect(Object.keys(one.live())).toHaveLength(3);
    one.end(10);
    expect(one.live()).toEqual({});
    for (const condition of ['HR.extreme-high', 'SpO2.extreme-low', 'disconnected'])
      expect(one.types(condition).at(-1)).toBe('cleared');
  });

  it('is silent afterwards', () => {
    const one = bed();
    one.run(0, 3, { HR: 80 });
    one.end(4);
    const told = one.events.length;
    one.tick(500);
    one.feed(connection(600, false));
    expect(one.events.length).toBe(told);
  });

  it('records once what late readings still show, and closes it', () => {
    const one = bed();
    one.run(0, 3, { HR: 80 });
    one.end(100);
    one.run(20, 30, { HR: 150 }, { receivedAt: t0 + 200_000 });
    expect(one.types('HR.extreme-high')).toEqual(['raised', 'resolved', 'cleared']);
    expect(one.events[0]?.alarm.late).toBe(true);
    expect(one.live()).toEqual({});
  });

  it('does not report again what had been an alarm', () => {
    const one = highBed();
    one.end(10);
    one.run(3, 9, { HR: 150 });
    expect(one.raised()).toEqual(['HR.extreme-high']);
  });
});

it('a device that is without a patient again has no alarm about parameters from before its patient', () => {
  const one = bed('unassigned');
  one.run(0, 30, { HR: 80, SpO2: 97 });
  one.end(31);
  one.feed({ type: 'association', category: 'unassigned', ward: 'ICU', endedAt: null }, t0 + 3_600_000);
  one.run(3_601, 3_630, { HR: 80 });
  expect(Object.keys(one.live())).toEqual([]);
});
