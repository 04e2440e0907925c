import { describe, expect, it } from 'vitest';
import { bed, instant, mediumBed, type Numerics, reading, t0, valuesOf } from '../../bed.testing.ts';

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };
const [hr] = valuesOf({ HR: 80 });

describe('the limits of the adult profile', () => {
  const table: [string, Numerics, string[]][] = [
    ['HR at the high limit raises no alarm', { HR: 120 }, []],
    ['HR one above the high limit raises HR.high', { HR: 121 }, ['HR.high']],
    ['HR a little above the high limit raises HR.high', { HR: 120.1 }, ['HR.high']],
    ['HR at the extreme high limit raises HR.high', { HR: 140 }, ['HR.high']],
    ['HR above the extreme high limit raises HR.extreme-high', { HR: 141 }, ['HR.extreme-high']],
    ['HR at the low limit raises no alarm', { HR: 50 }, []],
    ['HR one below the low limit raises HR.low', { HR: 49 }, ['HR.low']],
    ['HR below the extreme low limit raises HR.extreme-low', { HR: 39 }, ['HR.extreme-low']],
    ['HR 1 raises HR.extreme-low', { HR: 1 }, ['HR.extreme-low']],
    ['HR 0 raises asystole', { HR: 0 }, ['asystole']],
    ['PR 0 raises PR.extreme-low', { PR: 0 }, ['PR.extreme-low']],
    ['PR above the high limit raises PR.high', { PR: 121 }, ['PR.high']],
    ['SpO2 at the low limit raises no alarm', { SpO2: 90 }, []],
    ['SpO2 below the low limit raises SpO2.low', { SpO2: 89 }, ['SpO2.low']],
    ['SpO2 at the desaturation limit raises SpO2.low', { SpO2: 85 }, ['SpO2.low']],
    ['SpO2 below the desaturation limit raises SpO2.extreme-low', { SpO2: 84 }, ['SpO2.extreme-low']],
    ['SpO2 100 raises no alarm', { SpO2: 100 }, []],
    ['SpO2 0 raises SpO2.extreme-low', { SpO2: 0 }, ['SpO2.extreme-low']],
    ['RR at the high limit raises no alarm', { RR: 30 }, []],
    ['RR above the high limit raises RR.high', { RR: 31 }, ['RR.high']],
    ['RR far above the high limit raises RR.extreme-high', { RR: 41 }, ['RR.extreme-high']],
    ['RR below the low limit raises RR.low', { RR: 7 }, ['RR.low']],
    ['RR 4 raises RR.extreme-low', { RR: 4 }, ['RR.extreme-low']],
    ['an arterial systolic pressure below the limit raises BPsys.low', { ABPs: 89 }, ['BPsys.low']],
    ['an arterial mean pressure far below the limit raises BPmean.extreme-low', { ABPm: 49 }, ['BPmean.extreme-low']],
    ['a negative arterial systolic pressure raises BPsys.extreme-low', { ABPs: -10 }, ['BPsys.extreme-low']],
    ['a cuff systolic pressure above the limit raises BPsys.high', { NBPs: 161 }, ['BPsys.high']],
    ['a temperature at the high limit raises no alarm', { Temp: 38.5 }, []],
    ['a temperature above the high limit raises Temp.high', { Temp: 38.6 }, ['Temp.high']],
    ['a temperature below the low limit raises Temp.low', { Temp: 35.9 }, ['Temp.low']],
    ['a temperature far below the low limit raises Temp.extreme-low', { Temp: 33.9 }, ['Temp.extreme-low']],
    ['EtCO2 far above the high limit raises EtCO2.extreme-high', { EtCO2: 66 }, ['EtCO2.extreme-high']],
    ['missing values raise no alarm', { HR: null, SpO2: null }, []],
    ['an implausible value raises no alarm', { HR: 351 }, []],
    ['two parameters beyond their limits raise two alarms', { HR: 121, SpO2: 89 }, ['HR.high', 'SpO2.low']],
  ];
  for (const [name, numerics, conditions] of table)
    it(name, () => {
      const patientBed = bed();
      patientBed.feedEachSecond(0, 14, numerics);
      expect(patientBed.raisedConditions()).toEqual(conditions);
    });

  it('a pulse beside a valid heart rate raises no alarm, even while the delay of the heart rate runs', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 1, { HR: 100, PR: 130 });
    patientBed.feedEachSecond(2, 7, { HR: 130, PR: 130 });
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feedEachSecond(8, 8, { HR: 130, PR: 130 });
    expect(patientBed.raisedConditions()).toEqual(['HR.high']);
  });

  it.each<[string, Numerics, string[]]>([
    ['no alarm of the pulse if the heart rate is valid', { HR: 80, PR: 80 }, []],
    ['an alarm of the pulse if no heart rate comes', { PR: 80 }, ['PR.high']],
  ])('a backlog with a high pulse records %s', (_name, now, raised) => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, now);
    patientBed.feedEachSecond(100, 110, now);
    patientBed.feedEachSecond(20, 40, { ...now, PR: 133 }, { receivedAt: t0 + 111_000 });
    patientBed.feedEachSecond(41, 60, now, { receivedAt: t0 + 112_000 });
    patientBed.feedEachSecond(113, 120, now);
    expect(patientBed.raisedConditions().filter((condition) => condition.endsWith('.high'))).toEqual(raised);
    expect(patientBed.liveAlarms()).toEqual({});
  });

  it('an alarm that two sensors show has the earlier of the two onsets', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(1, 4, { ABPs: 85 });
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feedEachSecond(5, 5, { ABPs: 85, NBPs: 80 });
    expect(patientBed.liveAlarms()['BPsys.low']).toMatchObject({ onsetAt: instant(1), determinedAt: instant(5) });
  });

  it('the text of an alarm shows the limit, and a value with enough digits to be beyond the limit', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 134, SpO2: 88, Temp: 38.6 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({
      text: 'HR 134 > 120',
      value: 134,
      limit: 120,
      unit: '/min',
    });
    expect(patientBed.liveAlarms()['SpO2.low']?.text).toBe('SpO2 88 < 90');
    expect(patientBed.liveAlarms()['Temp.high']).toMatchObject({ text: 'Temp 38.6 > 38.5', priority: 'low' });
    const slow = bed();
    slow.feedEachSecond(0, 10, { HR: 30, PR: 78 });
    expect(slow.liveAlarms()['HR.extreme-low']?.text).toBe('HR 30 < 40');
    const other = bed();
    other.feedEachSecond(0, 7, { HR: 120.2 });
    expect(other.liveAlarms()['HR.high']?.text).toBe('HR 120.2 > 120');
  });
});

