import { describe, expect, it } from 'vitest';
import { type Bed, bed, instant, type Numerics, reading, t0 } from '../../bed.testing.ts';

const calm: Numerics = { HR: 80 };
const tachycard: Numerics = { HR: 130 };
const raisedPhysiological = (patientBed: Bed) =>
  patientBed.events.flatMap(({ type, alarm }) =>
    type === 'raised' && alarm.kind === 'physiological' ? [alarm.condition] : [],
  );

describe('lateness', () => {
  for (const [name, lateS, late] of [
    ['a reading that is 10 s old is not late', 10, false],
    ['a reading that is more than 10 s old is late', 10.001, true],
    ['a reading that is an hour old is late', 3600, true],
  ] as const)
    it(name, () => {
      const patientBed = bed();
      patientBed.feed(reading(0, { HR: 150 }, { receivedAt: t0 + lateS * 1000 }));
      expect(patientBed.liveAlarms()['HR.extreme-high']?.late).toBe(late);
    });

  it('a breach in a backlog is one late alarm, which ends when the backlog shows the end of the breach', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 9, calm);
    const receivedAt = t0 + 120_000;
    for (let s = 10; s <= 119; s++) patientBed.feed(reading(s, s >= 30 && s < 60 ? tachycard : calm, { receivedAt }));
    patientBed.feedEachSecond(120, 125, calm);
    expect(raisedPhysiological(patientBed)).toEqual(['HR.high']);
    const [raised] = patientBed.events.filter(({ alarm }) => alarm.condition === 'HR.high');
    expect(raised?.alarm).toMatchObject({ late: true, onsetAt: instant(30), determinedAt: instant(36) });
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
  });

  it('a late alarm is no longer late when a current reading shows the breach too', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 9, calm);
    for (let s = 10; s < 109; s++) patientBed.feed(reading(s, tachycard, { receivedAt: t0 + 120_000 }));
    expect(patientBed.liveAlarms()['HR.high']?.late).toBe(true);
    patientBed.feed(reading(120, tachycard));
    expect(patientBed.liveAlarms()['HR.high']?.late).toBe(false);
    expect(raisedPhysiological(patientBed)).toEqual(['HR.high']);
  });

  it('a late alarm stays late when the values of the backlog get worse', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 9, calm);
    for (let s = 10; s < 60; s++) patientBed.feed(reading(s, { HR: s < 30 ? 125 : 138 }, { receivedAt: t0 + 120_000 }));
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ late: true, text: 'HR 138 > 120' });
    expect(patientBed.eventTypes('HR.high')).toContain('updated');
  });

  it('a breach in a backlog that comes after current readings is one late alarm', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 9, calm);
    patientBed.feedEachSecond(100, 103, calm);
    for (let s = 10; s <= 40; s++) patientBed.feed(reading(s, s < 30 ? tachycard : calm, { receivedAt: t0 + 104_000 }));
    patientBed.feedEachSecond(104, 106, calm);
    expect(raisedPhysiological(patientBed)).toEqual(['HR.high']);
    const [raised] = patientBed.events.filter(({ alarm }) => alarm.condition === 'HR.high');
    expect(raised?.alarm).toMatchObject({ late: true, onsetAt: instant(10) });
    expect(patientBed.eventTypes('HR.high').at(-1)).toBe('cleared');
  });

  it('an old reading inside the limit does not end a present alarm', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(100, 107, tachycard);
    patientBed.feedEachSecond(50, 60, calm, { receivedAt: t0 + 108_000 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, late: false });
  });

  it('if a late alarm is from values in the window, it ends after current values were inside the limit for the off-delay', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(100, 101, calm);
    patientBed.feedEachSecond(50, 60, tachycard, { receivedAt: t0 + 102_000 });
    patientBed.tick(112);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, late: true, onsetAt: instant(50) });
    patientBed.feedEachSecond(102, 105, calm);
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
  });

  it('if a late alarm is from values before the window, it ends 10 s after the last late value came', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(100, 120, calm);
    patientBed.feedEachSecond(50, 60, tachycard, { receivedAt: t0 + 121_000 });
    patientBed.tick(130.9);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, late: true, onsetAt: instant(50) });
    patientBed.tick(131);
    expect(patientBed.liveAlarms()['HR.high']).toBeUndefined();
    expect(patientBed.events.findLast(({ type }) => type === 'resolved')?.alarm.resolvedAt).toBe(instant(60));
  });

  it('a second backlog with older values than the first is judged too', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 9, calm);
    patientBed.feedEachSecond(1_000, 1_029, calm);
    for (let s = 860; s <= 900; s += 1) patientBed.feed(reading(s, calm, { receivedAt: t0 + 1_030_000 }));
    for (let s = 100; s <= 130; s += 1)
      patientBed.feed(reading(s, s < 120 ? tachycard : calm, { receivedAt: t0 + 1_031_000 }));
    expect(raisedPhysiological(patientBed)).toEqual(['HR.high']);
    expect(patientBed.eventTypes('HR.high')).toEqual(['raised', 'resolved', 'cleared']);
  });

  it('readings that come again under another boot raise no second alarm', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 20, { HR: 150 });
    patientBed.feedEachSecond(21, 30, calm);
    patientBed.command(31, { type: 'acknowledge', alarmId: patientBed.liveAlarms()['HR.extreme-high']!.alarmId });
    expect(patientBed.liveAlarms()).toEqual({});
    for (let s = 0; s <= 20; s++)
      patientBed.feed(reading(s, { HR: 150 }, { boot: 'another', receivedAt: t0 + 40_000 }));
    expect(raisedPhysiological(patientBed)).toEqual(['HR.extreme-high']);
  });

  it('repeated readings of a past asystole do not change a present alarm', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 0 });
    patientBed.feedEachSecond(11, 16, calm);
    patientBed.feedEachSecond(17, 60, { HR: 45 });
    expect(patientBed.liveAlarms()['HR.low']).toMatchObject({ present: true, signal: 'on' });
    for (let s = 0; s <= 10; s++) {
      patientBed.feed(reading(s, { HR: 0 }, { boot: 'another', receivedAt: t0 + 61_000 }));
      expect(patientBed.liveAlarms()['HR.low']).toMatchObject({ present: true, signal: 'on' });
      expect(patientBed.liveAlarms().asystole).toMatchObject({ signal: 'latched', onsets: 1 });
    }
  });

  it('a backlog of an earlier start, mixed with current readings, ends no present alarm', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 100, calm);
    const feedCurrent = (s: number, numerics: Numerics) =>
      patientBed.feed(reading(s, numerics, { boot: 'b2', start: 'b2', seq: s }));
    for (let s = 400; s <= 430; s += 1) {
      feedCurrent(s, { HR: 0 });
      for (let stored = 0; stored < 8; stored += 1)
        patientBed.feed(reading(399 - (s - 400) * 8 - stored, calm, { receivedAt: t0 + s * 1000 + 500 }));
      expect(patientBed.liveAlarms().asystole).toMatchObject({ present: true, signal: 'on' });
    }
    expect(raisedPhysiological(patientBed)).toEqual(['asystole']);
  });
});

