import { describe, expect, it } from 'vitest';
import { bed, instant, mediumBed, type Numerics, reading, t0, valuesOf } from '../../bed.testing.ts';

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };
const [hr] = valuesOf({ HR: 80 });

describe('limits of the adult profile: at the limit, one step to each side, zero', () => {
  const table: [string, Numerics, string[]][] = [
    ['HR at the high limit', { HR: 120 }, []],
    ['HR one above', { HR: 121 }, ['HR.high']],
    ['HR a little above', { HR: 120.1 }, ['HR.high']],
    ['HR at the extreme limit', { HR: 140 }, ['HR.high']],
    ['HR above the extreme limit', { HR: 141 }, ['HR.extreme-high']],
    ['HR at the low limit', { HR: 50 }, []],
    ['HR one below', { HR: 49 }, ['HR.low']],
    ['HR below the extreme', { HR: 39 }, ['HR.extreme-low']],
    ['HR 1', { HR: 1 }, ['HR.extreme-low']],
    ['HR 0 is a value', { HR: 0 }, ['asystole']],
    ['PR 0', { PR: 0 }, ['PR.extreme-low']],
    ['PR above', { PR: 121 }, ['PR.high']],
    ['SpO2 at the limit', { SpO2: 90 }, []],
    ['SpO2 below', { SpO2: 89 }, ['SpO2.low']],
    ['SpO2 at desaturation', { SpO2: 85 }, ['SpO2.low']],
    ['SpO2 below desaturation', { SpO2: 84 }, ['SpO2.extreme-low']],
    ['SpO2 100 has no upper limit', { SpO2: 100 }, []],
    ['SpO2 0 is a value', { SpO2: 0 }, ['SpO2.extreme-low']],
    ['RR at the limits', { RR: 30 }, []],
    ['RR above', { RR: 31 }, ['RR.high']],
    ['RR far above', { RR: 41 }, ['RR.extreme-high']],
    ['RR below', { RR: 7 }, ['RR.low']],
    ['RR 4', { RR: 4 }, ['RR.extreme-low']],
    ['arterial systolic below', { ABPs: 89 }, ['BPsys.low']],
    ['arterial mean far below', { ABPm: 49 }, ['BPmean.extreme-low']],
    ['arterial systolic negative', { ABPs: -10 }, ['BPsys.extreme-low']],
    ['cuff systolic above', { NBPs: 161 }, ['BPsys.high']],
    ['temperature at the limit', { Temp: 38.5 }, []],
    ['temperature above', { Temp: 38.6 }, ['Temp.high']],
    ['temperature below', { Temp: 35.9 }, ['Temp.low']],
    ['temperature far below', { Temp: 33.9 }, ['Temp.extreme-low']],
    ['EtCO2 far above', { EtCO2: 66 }, ['EtCO2.extreme-high']],
    ['missing', { HR: null, SpO2: null }, []],
    ['implausible', { HR: 351 }, []],
    ['two parameters', { HR: 121, SpO2: 89 }, ['HR.high', 'SpO2.low']],
  ];
  for (const [name, numerics, conditions] of table)
    it(name, () => {
      const one = bed();
      one.run(0, 14, numerics);
      expect(one.raised()).toEqual(conditions);
    });

  it('a pulse beside a valid heart rate raises no alarm, even while the delay of the heart rate runs', () => {
    const one = bed();
    one.run(0, 1, { HR: 100, PR: 130 });
    one.run(2, 7, { HR: 130, PR: 130 });
    expect(one.raised()).toEqual([]);
    one.run(8, 8, { HR: 130, PR: 130 });
    expect(one.raised()).toEqual(['HR.high']);
  });

  it.each<[string, Numerics, string[]]>([
    ['no alarm of the pulse where the heart rate is valid', { HR: 80, PR: 80 }, []],
    ['an alarm of the pulse where there is no heart rate', { PR: 80 }, ['PR.high']],
  ])('a backlog with a high pulse records %s', (_name, now, raised) => {
    const one = bed();
    one.run(0, 10, now);
    one.run(100, 110, now);
    one.run(20, 40, { ...now, PR: 133 }, { receivedAt: t0 + 111_000 });
    one.run(41, 60, now, { receivedAt: t0 + 112_000 });
    one.run(113, 120, now);
    expect(one.raised().filter((condition) => condition.endsWith('.high'))).toEqual(raised);
    expect(one.live()).toEqual({});
  });

  it('has the earliest onset if two sensors show it at once', () => {
    const one = bed();
    one.run(1, 4, { ABPs: 85 });
    expect(one.raised()).toEqual([]);
    one.run(5, 5, { ABPs: 85, NBPs: 80 });
    expect(one.live()['BPsys.low']).toMatchObject({ onsetAt: instant(1), determinedAt: instant(5) });
  });

  it('shows value and limit, and never a value that does not look beyond its limit', () => {
    const one = bed();
    one.run(0, 10, { HR: 134, SpO2: 88, Temp: 38.6 });
    expect(one.live()['HR.high']).toMatchObject({ text: 'HR 134 > 120', value: 134, limit: 120, unit: '/min' });
    expect(one.live()['SpO2.low']?.text).toBe('SpO2 88 < 90');
    expect(one.live()['Temp.high']).toMatchObject({ text: 'Temp 38.6 > 38.5', priority: 'low' });
    const slow = bed();
    slow.run(0, 10, { HR: 30, PR: 78 });
    expect(slow.live()['HR.extreme-low']?.text).toBe('HR 30 < 40');
    const other = bed();
    other.run(0, 7, { HR: 120.2 });
    expect(other.live()['HR.high']?.text).toBe('HR 120.2 > 120');
  });
});