describe('the delay of a limit', () => {
  const plain: [string, number, number, boolean][] = [
    [
      'values beyond the limit raise no alarm if the last of them comes one reading before the end of the delay',
      5,
      1,
      false,
    ],
    ['values beyond the limit raise an alarm if the last of them comes at the end of the delay', 6, 1, true],
    [
      'values beyond the limit raise an alarm if the last of them comes one reading after the end of the delay',
      7,
      1,
      true,
    ],
  ];
  for (const [name, seconds, intervalS, alarms] of plain)
    it(name, () => {
      const patientBed = bed();
      patientBed.feedEachSecond(0, seconds, { HR: 130 }, { intervalMs: intervalS * 1000 });
      expect(patientBed.raisedConditions()).toEqual(alarms ? ['HR.high'] : []);
    });

  it('extreme limits, asystole and desaturation have no delay', () => {
    for (const numerics of [{ HR: 141 }, { HR: 0 }, { SpO2: 84 }]) {
      const patientBed = bed();
      patientBed.feed(reading(0, numerics));
      expect(patientBed.raisedConditions()).toHaveLength(1);
      expect(Object.values(patientBed.liveAlarms())[0]).toMatchObject({
        priority: 'high',
        onsetAt: '2026-03-01T10:00:00.000Z',
      });
    }
  });

  it('the delay is measured in device time, not in times of receipt', () => {
    const patientBed = bed();
    // Readings of six seconds that arrive together count as six seconds. Two readings that are one second apart count
    // as one second, even if they come late.
    for (let s = 0; s <= 6; s++) patientBed.feed(reading(s, { HR: 130 }, { receivedAt: t0 + 6020 }));
    expect(patientBed.raisedConditions()).toEqual(['HR.high']);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({
      onsetAt: '2026-03-01T10:00:00.000Z',
      determinedAt: '2026-03-01T10:00:06.000Z',
      late: false,
    });
    const other = bed();
    other.feed(reading(0, { HR: 130 }, { receivedAt: t0 + 7000 }));
    other.feed(reading(1, { HR: 130 }, { receivedAt: t0 + 7001 }));
    expect(other.raisedConditions()).toEqual([]);
  });

  it('the delay starts again after a value inside the limit, even inside the hysteresis', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 4, { HR: 130 });
    patientBed.feed(reading(5, { HR: 120 }));
    patientBed.feedEachSecond(6, 11, { HR: 130 });
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feed(reading(12, { HR: 130 }));
    expect(patientBed.liveAlarms()['HR.high']?.onsetAt).toBe('2026-03-01T10:00:06.000Z');
  });

  it.each([
    // The value is beyond the limit for 3 s. Then a gap without values follows. First number: length of the gap. Second
    // number: time from the end of the gap to the alarm. Both in seconds.
    [2, 1],
    [2.9, 1],
    [3, 0],
    [19.9, 0],
    [20, 0],
    [20.1, 3],
    [60, 3],
  ])('a gap of %d s counts for the delay if it is not longer than the no-data time', (gapS, raisedAfterS) => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, { HR: 130 });
    const raised = (s: number) =>
      patientBed
        .feed(reading(s, { HR: 130 }))
        .some(({ type, alarm }) => type === 'raised' && alarm.condition === 'HR.high');
    const at = [0, 1, 2, 3, 4, 5, 6].find((s) => raised(3 + gapS + s));
    expect(at).toBe(raisedAfterS);
    expect(patientBed.liveAlarms()['HR.high']?.onsetAt).toBe(instant(0));
  });

  it('cuff pressures, temperatures and rare readings have no delay', () => {
    const patientBed = bed();
    patientBed.feed(reading(0, { NBPs: 165 }));
    patientBed.feed(reading(1, { Temp: 39 }));
    expect(patientBed.raisedConditions()).toEqual(['BPsys.high', 'Temp.high']);
    const rare = bed();
    rare.feed(reading(0, { HR: 130 }, { intervalMs: 3_600_000 }));
    expect(rare.raisedConditions()).toEqual(['HR.high']);
    const minutely = bed();
    minutely.feed(reading(0, { HR: 130 }, { intervalMs: 60_000 }));
    expect(minutely.raisedConditions()).toEqual([]);
    minutely.feed(reading(60, { HR: 130 }, { intervalMs: 60_000 }));
    expect(minutely.raisedConditions()).toEqual(['HR.high']);
  });

  it('the delay continues over a missing value', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 3, { HR: 130 });
    patientBed.feed(reading(4, { HR: null }));
    patientBed.feed(reading(5, { HR: 130 }));
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.feed(reading(6, { HR: 130 }));
    expect(patientBed.raisedConditions()).toEqual(['HR.high']);
  });
});