describe('repeated readings', () => {
  it('repeated readings make no event and are counted as repeats', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, tachycard);
    const eventsBefore = patientBed.events.length;
    patientBed.feedEachSecond(0, 10, tachycard);
    expect([patientBed.events.length, patientBed.countOf('repeats')]).toEqual([eventsBefore, 11]);
  });

  it('the state keeps at most 8 boots and 32 ranges of numbers', () => {
    const patientBed = bed();
    for (let n = 0; n < 200; n++)
      patientBed.feed(reading(n, calm, { boot: `boot-${n % 20}`, seq: (n % 7) * 1000 + n * 2 + 1 }));
    expect(patientBed.state().seen).toHaveLength(8);
    for (const { ranges } of patientBed.state().seen) expect(ranges.length).toBeLessThanOrEqual(32);
    for (let n = 0; n < 200; n++) patientBed.feed(reading(300 + n, calm, { boot: 'sparse', seq: n * 2 + 1 }));
    expect(patientBed.state().seen.at(-1)?.ranges).toHaveLength(32);
  });
});

describe('a wrong clock', () => {
  const feedWithWrongClock = (patientBed: Bed, from: number, to: number, byS: number, numerics: Numerics) => {
    for (let s = from; s <= to; s++)
      patientBed.feed(reading(s + byS, numerics, { receivedAt: t0 + s * 1000 + 20, boot: 'b2', seq: s + 1 }));
  };

  for (const [name, byS, alarm] of [
    ['a clock that is 9.9 s behind has no alarm', -9.9, false],
    ['a clock that is 10.5 s behind has an alarm', -10.5, true],
    ['a clock that is 9.9 s ahead has no alarm', 9.9, false],
    ['a clock that is 10.5 s ahead has an alarm', 10.5, true],
    ['a clock that is a day ahead has an alarm', 86_400, true],
    ['a clock that is a day behind has an alarm', -86_400, true],
  ] as const)
    it(name, () => {
      const patientBed = bed();
      feedWithWrongClock(patientBed, 0, 12, byS, calm);
      expect(patientBed.raisedConditions().filter((condition) => condition === 'clock-skew')).toHaveLength(
        alarm ? 1 : 0,
      );
    });

  it('the alarm about a wrong clock says by how much, and ends when the clock has been right for 10 s', () => {
    const patientBed = bed();
    feedWithWrongClock(patientBed, 0, 15, -95, calm);
    expect(patientBed.liveAlarms()['clock-skew']).toMatchObject({
      text: 'Device clock is 95 s behind',
      priority: 'low',
    });
    patientBed.feedEachSecond(16, 24, calm);
    expect(patientBed.liveAlarms()['clock-skew']).toBeDefined();
    patientBed.feedEachSecond(25, 26, calm);
    expect(patientBed.liveAlarms()['clock-skew']).toBeUndefined();
  });

  it('the alarm about a wrong clock names a new error: a greater error at once, a smaller error after ten minutes', () => {
    const patientBed = bed();
    let seq = 0;
    const feedBehind = (from: number, to: number, behindS: number) => {
      for (let s = from; s <= to; s += 1)
        patientBed.feed(reading(s - behindS, calm, { receivedAt: t0 + s * 1000 + 20, boot: 'b2', seq: ++seq }));
    };
    const textNow = () => patientBed.liveAlarms()['clock-skew']?.text;
    feedBehind(0, 30, 30);
    expect(textNow()).toBe('Device clock is 30 s behind');
    feedBehind(31, 60, 7_200);
    expect(textNow()).toBe('Device clock is 7200 s behind');
    // A module with its own clock may send every some minutes. Its text must not come and go with each of its readings.
    feedBehind(61, 600, 30);
    expect(textNow()).toBe('Device clock is 7200 s behind');
    feedBehind(601, 700, 30);
    expect(textNow()).toBe('Device clock is 30 s behind');
    expect(patientBed.eventTypes('clock-skew')).toEqual(['raised', 'updated', 'updated']);
  });

  it('values of a device with a wrong clock are judged by device time, and are not late after the error of the clock is known', () => {
    for (const byS of [-600, 600]) {
      const patientBed = bed();
      feedWithWrongClock(patientBed, 0, 20, byS, calm);
      feedWithWrongClock(patientBed, 21, 26, byS, tachycard);
      expect(raisedPhysiological(patientBed)).toEqual([]);
      feedWithWrongClock(patientBed, 27, 27, byS, tachycard);
      expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ late: false, onsetAt: instant(21 + byS) });
    }
  });

  it('a breach that comes after the clock was set back or forward has an alarm that is not late', () => {
    for (const byS of [-600, 600]) {
      const patientBed = bed();
      patientBed.feedEachSecond(0, 10, calm);
      feedWithWrongClock(patientBed, 11, 45, byS, tachycard);
      expect(raisedPhysiological(patientBed)).toEqual(['HR.high']);
      expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, late: false });
      patientBed.feedEachSecond(46, 51, calm);
      expect(patientBed.liveAlarms()['HR.high']).toBeUndefined();
      patientBed.feedEachSecond(52, 58, { HR: 45 });
      expect(patientBed.liveAlarms()['HR.low']).toMatchObject({ present: true, late: false });
    }
  });

  it('a single measurement is judged after the clock was set back', () => {
    const patientBed = bed();
    const cuff = (s: number, seq: number, NBPs: number, receivedS: number) =>
      patientBed.feed(reading(s, { NBPs }, { seq, receivedAt: t0 + receivedS * 1000, intervalMs: 300_000 }));
    cuff(600, 1, 120, 0);
    cuff(300, 2, 82, 300);
    expect(patientBed.liveAlarms()['BPsys.low']).toMatchObject({ present: true, text: 'NBPs 82 < 90' });
  });

  it('the pulse is judged if the heart rate stopped when the clock was set back', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 80, PR: 80 });
    for (let s = 11; s <= 30; s += 1)
      patientBed.feed(reading(s - 600, { PR: 133 }, { seq: 1_010_000 + s, receivedAt: t0 + s * 1000 + 20 }));
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ condition: 'PR.high', present: true, late: false });
  });

  it('one reading from the far future does not make the next readings late', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, calm);
    patientBed.feed(reading(1e9, calm, { receivedAt: t0 + 6000 }));
    patientBed.feedEachSecond(7, 13, tachycard);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ onsetAt: instant(7), late: false });
  });

  it('the readings of a backlog are late and do not show a wrong clock', () => {
    const patientBed = bed();
    for (let s = 0; s < 600; s++) patientBed.feed(reading(s, calm, { receivedAt: t0 + 700_000 + s * 10 }));
    expect(patientBed.raisedConditions()).toEqual([]);
    expect(patientBed.countOf('lateReadings')).toBe(600);
  });
});

it('a slow backlog that has no value for a while makes one alarm', () => {
  const patientBed = bed();
  patientBed.feedEachSecond(1000, 1020, { HR: 80 });
  for (let s = 0; s <= 40; s += 1) {
    const HR = s > 10 && s < 30 ? null : 150;
    patientBed.feed(reading(s, { HR }, { receivedAt: t0 + 1_021_000 + s * 1000 }));
    patientBed.feedEachSecond(1021 + s, 1021 + s, { HR: 80 });
  }
  expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ present: true, onsets: 1, late: true });
});
