import { describe, expect, it } from 'vitest';
import { type Bed, bed, instant, type Numerics, reading, t0 } from '../../bed.testing.ts';

const calm: Numerics = { HR: 80 };
const tachycard: Numerics = { HR: 130 };
const physiological = (one: Bed) =>
  one.events.flatMap(({ type, alarm }) =>
    type === 'raised' && alarm.kind === 'physiological' ? [alarm.condition] : [],
  );

describe('lateness', () => {
  for (const [name, lateS, late] of [
    ['at the bound', 10, false],
    ['one step past', 10.001, true],
    ['an hour', 3600, true],
  ] as const)
    it(name, () => {
      const one = bed();
      one.feed(reading(0, { HR: 150 }, { receivedAt: t0 + lateS * 1000 }));
      expect(one.live()['HR.extreme-high']?.late).toBe(late);
    });

  it('a breach in a buffered backlog is one alarm, marked late, and ends when the backlog shows its end', () => {
    const one = bed();
    one.run(0, 9, calm);
    const receivedAt = t0 + 120_000;
    for (let s = 10; s <= 119; s++) one.feed(reading(s, s >= 30 && s < 60 ? tachycard : calm, { receivedAt }));
    one.run(120, 125, calm);
    expect(physiological(one)).toEqual(['HR.high']);
    const [raised] = one.events.filter(({ alarm }) => alarm.condition === 'HR.high');
    expect(raised?.alarm).toMatchObject({ late: true, onsetAt: instant(30), determinedAt: instant(36) });
    expect(one.types('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
  });

  it('a breach of a backlog that lasts until now is current from the first current reading', () => {
    const one = bed();
    one.run(0, 9, calm);
    for (let s = 10; s < 109; s++) one.feed(reading(s, tachycard, { receivedAt: t0 + 120_000 }));
    expect(one.live()['HR.high']?.late).toBe(true);
    one.feed(reading(120, tachycard));
    expect(one.live()['HR.high']?.late).toBe(false);
    expect(physiological(one)).toEqual(['HR.high']);
  });

  it('a backlog that becomes worse stays marked late', () => {
    const one = bed();
    one.run(0, 9, calm);
    for (let s = 10; s < 60; s++) one.feed(reading(s, { HR: s < 30 ? 125 : 138 }, { receivedAt: t0 + 120_000 }));
    expect(one.live()['HR.high']).toMatchObject({ late: true, text: 'HR 138 > 120' });
    expect(one.types('HR.high')).toContain('updated');
  });

  it('out of order: the present is judged first, the past beside it, and neither ends the other', () => {
    const one = bed();
    one.run(0, 9, calm);
    one.run(100, 103, calm);
    for (let s = 10; s <= 40; s++) one.feed(reading(s, s < 30 ? tachycard : calm, { receivedAt: t0 + 104_000 }));
    one.run(104, 106, calm);
    expect(physiological(one)).toEqual(['HR.high']);
    const [raised] = one.events.filter(({ alarm }) => alarm.condition === 'HR.high');
    expect(raised?.alarm).toMatchObject({ late: true, onsetAt: instant(10) });
    expect(one.types('HR.high').at(-1)).toBe('cleared');
  });

  it('an old reading inside the limit does not end a present alarm', () => {
    const one = bed();
    one.run(100, 107, tachycard);
    one.run(50, 60, calm, { receivedAt: t0 + 108_000 });
    expect(one.live()['HR.high']).toMatchObject({ present: true, late: false });
  });

  it('a past breach whose values come late ends when it would have ended in order', () => {
    const one = bed();
    one.run(100, 101, calm);
    one.run(50, 60, tachycard, { receivedAt: t0 + 102_000 });
    one.tick(112);
    expect(one.live()['HR.high']).toMatchObject({ present: true, late: true, onsetAt: instant(50) });
    one.run(102, 105, calm);
    expect(one.types('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
  });

  it('a past breach without its end, older than the window, ends once late values stop coming', () => {
    const one = bed();
    one.run(100, 120, calm);
    one.run(50, 60, tachycard, { receivedAt: t0 + 121_000 });
    one.tick(130.9);
    expect(one.live()['HR.high']).toMatchObject({ present: true, late: true, onsetAt: instant(50) });
    one.tick(131);
    expect(one.live()['HR.high']).toBeUndefined();
    expect(one.events.findLast(({ type }) => type === 'resolved')?.alarm.resolvedAt).toBe(instant(60));
  });

  it('of two backlogs the older one, which comes last, is judged too', () => {
    const one = bed();
    one.run(0, 9, calm);
    one.run(1_000, 1_029, calm);
    for (let s = 860; s <= 900; s += 1) one.feed(reading(s, calm, { receivedAt: t0 + 1_030_000 }));
    for (let s = 100; s <= 130; s += 1)
      one.feed(reading(s, s < 120 ? tachycard : calm, { receivedAt: t0 + 1_031_000 }));
    expect(physiological(one)).toEqual(['HR.high']);
    expect(one.types('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
  });

  it('readings that come again under another number do not raise an alarm again', () => {
    const one = bed();
    one.run(0, 20, { HR: 150 });
    one.run(21, 30, calm);
    one.command(31, { type: 'acknowledge', alarmId: one.live()['HR.extreme-high']!.alarmId });
    expect(one.live()).toEqual({});
    for (let s = 0; s <= 20; s++) one.feed(reading(s, { HR: 150 }, { boot: 'another', receivedAt: t0 + 40_000 }));
    expect(physiological(one)).toEqual(['HR.extreme-high']);
  });

  it('readings of an asystole that come again change nothing in the present alarm', () => {
    const one = bed();
    one.run(0, 10, { HR: 0 });
    one.run(11, 16, calm);
    one.run(17, 60, { HR: 45 });
    expect(one.live()['HR.low']).toMatchObject({ present: true, signal: 'on' });
    for (let s = 0; s <= 10; s++) {
      one.feed(reading(s, { HR: 0 }, { boot: 'another', receivedAt: t0 + 61_000 }));
      expect(one.live()['HR.low']).toMatchObject({ present: true, signal: 'on' });
      expect(one.live().asystole).toMatchObject({ signal: 'latched', onsets: 1 });
    }
  });

  it('a backlog of the earlier start, newest first and mixed with current readings, ends no present alarm', () => {
    const one = bed();
    one.run(0, 100, calm);
    const now = (s: number, numerics: Numerics) => one.feed(reading(s, numerics, { boot: 'b2', start: 'b2', seq: s }));
    for (let s = 400; s <= 430; s += 1) {
      now(s, { HR: 0 });
      for (let kept = 0; kept < 8; kept += 1)
        one.feed(reading(399 - (s - 400) * 8 - kept, calm, { receivedAt: t0 + s * 1000 + 500 }));
      expect(one.live().asystole).toMatchObject({ present: true, signal: 'on' });
    }
    expect(physiological(one)).toEqual(['asystole']);
  });
});

describe('repeats by boot and sequence number', () => {
  it('change nothing', () => {
    const one = bed();
    one.run(0, 10, tachycard);
    const told = one.events.length;
    one.run(0, 10, tachycard);
    expect([one.events.length, one.count('repeats')]).toEqual([told, 11]);
  });

  it('a new boot counts anew, and the window stays bounded', () => {
    const one = bed();
    for (let n = 0; n < 200; n++)
      one.feed(reading(n, calm, { boot: `boot-${n % 20}`, seq: (n % 7) * 1000 + n * 2 + 1 }));
    expect(one.state().seen).toHaveLength(8);
    for (const { ranges } of one.state().seen) expect(ranges.length).toBeLessThanOrEqual(32);
    for (let n = 0; n < 200; n++) one.feed(reading(300 + n, calm, { boot: 'sparse', seq: n * 2 + 1 }));
    expect(one.state().seen.at(-1)?.ranges).toHaveLength(32);
  });
});

describe('a wrong clock', () => {
  const skewed = (one: Bed, from: number, to: number, byS: number, numerics: Numerics) => {
    for (let s = from; s <= to; s++)
      one.feed(reading(s + byS, numerics, { receivedAt: t0 + s * 1000 + 20, boot: 'b2', seq: s + 1 }));
  };

  for (const [name, byS, alarm] of [
    ['10 s behind is within bounds', -9.9, false],
    ['more is not', -10.5, true],
    ['10 s ahead is within bounds', 9.9, false],
    ['more is not', 10.5, true],
    ['a day ahead', 86_400, true],
    ['a day behind', -86_400, true],
  ] as const)
    it(name, () => {
      const one = bed();
      skewed(one, 0, 12, byS, calm);
      expect(one.raised().filter((condition) => condition === 'clock-skew')).toHaveLength(alarm ? 1 : 0);
    });

  it('has an alarm that says how far, and ends when the clock has been right for 10 s', () => {
    const one = bed();
    skewed(one, 0, 15, -95, calm);
    expect(one.live()['clock-skew']).toMatchObject({ text: 'Device clock is 95 s behind', priority: 'low' });
    one.run(16, 24, calm);
    expect(one.live()['clock-skew']).toBeDefined();
    one.run(25, 26, calm);
    expect(one.live()['clock-skew']).toBeUndefined();
  });

  it('is judged on the device’s own timeline, and counts as current once its error is known', () => {
    for (const byS of [-600, 600]) {
      const one = bed();
      skewed(one, 0, 20, byS, calm);
      skewed(one, 21, 26, byS, tachycard);
      expect(physiological(one)).toEqual([]);
      skewed(one, 27, 27, byS, tachycard);
      expect(one.live()['HR.high']).toMatchObject({ late: false, onsetAt: instant(21 + byS) });
    }
  });

  it('set back or forward in between: a breach is still found, and is current', () => {
    for (const byS of [-600, 600]) {
      const one = bed();
      one.run(0, 10, calm);
      skewed(one, 11, 45, byS, tachycard);
      expect(physiological(one)).toEqual(['HR.high']);
      expect(one.live()['HR.high']).toMatchObject({ present: true, late: false });
      one.run(46, 51, calm);
      expect(one.live()['HR.high']).toBeUndefined();
      one.run(52, 58, { HR: 45 });
      expect(one.live()['HR.low']).toMatchObject({ present: true, late: false });
    }
  });

  it('a single measurement after the clock was set back is judged by itself, not by an earlier one', () => {
    const one = bed();
    const cuff = (s: number, seq: number, NBPs: number, receivedS: number) =>
      one.feed(reading(s, { NBPs }, { seq, receivedAt: t0 + receivedS * 1000, intervalMs: 300_000 }));
    cuff(600, 1, 120, 0);
    cuff(300, 2, 82, 300);
    expect(one.live()['BPsys.low']).toMatchObject({ present: true, text: 'NBPs 82 < 90' });
  });

  it('a pulse is judged if the heart rate stopped when the clock was set back', () => {
    const one = bed();
    one.run(0, 10, { HR: 80, PR: 80 });
    for (let s = 11; s <= 30; s += 1)
      one.feed(reading(s - 600, { PR: 133 }, { seq: 1_010_000 + s, receivedAt: t0 + s * 1000 + 20 }));
    expect(one.live()['HR.high']).toMatchObject({ condition: 'PR.high', present: true, late: false });
  });

  it('one reading from the far future does not count as the present of the next ones', () => {
    const one = bed();
    one.run(0, 5, calm);
    one.feed(reading(1e9, calm, { receivedAt: t0 + 6000 }));
    one.run(7, 13, tachycard);
    expect(one.live()['HR.high']).toMatchObject({ onsetAt: instant(7), late: false });
  });

  it('a backlog is late, and is not a wrong clock', () => {
    const one = bed();
    for (let s = 0; s < 600; s++) one.feed(reading(s, calm, { receivedAt: t0 + 700_000 + s * 10 }));
    expect(one.raised()).toEqual([]);
    expect(one.count('lateReadings')).toBe(600);
  });
});

it('a backlog that comes as slowly as it was measured is one alarm, even if it has no value for a while', () => {
  const one = bed();
  one.run(1000, 1020, { HR: 80 });
  for (let s = 0; s <= 40; s += 1) {
    const HR = s > 10 && s < 30 ? null : 150;
    one.feed(reading(s, { HR }, { receivedAt: t0 + 1_021_000 + s * 1000 }));
    one.run(1021 + s, 1021 + s, { HR: 80 });
  }
  expect(one.live()['HR.extreme-high']).toMatchObject({ present: true, onsets: 1, late: true });
});