describe('the delay counts device time', () => {
  const plain: [string, number, number, boolean][] = [
    ['one reading less than the delay', 5, 1, false],
    ['exactly the delay', 6, 1, true],
    ['one reading more', 7, 1, true],
  ];
  for (const [name, seconds, intervalS, alarms] of plain)
    it(name, () => {
      const one = bed();
      one.run(0, seconds, { HR: 130 }, { intervalMs: intervalS * 1000 });
      expect(one.raised()).toEqual(alarms ? ['HR.high'] : []);
    });

  it('does not apply to extreme limits, asystole or desaturation', () => {
    for (const numerics of [{ HR: 141 }, { HR: 0 }, { SpO2: 84 }]) {
      const one = bed();
      one.feed(reading(0, numerics));
      expect(one.raised()).toHaveLength(1);
      expect(Object.values(one.live())[0]).toMatchObject({ priority: 'high', onsetAt: '2026-03-01T10:00:00.000Z' });
    }
  });

  it('counts when the device measured, not when the bytes came', () => {
    const one = bed();
    // Six seconds of readings that all arrive at once are six seconds; one that comes six seconds late is none.
    for (let s = 0; s <= 6; s++) one.feed(reading(s, { HR: 130 }, { receivedAt: t0 + 6020 }));
    expect(one.raised()).toEqual(['HR.high']);
    expect(one.live()['HR.high']).toMatchObject({
      onsetAt: '2026-03-01T10:00:00.000Z',
      determinedAt: '2026-03-01T10:00:06.000Z',
      late: false,
    });
    const other = bed();
    other.feed(reading(0, { HR: 130 }, { receivedAt: t0 + 7000 }));
    other.feed(reading(1, { HR: 130 }, { receivedAt: t0 + 7001 }));
    expect(other.raised()).toEqual([]);
  });

  it('starts anew when the value comes back, even within the hysteresis', () => {
    const one = bed();
    one.run(0, 4, { HR: 130 });
    one.feed(reading(5, { HR: 120 }));
    one.run(6, 11, { HR: 130 });
    expect(one.raised()).toEqual([]);
    one.feed(reading(12, { HR: 130 }));
    expect(one.live()['HR.high']?.onsetAt).toBe('2026-03-01T10:00:06.000Z');
  });

  it.each([
    // 3 s beyond, then nothing for so long; raised so many seconds after the gap.
    [2, 1],
    [2.9, 1],
    [3, 0],
    [19.9, 0],
    [20, 0],
    [20.1, 3],
    [60, 3],
  ])('counts a gap of %d s, unless it is so long that "no data" has an alarm', (gapS, raisedAfterS) => {
    const one = bed();
    one.run(0, 3, { HR: 130 });
    const raised = (s: number) =>
      one.feed(reading(s, { HR: 130 })).some(({ type, alarm }) => type === 'raised' && alarm.condition === 'HR.high');
    const at = [0, 1, 2, 3, 4, 5, 6].find((s) => raised(3 + gapS + s));
    expect(at).toBe(raisedAfterS);
    expect(one.live()['HR.high']?.onsetAt).toBe(instant(0));
  });

  it('takes cuff pressures, temperatures and rare readings as single measurements', () => {
    const one = bed();
    one.feed(reading(0, { NBPs: 165 }));
    one.feed(reading(1, { Temp: 39 }));
    expect(one.raised()).toEqual(['BPsys.high', 'Temp.high']);
    const rare = bed();
    rare.feed(reading(0, { HR: 130 }, { intervalMs: 3_600_000 }));
    expect(rare.raised()).toEqual(['HR.high']);
    const minutely = bed();
    minutely.feed(reading(0, { HR: 130 }, { intervalMs: 60_000 }));
    expect(minutely.raised()).toEqual([]);
    minutely.feed(reading(60, { HR: 130 }, { intervalMs: 60_000 }));
    expect(minutely.raised()).toEqual(['HR.high']);
  });

  it('ignores missing values: they are neither beyond nor back', () => {
    const one = bed();
    one.run(0, 3, { HR: 130 });
    one.feed(reading(4, { HR: null }));
    one.feed(reading(5, { HR: 130 }));
    expect(one.raised()).toEqual([]);
    one.feed(reading(6, { HR: 130 }));
    expect(one.raised()).toEqual(['HR.high']);
  });
});