describe('the end of an alarm', () => {
  it.each<[string, Numerics, Numerics, boolean]>([
    ['HR at the limit', { HR: 130 }, { HR: 120 }, true],
    ['HR one inside the hysteresis', { HR: 130 }, { HR: 119 }, true],
    ['HR at the end of the hysteresis', { HR: 130 }, { HR: 118 }, false],
    ['HR inside the hysteresis of the low limit', { HR: 45 }, { HR: 51 }, true],
    ['HR at the end of the hysteresis of the low limit', { HR: 45 }, { HR: 52 }, false],
    ['SpO2 at the limit', { SpO2: 88 }, { SpO2: 90 }, true],
    ['SpO2 at the end of the hysteresis', { SpO2: 88 }, { SpO2: 91 }, false],
    ['a temperature inside the hysteresis', { Temp: 39 }, { Temp: 38.45 }, true],
    ['a temperature at the end of the hysteresis', { Temp: 39 }, { Temp: 38.4 }, false],
    ['a temperature at the end of the hysteresis of the low limit', { Temp: 35 }, { Temp: 36.1 }, false],
    ['a missing value', { HR: 130 }, { HR: null }, true],
  ])(
    'an alarm ends only by values at the end of the hysteresis or further inside: %s',
    (_name, beyond, then, present) => {
      const patientBed = bed();
      patientBed.feedEachSecond(0, 10, beyond);
      patientBed.feedEachSecond(11, 16, then);
      expect(Object.values(patientBed.liveAlarms()).some((alarm) => alarm.present)).toBe(present);
      expect(patientBed.raisedConditions()).toHaveLength(1);
    },
  );

  it.each<[string, readonly (number | null)[], boolean]>([
    ['for 4 s', [80, 80, 80, 80, 80], true],
    ['for 5 s', [80, 80, 80, 80, 80, 80], false],
    ['twice for 4 s, inside the hysteresis in between', [80, 80, 80, 80, 80, 119, 80, 80, 80, 80, 80], true],
    ['twice for 4 s, beyond the limit in between', [80, 80, 80, 80, 80, 130, 80, 80, 80, 80, 80], true],
    ['for 5 s with missing values', [80, 80, null, null, 80, 80], false],
  ])('an alarm ends only after its values have been clear of the limit for 5 s: %s', (_name, values, present) => {
    const patientBed = mediumBed();
    for (const [i, HR] of values.entries()) patientBed.feedEachSecond(7 + i, 7 + i, { HR });
    expect(patientBed.liveAlarms()['HR.high']?.present ?? false).toBe(present);
  });

  it('a questionable value raises a marked alarm and does not end an alarm', () => {
    const patientBed = bed();
    const feedQuestionable = (s: number, value: number) =>
      patientBed.feed(reading(s, {}, { values: [{ ...hr!, value, validity: 'questionable' }] }));
    for (let s = 0; s <= 6; s += 1) feedQuestionable(s, 130);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true, text: 'HR 130 > 120 (questionable)' });
    for (let s = 7; s <= 25; s += 1) feedQuestionable(s, 80);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true });
    patientBed.feedEachSecond(26, 31, { HR: 80 });
    expect(patientBed.liveAlarms()).toEqual({});
  });
});

