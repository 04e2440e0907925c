import { describe, expect, it, vi } from 'vitest';
import { bed, type Numerics, reading, t0 } from '../bed.testing.ts';

/** Generous: the machine may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const calm: Numerics = { HR: 80, SpO2: 97, RR: 15 };

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
      one.run(0, 8, numerics);
      expect(one.raised()).toEqual(conditions);
    });

  it('writes value and limit, and never a value that does not look beyond it', () => {
    const one = bed();
    one.run(0, 7, { HR: 134, SpO2: 88, Temp: 38.6 });
    expect(one.live()['HR.high']).toMatchObject({ text: 'HR 134 > 120', value: 134, limit: 120, unit: '/min' });
    expect(one.live()['SpO2.low']?.text).toBe('SpO2 88 < 90');
    expect(one.live()['Temp.high']).toMatchObject({ text: 'Temp 38.6 > 38.5', priority: 'low' });
    const other = bed();
    other.run(0, 7, { HR: 120.2 });
    expect(other.live()['HR.high']?.text).toBe('HR 120.2 > 120');
  });
});

describe('delay on the device time', () => {
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

  it('does not hold extreme limits, asystole or desaturation', () => {
    for (const numerics of [{ HR: 141 }, { HR: 0 }, { SpO2: 84 }]) {
      const one = bed();
      one.feed(reading(0, numerics));
      expect(one.raised()).toHaveLength(1);
      expect(Object.values(one.live())[0]).toMatchObject({ priority: 'high', onsetAt: '2026-03-01T10:00:00.000Z' });
    }
  });

  it('is judged by when the device measured, not by when the bytes came', () => {
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

  it('starts anew when the value comes back, be it within the hysteresis', () => {
    const one = bed();
    one.run(0, 4, { HR: 130 });
    one.feed(reading(5, { HR: 120 }));
    one.run(6, 11, { HR: 130 });
    expect(one.raised()).toEqual([]);
    one.feed(reading(12, { HR: 130 }));
    expect(one.live()['HR.high']?.onsetAt).toBe('2026-03-01T10:00:06.000Z');
  });

  const gaps: [string, number, number | undefined][] = [
    // gap in s after 3 s beyond; the second, counted from the end of the gap, that raises
    ['a gap of 2 intervals counts', 2, 1],
    ['a gap of a little more than 2 intervals does not count', 2.1, 3],
    ['a gap just short of silence does not count', 4.9, 3],
    ['silence starts the delay anew', 5, 6],
    ['a long gap starts the delay anew', 60, 6],
  ];
  for (const [name, gapS, expected] of gaps)
    it(name, () => {
      const one = bed();
      one.run(0, 3, { HR: 130 });
      let raisedAfter: number | undefined;
      for (let s = 0; s <= 8 && raisedAfter === undefined; s++)
        if (
          one
            .feed(reading(3 + gapS + s, { HR: 130 }))
            .some((e) => e.type === 'raised' && e.alarm.condition === 'HR.high')
        )
          raisedAfter = s;
      expect(raisedAfter).toBe(expected);
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

  it('leaves the missing out: neither beyond nor back', () => {
    const one = bed();
    one.run(0, 3, { HR: 130 });
    one.feed(reading(4, { HR: null }));
    one.feed(reading(5, { HR: 130 }));
    expect(one.raised()).toEqual([]);
    one.feed(reading(6, { HR: 130 }));
    expect(one.raised()).toEqual(['HR.high']);
  });
});

describe('hysteresis: clears at limit ∓ hysteresis', () => {
  const table: [string, Numerics, Numerics, boolean][] = [
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
  ];
  for (const [name, beyond, then, present] of table)
    it(name, () => {
      const one = bed();
      one.run(0, 7, beyond);
      one.feed(reading(8, then));
      expect(Object.values(one.live()).some((alarm) => alarm.present)).toBe(present);
      expect(one.raised()).toHaveLength(1);
    });
});

describe('apnoea and asystole', () => {
  it('calls a rate of 0 at once, and apnoea when no breath has come for 20 s', () => {
    const one = bed();
    one.run(0, 19, { RR: 0 });
    expect(one.raised()).toEqual(['RR.extreme-low']);
    one.feed(reading(20, { RR: 0 }));
    expect(one.raised()).toEqual(['RR.extreme-low', 'apnoea']);
    expect(one.live().apnoea).toMatchObject({ priority: 'high', signal: 'on', text: 'Apnoea: RR 0 for 20 s' });
    // One matter, one call.
    expect(one.live()['RR.extreme-low']).toMatchObject({ present: true, signal: 'off' });
    one.feed(reading(21, { RR: 12 }));
    expect(Object.keys(one.live())).toEqual(['apnoea']);
    expect(one.live().apnoea?.signal).toBe('latched');
  });

  it('judges them for every category, limits or not', () => {
    const one = bed('neonatal');
    one.run(0, 20, { HR: 0, RR: 0 });
    expect(one.raised()).toEqual(expect.arrayContaining(['asystole', 'apnoea', 'no-profile']));
    expect(one.raised()).toHaveLength(3);
  });
});

describe('a graver condition stands for the plain one', () => {
  it('up and down again: two alarms, the plain one the same before and after', () => {
    const one = bed();
    one.run(0, 6, { HR: 130 });
    const plain = one.live()['HR.high']!;
    expect(plain.signal).toBe('on');
    one.run(7, 9, { HR: 150 });
    expect(one.live()['HR.extreme-high']?.signal).toBe('on');
    expect(one.live()['HR.high']).toMatchObject({ alarmId: plain.alarmId, present: true, signal: 'off' });
    one.run(10, 12, { HR: 130 });
    expect(one.live()['HR.extreme-high']?.signal).toBe('latched');
    expect(one.live()['HR.high']).toMatchObject({ alarmId: plain.alarmId, present: true, signal: 'on' });
    one.run(13, 14, calm);
    expect(one.raised()).toEqual(['HR.high', 'HR.extreme-high']);
    expect(Object.keys(one.live())).toEqual(['HR.extreme-high']);
  });

  it('raises the plain one, with its true onset, when only that is left', () => {
    const one = bed();
    one.run(0, 9, { SpO2: 80 });
    expect(one.raised()).toEqual(['SpO2.extreme-low']);
    one.feed(reading(10, { SpO2: 88 }));
    expect(one.raised()).toEqual(['SpO2.extreme-low', 'SpO2.low']);
    expect(one.live()['SpO2.low']?.onsetAt).toBe('2026-03-01T10:00:00.000Z');
  });

  it('keeps an answer through it', () => {
    const one = bed();
    one.run(0, 6, { HR: 130 });
    one.command(7, { type: 'acknowledge', alarmId: one.live()['HR.high']!.alarmId });
    one.run(8, 9, { HR: 150 });
    one.run(10, 11, { HR: 130 });
    expect(one.live()['HR.high']?.signal).toBe('acknowledged');
  });
});

describe('several sensors of one parameter', () => {
  it('make one alarm, which holds while one of them shows it', () => {
    const one = bed();
    one.feed(reading(0, { NBPs: 170, ABPs: 120 }));
    expect(one.raised()).toEqual(['BPsys.high']);
    one.run(1, 10, { ABPs: 165 });
    expect(one.raised()).toEqual(['BPsys.high']);
    one.run(11, 12, { ABPs: 120 });
    expect(one.live()['BPsys.high']).toMatchObject({ present: true, text: 'NBPs 170 > 160' });
    one.feed(reading(13, { NBPs: 140 }));
    expect(one.live()).toEqual({});
  });

  it('takes two names of one code as one measurement', () => {
    const one = bed();
    const value = (code: string, v: number) => ({ values: [{ code, unit: '/min', value: v }] });
    one.feed(reading(0, {}, value('MDC_ECG_HEART_RATE', 150)));
    one.feed(reading(1, {}, value('MDC_ECG_CARD_BEAT_RATE', 80)));
    expect(one.live()['HR.extreme-high']?.present).toBe(false);
  });
});