describe('an alarm ends when its value has been clear of the limit for 5 s', () => {
  it.each<[string, Numerics, Numerics, boolean]>([
    ['HR at the limit', { HR: 130 }, { HR: 120 }, true],
    ['HR one inside the band', { HR: 130 }, { HR: 119 }, true],
    ['HR at the end of the band', { HR: 130 }, { HR: 118 }, false],
    ['HR low in the band', { HR: 45 }, { HR: 51 }, true],
    ['HR low at its end', { HR: 45 }, { HR: 52 }, false],
    ['SpO2 at the limit', { SpO2: 88 }, { SpO2: 90 }, true],
    ['SpO2 at the end of the band', { SpO2: 88 }, { SpO2: 91 }, false],
    ['temperature in the band', { Temp: 39 }, { Temp: 38.45 }, true],
    ['temperature at its end', { Temp: 39 }, { Temp: 38.4 }, false],
    ['temperature low at its end', { Temp: 35 }, { Temp: 36.1 }, false],
    ['missing', { HR: 130 }, { HR: null }, true],
  ])('by limit and hysteresis: %s', (_name, beyond, then, present) => {
    const one = bed();
    one.run(0, 10, beyond);
    one.run(11, 16, then);
    expect(Object.values(one.live()).some((alarm) => alarm.present)).toBe(present);
    expect(one.raised()).toHaveLength(1);
  });

  it.each<[string, readonly (number | null)[], boolean]>([
    ['for 4 s', [80, 80, 80, 80, 80], true],
    ['for 5 s', [80, 80, 80, 80, 80, 80], false],
    ['twice for 4 s, in the band in between', [80, 80, 80, 80, 80, 119, 80, 80, 80, 80, 80], true],
    ['twice for 4 s, beyond in between', [80, 80, 80, 80, 80, 130, 80, 80, 80, 80, 80], true],
    ['for 5 s, of which one is missing', [80, 80, null, null, 80, 80], false],
  ])('and by the off-delay: %s', (_name, values, present) => {
    const one = mediumBed();
    for (const [i, HR] of values.entries()) one.run(7 + i, 7 + i, { HR });
    expect(one.live()['HR.high']?.present ?? false).toBe(present);
  });

  it('a questionable value raises a marked alarm, and ends none', () => {
    const one = bed();
    const doubtful = (s: number, value: number) =>
      one.feed(reading(s, {}, { values: [{ ...hr!, value, validity: 'questionable' }] }));
    for (let s = 0; s <= 6; s += 1) doubtful(s, 130);
    expect(one.live()['HR.high']).toMatchObject({ present: true, text: 'HR 130 > 120 (questionable)' });
    for (let s = 7; s <= 25; s += 1) doubtful(s, 80);
    expect(one.live()['HR.high']).toMatchObject({ present: true });
    one.run(26, 31, { HR: 80 });
    expect(one.live()).toEqual({});
  });
});

describe('changed limits', () => {
  it('judge the last valid value at once, even if it has not been clear for 5 s', () => {
    const one = mediumBed();
    one.run(7, 7, { HR: 110 });
    expect(one.live()['HR.high']).toMatchObject({ present: true });
    one.command(7.5, { type: 'set-limits', group: 'HR', limits: { high: 125 } });
    expect(one.live()['HR.high']).toBeUndefined();
  });

  it('do not judge a questionable value', () => {
    const one = mediumBed();
    one.feed(reading(7, {}, { values: [{ ...hr!, value: 110, validity: 'questionable' }] }));
    one.command(7.5, { type: 'set-limits', group: 'HR', limits: { high: 125 } });
    expect(one.live()['HR.high']).toMatchObject({ present: true });
  });
});