describe('a change of limits', () => {
  it('changed limits judge the last valid value immediately, without the off-delay', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 7, { HR: 110 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true });
    patientBed.command(7.5, { type: 'set-limits', group: 'HR', limits: { high: 125 } });
    expect(patientBed.liveAlarms()['HR.high']).toBeUndefined();
  });

  it('changed limits do not judge a questionable value', () => {
    const patientBed = mediumBed();
    patientBed.feed(reading(7, {}, { values: [{ ...hr!, value: 110, validity: 'questionable' }] }));
    patientBed.command(7.5, { type: 'set-limits', group: 'HR', limits: { high: 125 } });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ present: true });
  });
});

describe('a missing value', () => {
  it('a missing value corrects only a value of the same instant', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 0, { NBPs: 120 });
    patientBed.feedEachSecond(60, 60, { NBPs: 82 });
    expect(patientBed.raisedConditions()).toEqual(['BPsys.low']);
    patientBed.feedEachSecond(61, 61, { NBPs: null });
    expect(patientBed.liveAlarms()['BPsys.low']).toMatchObject({ present: true });
    patientBed.feedEachSecond(60, 60, { NBPs: null }, { seq: 2_000_000 });
    expect(patientBed.liveAlarms()['BPsys.low']?.present ?? false).toBe(false);
  });
});

it('if another sensor continues an alarm, the alarm names this sensor', () => {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 10, { ABPs: 85, NBPs: 85 });
  const { code } = patientBed.liveAlarms()['BPsys.low']!;
  patientBed.feedEachSecond(11, 20, code === 'MDC_PRESS_BLD_NONINV_SYS' ? { NBPs: 120, ABPs: 85 } : { ABPs: 120 });
  expect(patientBed.liveAlarms()['BPsys.low']).toMatchObject({ present: true });
  expect(patientBed.liveAlarms()['BPsys.low']?.code).not.toBe(code);
});