describe('a missing value', () => {
  it('corrects the value of its own instant, and no other', () => {
    const one = bed();
    one.run(0, 0, { NBPs: 120 });
    one.run(60, 60, { NBPs: 82 });
    expect(one.raised()).toEqual(['BPsys.low']);
    one.run(61, 61, { NBPs: null });
    expect(one.live()['BPsys.low']).toMatchObject({ present: true });
    one.run(60, 60, { NBPs: null }, { seq: 2_000_000 });
    expect(one.live()['BPsys.low']?.present ?? false).toBe(false);
  });
});

it('an alarm that another sensor continues names that sensor', () => {
  const one = bed();
  one.run(0, 10, { ABPs: 85, NBPs: 85 });
  const { code } = one.live()['BPsys.low']!;
  one.run(11, 20, code === 'MDC_PRESS_BLD_NONINV_SYS' ? { NBPs: 120, ABPs: 85 } : { ABPs: 120 });
  expect(one.live()['BPsys.low']).toMatchObject({ present: true });
  expect(one.live()['BPsys.low']?.code).not.toBe(code);
});

describe('apnoea and asystole', () => {
  it('calls for a rate of 0 at once, and for apnoea when no breath has come for 20 s', () => {
    const one = bed();
    one.run(0, 19, { RR: 0 });
    expect(one.raised()).toEqual(['RR.extreme-low']);
    one.feed(reading(20, { RR: 0 }));
    expect(one.raised()).toEqual(['RR.extreme-low', 'apnoea']);
    expect(one.live().apnoea).toMatchObject({ priority: 'high', signal: 'on', text: 'Apnoea: RR 0 for 20 s' });
    // One matter, one call.
    expect(one.live()['RR.extreme-low']).toMatchObject({ present: true, signal: 'off' });
    one.run(21, 26, { RR: 12 });
    expect(Object.keys(one.live())).toEqual(['apnoea']);
    expect(one.live().apnoea?.signal).toBe('latched');
  });

  it('are judged for every category, with or without limits', () => {
    const one = bed('neonatal');
    one.run(0, 20, { HR: 0, RR: 0 });
    expect(one.raised()).toEqual(expect.arrayContaining(['asystole', 'apnoea', 'no-profile']));
    expect(one.raised()).toHaveLength(3);
  });
});

describe('a graver condition calls instead of the plain one', () => {
  it('for a while: two alarms, and the plain one is the same before and after', () => {
    const one = bed();
    one.run(0, 6, { HR: 130 });
    const plain = one.live()['HR.high']!;
    expect(plain.signal).toBe('on');
    one.run(7, 9, { HR: 150 });
    expect(one.live()['HR.extreme-high']?.signal).toBe('on');
    expect(one.live()['HR.high']).toMatchObject({ alarmId: plain.alarmId, present: true, signal: 'off' });
    one.run(10, 14, { HR: 130 });
    expect(one.live()['HR.high']?.signal).toBe('off');
    one.run(15, 15, { HR: 130 });
    expect(one.live()['HR.extreme-high']?.signal).toBe('latched');
    expect(one.live()['HR.high']).toMatchObject({ alarmId: plain.alarmId, present: true, signal: 'on' });
    one.run(16, 21, calm);
    expect(one.raised()).toEqual(['HR.high', 'HR.extreme-high']);
    expect(Object.keys(one.live())).toEqual(['HR.extreme-high']);
  });

  it('and raises the plain one, with its true onset, when only that is left', () => {
    const one = bed();
    one.run(0, 9, { SpO2: 80 });
    expect(one.raised()).toEqual(['SpO2.extreme-low']);
    one.run(10, 15, { SpO2: 88 });
    expect(one.raised()).toEqual(['SpO2.extreme-low', 'SpO2.low']);
    expect(one.live()['SpO2.low']?.onsetAt).toBe('2026-03-01T10:00:00.000Z');
  });

  it('and keeps its acknowledgement', () => {
    const one = bed();
    one.run(0, 6, { HR: 130 });
    one.command(7, { type: 'acknowledge', alarmId: one.live()['HR.high']!.alarmId });
    one.run(8, 9, { HR: 150 });
    one.run(10, 15, { HR: 130 });
    expect(one.live()['HR.high']?.signal).toBe('acknowledged');
  });
});

describe('several sensors of one parameter', () => {
  it('make one alarm, which lasts while one of them shows it', () => {
    const one = bed();
    one.feed(reading(0, { NBPs: 170, ABPs: 120 }));
    expect(one.raised()).toEqual(['BPsys.high']);
    one.run(1, 10, { ABPs: 165 });
    expect(one.raised()).toEqual(['BPsys.high']);
    one.run(11, 16, { ABPs: 120 });
    expect(one.live()['BPsys.high']).toMatchObject({ present: true, text: 'NBPs 170 > 160' });
    one.feed(reading(17, { NBPs: 140 }));
    expect(one.live()).toEqual({});
  });
});