describe('apnoea and asystole', () => {
  it('a respiratory rate of 0 calls immediately, and raises an apnoea alarm after 20 s', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 19, { RR: 0 });
    expect(patientBed.raisedConditions()).toEqual(['RR.extreme-low']);
    patientBed.feed(reading(20, { RR: 0 }));
    expect(patientBed.raisedConditions()).toEqual(['RR.extreme-low', 'apnoea']);
    expect(patientBed.liveAlarms().apnoea).toMatchObject({
      priority: 'high',
      signal: 'on',
      text: 'Apnoea: RR 0 for 20 s',
    });
    // Of two alarms with the same cause, only the more serious alarm calls.
    expect(patientBed.liveAlarms()['RR.extreme-low']).toMatchObject({ present: true, signal: 'off' });
    patientBed.feedEachSecond(21, 26, { RR: 12 });
    expect(Object.keys(patientBed.liveAlarms())).toEqual(['apnoea']);
    expect(patientBed.liveAlarms().apnoea?.signal).toBe('latched');
  });

  it('asystole and apnoea are judged for a patient without a profile', () => {
    const patientBed = bed('neonatal');
    patientBed.feedEachSecond(0, 20, { HR: 0, RR: 0 });
    expect(patientBed.raisedConditions()).toEqual(expect.arrayContaining(['asystole', 'apnoea', 'no-profile']));
    expect(patientBed.raisedConditions()).toHaveLength(3);
  });

  it('a single respiratory rate of 0 is an apnoea at once for a patient without a profile', () => {
    const patientBed = bed('neonatal');
    const every15min = { intervalMs: 900_000 };
    patientBed.feed(reading(0, { RR: 16 }, every15min));
    patientBed.feed(reading(900, { RR: 0 }, every15min));
    expect(patientBed.liveAlarms().apnoea).toMatchObject({ priority: 'high', signal: 'on', text: 'Apnoea: RR 0' });
    patientBed.feed(reading(1800, { RR: 16 }, every15min));
    expect(patientBed.liveAlarms().apnoea?.signal).toBe('latched');
  });
});

describe('a more serious condition of the same cause', () => {
  it('the plain alarm is silent while a more serious alarm calls, and calls again afterwards under its id', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 6, { HR: 130 });
    const plain = patientBed.liveAlarms()['HR.high']!;
    expect(plain.signal).toBe('on');
    patientBed.feedEachSecond(7, 9, { HR: 150 });
    expect(patientBed.liveAlarms()['HR.extreme-high']?.signal).toBe('on');
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ alarmId: plain.alarmId, present: true, signal: 'off' });
    patientBed.feedEachSecond(10, 14, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('off');
    patientBed.feedEachSecond(15, 15, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.extreme-high']?.signal).toBe('latched');
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ alarmId: plain.alarmId, present: true, signal: 'on' });
    patientBed.feedEachSecond(16, 21, calm);
    expect(patientBed.raisedConditions()).toEqual(['HR.high', 'HR.extreme-high']);
    expect(Object.keys(patientBed.liveAlarms())).toEqual(['HR.extreme-high']);
  });

  it('the plain alarm is raised with its true onset when the more serious condition has ended', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 9, { SpO2: 80 });
    expect(patientBed.raisedConditions()).toEqual(['SpO2.extreme-low']);
    patientBed.feedEachSecond(10, 15, { SpO2: 88 });
    expect(patientBed.raisedConditions()).toEqual(['SpO2.extreme-low', 'SpO2.low']);
    expect(patientBed.liveAlarms()['SpO2.low']?.onsetAt).toBe('2026-03-01T10:00:00.000Z');
  });

  it('the plain alarm keeps its acknowledgement while a more serious alarm calls', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 6, { HR: 130 });
    patientBed.command(7, { type: 'acknowledge', alarmId: patientBed.liveAlarms()['HR.high']!.alarmId });
    patientBed.feedEachSecond(8, 9, { HR: 150 });
    patientBed.feedEachSecond(10, 15, { HR: 130 });
    expect(patientBed.liveAlarms()['HR.high']?.signal).toBe('acknowledged');
  });
});

describe('several sensors of one parameter', () => {
  it('several sensors of one parameter make one alarm, which lasts while one of them is beyond the limit', () => {
    const patientBed = bed();
    patientBed.feed(reading(0, { NBPs: 170, ABPs: 120 }));
    expect(patientBed.raisedConditions()).toEqual(['BPsys.high']);
    patientBed.feedEachSecond(1, 10, { ABPs: 165 });
    expect(patientBed.raisedConditions()).toEqual(['BPsys.high']);
    patientBed.feedEachSecond(11, 16, { ABPs: 120 });
    expect(patientBed.liveAlarms()['BPsys.high']).toMatchObject({ present: true, text: 'NBPs 170 > 160' });
    patientBed.feed(reading(17, { NBPs: 140 }));
    expect(patientBed.liveAlarms()).toEqual({});
  });
});
